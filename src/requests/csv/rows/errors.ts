/** The errors of a table's rows. */
import type { FailureDetail } from '../../../errors.ts';
import type { Describe } from '../../error-list.ts';
import { formatLines } from '../skip-lines.ts';
import { DELIMITERS } from '../dialect.ts';
import type { CurrentRow } from '../reader.ts';

/** Rejects a row for one or several reasons; `cells` as the file has them. */
export type RejectRow = (cells: readonly string[], errors: readonly Describe[], line: number) => void;

/** A header with other columns: the rows below it cannot be read by those of the first. */
export function otherHeader(firstLine: string, row: CurrentRow): FailureDetail {
  return {
    path: '',
    message: `this is a header with other columns than the one above (${firstLine}): give the two exports as two files`,
    place: row.place(),
  };
}

export function joinedHeader(row: CurrentRow): Describe {
  const message = 'the header of another export begins in this line: put a line end before it';
  return () => ({ path: '', message, place: row.place() });
}

/** `lines` are all second headers. */
export function secondHeader(lines: readonly number[], row: CurrentRow): Describe {
  const message = `line ${row.line} looks like a second header: --skip-lines ${formatLines(lines)}, or delete it; if it is a pick, --skip-lines none`;
  return () => ({ path: '', message, place: row.place() });
}

/** More lines are not listed: nobody would type them. */
export const MOST_LINES = 20;

/** The error for `count` totals; `lines` are the first of them. */
export function totals(count: number, lines: readonly number[], place: string): Describe {
  const [first = 0] = lines;
  const one = `line ${first} looks like a total: --skip-lines ${first}, or delete it; if it is a pick, --skip-lines none`;
  const many =
    count > MOST_LINES
      ? `${count} lines look like totals, the first is line ${first}: delete them; if they are picks, --skip-lines none`
      : `${count} lines look like totals: --skip-lines ${formatLines(lines)}, or delete them; if they are picks, --skip-lines none`;
  return () => ({ path: '', message: count === 1 ? one : many, place });
}

export function footerRow(row: CurrentRow): Describe {
  const message = `line ${row.line} is a footer, not a pick: --skip-lines ${row.line}, or delete it`;
  return () => ({ path: '', message, place: row.place() });
}

/** `wanted` is how many cells rows have, `headers` how many the header has. */
export function wrongLength(
  cells: readonly string[],
  { wanted, headers, delimiter }: { wanted: number; headers: number; delimiter: string },
  row: CurrentRow,
): Describe {
  const found = cells.length;
  const like = wanted === headers ? 'the header' : 'the rows above';
  const isEmpty = cells.slice(wanted).every((cell) => cell.trim() === '');
  const suggestion =
    otherDelimiter(cells, wanted, delimiter) ??
    (found < wanted
      ? `a ${named(delimiter)} is missing for each empty cell`
      : isEmpty
        ? `remove the ${named(delimiter)} at its end, or write one at the end of every row`
        : `a cell that holds a ${named(delimiter)} needs quotes around it`);
  const count = `${found} cell${found === 1 ? '' : 's'}`;
  return () => ({
    path: '',
    message: `the row is too ${found < wanted ? 'short' : 'long'}: expected ${wanted} cells as in ${like}, found ${count}; ${suggestion}`,
    place: row.place(),
  });
}

/** A row that another delimiter cuts into as many cells as the header has. */
function otherDelimiter(cells: readonly string[], wanted: number, delimiter: string): string | undefined {
  const [only = ''] = cells;
  const other = cells.length === 1 ? DELIMITERS.find((one) => only.split(one).length === wanted) : undefined;
  return other === undefined ? undefined : `it is separated by ${named(other)}, and the header by ${named(delimiter)}`;
}

function named(delimiter: string): string {
  return delimiter === '\t' ? 'tab' : `"${delimiter}"`;
}
