/** The values of one row, cell by cell. */
import { type CellFault, faultOf } from './row-faults.ts';
import { cellJson } from './table-cells.ts';
import type { Column } from './table-columns.ts';
import type { CurrentRow } from './table-reader.ts';

/** The cell without its outer blanks; `''` where there is no such column. */
export function cellOf(cells: readonly string[], column: Column | undefined): string {
  return column === undefined ? '' : (cells[column.index]?.trim() ?? '');
}

/** The JSON of the cell; `undefined` when there is none, or it has a fault. `allowed` are ids that look like none. */
export function valueOf(
  column: Column,
  cells: readonly string[],
  row: CurrentRow,
  faults: CellFault[],
  allowed: ReadonlySet<string>,
): string | undefined {
  const cell = cellOf(cells, column);
  if (cell === '') return undefined;
  const json = cellJson(cell, column.field, allowed);
  if (typeof json === 'string') return json;
  faults.push(faultOf(column, json, row));
  return undefined;
}
