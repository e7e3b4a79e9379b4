/** Requests that are put together pick by pick, many at a time. */
import { createHash } from 'node:crypto';
import { HEAD_END, type RequestHead } from './head.ts';
import type { CallerRow, PickLine, SetEntry } from './request-set.ts';
import { digestOf, sizeOf, type Spool, type Strand } from './spool.ts';

/** One request in the making. */
export interface WaveRequest {
  readonly waveId: string | undefined;
  readonly head: RequestHead;
  /** How many. */
  picks: number;
  /** The items of the list, with commas between them. */
  readonly body: Strand;
  /** What each pick was made from, as lines of JSON: its line, its id, and the cells when the input is a table. */
  readonly origins: Strand;
  readonly input: WaveInput;
}

export interface WaveInput {
  /** The name of the file. */
  readonly name: string;
  readonly table: boolean;
}

/** A pick in JSON, and what it was made from. */
export interface MadePick {
  readonly json: string;
  readonly id: string;
  readonly line: number;
  /** Of a table. */
  readonly cells?: readonly string[];
}

export function newWaveRequest(
  spool: Spool,
  { waveId, head }: Pick<WaveRequest, 'waveId' | 'head'>,
  input: WaveInput,
): WaveRequest {
  const hash = createHash('sha256').update(head.text);
  return { waveId, head, picks: 0, body: spool.strand(hash), origins: spool.strand(), input };
}

export function addPick(spool: Spool, request: WaveRequest, { json, id, line, cells = [] }: MadePick): void {
  spool.add(request.body, request.picks === 0 ? json : `,${json}`);
  spool.add(request.origins, `${JSON.stringify([line, id, ...cells])}\n`);
  request.picks += 1;
}

/** `cellsOf` puts the cells of a row where the columns of all tables have them. */
export function entryOf(
  spool: Spool,
  request: WaveRequest,
  name: string,
  cellsOf: (cells: readonly string[]) => readonly string[],
): SetEntry {
  const { head, waveId, picks, body, origins, input } = request;
  /** Lines of JSON. They go to disk whole, so that a piece holds whole lines. */
  async function* originLines(): AsyncGenerator<string, void> {
    for await (const piece of spool.read(origins)) yield* new TextDecoder().decode(piece).trimEnd().split('\n');
  }
  return {
    name,
    siteName: head.siteName,
    waveId,
    picks,
    digest: digestOf(body, HEAD_END),
    async body() {
      const begin = new TextEncoder().encode(head.text);
      const end = new TextEncoder().encode(HEAD_END);
      // One room for all: pieces that are gathered and joined take it twice.
      const whole = new Uint8Array(begin.length + sizeOf(body) + end.length);
      whole.set(begin);
      let at = begin.length;
      for await (const piece of spool.read(body)) {
        whole.set(piece, at);
        at += piece.length;
      }
      whole.set(end, at);
      return whole;
    },
    async rows() {
      if (!input.table) return undefined;
      const found: CallerRow[] = [];
      for await (const line of originLines()) {
        const [, pickId, ...cells] = JSON.parse(line) as Origin;
        found.push({ pickId, cells: cellsOf(cells) });
      }
      return found;
    },
    async pickLines(wanted) {
      const found = new Map<number, PickLine>();
      let index = 0;
      for await (const text of originLines()) {
        if (wanted.has(index)) {
          const [line, pickId] = JSON.parse(text) as Origin;
          found.set(index, { pickId, place: `${input.name}:${line}` });
        }
        index += 1;
      }
      return found;
    },
  };
}

type Origin = [line: number, pickId: string, ...cells: string[]];
