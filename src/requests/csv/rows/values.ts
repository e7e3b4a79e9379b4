/** The values of one row, cell by cell. */
import type { IdCheck } from '../../validation/id-check.ts';
import { type CellFault, faultOf } from './faults.ts';
import { cellJson } from './cells.ts';
import type { FieldColumn } from '../header/columns.ts';
import type { CurrentRow } from '../reader.ts';

/** The cell without its outer blanks; `''` where there is no such column. */
export function cellOf(cells: readonly string[], column: FieldColumn | undefined): string {
  return column === undefined ? '' : (cells[column.index]?.trim() ?? '');
}

/** The JSON of the cell; `undefined` when there is none, or it has a fault. */
export function valueOf(
  column: FieldColumn,
  cells: readonly string[],
  row: CurrentRow,
  faults: CellFault[],
  ids: IdCheck,
): string | undefined {
  const cell = cellOf(cells, column);
  if (cell === '') return undefined;
  const json = cellJson(cell, column, ids, row);
  if (typeof json === 'string') return json;
  faults.push(faultOf(column, json, row));
  return undefined;
}
