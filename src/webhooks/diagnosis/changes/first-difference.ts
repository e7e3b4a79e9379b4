/** Where the body that was signed and the one that was received part. */
import { createLineColumnCounter } from '../../../lib/json/line-column.ts';

export interface FirstDifference {
  /** In bytes from 0; the length of the shorter body where that one is the start of the longer. */
  readonly offset: number;
  /** From 1; the column in UTF-16 code units. */
  readonly line: number;
  readonly column: number;
  /** The bytes before the character with the difference, the same in both bodies; not all of a long one. */
  readonly before: Uint8Array;
  /** Each body from the character with the difference on, not all of a long one; empty where it ends there. */
  readonly signed: Uint8Array;
  readonly received: Uint8Array;
}

/** More than fits a line of a wide terminal. */
const WINDOW_BYTES = 256;

/** `undefined` for equal bodies. */
export function firstDifference(signed: Uint8Array, received: Uint8Array): FirstDifference | undefined {
  const shorter = Math.min(signed.byteLength, received.byteLength);
  let offset = 0;
  while (offset < shorter && signed[offset] === received[offset]) offset += 1;
  if (offset === signed.byteLength && offset === received.byteLength) return undefined;
  const start = startOfCharacter(signed, offset);
  const counter = createLineColumnCounter();
  counter.push(signed.subarray(0, start));
  const [line = 1, column = 1] = counter.place().split(':').map(Number);
  return {
    offset,
    line,
    column,
    before: signed.subarray(startOfCharacter(signed, Math.max(0, start - WINDOW_BYTES)), start),
    signed: signed.subarray(start, start + WINDOW_BYTES),
    received: received.subarray(start, start + WINDOW_BYTES),
  };
}

/** Where the character of UTF-8 starts that goes on at `offset`; `offset` itself where none does. */
function startOfCharacter(body: Uint8Array, offset: number): number {
  for (let start = offset - 1; start >= Math.max(0, offset - 3); start -= 1) {
    const byte = body[start] ?? 0;
    const length = byte < 0x80 ? 1 : byte < 0xc0 ? undefined : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    if (length !== undefined) return start + length > offset ? start : offset;
  }
  return offset;
}

/** The difference for machines. */
export interface FirstDifferenceJson {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  /**
   * Up to 24 bytes from the character with the difference on; empty where the body ends. Bytes that are not UTF-8 are
   * U+FFFD here.
   */
  readonly signed: string;
  readonly received: string;
  /** The same bytes in hexadecimal digits. */
  readonly signed_hex: string;
  readonly received_hex: string;
}

export function differenceJson({ offset, line, column, signed, received }: FirstDifference): FirstDifferenceJson {
  const [was, is] = [excerpt(signed), excerpt(received)];
  return {
    offset,
    line,
    column,
    signed: was.toString('utf8'),
    received: is.toString('utf8'),
    signed_hex: was.toString('hex'),
    received_hex: is.toString('hex'),
  };
}

const EXCERPT_BYTES = 24;

/** Ends between two characters. */
function excerpt(bytes: Uint8Array): Buffer {
  const end = bytes.byteLength <= EXCERPT_BYTES ? bytes.byteLength : startOfCharacter(bytes, EXCERPT_BYTES);
  return Buffer.from(bytes.subarray(0, end));
}
