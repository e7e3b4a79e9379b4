/** What kind of file an input is, and where its text begins. */
import { Buffer } from 'node:buffer';
import { HEADER_BYTES, HEADER_LINES } from '../limits.ts';
import { isBoxed } from './csv/drawn-table.ts';
import { findHeader, type HeaderNames } from './csv/header/line.ts';
import { foldName } from './csv/fields.ts';

export type InputFormat = 'json' | 'csv' | 'ndjson';

/** The first bytes of an input, and all of it again. */
export interface HeadedInput {
  /**
   * Without the byte order mark, as many lines as are looked at to find the header of a table, or the first that holds
   * text when they are long; all there is when there are fewer.
   */
  readonly head: Buffer;
  /** The whole, without the byte order mark. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Lets go of the input, however much of it was read. */
  close(): Promise<void>;
}

/** Reads until {@link HeadedInput.head} is there. Throws what the input throws. */
export async function openHead(input: AsyncIterable<Uint8Array>): Promise<HeadedInput> {
  const chunks = input[Symbol.asyncIterator]();
  const looked = createLook();
  const read: Uint8Array[] = [];
  while (!looked.enough()) {
    const next = await chunks.next();
    if (next.done === true) break;
    read.push(next.value);
    looked.at(next.value);
  }
  const whole = Buffer.concat(read);
  const head = whole[0] === 0xef && whole[1] === 0xbb && whole[2] === 0xbf ? whole.subarray(3) : whole;
  async function* bytes(): AsyncGenerator<Uint8Array, void> {
    if (head.length > 0) yield head;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  }
  return {
    head,
    bytes: bytes(),
    async close() {
      await chunks.return?.();
    },
  };
}

/** The format that the extension tells; `undefined` for others, which tell it by their content. */
export function formatOfName(name: string): InputFormat | undefined {
  const extension = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (extension === 'csv' || extension === 'tsv') return 'csv';
  if (extension === 'ndjson' || extension === 'jsonl') return 'ndjson';
  return extension === 'json' ? 'json' : undefined;
}

/**
 * The format that the first line tells (a single pick is picks one a line), or a header below it. What looks like nothing
 * known is taken for JSON, whose faults say why it is none.
 */
export function formatOfContent(head: Buffer, names: HeaderNames): InputFormat {
  const text = head.toString('utf8').trim();
  const line = text.split(/[\r\n]/, 1)[0] ?? '';
  if (line.startsWith('{')) {
    const value = objectOf(line);
    const isPick = value !== undefined && 'location_id' in value && !('picks' in value);
    return value !== undefined && (text.length > line.length || isPick) ? 'ndjson' : 'json';
  }
  if (line.startsWith('[')) return 'json';
  if (isBoxed(line)) return 'csv';
  const { cells, delimiter } = findHeader(head.toString('latin1'), names).header;
  return delimiter !== undefined || cells.some((cell) => names.known.has(foldName(cell))) ? 'csv' : 'json';
}

function objectOf(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const OPEN_BRACE = 0x7b;
/** Bytes that are no text: blanks, line ends, and those of the byte order mark. */
const BLANK = new Set([0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf]);

/** Whether enough has come: a line with text and more of a table, and behind one that begins an object the next text. */
function createLook() {
  let phase: 'before' | 'line' | 'behind' | 'enough' = 'before';
  let object = false;
  let bytesLeft = HEADER_BYTES;
  let linesLeft = HEADER_LINES * 2;
  return {
    enough: () => phase === 'enough',
    at(bytes: Uint8Array): void {
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
        phase = 'behind';
      }
      if (phase !== 'behind') return;
      const behind = bytes.subarray(at);
      if (object) {
        if (behind.some((byte) => !BLANK.has(byte))) phase = 'enough';
        return;
      }
      linesLeft -= Math.max(countOf(behind, 0x0a), countOf(behind, 0x0d));
      if (linesLeft <= 0 || bytesLeft <= 0) phase = 'enough';
    },
  };
}

function countOf(bytes: Uint8Array, wanted: number): number {
  let count = 0;
  for (let at = bytes.indexOf(wanted); at !== -1; at = bytes.indexOf(wanted, at + 1)) count += 1;
  return count;
}
