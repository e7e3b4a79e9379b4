/** `--fill-down`: a grouped export has the wave or the order of several rows in the first of them only. */
import { cellOf, NO_LOCATION, type RejectRow, rowError } from './cells.ts';
import type { FieldColumn, Columns } from '../header/columns.ts';
import type { CurrentRow } from '../reader.ts';

/** Rejects headings that have no row below them: most likely picks without a location. */
export function createFillDown(filled: readonly FieldColumn[], { wave, pick }: Columns, reject: RejectRow) {
  const indexes = new Set(filled.map(({ index }) => index));
  const carried = new Map<FieldColumn, string>();
  let lastWave = '';
  /** Refuses the heading before this row. */
  let heading: { readonly cells: readonly string[]; readonly reject: () => void } | undefined;

  return {
    /** The cells with the values of the rows above; `undefined` for a heading, whose only cells are such values. */
    fill(cells: readonly string[], row: CurrentRow): readonly string[] | undefined {
      const isHeading = cells.every((cell, index) => cell.trim() === '' || indexes.has(index));
      const above = heading?.cells ?? [];
      if (filled.some((column) => cellOf(above, column) !== '' && cellOf(cells, column) !== '')) heading?.reject();
      heading = undefined;
      const own = cellOf(cells, wave);
      // An order ends with its wave.
      if (own !== '' && own !== lastWave) for (const column of pick) carried.delete(column);
      if (own !== '') lastWave = own;
      const whole = [...cells];
      for (const column of filled) {
        const cell = cellOf(cells, column);
        if (cell === '') whole[column.index] = carried.get(column) ?? '';
        else carried.set(column, cell);
      }
      if (!isHeading) return whole;
      const location = pick.find(({ field }) => field.name === 'location_id');
      const detail = location && rowError(location, NO_LOCATION, row).describe();
      const { line } = row;
      heading = { cells, reject: () => reject(whole, detail === undefined ? [] : [() => detail], line) };
      return undefined;
    },
    end: (): void => heading?.reject(),
  };
}
