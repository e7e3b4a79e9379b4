/** The ways in which frameworks and languages re-serialize JSON. */
import { COMPACT, type JsonLayout, type JsonLiteral, mapLiterals, writeLiterals } from '../../lib/json/literals.ts';
import type { Candidate } from './body-wrappings.ts';
import { everyOrder, regularOrders } from './json-orders.ts';

/** The layouts of the JSON libraries of languages that receive webhooks. */
export const LAYOUTS: readonly JsonLayout[] = [
  COMPACT,
  { form: 'JSON with a space after each ":" and ","', comma: ', ', colon: ': ' },
  { form: 'JSON indented by 2 spaces', comma: ',', colon: ': ', indent: '  ' },
  { form: 'JSON indented by 4 spaces', comma: ',', colon: ': ', indent: '    ' },
  { form: 'JSON indented by tabs', comma: ',', colon: ': ', indent: '\t' },
  { form: 'JSON indented by 2 spaces with CRLF', comma: ',', colon: ': ', indent: '  ', lineEnd: '\r\n' },
  { form: 'JSON indented by 4 spaces with CRLF', comma: ',', colon: ': ', indent: '    ', lineEnd: '\r\n' },
  { form: 'JSON indented by tabs with CRLF', comma: ',', colon: ': ', indent: '\t', lineEnd: '\r\n' },
  { form: 'JSON with a space after each ":"', comma: ',', colon: ': ' },
  { form: 'JSON with a space after each ","', comma: ', ', colon: ':' },
  { form: 'JSON with spaces inside of its brackets', comma: ', ', colon: ': ', padding: ' ' },
  jackson('\n'),
  jackson('\r\n'),
];

function jackson(lineEnd: '\n' | '\r\n'): JsonLayout {
  const form = `JSON indented by 2 spaces as Jackson does${lineEnd === '\r\n' ? ' on Windows' : ''}`;
  return { form, comma: ', ', colon: ' : ', padding: ' ', indent: '  ', flatLists: true, lineEnd };
}

/** Tried with each order of the members, of which there may be thousands. */
const USUAL_LAYOUTS = LAYOUTS.slice(0, 5);

/** How texts (names too) and numbers are written; unchanged where it is not given. */
interface Spelling {
  readonly form: string;
  readonly text?: (literal: string) => string;
  readonly number?: (literal: string) => string;
}

const AS_IT_IS: Spelling = { form: '' };
const UNESCAPED: Spelling = {
  form: ', other characters than ASCII themselves and not as \\u escapes',
  text: unescaped,
};
const ESCAPED: Spelling = {
  form: ', other characters than ASCII as \\u escapes',
  text: (text) => ascii(plain(text), 'lower'),
};

/** How JavaScript and other languages escape characters. */
const TEXTS: readonly Spelling[] = [
  AS_IT_IS,
  UNESCAPED,
  ESCAPED,
  { form: ', its texts as JavaScript writes them', text: plain },
  { form: ', other characters than ASCII as \\U escapes in capitals', text: (text) => ascii(plain(text), 'upper') },
  { form: ', "/" escaped', text: (text) => slashed(plain(text)) },
  { form: ', "/" escaped and \\u escapes', text: (text) => slashed(ascii(plain(text), 'lower')) },
  {
    form: ', with the escapes of .NET',
    text: (text) => ascii(escaped(quotesEscaped(plain(text)), /[<>&'+`\u007f]/g, 'upper'), 'upper'),
  },
  { form: ', with the escapes of Go', text: (text) => escaped(plain(text), /[<>&\u2028\u2029]/g, 'lower') },
  { form: ', with the escapes of Gson', text: (text) => escaped(plain(text), /[<>&='\u2028\u2029]/g, 'lower') },
];

/** A decimal number of one side may be written without its zeros by the other. */
const NUMBERS: readonly Spelling[] = [
  { form: ', its numbers as JavaScript writes them', number: plain },
  { form: ', its whole numbers with ".0"', number: withPoint },
  { form: ', its decimals with two places', number: (number) => (isWholeNumber(number) ? number : withCents(number)) },
  { form: ', its numbers with two decimal places', number: withCents },
];

/** Tried with each order of the members. */
const USUAL_SPELLINGS: readonly Spelling[] = [
  AS_IT_IS,
  UNESCAPED,
  { form: ', its texts and numbers as JavaScript writes them', text: plain, number: plain },
  ESCAPED,
];

function spelled(document: JsonLiteral, { text, number }: Spelling): JsonLiteral {
  return mapLiterals(document, (literal) => (literal.startsWith('"') ? text : number)?.(literal) ?? literal);
}

const ENDINGS = [
  { ending: '', form: '' },
  { ending: '\n', form: ' and a line end' },
  { ending: '\r\n', form: ' and a CRLF' },
] as const;

/** How many numbers are tried with trailing zeros, one at a time. */
const MOST_NUMBERS = 200;

const ZEROS = [
  { ending: '".0"', spell: withPoint },
  { ending: 'two decimal places', spell: withCents },
] as const;

/** The document in every known way of writing it. Some texts are repeated. */
export function* rewritings(document: JsonLiteral): Generator<Candidate, void> {
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
  yield* oneNumberWithZeros(document);
  for (const { node, spelling } of distinct(document, USUAL_SPELLINGS)) {
    for (const ordered of everyOrder(node)) {
      for (const layout of USUAL_LAYOUTS) {
        yield { text: writeLiterals(ordered, layout), form: layout.form + spelling.form + form };
      }
    }
  }
}

interface Spelled {
  readonly node: JsonLiteral;
  readonly form: string;
}

/** Each spelling of the texts with each of the numbers. They are made one at a time, as few of a large document are used. */
function* spellingsOf(document: JsonLiteral): Generator<Spelled, void> {
  const texts: Spelling[] = [];
  for (const { spelling, node } of distinct(document, TEXTS)) {
    texts.push(spelling);
    yield { node, form: spelling.form };
  }
  for (const { spelling: numbers } of distinct(document, [AS_IT_IS, ...NUMBERS])) {
    if (numbers === AS_IT_IS) continue;
    for (const text of texts) {
      yield { node: spelled(document, { ...text, ...numbers }), form: text.form + numbers.form };
    }
  }
}

/** The spellings that change something in this document. */
function* distinct(
  document: JsonLiteral,
  spellings: readonly Spelling[],
): Generator<{ readonly spelling: Spelling; readonly node: JsonLiteral }, void> {
  const seen = new Set<string>();
  for (const spelling of spellings) {
    const node = spelled(document, spelling);
    const text = writeLiterals(node, COMPACT);
    if (seen.has(text)) continue;
    seen.add(text);
    yield { spelling, node };
  }
}

/** One number, such as a price, that JavaScript wrote without its zeros: `1.0` becomes `1`. */
function* oneNumberWithZeros(document: JsonLiteral): Generator<Candidate, void> {
  let numbers = 0;
  mapLiterals(document, (literal) => {
    if (isNumber(literal)) numbers += 1;
    return literal;
  });
  for (let wanted = 0; wanted < Math.min(numbers, MOST_NUMBERS); wanted += 1) {
    for (const { ending, spell } of ZEROS) {
      let at = -1;
      const node = mapLiterals(document, (literal) => {
        if (isNumber(literal)) at += 1;
        else return literal;
        return at === wanted ? spell(literal) : literal;
      });
      for (const layout of USUAL_LAYOUTS) {
        yield { text: writeLiterals(node, layout), form: `${layout.form}, one of its numbers with ${ending}` };
      }
    }
  }
}

function isWholeNumber(literal: string): boolean {
  return /^-?\d+$/.test(literal);
}

function isNumber(literal: string): boolean {
  return /^-?\d/.test(literal);
}

function withPoint(literal: string): string {
  return isWholeNumber(literal) ? `${literal}.0` : literal;
}

/** `2` and `139.5` as amounts of money are written: `2.00`, `139.50`. */
function withCents(literal: string): string {
  const [, whole, decimal = ''] = /^(-?\d+)(?:\.(\d))?$/.exec(literal) ?? [];
  return whole === undefined ? literal : `${whole}.${decimal.padEnd(2, '0')}`;
}

/** As `JSON.stringify(JSON.parse(...))` writes it. */
function plain(literal: string): string {
  return JSON.stringify(JSON.parse(literal));
}

/** With characters in place of escapes; those that JSON requires to be escaped are ASCII. */
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
