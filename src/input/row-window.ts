/** The bytes of a table around the row that is being read, and the line they stand in. */
import { Buffer, isAscii } from 'node:buffer';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Offsets count from the first byte of the table, behind its byte order mark. */
export interface RowWindow {
  /** Behind the last byte that has come. */
  readonly end: number;
  /** Whether all bytes held are below 0x80. */
  readonly ascii: boolean;
  push(chunk: Uint8Array): void;
  bytes(from: number, to: number): Buffer;
  /** The offset behind the line end that comes first at or after `from`; `undefined` while none has come. */
  afterLine(from: number): number | undefined;
  /** `from`, or the first byte behind it that ends no line. */
  pastLineEnds(from: number): number;
  /** Counts from 1. */
  lineAt(offset: number): number;
  /** What is before the offset is not asked for again. */
  forget(before: number): void;
}

export function createRowWindow(firstLine = 1): RowWindow {
  let held: Buffer = Buffer.alloc(0);
  let start = 0;
  let ascii = true;
  /** `line` is the line of the byte at `counted`. */
  let counted = 0;
  let line = firstLine;

  const window: RowWindow = {
    get end() {
      return start + held.length;
    },
    get ascii() {
      return ascii;
    },
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      ascii = (held.length === 0 || ascii) && isAscii(bytes);
      held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    },
    bytes: (from, to) => held.subarray(from - start, to - start),
    afterLine(from) {
      const feed = held.indexOf(LINE_FEED, from - start);
      const before = feed === -1 ? held : held.subarray(0, feed);
      const back = before.indexOf(CARRIAGE_RETURN, from - start);
      if (back === -1) return feed === -1 ? undefined : start + feed + 1;
      // A line feed may be the next to come.
      if (back === held.length - 1) return undefined;
      return start + back + (held[back + 1] === LINE_FEED ? 2 : 1);
    },
    pastLineEnds(from) {
      let at = from - start;
      while (held[at] === LINE_FEED || held[at] === CARRIAGE_RETURN) at += 1;
      return start + at;
    },
    lineAt(offset) {
      if (offset >= counted) {
        line += lineEnds(held, counted - start, offset - start);
        counted = offset;
        return line;
      }
      return line - lineEnds(held, offset - start, counted - start);
    },
    forget(before) {
      window.lineAt(Math.max(before, counted));
      held = held.subarray(before - start);
      start = before;
      ascii = ascii || isAscii(held);
    },
  };
  return window;
}

/** Line feeds, and carriage returns that no line feed follows, from `from` to before `to`. */
function lineEnds(bytes: Buffer, from: number, to: number): number {
  const part = bytes.subarray(from, to);
  let count = 0;
  for (let at = part.indexOf(LINE_FEED); at !== -1; at = part.indexOf(LINE_FEED, at + 1)) count += 1;
  for (let at = part.indexOf(CARRIAGE_RETURN); at !== -1; at = part.indexOf(CARRIAGE_RETURN, at + 1)) {
    if (bytes[from + at + 1] !== LINE_FEED) count += 1;
  }
  return count;
}
