/** Cuts the end of a text file: old programs mark it with Ctrl-Z (0x1A), and files allocated too large end in NULs. */
import { MAX_ROW_BYTES } from '../limits.ts';

const NUL = 0;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const CONTROL_Z = 26;

/** The bytes without 0x1A and NULs at the very end, and line ends between them. */
export async function* withoutEnd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  /** What may be the end. A very long one is not stored whole: followed by text, it would be a row too long anyway. */
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    const text = chunk.findLastIndex((byte) => !isEnd(byte) && !isLineEnd(byte)) + 1;
    if (text > 0) {
      yield* held;
      held = [];
      size = 0;
    }
    const end = held.length > 0 ? 0 : endOf(chunk, text);
    if (end > 0) yield chunk.subarray(0, end);
    if (end < chunk.length && size <= MAX_ROW_BYTES) {
      held.push(chunk.subarray(end));
      size += chunk.length - end;
    }
  }
}

/** The first byte of the end at or behind `from`. */
function endOf(chunk: Uint8Array, from: number): number {
  for (let at = from; at < chunk.length; at += 1) if (isEnd(chunk[at])) return at;
  return chunk.length;
}

function isEnd(byte: number | undefined): boolean {
  return byte === NUL || byte === CONTROL_Z;
}

function isLineEnd(byte: number): boolean {
  return byte === LINE_FEED || byte === CARRIAGE_RETURN;
}
