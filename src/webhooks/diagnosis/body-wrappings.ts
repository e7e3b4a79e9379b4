/** Bodies as another text: with other edges, in another character set, or as Python prints them. */
import { Buffer } from 'node:buffer';
import { type BodyEdit, done } from './changes/edit.ts';
import { encodeWindows1252 } from '../../lib/bytes/windows-1252.ts';

/** What may have been signed: a text or, where it need not be UTF-8, bytes. */
export interface Candidate {
  readonly text: string | Uint8Array;
  /** How it differs from what was received. */
  readonly form: string;
  /** What made the received body of it, in this order; where it is not given, a comparison shows it. */
  readonly edits?: readonly BodyEdit[];
}

/** Other line ends, white space and byte order marks, as editors, shells and string functions change them. */
export function* otherEdges(text: string): Generator<Candidate, void> {
  const unmarked = text.replace(/^\uFEFF/, '');
  if (unmarked !== text) yield { text: unmarked, form: 'without a byte order mark' };
  const trimmed = unmarked.trim();
  yield { text: trimmed, form: 'without white space around it' };
  yield { text: `${trimmed}\n`, form: 'with a line end behind it' };
  yield { text: `${trimmed}\r\n`, form: 'with a CRLF behind it' };
  yield { text: `\uFEFF${text}`, form: 'with a byte order mark' };
  const unix = text.replaceAll('\r\n', '\n');
  yield { text: unix, form: 'with LF for CRLF' };
  yield { text: unix.replaceAll('\n', '\r\n'), form: 'with CRLF for LF' };
  yield { text: unix.trim(), form: 'with LF for CRLF' };
  yield { text: `${unix.trim()}\n`, form: 'with LF for CRLF' };
  yield { text: unix.trim().replaceAll('\n', '\r\n'), form: 'with CRLF for LF' };
  yield { text: `${unix.trim().replaceAll('\n', '\r\n')}\r\n`, form: 'with CRLF for LF' };
  if (text.endsWith('\0')) yield { text: text.replace(/\0+$/, ''), form: 'without zero bytes behind it' };
}

/** The body before it was decoded wrongly or printed. */
export function* unwrapped(body: Uint8Array): Generator<Candidate, void> {
  const text = Buffer.from(body).toString('utf8');
  yield* otherCharsets(body, text);
  yield* pythonTexts(text.trim());
}

function* otherCharsets(body: Uint8Array, text: string): Generator<Candidate, void> {
  for (const { read, name } of CHARSETS) {
    const once = read(text);
    if (once === undefined) continue;
    const misread = `read as ${name} instead of UTF-8`;
    yield { text: once, form: `in UTF-8 and not decoded as ${name}`, edits: [done(misread)] };
    const twice = read(Buffer.from(once).toString('utf8'));
    if (twice === undefined) continue;
    yield { text: twice, form: `in UTF-8 and not decoded as ${name} twice`, edits: [done(`${misread}, twice`)] };
  }
  for (const [charset, name] of [
    ['latin1', 'Latin-1'],
    ['windows-1252', 'Windows-1252'],
  ] as const) {
    const text = charset === 'latin1' ? Buffer.from(body).toString(charset) : new TextDecoder(charset).decode(body);
    yield { text, form: `in UTF-8 and not in ${name}`, edits: [done(`converted to ${name}`)] };
  }
  const wide = Buffer.from(body);
  if (wide.byteLength < 2 || wide.byteLength % 2 !== 0 || !wide.includes(0)) return;
  for (const bytes of [wide, Buffer.from(wide).swap16()]) {
    const way = { form: 'in UTF-8 and not in UTF-16', edits: [done('converted to UTF-16')] };
    yield { text: bytes.toString('utf16le'), ...way };
    yield { text: bytes.toString('utf16le').replace(/^\uFEFF/, ''), ...way };
  }
}

/** `read` gives the bytes that were decoded as these characters; `undefined` for other characters, or ASCII alone. */
const CHARSETS = [
  { name: 'Latin-1', read: latinBytes },
  { name: 'Windows-1252', read: windowsBytes },
] as const;

function latinBytes(text: string): Uint8Array | undefined {
  return /^[\u0000-\u00ff]*[\u0080-\u00ff][\u0000-\u00ff]*$/.test(text) ? Buffer.from(text, 'latin1') : undefined;
}

function windowsBytes(text: string): Uint8Array | undefined {
  return /^[\u0000-\u007f]*$/.test(text) ? undefined : encodeWindows1252(text);
}

/** `str(...)` of the result of `json.loads`, and of bytes. */
function* pythonTexts(text: string): Generator<Candidate, void> {
  const bytes = /^b(['"])(.*)\1$/s.exec(text)?.[2];
  if (bytes !== undefined) {
    const edits = [done("printed as Python bytes (b'...')")];
    yield {
      text: Buffer.from(unescapedPython(bytes), 'latin1'),
      form: "without the b'...' of Python around it",
      edits,
    };
  }
  if (!/^[{[].*'/s.test(text) || parsed(text) !== undefined) return;
  const json = text.replaceAll(
    /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|\b(?:True|False|None)\b/gs,
    (match, single?: string, double?: string) => {
      const inner = single ?? double;
      return inner === undefined ? (PYTHON_WORDS[match] ?? match) : JSON.stringify(unescapedPython(inner));
    },
  );
  const edits = [done('printed as a Python object')];
  yield { text: json, form: 'as JSON and not as Python prints an object', edits };
}

const PYTHON_WORDS: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' };

const PYTHON_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function unescapedPython(text: string): string {
  return text.replaceAll(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|(.))/gs,
    (_, byte?: string, unit?: string, one?: string) => {
      const hex = byte ?? unit;
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return PYTHON_ESCAPES[one ?? ''] ?? one ?? '';
    },
  );
}

/** `undefined` when it is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
