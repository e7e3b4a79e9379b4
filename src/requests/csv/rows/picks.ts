/** Reads the pick of a row. */
import { cellOf, NO_LOCATION, type RowError, rowError, valueOf } from './cells.ts';
import type { IdCheck } from '../../validation/id-check.ts';
import type { SetBuilder } from '../../set-builder.ts';
import { usedTwice } from '../../waves.ts';
import type { FieldColumn, Columns } from '../header/columns.ts';
import type { CurrentRow } from '../reader.ts';
import type { TableWave } from './waves.ts';

export function createPickReader(columns: Columns, set: SetBuilder, ids: IdCheck) {
  const idColumn = columns.pick.find(({ field }) => field.name === 'pick_id');
  const others = columns.pick
    .filter((column) => column !== idColumn)
    .map((column) => ({ column, key: `,"${column.field.name}":`, isLocation: column.field.name === 'location_id' }));

  /** The id of a row that has none: the same on every run, and not the id of a row above. */
  function generatedId(wave: TableWave, line: number): string {
    const id = `pick_${wave.rows}`;
    if (idColumn === undefined) return id;
    let free = id;
    for (let number = 2; set.ids.add(wave.request.number, free, line) !== undefined; number += 1)
      free = `${id}_${number}`;
    return free;
  }

  /** Reads the pick of a row; `json` is `''` when its cells have errors, which are added to `errors`. */
  return (wave: TableWave, cells: readonly string[], row: CurrentRow, errors: RowError[]) => {
    const given = cellOf(cells, idColumn);
    const idJson = idColumn === undefined ? undefined : valueOf(idColumn, cells, row, errors, ids);
    let json = '';
    for (const { column, key, isLocation } of others) {
      const before = errors.length;
      const value = valueOf(column, cells, row, errors, ids);
      if (value !== undefined) json += key + value;
      if (!isLocation) continue;
      if (value?.startsWith('[') === true) set.alternatives = true;
      else if (value === undefined && errors.length === before) errors.push(rowError(column, NO_LOCATION, row));
    }
    if (errors.length > 0) return { id: given, json: '' };
    const id = given === '' ? generatedId(wave, row.line) : given;
    if (given !== '' && idColumn !== undefined) {
      const first = set.ids.add(wave.request.number, id, row.line);
      if (first !== undefined) errors.push(usedTwiceError(idColumn, id, wave, first, row));
    }
    return { id, json: `{"pick_id":${idJson ?? JSON.stringify(id)}${json}}` };
  };
}

function usedTwiceError(
  column: FieldColumn,
  id: string,
  { request }: TableWave,
  first: number,
  row: CurrentRow,
): RowError {
  const generated = /^pick_\d+(?:_\d+)?$/.test(id) ? ' (rows without an id get one of this form)' : '';
  return rowError(column, usedTwice(id, request.waveId, first) + generated, row);
}
