/**
 * Windows-1252, the table of the WHATWG Encoding Standard. Own code because the decoder of some supported versions of
 * Node takes it for Latin-1 and so loses the euro sign (22.19 is one; nodejs/node issue 56542).
 */
import { Buffer } from 'node:buffer';

/** What 0x80 to 0x9f stand for; the five bytes that are undefined stand for themselves. */
const LETTERS =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

const FIRST = 0x80;

export function decodeWindows1252(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return text.replaceAll(/[\u0080-\u009f]/g, (one) => LETTERS[one.charCodeAt(0) - FIRST] ?? one);
}

/** `undefined` for a text with characters that are not in it. */
export function encodeWindows1252(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const isOwn = unit < FIRST || (unit > 0x9f && unit <= 0xff);
    const place = isOwn ? unit : LETTERS.indexOf(text.charAt(at));
    if (place === -1) return undefined;
    bytes[at] = isOwn ? unit : FIRST + place;
  }
  return bytes;
}
