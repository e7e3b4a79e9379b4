/**
 * What a body may have been before somebody parsed it and wrote it again, or passed it on as another text. Each way is
 * one that a framework, a proxy or an editor is known to take; the signature tells which one it was.
 */

export interface BodyVariant {
  readonly body: Uint8Array;
  /** How what was signed differs from what was received: `compact JSON`. */
  readonly form: string;
}

/** More keys than this are not tried in every order: of five there are 120. */
const PERMUTED_KEYS = 5;

/** All different from the body itself and from one another. Large bodies have fewer, so that the work is bounded. */
export function* bodyVariants(body: Uint8Array): Generator<BodyVariant, void> {
  const seen = new Set<string>([keyOf(body)]);
  for (const { text, form } of candidates(body)) {
    const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
    const key = keyOf(bytes);
    if (seen.has(key)) continue;
    seen.add(key);
    yield { body: bytes, form };
  }
}

interface Candidate {
  readonly text: string | Uint8Array;
  readonly form: string;
}

function* candidates(body: Uint8Array): Generator<Candidate, void> {
  const text = Buffer.from(body).toString('utf8');
  yield* edgeVariants(text);
  yield* charsetVariants(body, text);
  yield* wrappings(text);
  const value = parsed(text);
  if (value === undefined) return;
  yield* serialisations(value, '');
  if (typeof value === 'string') {
    // A text that holds JSON: written by JSON.stringify once too often.
    yield { text: value, form: 'the JSON that the text holds' };
    const inner = parsed(value);
    if (inner !== undefined) yield* serialisations(inner, '');
  }
  for (const ordered of otherOrders(value)) yield* serialisations(ordered, ', its keys in another order');
}

/** Line ends, white space and marks at the edges: what editors, shells and string handling change. */
function* edgeVariants(text: string): Generator<Candidate, void> {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  yield { text: trimmed, form: 'without white space around it' };
  yield { text: `${trimmed}\n`, form: 'with a line end behind it' };
  yield { text: `${trimmed}\r\n`, form: 'with a CRLF behind it' };
  yield { text: text.replace(/^\uFEFF/, ''), form: 'without a byte order mark' };
  yield { text: `\uFEFF${text}`, form: 'with a byte order mark' };
  const unix = text.replaceAll('\r\n', '\n');
  yield { text: unix, form: 'with LF for CRLF' };
  yield { text: unix.replaceAll('\n', '\r\n'), form: 'with CRLF for LF' };
  yield { text: `${unix.trim().replaceAll('\n', '\r\n')}\r\n`, form: 'with CRLF for LF' };
  yield { text: `${unix.trim()}\n`, form: 'with LF for CRLF' };
}

/** UTF-8 that was read as Latin-1 or Windows-1252 and written as UTF-8, and the other way round. */
function* charsetVariants(body: Uint8Array, text: string): Generator<Candidate, void> {
  if (/^[\u0000-\u00ff]*$/.test(text))
    yield { text: Buffer.from(text, 'latin1'), form: 'in UTF-8 and not decoded as Latin-1' };
  const windows = windowsBytes(text);
  if (windows !== undefined) yield { text: windows, form: 'in UTF-8 and not decoded as Windows-1252' };
  yield { text: Buffer.from(body).toString('latin1'), form: 'in UTF-8 and not in Latin-1' };
}

/** What gateways do with bodies that they take for binary or for a form. */
function* wrappings(text: string): Generator<Candidate, void> {
  const compact = text.trim();
  if (/^[A-Za-z0-9+/]{4,}={0,2}$/.test(compact)) {
    yield { text: Buffer.from(compact, 'base64'), form: 'not encoded in base64' };
  }
  if (/%[0-9A-Fa-f]{2}/.test(compact)) {
    const form = 'not encoded as a form';
    try {
      const decoded = decodeURIComponent(compact.replaceAll('+', ' '));
      yield { text: decoded, form };
      yield { text: decoded.replace(/^[^={]*=/, ''), form };
      yield { text: decoded.replace(/=$/, ''), form };
    } catch {
      // A lone percent sign: then it was not that.
    }
  }
}

interface Writer {
  readonly form: string;
  write(value: unknown): string;
}

const indented =
  (indent: number | string, ends = '\n') =>
  (value: unknown) =>
    JSON.stringify(value, undefined, indent).replaceAll('\n', ends);

/** The JSON writers of the languages that receive webhooks. */
const WRITERS: readonly Writer[] = [
  { form: 'compact JSON', write: (value) => JSON.stringify(value) },
  { form: 'JSON with a space after each ":" and ","', write: (value) => spaced(value, ', ', ': ') },
  { form: 'JSON with a space after each ":"', write: (value) => spaced(value, ',', ': ') },
  { form: 'JSON indented by 2', write: indented(2) },
  { form: 'JSON indented by 4', write: indented(4) },
  { form: 'JSON indented by tabs', write: indented('\t') },
  { form: 'JSON indented by 2 with CRLF', write: indented(2, '\r\n') },
  { form: 'JSON indented by 4 with CRLF', write: indented(4, '\r\n') },
];

/** What is done to characters: by nobody, Python and PHP, PHP, .NET, Go. */
const ESCAPES: readonly { readonly form: string; escape: (json: string) => string }[] = [
  { form: '', escape: (json) => json },
  { form: ', other characters than ASCII as \\u escapes', escape: (json) => asciiOnly(json, 'lower') },
  { form: ', other characters than ASCII as \\U escapes in capitals', escape: (json) => asciiOnly(json, 'upper') },
  { form: ', "/" escaped', escape: (json) => json.replaceAll('/', '\\/') },
  { form: ', "/" escaped and \\u escapes', escape: (json) => asciiOnly(json, 'lower').replaceAll('/', '\\/') },
  {
    form: ', with the escapes of .NET',
    escape: (json) =>
      asciiOnly(
        json.replaceAll(/[<>&'+`]/g, (one) => unicodeEscape(one, 'upper')),
        'upper',
      ),
  },
  {
    form: ', with the escapes of Go',
    escape: (json) => json.replaceAll(/[<>&]/g, (one) => unicodeEscape(one, 'lower')),
  },
];

function* serialisations(value: unknown, order: string): Generator<Candidate, void> {
  for (const writer of WRITERS) {
    const json = writer.write(value);
    for (const { form, escape } of ESCAPES) {
      const text = escape(json);
      yield { text, form: `${writer.form}${form}${order}` };
      if (order === '') yield { text: `${text}\n`, form: `${writer.form}${form} and a line end` };
    }
  }
}

/** Sorted keys at every depth; and, for small objects, the keys at the top in every order. */
function* otherOrders(value: unknown): Generator<unknown, void> {
  yield sortedKeys(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const entries = Object.entries(value);
  if (entries.length > PERMUTED_KEYS) {
    yield Object.fromEntries(entries.toReversed());
    return;
  }
  for (const order of permutations(entries)) yield Object.fromEntries(order);
}

function* permutations<T>(items: readonly T[]): Generator<readonly T[], void> {
  if (items.length <= 1) {
    yield items;
    return;
  }
  for (const [index, item] of items.entries()) {
    const others = items.filter((_, at) => at !== index);
    for (const rest of permutations(others)) yield [item, ...rest];
  }
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]): [string, unknown] => [key, sortedKeys(inner)]));
}

/** As `json.dumps` of Python writes it. */
function spaced(value: unknown, comma: string, colon: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => spaced(item, comma, colon)).join(comma)}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, inner]) => `${JSON.stringify(key)}${colon}${spaced(inner, comma, colon)}`,
  );
  return `{${members.join(comma)}}`;
}

function asciiOnly(json: string, letters: 'lower' | 'upper'): string {
  return json.replaceAll(/[\u007f-\uffff]/g, (one) => unicodeEscape(one, letters));
}

function unicodeEscape(character: string, letters: 'lower' | 'upper'): string {
  const hex = character.charCodeAt(0).toString(16).padStart(4, '0');
  return `\\u${letters === 'upper' ? hex.toUpperCase() : hex}`;
}

function windowsBytes(text: string): Uint8Array | undefined {
  // The bytes 0x80 to 0x9f are letters of their own; the five that are undefined stand for themselves.
  const decoder = new TextDecoder('windows-1252');
  const table = new Map(Array.from({ length: 256 }, (_, byte) => [decoder.decode(Uint8Array.of(byte)), byte]));
  const bytes: number[] = [];
  for (const character of text) {
    const byte = table.get(character);
    if (byte === undefined) return undefined;
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/** `undefined` for what is no JSON, and for `null`, of which nothing could be written in another way. */
function parsed(text: string): unknown {
  try {
    return (JSON.parse(text.replace(/^\uFEFF/, '')) as unknown) ?? undefined;
  } catch {
    return undefined;
  }
}

function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
