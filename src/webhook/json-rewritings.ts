/** The ways in which JSON is written by those who parse it and write it again. */
import {
  type JsonLayout,
  type JsonLiteral,
  type JsonMembers,
  mapLiterals,
  mapMembers,
  writeLiterals,
} from './json-literals.ts';

export interface Rewriting {
  readonly text: string;
  /** `compact JSON, "/" escaped`. */
  readonly form: string;
}

const COMPACT: JsonLayout = { form: 'compact JSON', comma: ',', colon: ':' };

/** Of the JSON writers of the languages that receive webhooks. */
const LAYOUTS: readonly JsonLayout[] = [
  COMPACT,
  { form: 'JSON with a space after each ":" and ","', comma: ', ', colon: ': ' },
  { form: 'JSON indented by 2', comma: ',', colon: ': ', indent: '  ' },
  { form: 'JSON indented by 4', comma: ',', colon: ': ', indent: '    ' },
  { form: 'JSON indented by tabs', comma: ',', colon: ': ', indent: '\t' },
  { form: 'JSON indented by 2 with CRLF', comma: ',', colon: ': ', indent: '  ', lineEnd: '\r\n' },
  { form: 'JSON indented by 4 with CRLF', comma: ',', colon: ': ', indent: '    ', lineEnd: '\r\n' },
  { form: 'JSON with a space after each ":"', comma: ',', colon: ': ' },
  { form: 'JSON with a space after each ","', comma: ', ', colon: ':' },
  { form: 'JSON with spaces inside of its brackets', comma: ', ', colon: ': ', padding: ' ' },
  jackson('\n'),
  jackson('\r\n'),
];

function jackson(lineEnd: '\n' | '\r\n'): JsonLayout {
  const form = `JSON as Jackson indents it${lineEnd === '\r\n' ? ' on Windows' : ''}`;
  return { form, comma: ', ', colon: ' : ', padding: ' ', indent: '  ', flatLists: true, lineEnd };
}

/** What is tried with each order of the members, of which there may be thousands. */
const USUAL_LAYOUTS = LAYOUTS.slice(0, 4);

interface Spelling {
  readonly form: string;
  readonly spell: (literal: string) => string;
}

/** How names and scalars are written: as they are, by JavaScript, and with what other languages do to characters and numbers. */
const SPELLINGS: readonly Spelling[] = [
  { form: '', spell: (literal) => literal },
  { form: ', other characters than ASCII themselves and not as \\u escapes', spell: (one) => inText(one, unescaped) },
  { form: ', its texts and numbers as JavaScript writes them', spell: plain },
  {
    form: ', other characters than ASCII as \\u escapes',
    spell: (one) => inText(one, (text) => ascii(plain(text), 'lower')),
  },
  {
    form: ', other characters than ASCII as \\u escapes, its numbers as JavaScript writes them',
    spell: (one) => ascii(plain(one), 'lower'),
  },
  { form: ', other characters than ASCII as \\U escapes in capitals', spell: (one) => ascii(plain(one), 'upper') },
  { form: ', "/" escaped', spell: (one) => slashed(plain(one)) },
  { form: ', "/" escaped and \\u escapes', spell: (one) => slashed(ascii(plain(one), 'lower')) },
  {
    form: ', with the escapes of .NET',
    spell: (one) => ascii(escaped(quotesEscaped(plain(one)), /[<>&'+`\u007f]/g, 'upper'), 'upper'),
  },
  { form: ', with the escapes of Go', spell: (one) => escaped(plain(one), /[<>&\u2028\u2029]/g, 'lower') },
  { form: ', with the escapes of Gson', spell: (one) => escaped(plain(one), /[<>&='\u2028\u2029]/g, 'lower') },
  { form: ', its whole numbers with ".0"', spell: (one) => (isWholeNumber(one) ? `${one}.0` : one) },
  {
    form: ', its whole numbers with ".0" and \\u escapes',
    spell: (one) => (isWholeNumber(one) ? `${one}.0` : ascii(plain(one), 'lower')),
  },
];

const USUAL_SPELLINGS = SPELLINGS.slice(0, 4);

const ENDINGS = [
  { ending: '', form: '' },
  { ending: '\n', form: ' and a line end' },
  { ending: '\r\n', form: ' and a CRLF' },
] as const;

/** Numbers that are tried with ".0" one by one, at most. */
const MOST_NUMBERS = 200;

/** The document written again in every way that is known. Often the same text comes several times. */
export function* rewritings(document: JsonLiteral): Generator<Rewriting, void> {
  for (const { node, form: spelling } of spellingsOf(document)) {
    for (const layout of LAYOUTS) {
      const text = writeLiterals(node, layout);
      for (const { ending, form } of ENDINGS) {
        yield { text: text + ending, form: `${layout.form}${spelling}${form}` };
      }
    }
  }
  const form = ', its keys in another order';
  for (const ordered of regularOrders(document)) {
    for (const { node, form: spelling } of spellingsOf(ordered)) {
      for (const layout of LAYOUTS) yield { text: writeLiterals(node, layout), form: layout.form + spelling + form };
    }
  }
  yield* oneNumberWithPoint(document);
  for (const { node, form: spelling } of spellingsOf(document, USUAL_SPELLINGS)) {
    for (const ordered of everyOrder(node)) {
      for (const layout of USUAL_LAYOUTS) {
        yield { text: writeLiterals(ordered, layout), form: layout.form + spelling + form };
      }
    }
  }
}

/** Without those that change nothing here: a text without umlauts has no escapes. */
function* spellingsOf(
  document: JsonLiteral,
  spellings = SPELLINGS,
): Generator<{ readonly node: JsonLiteral; readonly form: string }, void> {
  const seen = new Set<string>();
  for (const { form, spell } of spellings) {
    const node = mapLiterals(document, spell);
    const text = writeLiterals(node, COMPACT);
    if (seen.has(text)) continue;
    seen.add(text);
    yield { node, form };
  }
}

/** A price or an amount that one side keeps as a decimal: `1.0` becomes `1` on its way through JavaScript. */
function* oneNumberWithPoint(document: JsonLiteral): Generator<Rewriting, void> {
  let numbers = 0;
  mapLiterals(document, (literal) => {
    if (isWholeNumber(literal)) numbers += 1;
    return literal;
  });
  for (let wanted = 0; wanted < Math.min(numbers, MOST_NUMBERS); wanted += 1) {
    let at = -1;
    const node = mapLiterals(document, (literal) => {
      if (isWholeNumber(literal)) at += 1;
      else return literal;
      return at === wanted ? `${literal}.0` : literal;
    });
    for (const layout of USUAL_LAYOUTS) {
      yield { text: writeLiterals(node, layout), form: `${layout.form}, one of its numbers with ".0"` };
    }
  }
}

type Members = JsonMembers['members'];

/** As sorted maps, PostgreSQL's `jsonb` and stacks leave them. */
function* regularOrders(document: JsonLiteral): Generator<JsonLiteral, void> {
  const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
  const sorted = (compare: (one: string, other: string) => number) => (members: Members) =>
    members.toSorted(([one], [other]) => compare(one, other));
  yield mapMembers(document, sorted(byText));
  yield mapMembers(document, (members) => members.toReversed());
  yield mapMembers(
    document,
    sorted((one, other) => one.length - other.length || byText(one, other)),
  );
  yield mapMembers(
    document,
    sorted((one, other) => byText(one.toLowerCase(), other.toLowerCase())),
  );
}

/** More orders than this are not tried: seven members have 5,040. */
const MOST_ORDERS = 5_040;

/** All orders of the members of all objects; where that is too many, those of the outermost object, or none. */
function* everyOrder(document: JsonLiteral): Generator<JsonLiteral, void> {
  const sizes: number[] = [];
  mapMembers(document, (members) => {
    sizes.push(members.length);
    return members;
  });
  const wanted = countOf(sizes) <= MOST_ORDERS ? sizes : sizes.slice(0, 1);
  const orders = countOf(wanted);
  if (orders > MOST_ORDERS) return;
  for (let number = 1; number < orders; number += 1) {
    let rest = number;
    let object = -1;
    yield mapMembers(document, (members) => {
      object += 1;
      if (object >= wanted.length) return members;
      const here = factorial(members.length);
      const order = permutation(members, rest % here);
      rest = Math.floor(rest / here);
      return order;
    });
  }
}

const countOf = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * factorial(size), 1);

const factorial = (count: number): number => (count < 2 ? 1 : count * factorial(count - 1));

/** The one with this number, from 0, which is the given order. */
function permutation(members: Members, number: number): Members {
  const left = [...members];
  const order: Members[number][] = [];
  let rest = number;
  while (left.length > 0) {
    const block = factorial(left.length - 1);
    order.push(...left.splice(Math.floor(rest / block), 1));
    rest %= block;
  }
  return order;
}

function isWholeNumber(literal: string): boolean {
  return /^-?\d+$/.test(literal);
}

/** As `JSON.stringify(JSON.parse(...))` writes it. */
function plain(literal: string): string {
  return JSON.stringify(JSON.parse(literal));
}

/** Numbers and the like stay as they are. */
function inText(literal: string, spell: (text: string) => string): string {
  return literal.startsWith('"') ? spell(literal) : literal;
}

/** As the characters themselves; those that JSON demands an escape for are ASCII. */
function unescaped(literal: string): string {
  return literal.replaceAll(/\\(?:u([0-9a-fA-F]{4})|.)/gs, (escape, hex?: string) => {
    const unit = Number.parseInt(hex ?? '', 16);
    return unit >= 0x80 ? String.fromCharCode(unit) : escape;
  });
}

function slashed(literal: string): string {
  return literal.replaceAll('/', '\\/');
}

function ascii(literal: string, letters: 'lower' | 'upper'): string {
  return escaped(literal, /[\u007f-\uffff]/g, letters);
}

function quotesEscaped(literal: string): string {
  return literal.replaceAll('\\"', '\\u0022');
}

function escaped(literal: string, characters: RegExp, letters: 'lower' | 'upper'): string {
  return literal.replaceAll(characters, (one) => {
    const hex = one.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${letters === 'upper' ? hex.toUpperCase() : hex}`;
  });
}
