/** Requests that are put together pick by pick, many at a time. */
import { createHash } from 'node:crypto';
import { HEAD_END, type RequestHead } from './request-head.ts';
import type { CallerRow, SetEntry } from './request-set.ts';
import { digestOf, type Spool, type Strand } from './spool.ts';

/** One request in the making. */
export interface WaveRequest {
  readonly waveId: string | undefined;
  readonly head: RequestHead;
  /** How many. */
  picks: number;
  /** The items of the list, with commas between them. */
  readonly body: Strand;
  /** The caller's rows as lines of JSON: the pick's id and the cells. `undefined` when the input is no table. */
  readonly rows: Strand | undefined;
}

export function newWaveRequest(
  spool: Spool,
  { waveId, head, table }: { readonly waveId: string | undefined; readonly head: RequestHead; readonly table: boolean },
): WaveRequest {
  const hash = createHash('sha256').update(head.text);
  return { waveId, head, picks: 0, body: spool.strand(hash), rows: table ? spool.strand() : undefined };
}

/** `pick` is an object of JSON. */
export function addPick(spool: Spool, request: WaveRequest, pick: string, row?: readonly string[]): void {
  spool.add(request.body, request.picks === 0 ? pick : `,${pick}`);
  if (request.rows !== undefined && row !== undefined) spool.add(request.rows, `${JSON.stringify(row)}\n`);
  request.picks += 1;
}

/** `cellsOf` puts the cells of a row where the columns of all tables have them. */
export function entryOf(
  spool: Spool,
  request: WaveRequest,
  name: string,
  cellsOf: (cells: readonly string[]) => readonly string[],
): SetEntry {
  const { head, waveId, picks, body, rows } = request;
  return {
    name,
    siteName: head.siteName,
    waveId,
    picks,
    digest: digestOf(body, HEAD_END),
    async body() {
      const pieces: Uint8Array[] = [new TextEncoder().encode(head.text)];
      for await (const piece of spool.read(body)) pieces.push(piece);
      pieces.push(new TextEncoder().encode(HEAD_END));
      return joined(pieces);
    },
    async rows() {
      if (rows === undefined) return undefined;
      const found: CallerRow[] = [];
      // Rows go to disk whole, so that a piece holds whole lines.
      for await (const piece of spool.read(rows)) {
        for (const line of new TextDecoder().decode(piece).trimEnd().split('\n')) {
          const [pickId = '', ...cells] = JSON.parse(line) as string[];
          found.push({ pickId, cells: cellsOf(cells) });
        }
      }
      return found;
    },
  };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
