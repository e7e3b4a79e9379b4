/** What a JSON library did to a document that says the same as before: layout, order of keys, escapes, numbers. */
import { COMPACT, type JsonLiteral, readLiterals, writeLiterals } from '../../../lib/json/literals.ts';
import { truncate } from '../../../lib/text/truncate.ts';
import { SORTED_ORDERS } from '../json-orders.ts';
import { LAYOUTS } from '../json-rewritings.ts';
import { type BodyEdit, done, normalization, was, were } from './edit.ts';

/** At least one edit; `undefined` when one is no JSON, or they do not say the same. Without white space around them. */
export function jsonEdits(before: string, after: string): readonly BodyEdit[] | undefined {
  const [signed, received] = [before, after].map((text) => readLiterals(Buffer.from(text, 'utf8')));
  if (signed === undefined || received === undefined) return undefined;
  const found: Comparison = { texts: [], numbers: [], isReordered: false };
  if (!compare(signed, received, found)) return undefined;
  const [form, newForm] = [formOf(before, signed), formOf(after, received)];
  const edits = [
    ...(found.isReordered ? [orderEdit(received)] : []),
    ...textEdits(found.texts),
    ...numberEdits(found.numbers),
    ...(form === newForm ? [] : [layoutEdit(newForm)]),
  ];
  return edits.length === 0 ? [done('written with other white space')] : edits;
}

/** `compact JSON`; `undefined` for what is no JSON. */
export function jsonForm(body: Uint8Array): string | undefined {
  const node = readLiterals(body);
  return node === undefined
    ? undefined
    : formOf(
        Buffer.from(body)
          .toString('utf8')
          .replace(/^\uFEFF/, '')
          .trim(),
        node,
      );
}

function formOf(text: string, node: JsonLiteral): string {
  const layout = LAYOUTS.find((each) => writeLiterals(node, each) === text);
  if (layout !== undefined) return layout.form;
  const [, indent = ''] = /[[{]\r?\n( +|\t+)\S/.exec(text) ?? [];
  if (indent === '') return 'JSON with other white space';
  return indent.startsWith('\t') ? 'JSON indented by tabs' : `JSON indented by ${indent.length} spaces`;
}

function layoutEdit(form: string): BodyEdit {
  if (form === COMPACT.form) return done('compacted');
  const layout = form.slice('JSON '.length);
  return done(layout.startsWith('with') ? `written ${layout}` : layout);
}

type Pair = readonly [signed: string, received: string];

interface Comparison {
  /** Texts, names too, that are written in two ways. */
  readonly texts: Pair[];
  readonly numbers: Pair[];
  isReordered: boolean;
}

/** Whether both say the same. What differs in writing is added to `found`. */
function compare(signed: JsonLiteral, received: JsonLiteral, found: Comparison): boolean {
  if (typeof signed === 'string' || typeof received === 'string') {
    return typeof signed === 'string' && typeof received === 'string' && compareScalars(signed, received, found);
  }
  if ('items' in signed) {
    if (!('items' in received) || signed.items.length !== received.items.length) return false;
    return signed.items.every((item, at) => compare(item, received.items[at] ?? '', found));
  }
  if (!('members' in received) || signed.members.length !== received.members.length) return false;
  const [before, after] = [signed.members, received.members].map((members) =>
    members.map(([name, value]) => ({ name, value, key: decoded(name).normalize('NFC') })),
  );
  if (before === undefined || after === undefined) return false;
  found.isReordered ||= before.some(({ key }, at) => key !== after[at]?.key);
  const byKey = (one: { key: string }, other: { key: string }): number =>
    one.key < other.key ? -1 : one.key > other.key ? 1 : 0;
  const sorted = after.toSorted(byKey);
  return before.toSorted(byKey).every(({ name, value }, at) => {
    const other = sorted[at];
    return other !== undefined && compareScalars(name, other.name, found) && compare(value, other.value, found);
  });
}

function compareScalars(signed: string, received: string, { texts, numbers }: Comparison): boolean {
  if (signed === received) return true;
  if (signed.startsWith('"')) {
    if (!received.startsWith('"')) return false;
    texts.push([signed, received]);
    return decoded(signed).normalize('NFC') === decoded(received).normalize('NFC');
  }
  if (!isNumber(signed) || !isNumber(received) || Number(signed) !== Number(received)) return false;
  numbers.push([signed, received]);
  return true;
}

const isNumber = (literal: string): boolean => /^[-\d]/.test(literal);

const decoded = (literal: string): string => JSON.parse(literal) as string;

function orderEdit(received: JsonLiteral): BodyEdit {
  const text = writeLiterals(received, COMPACT);
  const order = SORTED_ORDERS.find(({ sort }) => writeLiterals(sort(received), COMPACT) === text);
  return were('keys', order?.name ?? 'put in another order');
}

function numberEdits(pairs: readonly Pair[]): readonly BodyEdit[] {
  const [first] = pairs;
  if (first === undefined) return [];
  const [before, after] = first.map((literal) => truncate(literal, 24));
  if (pairs.length === 1) return [was(`the number ${before}`, `rewritten as ${after}`)];
  return [were(`${pairs.length} numbers`, `rewritten, such as ${before} as ${after}`)];
}

function textEdits(pairs: readonly Pair[]): readonly BodyEdit[] {
  if (pairs.length === 0) return [];
  const before = new Set(pairs.flatMap(([signed]) => escapedIn(signed)));
  const after = new Set(pairs.flatMap(([, received]) => escapedIn(received)));
  const normal = pairs
    .map(([signed, received]) => normalization(decoded(signed), decoded(received)))
    .find((edit) => edit !== undefined);
  const edits = [
    ...escapeEdits(onlyIn(after, before), 'escaped'),
    ...escapeEdits(onlyIn(before, after), 'unescaped'),
    ...(normal === undefined ? [] : [normal]),
  ];
  return edits.length === 0 ? [were('escapes', 'rewritten')] : edits;
}

function onlyIn(one: ReadonlySet<string>, other: ReadonlySet<string>): readonly string[] {
  return [...one].filter((character) => !other.has(character));
}

function* escapeEdits(characters: readonly string[], participle: 'escaped' | 'unescaped'): Generator<BodyEdit, void> {
  const ascii = characters.filter((one) => one < '\u007f' && one !== '/').toSorted();
  if (characters.some((one) => one >= '\u007f')) yield were('non-ASCII characters', participle);
  if (characters.includes('/')) yield were('slashes', participle);
  // Characters without a sign of their own cannot be listed.
  const signs = ascii.filter((one) => one > ' ');
  if (signs.length < ascii.length) yield were('control characters', participle);
  if (signs.length === 1) yield was(`the character ${signs[0]}`, participle);
  if (signs.length > 1) yield were(`the characters ${signs.join(' ')}`, participle);
}

/** The characters that a literal writes as `\uXXXX` or, where it need not, behind a backslash. */
function escapedIn(literal: string): readonly string[] {
  return [...literal.matchAll(/\\(?:u([\da-fA-F]{4})|(.))/gs)].flatMap(([, hex, one]) =>
    hex === undefined ? (one === '/' ? ['/'] : []) : [String.fromCharCode(Number.parseInt(hex, 16))],
  );
}
