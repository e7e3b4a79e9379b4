import { withEscapedControls } from '../text/control-characters.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * A JSON document on one line: white space between its tokens is taken out, and nothing else is touched. It is never
 * parsed, so that integers beyond 2^53, `1.0`, equal keys and keys such as `__proto__` come out as they went in.
 *
 * @param document the bytes of one JSON document (UTF-8); a byte order mark is dropped
 */
export function compactJson(document: Uint8Array): Uint8Array {
  const compact = new Uint8Array(document.length);
  let size = 0;
  let inString = false;
  for (let at = hasByteOrderMark(document) ? 3 : 0; at < document.length; at += 1) {
    const byte = document[at] as number;
    if (inString) {
      compact[size++] = byte;
      if (byte === BACKSLASH && at + 1 < document.length) {
        at += 1;
        compact[size++] = document[at] as number;
      } else if (byte === QUOTE) inString = false;
    } else if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
      compact[size++] = byte;
      inString = byte === QUOTE;
    }
  }
  return compact.subarray(0, size);
}

/**
 * One line of NDJSON, line end included: `fields` as `JSON.stringify` writes them, then one member for each of
 * `documents`, whose bytes are put in unchanged but for white space; `null` stands for a document that is not there.
 */
export function jsonLine(
  fields: Readonly<Record<string, unknown>>,
  documents: Readonly<Record<string, Uint8Array | null>>,
): Uint8Array {
  const parts: Uint8Array[] = [];
  let text = JSON.stringify(fields).slice(0, -1);
  for (const [name, document] of Object.entries(documents)) {
    text += `${text === '{' ? '' : ','}${JSON.stringify(name)}:`;
    parts.push(Buffer.from(text), document === null ? Buffer.from('null') : compactJson(document));
    text = '';
  }
  parts.push(Buffer.from(`${text}}\n`));
  return Buffer.concat(parts);
}

/** A value as one line of JSON, in which nothing acts on the terminal that shows it. */
export function jsonText(value: unknown): string {
  return withEscapedControls(JSON.stringify(value));
}

/**
 * For JSON of others that goes to a terminal in chunks: each as text, in which nothing acts. What a chunk cuts in the
 * middle comes with the next.
 */
export function createJsonForTerminal(): (chunk: Uint8Array | string) => string {
  const decoder = new TextDecoder();
  return (chunk) => withEscapedControls(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
}

function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
