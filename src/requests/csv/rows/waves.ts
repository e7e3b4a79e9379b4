/** The waves of one table: what their rows must agree on, and the requests that they become. */
import { createIdCheck, type IdCheck } from '../../validation/id-check.ts';
import { createRequestHeads, type RequestHead, type WholeField } from '../../head.ts';
import { type CellFault, faultOf } from './faults.ts';
import { cellOf, valueOf } from './values.ts';
import type { SetBuilder } from '../../set-builder.ts';
import { CellSlip } from './cells.ts';
import { quote } from '../../quote.ts';
import { asArgument, type FieldColumn } from '../header/columns.ts';
import type { CurrentRow } from '../reader.ts';
import type { TableHeader } from '../header/header.ts';
import { entryOf, newWaveRequest, type WaveRequest } from '../../waves.ts';

/** The request of a wave, and what its rows must agree on. */
export interface TableWave {
  readonly request: WaveRequest;
  /** Tells the ids of this wave from those of others. */
  readonly number: number;
  readonly firstLine: number;
  /** Cells of the request's own columns in the first row. */
  readonly whole: readonly string[];
  /** Also those that were refused: so a made id stays the same when others are fixed. */
  rows: number;
  orderless: number;
  /** The place of the first. */
  firstOrderless: string;
}

export interface TableWaves {
  has(id: string): boolean;
  /** `''` is no wave. */
  waveOf(id: string, cells: readonly string[], row: CurrentRow): TableWave;
  /** Cells of the request's own columns that cannot be read, in any row. */
  wholeSlips(cells: readonly string[], row: CurrentRow): CellFault[];
  /** The first row of a wave says what its request is; the others say the same or nothing. */
  checkWhole(wave: TableWave, cells: readonly string[], row: CurrentRow, faults: CellFault[]): void;
  /** Adds the requests to the set. `namesWaves`: whether any row has a wave. */
  end(namesWaves: boolean): void;
}

export function createTableWaves(table: TableHeader, set: SetBuilder, ids: IdCheck): TableWaves {
  const { name, columns } = table;
  const { overrides, spool } = set;
  const { whole } = columns;
  const heads = createRequestHeads(set);
  const quiet = createIdCheck(set.allowed);
  const places = set.columns.add(table.headers);
  const waves = new Map<string, TableWave>();

  function wholeFields(waveId: string | undefined, cells: readonly string[], row: CurrentRow): WholeField[] {
    const fields: WholeField[] = [];
    if (waveId !== undefined) fields.push({ name: 'wave_id', json: JSON.stringify(waveId), place: () => row.place() });
    for (const column of whole) {
      // Rows with faults never come here, and what is odd was noted with the row.
      const json = valueOf(column, cells, row, [], quiet);
      if (json !== undefined) fields.push({ name: column.field.name, json, place: () => row.place(column.index) });
    }
    return fields;
  }

  function warnOfOrders(kept: readonly TableWave[]): void {
    const orderless = kept.reduce((sum, wave) => sum + wave.orderless, 0);
    if (set.kind !== 'cluster' || orderless === 0) return;
    const all = kept.reduce((sum, { request }) => sum + request.picks, 0);
    const first = kept.find((wave) => wave.orderless > 0);
    const remedy = orderless < all ? '; if the row above has it, add --fill-down order_id' : '';
    set.warnings.push({
      path: '',
      message: `${orderless} of ${all} picks have no "order_id": clusters are made of orders, OptiPick may refuse them${remedy}`,
      place: first?.firstOrderless ?? table.place,
    });
  }

  return {
    has: (id) => waves.has(id),
    waveOf(id, cells, row) {
      const known = waves.get(id);
      if (known !== undefined) return known;
      const waveId = id === '' ? overrides.wave : id;
      const head: RequestHead = heads.make(wholeFields(waveId, cells, row), () => table.place);
      const wave: TableWave = {
        request: newWaveRequest(spool, { waveId, head }, { name, table: true }),
        number: set.nextNumber(),
        firstLine: row.line,
        whole: whole.map((column) => cellOf(cells, column)),
        rows: 0,
        orderless: 0,
        firstOrderless: '',
      };
      waves.set(id, wave);
      return wave;
    },
    wholeSlips(cells, row) {
      const faults: CellFault[] = [];
      for (const column of whole) valueOf(column, cells, row, faults, ids);
      return faults;
    },
    checkWhole(wave, cells, row, faults) {
      for (const [at, column] of whole.entries()) {
        const cell = cellOf(cells, column);
        const first = wave.whole[at] ?? '';
        if (cell !== '' && cell !== first) faults.push(faultOf(column, otherThanFirst(cell, first, wave, column), row));
      }
    },
    end(namesWaves) {
      const kept = [...waves.values()].filter(({ request }) => request.picks > 0);
      for (const { request } of kept) {
        set.requests.push({
          name: request.waveId ?? name,
          place: name,
          entry: (own) => entryOf(spool, request, own, (cells) => spread(cells, places, set.columns.headers.length)),
        });
      }
      warnOfOrders(kept);
      const waveless = waves.get('');
      if (columns.wave === undefined || !namesWaves || waveless === undefined || !kept.includes(waveless)) return;
      const { picks } = waveless.request;
      const message = waveMissing(picks, columns.wave, table.filled.includes(columns.wave));
      set.faults.add(() => ({ path: '', message, place: `${name}:${waveless.firstLine}` }));
    },
  };
}

function waveMissing(rows: number, { header }: FieldColumn, isFilled: boolean): string {
  const remedy = isFilled
    ? 'no row above has it to fill them, so write it into each row'
    : `add --fill-down ${asArgument(header)} when the row above has it, else write it into each row`;
  return `${rows} ${rows === 1 ? 'row has' : 'rows have'} no ${header} and others have one: ${remedy}`;
}

function otherThanFirst(cell: string, first: string, { firstLine }: TableWave, { field }: FieldColumn): CellSlip {
  const found = first === '' ? 'is empty' : `is ${quote(first)}`;
  return new CellSlip(
    `${quote(cell)} here, and in line ${firstLine}, the first of the same wave, it ${found}: a wave is one request, with one ${field.name}`,
  );
}

/** The cells of one table in the columns of all. */
function spread(cells: readonly string[], places: readonly number[], width: number): readonly string[] {
  if (width === cells.length && places.every((place, at) => place === at)) return cells;
  const wide = Array.from({ length: width }, () => '');
  for (const [at, cell] of cells.entries()) wide[places[at] ?? 0] = cell;
  return wide;
}
