/** The rows of one table, checked one by one and put into the request of their wave. */
import { type RequestHead, createRequestHeads, type WholeField } from './request-head.ts';
import { noteWave, type SetBuilder } from './set-builder.ts';
import { cellJson, CellSlip, quote } from './table-cells.ts';
import type { Column, Columns } from './table-columns.ts';
import { type CellFault, faultOf, headerAgain, NO_LOCATION, type RefuseRow, wrongLength } from './row-faults.ts';
import type { CurrentRow } from './table-reader.ts';
import { addPick, entryOf, newWaveRequest, type WaveRequest } from './wave-requests.ts';

export interface TableFacts {
  readonly name: string;
  readonly headers: readonly string[];
  readonly columns: Columns;
  readonly delimiter: string;
  /** Of the header. */
  readonly place: string;
}

export interface TableRows {
  add(cells: readonly string[], row: CurrentRow): void;
  end(): void;
}

/** The request of a wave, and what its rows must agree on. */
interface Wave {
  readonly request: WaveRequest;
  /** Tells the ids of this wave from those of others. */
  readonly number: number;
  readonly firstLine: number;
  /** Cells of the request's own columns in the first row. */
  readonly whole: readonly string[];
  /** Also those that were refused: so a made id stays the same when others are mended. */
  rows: number;
  orderless: number;
  /** The place of the first. */
  firstOrderless: string;
}

export function createTableRows(facts: TableFacts, set: SetBuilder, refuse: RefuseRow): TableRows {
  const { name, headers, columns, delimiter } = facts;
  const { overrides, spool, ids } = set;
  const chosen = overrides.wave;
  const whole = columns.whole.filter(({ field }) => !isOverridden(field.name));
  const order = columns.pick.find(({ field }) => field.name === 'order_id');
  const idColumn = columns.pick.find(({ field }) => field.name === 'pick_id');
  const pickColumns = columns.pick.filter((column) => column !== idColumn);
  const heads = createRequestHeads(set.kind, overrides, set.faults, set.warnings);
  const places = set.columns.add(headers);
  const waves = new Map<string, Wave>();
  let namesWaves = false;

  function isOverridden(field: string): boolean {
    const given: Record<string, unknown> = {
      site_name: overrides.site,
      start_points: overrides.start?.[0],
      end_points: overrides.end?.[0],
    };
    return given[field] !== undefined;
  }

  function waveOf(id: string, cells: readonly string[], row: CurrentRow): Wave {
    const known = waves.get(id);
    if (known !== undefined) return known;
    const waveId = id === '' ? chosen : id;
    const head: RequestHead = heads.make(wholeFields(waveId, cells, row), () => facts.place);
    const wave: Wave = {
      request: newWaveRequest(spool, { waveId, head, table: true }),
      number: set.nextNumber(),
      firstLine: row.line,
      whole: whole.map(({ index }) => cells[index]?.trim() ?? ''),
      rows: 0,
      orderless: 0,
      firstOrderless: '',
    };
    waves.set(id, wave);
    return wave;
  }

  function wholeFields(waveId: string | undefined, cells: readonly string[], row: CurrentRow): WholeField[] {
    const fields: WholeField[] = [];
    if (waveId !== undefined) fields.push({ name: 'wave_id', json: JSON.stringify(waveId), place: () => row.place() });
    for (const { field, index } of whole) {
      const cell = cells[index]?.trim() ?? '';
      const json = cell === '' ? undefined : cellJson(cell, field.type);
      // Rows with a slip never come here.
      if (typeof json === 'string') fields.push({ name: field.name, json, place: () => row.place(index) });
    }
    return fields;
  }

  /** The JSON of the cell; `undefined` when there is none, or it is at fault. */
  function valueOf(column: Column, cells: readonly string[], row: CurrentRow, faults: CellFault[]): string | undefined {
    const cell = cells[column.index]?.trim() ?? '';
    if (cell === '') return undefined;
    const json = cellJson(cell, column.field.type);
    if (typeof json === 'string') return json;
    faults.push(faultOf(column, json, row));
    return undefined;
  }

  /** Cells of the request's own columns that cannot be read, in any row. */
  function wholeSlips(cells: readonly string[], row: CurrentRow): CellFault[] {
    const faults: CellFault[] = [];
    for (const column of whole) valueOf(column, cells, row, faults);
    return faults;
  }

  /** The first row of a wave tells what its request is; the others say the same or nothing. */
  function checkWhole(wave: Wave, cells: readonly string[], row: CurrentRow, faults: CellFault[]): void {
    for (const [at, column] of whole.entries()) {
      const cell = cells[column.index]?.trim() ?? '';
      const first = wave.whole[at] ?? '';
      if (cell === '' || cell === first) continue;
      const found = first === '' ? 'is empty' : `is ${quote(first)}`;
      const slip = new CellSlip(
        `${quote(cell)} here, and in line ${wave.firstLine}, the first of the same wave, it ${found}: a wave is one request, with one ${column.field.name}`,
      );
      faults.push(faultOf(column, slip, row));
    }
  }

  /** Its id and, when it has no faults, its JSON. */
  function pickOf(
    wave: Wave,
    cells: readonly string[],
    row: CurrentRow,
    faults: CellFault[],
  ): { id: string; json: string } {
    const given = idColumn === undefined ? '' : (cells[idColumn.index]?.trim() ?? '');
    const idJson = cellJson(given, 'text');
    if (idColumn !== undefined && idJson instanceof CellSlip) faults.push(faultOf(idColumn, idJson, row));
    let json = '';
    for (const column of pickColumns) {
      const before = faults.length;
      const value = valueOf(column, cells, row, faults);
      if (value !== undefined) json += `,"${column.field.name}":${value}`;
      if (column.field.name === 'location_id' && value?.startsWith('[') === true) set.alternatives = true;
      else if (value === undefined && column.field.name === 'location_id' && faults.length === before)
        faults.push(faultOf(column, NO_LOCATION, row));
    }
    if (faults.length > 0) return { id: given, json: '' };
    const id = given === '' ? madeId(wave, row.line) : given;
    if (given !== '' && idColumn !== undefined) {
      const first = ids.add(wave.number, id, row.line);
      if (first !== undefined) faults.push(usedTwice(idColumn, id, wave, first, row));
    }
    const written = typeof idJson === 'string' && given !== '' ? idJson : JSON.stringify(id);
    return { id, json: `{"pick_id":${written}${json}}` };
  }

  /** The same on every run, and none that a row before has. */
  function madeId(wave: Wave, line: number): string {
    const id = `pick_${wave.rows}`;
    if (idColumn === undefined) return id;
    let free = id;
    for (let number = 2; ids.add(wave.number, free, line) !== undefined; number += 1) free = `${id}_${number}`;
    return free;
  }

  return {
    add(cells, row) {
      if (cells.length !== headers.length) {
        refuse(cells, [wrongLength(cells, headers.length, delimiter, row)], row.line);
        return;
      }
      if (cells[0] === headers[0] && cells.every((cell, index) => cell === headers[index])) {
        refuse(cells, [headerAgain(row)], row.line);
        return;
      }
      const id = columns.wave === undefined ? '' : (cells[columns.wave.index]?.trim() ?? '');
      if (id !== '') {
        namesWaves = true;
        if (!noteWave(set, name, id, () => row.place(columns.wave?.index))) return;
      }
      const faults = wholeSlips(cells, row);
      if (columns.wave !== undefined && !waves.has(id)) valueOf(columns.wave, cells, row, faults);
      if (faults.length > 0) {
        refuse(
          cells,
          faults.map(({ word }) => word),
          row.line,
        );
        return;
      }
      const wave = waveOf(id, cells, row);
      wave.rows += 1;
      checkWhole(wave, cells, row, faults);
      const pick = pickOf(wave, cells, row, faults);
      if (faults.length > 0) {
        faults.sort((a, b) => a.column - b.column);
        refuse(
          cells,
          faults.map(({ word }) => word),
          row.line,
        );
        return;
      }
      if (order === undefined || (cells[order.index]?.trim() ?? '') === '') {
        wave.orderless += 1;
        if (wave.orderless === 1) wave.firstOrderless = order === undefined ? facts.place : row.place(order.index);
      }
      addPick(spool, wave.request, pick.json, [pick.id, ...cells]);
    },
    end() {
      const kept = [...waves].filter(([id, { request }]) => request.picks > 0 && !(id === '' && isPassedOver()));
      for (const [, { request }] of kept) {
        set.requests.push({
          name: request.waveId ?? name,
          place: name,
          entry: (own) => entryOf(spool, request, own, (cells) => spread(cells, places, set.columns.headers.length)),
        });
      }
      warnOfOrders(kept.map(([, wave]) => wave));
      const waveless = kept.find(([id]) => id === '')?.[1];
      if (columns.wave !== undefined && waveless !== undefined && kept.length > 1) {
        const rows = kept.reduce((sum, [, { request }]) => sum + request.picks, 0);
        set.warnings.push({
          path: '',
          message: `${waveless.request.picks} of ${rows} rows have no ${columns.wave.header}: a request of its own is made of them, without a wave`,
          place: `${name}:${waveless.firstLine}`,
        });
      }
    },
  };

  /** Rows without a wave are the chosen one only where no row has a wave. */
  function isPassedOver(): boolean {
    return chosen !== undefined && namesWaves;
  }

  function warnOfOrders(kept: readonly Wave[]): void {
    const orderless = kept.reduce((sum, wave) => sum + wave.orderless, 0);
    if (set.kind !== 'cluster' || orderless === 0) return;
    const all = kept.reduce((sum, { request }) => sum + request.picks, 0);
    const first = kept.find((wave) => wave.orderless > 0);
    set.warnings.push({
      path: '',
      message: `${orderless} of ${all} picks have no "order_id": clusters are made of orders, OptiPick may refuse them`,
      place: first?.firstOrderless ?? facts.place,
    });
  }
}

function usedTwice(column: Column, id: string, { request }: Wave, first: number, row: CurrentRow): CellFault {
  const where = request.waveId === undefined ? '' : ` in wave ${quote(request.waveId)}`;
  const made = /^pick_\d+(?:_\d+)?$/.test(id) ? ' (rows without an id get one of this form)' : '';
  const slip = `the pick_id ${quote(id)} is used twice${where}, first in line ${first}${made}`;
  return faultOf(column, new CellSlip(slip), row);
}

/** The cells of one table in the columns of all. */
function spread(cells: readonly string[], places: readonly number[], width: number): readonly string[] {
  if (width === cells.length && places.every((place, at) => place === at)) return cells;
  const wide = Array.from({ length: width }, () => '');
  for (const [at, cell] of cells.entries()) wide[places[at] ?? 0] = cell;
  return wide;
}
