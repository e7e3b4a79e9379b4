/** From a row to the pick that is sent. */
import type { IdCheck } from '../../validation/id-check.ts';
import { type CellFault, faultOf, NO_LOCATION } from './faults.ts';
import { cellOf, valueOf } from './values.ts';
import type { SetBuilder } from '../../set-builder.ts';
import { CellSlip } from './cells.ts';
import { quote } from '../../quote.ts';
import type { FieldColumn, Columns } from '../header/columns.ts';
import type { CurrentRow } from '../reader.ts';
import type { TableWave } from './waves.ts';

export interface RowPick {
  readonly id: string;
  /** `''` when the row has faults. */
  readonly json: string;
}

/** Reads the pick of a row; what is wrong with its cells is added to `faults`. */
export type PickReader = (wave: TableWave, cells: readonly string[], row: CurrentRow, faults: CellFault[]) => RowPick;

export function createPickReader(columns: Columns, set: SetBuilder, ids: IdCheck): PickReader {
  const idColumn = columns.pick.find(({ field }) => field.name === 'pick_id');
  const others = columns.pick
    .filter((column) => column !== idColumn)
    .map((column) => ({ column, key: `,"${column.field.name}":`, isLocation: column.field.name === 'location_id' }));

  /** The same on every run, and none that a row before has. */
  function madeId(wave: TableWave, line: number): string {
    const id = `pick_${wave.rows}`;
    if (idColumn === undefined) return id;
    let free = id;
    for (let number = 2; set.ids.add(wave.number, free, line) !== undefined; number += 1) free = `${id}_${number}`;
    return free;
  }

  return (wave, cells, row, faults) => {
    const given = cellOf(cells, idColumn);
    const idJson = idColumn === undefined ? undefined : valueOf(idColumn, cells, row, faults, ids);
    let json = '';
    for (const { column, key, isLocation } of others) {
      const before = faults.length;
      const value = valueOf(column, cells, row, faults, ids);
      if (value !== undefined) json += key + value;
      if (!isLocation) continue;
      if (value?.startsWith('[') === true) set.alternatives = true;
      else if (value === undefined && faults.length === before) faults.push(faultOf(column, NO_LOCATION, row));
    }
    if (faults.length > 0) return { id: given, json: '' };
    const id = given === '' ? madeId(wave, row.line) : given;
    if (given !== '' && idColumn !== undefined) {
      const first = set.ids.add(wave.number, id, row.line);
      if (first !== undefined) faults.push(usedTwice(idColumn, id, wave, first, row));
    }
    return { id, json: `{"pick_id":${idJson ?? JSON.stringify(id)}${json}}` };
  };
}

function usedTwice(column: FieldColumn, id: string, { request }: TableWave, first: number, row: CurrentRow): CellFault {
  const where = request.waveId === undefined ? '' : ` in wave ${quote(request.waveId)}`;
  const made = /^pick_\d+(?:_\d+)?$/.test(id) ? ' (rows without an id get one of this form)' : '';
  const slip = `the pick_id ${quote(id)} is used twice${where}, first in line ${first}${made}`;
  return faultOf(column, new CellSlip(slip), row);
}
