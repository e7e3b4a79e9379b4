/** Fits rows that have more or fewer empty cells at their end than the header. */

export interface RowWidth {
  /** How many cells each row has; before the first row as many as the header. */
  readonly cells: number;
  /** The cells as those of the header; `undefined` when they are too many or too few. */
  fit(cells: readonly string[]): readonly string[] | undefined;
}

/**
 * Some programs write a delimiter after each cell of the rows or of the header only. All rows must have the width of the
 * first: another row may lack a cell, or have a delimiter too many.
 */
export function createRowWidth(headers: readonly string[]): RowWidth {
  const least = headers.findLastIndex((header) => header.trim() !== '') + 1;
  const padding = headers.map(() => '');
  let width: number | undefined;
  return {
    get cells() {
      return width ?? headers.length;
    },
    fit(cells) {
      const { length } = cells;
      if (width === undefined) {
        if (length < least || cells.slice(headers.length).some(isFilled)) return undefined;
        width = length;
      }
      if (length !== width) return undefined;
      if (length === headers.length) return cells;
      if (length < headers.length) return [...cells, ...padding.slice(length)];
      return cells.slice(headers.length).some(isFilled) ? undefined : cells.slice(0, headers.length);
    },
  };
}

function isFilled(cell: string): boolean {
  return cell.trim() !== '';
}
