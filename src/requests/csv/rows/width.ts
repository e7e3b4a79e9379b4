/** Fits rows that have more or fewer empty cells at their end than the header. */
import { DELIMITERS } from '../dialect.ts';

/**
 * Some programs write a delimiter after each cell of the rows or of the header only. All rows must have the width of the
 * first: another row may lack a cell, or have a delimiter too many.
 */
export function createRowWidth(headers: readonly string[], delimiter: string) {
  const least = headers.findLastIndex((header) => header.trim() !== '') + 1;
  const padding = headers.map(() => '');
  let width: number | undefined;

  function wrongLength(cells: readonly string[]): string {
    const found = cells.length;
    const wanted = width === undefined || width === found ? headers.length : width;
    const like = wanted === headers.length ? 'the header' : 'the rows above';
    const suggestion =
      otherDelimiter(cells, wanted, delimiter) ??
      (found < wanted
        ? `a ${named(delimiter)} is missing for each empty cell`
        : cells.slice(wanted).some(isFilled)
          ? `a cell that holds a ${named(delimiter)} needs quotes around it`
          : `remove the ${named(delimiter)} at its end, or write one at the end of every row`);
    const count = `${found} cell${found === 1 ? '' : 's'}`;
    return `the row is too ${found < wanted ? 'short' : 'long'}: expected ${wanted} cells as in ${like}, found ${count}; ${suggestion}`;
  }

  /** The cells as those of the header, or the message for too many or too few. */
  return function fit(cells: readonly string[]): readonly string[] | string {
    const { length } = cells;
    if (width === undefined) {
      if (length < least || cells.slice(headers.length).some(isFilled)) return wrongLength(cells);
      width = length;
    }
    if (length !== width) return wrongLength(cells);
    if (length === headers.length) return cells;
    if (length < headers.length) return [...cells, ...padding.slice(length)];
    return cells.slice(headers.length).some(isFilled) ? wrongLength(cells) : cells.slice(0, headers.length);
  };
}

function isFilled(cell: string): boolean {
  return cell.trim() !== '';
}

/** A row that another delimiter cuts into as many cells as are wanted. */
function otherDelimiter(cells: readonly string[], wanted: number, delimiter: string): string | undefined {
  const [only = ''] = cells;
  const other = cells.length === 1 ? DELIMITERS.find((one) => only.split(one).length === wanted) : undefined;
  return other === undefined ? undefined : `it is separated by ${named(other)}, and the header by ${named(delimiter)}`;
}

function named(delimiter: string): string {
  return delimiter === '\t' ? 'tab' : `"${delimiter}"`;
}
