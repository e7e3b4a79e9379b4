/** What is wrong with a row of a table, in words. */
import type { FailureDetail } from '../../../errors.ts';
import { linesInWords } from '../skip-lines.ts';
import { CellSlip } from './cells.ts';
import type { FieldColumn } from '../header/columns.ts';
import { DELIMITERS } from '../dialect.ts';
import type { CurrentRow } from '../reader.ts';

/** Words are found when they are needed: a place costs. */
export type RowFault = () => FailureDetail;

/** Takes a row that is not sent, for one or several reasons. */
export type RefuseRow = (cells: readonly string[], faults: readonly RowFault[], line: number) => void;

export const NO_LOCATION = new CellSlip('the location is missing: every pick needs one');

/** Told in the order of the columns. */
export interface CellFault {
  readonly column: number;
  readonly word: RowFault;
}

export function faultOf({ header, index }: FieldColumn, { message }: CellSlip, row: CurrentRow): CellFault {
  return { column: index, word: () => ({ path: header, message, place: row.place(index) }) };
}

/** A header with other columns: the rows below it cannot be read by those of the first. */
export function otherHeader(firstLine: string, row: CurrentRow): FailureDetail {
  return {
    path: '',
    message: `this is a header with other columns than the one above (${firstLine}): give the two exports as two files`,
    place: row.place(),
  };
}

export function joinedHeader(row: CurrentRow): RowFault {
  const message = 'the header of another export begins in this line: put a line end before it';
  return () => ({ path: '', message, place: row.place() });
}

/** `lines` are all that look so. */
export function secondHeader(lines: readonly number[], row: CurrentRow): RowFault {
  const message = `line ${row.line} looks like a second header: --skip-lines ${linesInWords(lines)}, or delete it; if it is a pick, --skip-lines none`;
  return () => ({ path: '', message, place: row.place() });
}

/** More are not listed: nobody types them. */
export const MOST_LINES = 20;

/** `count` lines, of which the first ones are `lines`. */
export function totals(count: number, lines: readonly number[], place: string): RowFault {
  const [first = 0] = lines;
  const one = `line ${first} looks like a total: --skip-lines ${first}, or delete it; if it is a pick, --skip-lines none`;
  const many =
    count > MOST_LINES
      ? `${count} lines look like totals, the first is line ${first}: delete them; if they are picks, --skip-lines none`
      : `${count} lines look like totals: --skip-lines ${linesInWords(lines)}, or delete them; if they are picks, --skip-lines none`;
  return () => ({ path: '', message: count === 1 ? one : many, place });
}

export function footerRow(row: CurrentRow): RowFault {
  const message = `line ${row.line} is a footer, not a pick: --skip-lines ${row.line}, or delete it`;
  return () => ({ path: '', message, place: row.place() });
}

/** `wanted` is how many cells rows have, `headers` how many the header has. */
export function wrongLength(
  cells: readonly string[],
  { wanted, headers, delimiter }: { wanted: number; headers: number; delimiter: string },
  row: CurrentRow,
): RowFault {
  const found = cells.length;
  const like = wanted === headers ? 'the header' : 'the rows above';
  const isEmpty = cells.slice(wanted).every((cell) => cell.trim() === '');
  const remedy =
    otherDelimiter(cells, wanted, delimiter) ??
    (found < wanted
      ? `a ${named(delimiter)} is missing for each empty cell`
      : isEmpty
        ? `remove the ${named(delimiter)} at its end, or write one at the end of every row`
        : `a cell that holds a ${named(delimiter)} needs quotes around it`);
  const count = `${found} cell${found === 1 ? '' : 's'}`;
  return () => ({
    path: '',
    message: `the row is too ${found < wanted ? 'short' : 'long'}: expected ${wanted} cells as in ${like}, found ${count}; ${remedy}`,
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
