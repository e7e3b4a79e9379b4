/** Decodes JSON files, and recognizes files that are not UTF-8. */
import { Buffer, constants, isUtf8 } from 'node:buffer';
import { CliError } from '../errors.ts';
import { createTextSource, type Source } from './json/source.ts';

/**
 * The text of a UTF-8 file, without its byte order mark. Throws `CliError` `usage` for an empty file, for other
 * encodings (UTF-16, UTF-32, Windows-1252) and for files that are not text, naming which it is.
 */
export function decodeSource(name: string, bytes: Uint8Array): Source {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  rejectForeignEncoding(name, buffer, 'JSON');
  const start = startsWith(buffer, [0xef, 0xbb, 0xbf]) ? 3 : 0;
  if (buffer.length - start > constants.MAX_STRING_LENGTH) {
    throw new CliError('usage', `${name} is too large: ${buffer.length} bytes`, {
      code: 'input_too_large',
      hint: 'send each wave as a request of its own',
    });
  }
  if (!isUtf8(buffer)) throw notUtf8(name, invalidUtf8(name, buffer, start));
  const text = buffer.toString('utf8', start);
  if (text.trim() === '') {
    throw new CliError('usage', `${name} is empty`, {
      code: 'empty_input',
      hint: 'a request is an object with "site_name" and "picks"',
    });
  }
  return createTextSource(name, text);
}

/** Throws `CliError` `usage` when the first bytes of a file show another encoding, or that it is not text. */
export function rejectForeignEncoding(name: string, bytes: Uint8Array, format: 'JSON' | 'CSV'): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const foreign = archiveOf(name, buffer) ?? foreignEncodingOf(buffer, format);
  if (foreign !== undefined) throw notUtf8(name, foreign, format);
}

/** The failure of a file with control characters, which its first bytes do not show. */
export function notText(name: string): CliError {
  return notUtf8(name, { what: 'is no text: it holds control characters' }, 'CSV');
}

interface ForeignEncoding {
  /** Completes "picks.json is ...". */
  readonly what: string;
  /** The name that `iconv` knows the encoding by; `undefined` when it is not text. */
  readonly encoding?: string;
  readonly place?: string;
  /** Default: how to get UTF-8. */
  readonly hint?: string;
}

function notUtf8(
  name: string,
  { what, encoding, place, hint }: ForeignEncoding,
  format: 'JSON' | 'CSV' = 'JSON',
): CliError {
  const file = format === 'CSV' ? ['wave.csv', 'wave-utf8.csv'] : ['request.json', 'request-utf8.json'];
  return new CliError('usage', `${name} ${what}`, {
    code: 'invalid_encoding',
    hint:
      hint ??
      (encoding === undefined
        ? `give ${format === 'CSV' ? 'the table as CSV' : 'the request as JSON'} text in UTF-8`
        : `save it as UTF-8, for example: iconv -f ${encoding} -t UTF-8 ${file.join(' > ')}`),
    ...(place === undefined
      ? {}
      : { details: [{ path: '', message: 'here is the first byte that is not UTF-8', place }] }),
  });
}

/** What exports are mistaken for: a workbook is a zip archive, an old one (.xls) an OLE file. */
function archiveOf(name: string, buffer: Buffer): ForeignEncoding | undefined {
  const isZip = startsWith(buffer, [0x50, 0x4b, 0x03, 0x04]);
  if (isZip && /\.zip$/i.test(name)) {
    return { what: 'is a zip archive', hint: 'unpack it and submit the files in it' };
  }
  if (!isZip && !startsWith(buffer, [0xd0, 0xcf, 0x11, 0xe0])) return undefined;
  return { what: 'is an Excel workbook', hint: 'save it as CSV UTF-8 (File > Save As) and submit that' };
}

/** The encoding or file type that the first bytes show; `undefined` for text. */
function foreignEncodingOf(buffer: Buffer, format: string): ForeignEncoding | undefined {
  if (startsWith(buffer, [0xff, 0xfe, 0, 0]) || startsWith(buffer, [0, 0, 0xfe, 0xff])) {
    return { what: `is UTF-32 text, ${format} is UTF-8`, encoding: 'UTF-32' };
  }
  const utf16 = `is UTF-16 text, ${format} is UTF-8`;
  if (startsWith(buffer, [0xff, 0xfe]) || startsWith(buffer, [0xfe, 0xff])) return { what: utf16, encoding: 'UTF-16' };
  // Without a mark: JSON begins with an ASCII character, so every other byte of the first two is zero.
  if (buffer.length >= 2 && buffer[0] !== 0 && buffer[1] === 0) return { what: utf16, encoding: 'UTF-16LE' };
  if (buffer.length >= 2 && buffer[0] === 0 && buffer[1] !== 0) return { what: utf16, encoding: 'UTF-16BE' };
  if (startsWith(buffer, [0x1f, 0x8b])) return { what: 'is compressed (gzip)' };
  if (startsWith(buffer, [0x25, 0x50, 0x44, 0x46])) return { what: 'is a PDF' };
  return undefined;
}

function invalidUtf8(name: string, buffer: Buffer, start: number): ForeignEncoding {
  const end = validPrefix(buffer);
  const before = createTextSource(name, `${buffer.toString('utf8', start, end)}.`);
  const byte = (buffer[end] ?? 0).toString(16).padStart(2, '0');
  return {
    what: `is not UTF-8 text: byte 0x${byte} at offset ${end} (saved as Windows-1252 or Latin-1?)`,
    encoding: 'WINDOWS-1252',
    place: before.place(before.text.length - 1),
  };
}

/** The length of the longest valid UTF-8 prefix, by bisection: `isUtf8` is far faster than a loop over bytes. */
function validPrefix(buffer: Buffer): number {
  let good = 0;
  let bad = buffer.length;
  while (bad - good > 8) {
    let middle = Math.floor((good + bad) / 2);
    // Not in the middle of a character: back to its first byte (at most three steps in valid text).
    for (let steps = 0; steps < 3 && ((buffer[middle] ?? 0) & 0xc0) === 0x80; steps += 1) middle -= 1;
    if (isUtf8(buffer.subarray(good, middle))) good = middle;
    else bad = middle;
  }
  for (let end = Math.min(buffer.length, bad + 4); end > good; end -= 1) {
    if (isUtf8(buffer.subarray(good, end))) return end;
  }
  return good;
}

function startsWith(buffer: Buffer, bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => buffer[index] === byte);
}
