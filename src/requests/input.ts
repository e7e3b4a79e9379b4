/** An input on its way to the reader of its format. */
import { Buffer } from 'node:buffer';
import { HEADER_BYTES, HEADER_LINES } from '../limits.ts';
import type { InputFormat } from './format.ts';
import type { SetBuilder } from './set-builder.ts';

/** An input whose start was read ahead. */
export interface PeekedInput {
  /**
   * The start, without a byte order mark: as many lines as a header is looked for in, or the first line with text when
   * lines are long. Empty for `json`, which is read as a whole.
   */
  readonly head: Buffer;
  /** Whether there was a byte order mark. */
  readonly mark: boolean;
  /** All bytes, the start included. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Closes the input, however much of it was read. */
  close(): Promise<void>;
}

/**
 * Reads an input of one format, and adds its requests, or their errors, to the set. Throws `CliError` `usage` for what is
 * not of the format at all.
 */
export type RequestReader = (name: string, input: PeekedInput, set: SetBuilder) => Promise<void>;

/** Reads the start. `format` is the one that is known already. Throws what the input throws. */
export async function peekInput(
  input: AsyncIterable<Uint8Array>,
  format: InputFormat | undefined,
): Promise<PeekedInput> {
  const chunks = input[Symbol.asyncIterator]();
  const detector = createHeadDetector();
  const read: Uint8Array[] = [];
  for (let isEnough = format === 'json'; !isEnough; isEnough = detector.isEnough()) {
    const next = await chunks.next();
    if (next.done === true) break;
    read.push(next.value);
    detector.push(next.value);
  }
  const start = Buffer.concat(read);
  const mark = start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf;
  const head = mark ? start.subarray(3) : start;
  async function* bytes(): AsyncGenerator<Uint8Array, void> {
    if (head.length > 0) yield head;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  }
  return {
    head,
    mark,
    bytes: bytes(),
    async close() {
      await chunks.return?.();
    },
  };
}

const OPEN_BRACE = 0x7b;
/** Blanks, line ends, and the bytes of the byte order mark. */
const BLANK = new Set([0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf]);

/** Enough are a first line with text and the lines in which a header may be, or after a line of JSON the next text. */
function createHeadDetector() {
  let phase: 'before' | 'line' | 'after' | 'enough' = 'before';
  let object = false;
  let bytesLeft = HEADER_BYTES;
  let linesLeft = HEADER_LINES * 2;
  return {
    isEnough: () => phase === 'enough',
    push(bytes: Uint8Array): void {
      let at = 0;
      bytesLeft -= bytes.length;
      if (phase === 'before') {
        at = bytes.findIndex((byte) => !BLANK.has(byte));
        if (at === -1) return;
        object = bytes[at] === OPEN_BRACE;
        phase = 'line';
      }
      if (phase === 'line') {
        const ends = [bytes.indexOf(0x0a, at), bytes.indexOf(0x0d, at)].filter((end) => end !== -1);
        if (ends.length === 0) return;
        at = Math.min(...ends);
        phase = 'after';
      }
      if (phase !== 'after') return;
      const rest = bytes.subarray(at);
      if (object) {
        if (rest.some((byte) => !BLANK.has(byte))) phase = 'enough';
        return;
      }
      linesLeft -= Math.max(countOf(rest, 0x0a), countOf(rest, 0x0d));
      if (linesLeft <= 0 || bytesLeft <= 0) phase = 'enough';
    },
  };
}

function countOf(bytes: Uint8Array, wanted: number): number {
  let count = 0;
  for (let at = bytes.indexOf(wanted); at !== -1; at = bytes.indexOf(wanted, at + 1)) count += 1;
  return count;
}
