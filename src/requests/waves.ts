/** Assembles requests from picks that are read one by one, many requests at a time. */
import { createHash } from 'node:crypto';
import { createEnvelopes, ENVELOPE_END, type RequestEnvelope, type RequestField } from './envelope.ts';
import { quote } from './quote.ts';
import type { CallerRow, PickLine, SetEntry } from './request-set.ts';
import type { SetBuilder } from './set-builder.ts';
import { digestOf, sizeOf, type SpoolEntry } from './spool.ts';

/** One request in the making. */
export interface Wave {
  readonly waveId: string | undefined;
  readonly envelope: RequestEnvelope;
  /** Tells the pick ids of this wave from those of others. */
  readonly number: number;
  /** How many. */
  picks: number;
  /** The items of the list, with commas between them. */
  readonly body: SpoolEntry;
  /** What each pick was made from, as lines of JSON: its line, its id, and its cells when the input is a table. */
  readonly origins: SpoolEntry;
}

/** A pick in JSON, and what it was made from. */
export interface SerializedPick {
  readonly json: string;
  readonly id: string;
  readonly line: number;
  /** Of a table. */
  readonly cells?: readonly string[];
}

export interface AssembledInput {
  readonly name: string;
  /** Where a field that all requests lack is missing. */
  readonly place: string;
  /** Puts the cells of a row where the columns of all tables have them; `undefined` when the input is no table. */
  readonly cellsOf?: (cells: readonly string[]) => readonly string[];
}

/** The waves of one input. */
export class WaveAssembler {
  readonly #set: SetBuilder;
  readonly #input: AssembledInput;
  readonly #makeEnvelope: ReturnType<typeof createEnvelopes>;
  readonly #waves = new Map<string, Wave>();

  constructor(set: SetBuilder, input: AssembledInput) {
    this.#set = set;
    this.#input = input;
    this.#makeEnvelope = createEnvelopes(set);
  }

  /** The wave of that id, `''` being the wave of picks that name none. `fields` are those of a new request. */
  waveOf(id: string, place: () => string, fields: () => readonly RequestField[] = () => []): Wave {
    const known = this.#waves.get(id);
    if (known !== undefined) return known;
    const { spool, overrides } = this.#set;
    const waveId = id === '' ? overrides.wave : id;
    const waveField = waveId === undefined ? [] : [{ name: 'wave_id', json: JSON.stringify(waveId), place }];
    const envelope = this.#makeEnvelope([...waveField, ...fields()], () => this.#input.place);
    const body = spool.entry(createHash('sha256').update(envelope.start));
    const wave = { waveId, envelope, number: this.#set.nextNumber(), picks: 0, body, origins: spool.entry() };
    this.#waves.set(id, wave);
    return wave;
  }

  add(wave: Wave, { json, id, line, cells = [] }: SerializedPick): void {
    const { spool } = this.#set;
    spool.add(wave.body, wave.picks === 0 ? json : `,${json}`);
    spool.add(wave.origins, `${JSON.stringify([line, id, ...cells])}\n`);
    wave.picks += 1;
  }

  /** Adds the requests to the set. */
  end(): void {
    const { name } = this.#input;
    for (const wave of this.#waves.values()) {
      if (wave.picks === 0) continue;
      this.#set.requests.push({ name: wave.waveId ?? name, place: name, entry: (own) => this.#entry(wave, own) });
    }
  }

  #entry(wave: Wave, name: string): SetEntry {
    const { spool } = this.#set;
    const { name: file, cellsOf } = this.#input;
    const { envelope, waveId, picks, body, origins } = wave;
    /** Lines go to disk whole, so that a piece holds whole lines. */
    async function* originLines(): AsyncGenerator<string, void> {
      for await (const piece of spool.read(origins)) yield* new TextDecoder().decode(piece).trimEnd().split('\n');
    }
    return {
      name,
      siteName: envelope.siteName,
      waveId,
      picks,
      digest: digestOf(body, ENVELOPE_END),
      async body() {
        const start = new TextEncoder().encode(envelope.start);
        const end = new TextEncoder().encode(ENVELOPE_END);
        // Filled piece by piece: gathering the pieces first would take the memory twice.
        const whole = new Uint8Array(start.length + sizeOf(body) + end.length);
        whole.set(start);
        let at = start.length;
        for await (const piece of spool.read(body)) {
          whole.set(piece, at);
          at += piece.length;
        }
        whole.set(end, at);
        return whole;
      },
      async rows() {
        if (cellsOf === undefined) return undefined;
        const rows: CallerRow[] = [];
        for await (const line of originLines()) {
          const [, pickId, ...cells] = JSON.parse(line) as Origin;
          rows.push({ pickId, cells: cellsOf(cells) });
        }
        return rows;
      },
      async pickLines(wanted) {
        const found = new Map<number, PickLine>();
        let index = 0;
        for await (const text of originLines()) {
          if (wanted.has(index)) {
            const [line, pickId] = JSON.parse(text) as Origin;
            found.set(index, { pickId, place: `${file}:${line}` });
          }
          index += 1;
        }
        return found;
      },
    };
  }
}

type Origin = [line: number, pickId: string, ...cells: string[]];

/** The message for the second pick of a wave with one id; `first` is the line of the first. */
export function usedTwice(id: string, waveId: string | undefined, first: number): string {
  const where = waveId === undefined ? '' : ` in wave ${quote(waveId)}`;
  return `the pick_id ${quote(id)} is used twice${where}, first in line ${first}`;
}
