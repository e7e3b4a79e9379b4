/** The place where two bodies part, as two aligned lines. */
import { isUtf8 } from 'node:buffer';
import { displayWidth } from '../../lib/text/display-width.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { wrapBehind } from '../../lib/text/wrap.ts';
import type { FirstDifference } from '../../webhooks/diagnosis/changes/first-difference.ts';
import type { Style } from '../terminal/style.ts';

const LABELS = { signed: '  signed    ', received: '  received  ' } as const;

/** Of a pipe, which has no width. */
const USUAL_WIDTH = 80;
const WIDEST_EXCERPT = 64;
const NARROWEST_EXCERPT = 8;
const MOST_HEX_BYTES = 8;

/** Both bodies around their first difference; there in hexadecimal digits too, where it cannot be seen. */
export function* renderDifference(
  difference: FirstDifference,
  { width, style }: { readonly width: number | undefined; readonly style: Style },
): Generator<string, void> {
  const { offset, line, column, before, signed, received } = difference;
  const shorter = signed.byteLength === 0 ? 'signed' : received.byteLength === 0 ? 'received' : undefined;
  const end = shorter === undefined ? '' : `, where the ${shorter} body ends`;
  yield* wrapBehind('', `First difference at byte ${offset} (line ${line}, column ${column})${end}:`, width);
  const room = (width ?? USUAL_WIDTH) - LABELS.signed.length;
  const columns = Math.max(NARROWEST_EXCERPT, Math.min(WIDEST_EXCERPT, room));
  const start = lastOf([...signsOf(before)], Math.floor(columns / 3));
  const rest = columns - displayWidth(start);
  const [was, is] = [signed, received].map((bytes) => firstOf([...signsOf(bytes)], rest));
  yield `${style.dim(LABELS.signed)}${start}${style.bold(was ?? '')}`;
  yield `${style.dim(LABELS.received)}${start}${style.bold(is ?? '')}`;
  if (was !== is && isSeen(signed, received) && isSeen(received, signed)) return;
  yield 'In hexadecimal digits from there:';
  const bytes = Math.min(MOST_HEX_BYTES, Math.floor((columns + 1) / 3));
  yield `${style.dim(LABELS.signed)}${hexOf(signed, bytes)}`;
  yield `${style.dim(LABELS.received)}${hexOf(received, bytes)}`;
}

function hexOf(bytes: Uint8Array, most: number): string {
  if (bytes.byteLength === 0) return '(end)';
  return Array.from(bytes.subarray(0, most), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** Whether the first character is one that a reader can tell from others. A space at the end of a line is none. */
function isSeen(bytes: Uint8Array, other: Uint8Array): boolean {
  const [first] = bytes;
  if (first === undefined) return true;
  if (first === 0x20) return other.byteLength > 0;
  return first in WHITE_SPACE || (first > 0x20 && first < 0x7f);
}

/** The last signs that fit `width` columns, with `…` before them when some are missing. */
function lastOf(signs: readonly string[], width: number): string {
  if (displayWidth(signs.join('')) <= width) return signs.join('');
  let from = signs.length;
  let used = 1;
  while (from > 0 && used + displayWidth(signs[from - 1] ?? '') <= width) {
    from -= 1;
    used += displayWidth(signs[from] ?? '');
  }
  return `…${signs.slice(from).join('')}`;
}

/** The first signs that fit `width` columns, with `…` behind them when some are missing. */
function firstOf(signs: readonly string[], width: number): string {
  if (displayWidth(signs.join('')) <= width) return signs.join('');
  let text = '';
  for (const sign of signs) {
    if (displayWidth(text + sign) >= width) break;
    text += sign;
  }
  return `${text}…`;
}

const WHITE_SPACE: Readonly<Record<number, string>> = { 0x09: '⇥', 0x0a: '⏎', 0x0d: '␍', 0x20: ' ' };

/** A sign for each character: `⏎`, `␀`, `<U+FEFF>`, and `\xfc` for a byte that is not UTF-8. */
function* signsOf(bytes: Uint8Array): Generator<string, void> {
  let at = 0;
  while (at < bytes.byteLength) {
    const first = bytes[at] ?? 0;
    const length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const character = bytes.subarray(at, at + length);
    const isWhole = isUtf8(character);
    yield isWhole ? signOf(Buffer.from(character).toString('utf8')) : `\\x${hexOf(bytes.subarray(at), 1)}`;
    at += isWhole ? length : 1;
  }
}

function signOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const sign = WHITE_SPACE[code];
  if (sign !== undefined) return sign;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '␡';
  if (cleanText(character) === character && !/[\p{C}\p{Z}]/u.test(character)) return character;
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}
