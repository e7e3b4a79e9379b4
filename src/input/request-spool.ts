/** Picks of many waves on their way from rows to requests: on disk, and only their places in memory. */
import { createHash } from 'node:crypto';
import type { CallerRow } from './request-set.ts';

/** Where bytes are kept; see `ScratchFile` of the platform. */
export interface Scratch {
  append(bytes: Uint8Array): number;
  read(offset: number, length: number): Uint8Array;
}

/** One wave. Ranges that touch are one: a sorted export has one range a wave. */
export interface SpooledPicks {
  add(pick: string, row: CallerRow | undefined): void;
  readonly count: number;
  /** SHA-256 of the request that begins with `head`, in hexadecimal. */
  digest(head: string): string;
  /** The request: `head`, the picks, and what closes both. */
  body(head: string): Uint8Array;
  rows(): readonly CallerRow[];
}

const PIECE_BYTES = 4 * 1024 * 1024;
const NEWLINE = 0x0a;
const TAIL = ']}';

/** `head` is the JSON text of a request up to and with the bracket that opens its picks. */
export function createSpooledPicks(scratch: Scratch): SpooledPicks {
  /** Pairs of offset and end. */
  const ranges: number[] = [];
  const encoder = new TextEncoder();
  let count = 0;

  /** Two lines a pick: the pick itself, and the caller's row. Neither holds a line end: both are JSON. */
  function* lines(): Generator<Uint8Array, void> {
    for (let at = 0; at < ranges.length; at += 2) {
      const end = ranges[at + 1] ?? 0;
      let rest: Uint8Array = new Uint8Array(0);
      for (let offset = ranges[at] ?? 0; offset < end; offset += PIECE_BYTES) {
        const piece = scratch.read(offset, Math.min(PIECE_BYTES, end - offset));
        const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
        let from = 0;
        for (let to = bytes.indexOf(NEWLINE); to !== -1; to = bytes.indexOf(NEWLINE, from)) {
          yield bytes.subarray(from, to);
          from = to + 1;
        }
        rest = bytes.subarray(from);
      }
    }
  }

  function* pieces(head: string): Generator<Uint8Array, void> {
    yield encoder.encode(head);
    const comma = encoder.encode(',');
    let number = 0;
    for (const line of lines()) {
      if (number % 2 === 0) {
        if (number > 0) yield comma;
        yield line;
      }
      number += 1;
    }
    yield encoder.encode(TAIL);
  }

  return {
    add(pick, row) {
      const bytes = encoder.encode(`${pick}\n${row === undefined ? '' : JSON.stringify([row.pickId, ...row.cells])}\n`);
      const offset = scratch.append(bytes);
      if (ranges.at(-1) === offset) ranges[ranges.length - 1] = offset + bytes.length;
      else ranges.push(offset, offset + bytes.length);
      count += 1;
    },
    get count() {
      return count;
    },
    digest(head) {
      const hash = createHash('sha256');
      for (const piece of pieces(head)) hash.update(piece);
      return hash.digest('hex');
    },
    body: (head) => Buffer.concat([...pieces(head)]),
    rows() {
      const rows: CallerRow[] = [];
      const decoder = new TextDecoder();
      let number = 0;
      for (const line of lines()) {
        if (number % 2 === 1 && line.length > 0) {
          const [pickId = '', ...cells] = JSON.parse(decoder.decode(line)) as string[];
          rows.push({ pickId, cells });
        }
        number += 1;
      }
      return rows;
    },
  };
}

/** SHA-256 of a body that is there whole, in hexadecimal. */
export function digestOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
