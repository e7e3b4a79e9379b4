/** Reads the header of one table: its columns, and the lines right above and below it. */
import type { FoundHeader } from './find.ts';
import { looksLikeLabels, secondHeaders } from './second.ts';
import { listed, quote } from '../../quote.ts';
import type { SetBuilder } from '../../set-builder.ts';
import { formatLines } from '../skip-lines.ts';
import { type FieldColumn, type Columns, columnsToFill, type HeaderRow, readColumns } from './columns.ts';

/** What the rows of a table are read with. */
export interface TableHeader {
  readonly name: string;
  readonly headers: readonly string[];
  readonly columns: Columns;
  /** Columns whose empty cells have the value of the row above. */
  readonly filled: readonly FieldColumn[];
  /** Lines below the header that look like headers, too. */
  readonly labels: readonly number[];
  readonly delimiter: string;
  /** The place of the header. */
  readonly place: string;
}

/** `undefined` when the header has errors, which are added to the set: the rows cannot be read then. */
export function readTableHeader(
  name: string,
  header: HeaderRow,
  found: FoundHeader,
  set: SetBuilder,
): Pick<TableHeader, 'columns' | 'filled' | 'labels'> | undefined {
  const before = set.errors.count;
  const columns = readColumns(header, set);
  if (columns === undefined) return undefined;
  addUnsent(header, columns, set);
  const filled = columnsToFill(set.fillDown, header, columns);
  const { line, rival } = found;
  if (rival !== undefined) {
    header.fail(
      `lines ${line} and ${rival} both look like the header: add --skip-lines ${line}, or --skip-lines ${rival}`,
    );
  }
  checkAbove(name, found, columns, set);
  return set.errors.count > before ? undefined : { columns, filled, labels: secondHeaders(found.below, columns) };
}

/** Columns of the caller's own are fine: of all but those that may be meant, people only read once that they stay here. */
function addUnsent(header: HeaderRow, { near, unsent }: Columns, { nearColumns, unsentColumns }: SetBuilder): void {
  for (const { index, message } of near) {
    nearColumns.add(message(''), () => ({ path: '', place: header.place(index), message }));
  }
  nearColumns.settle(true);
  if (unsent.length === 0) return;
  const what = `the ${unsent.length === 1 ? 'column' : 'columns'} ${listed(unsent.map(quote))}`;
  const message = `${what} ${unsent.length === 1 ? 'is' : 'are'} not sent`;
  unsentColumns.add(message, () => ({ path: '', place: header.place(), message: (more) => message + more }));
  unsentColumns.settle(true);
}

/**
 * Titles above the header are left out. A line right above it that looks like a row is an error: sorting a file moves its
 * header down.
 */
function checkAbove(name: string, found: FoundHeader, columns: Columns, { errors, warnings }: SetBuilder): void {
  const { above, below, line } = found;
  const [first] = above;
  if (first === undefined) return;
  const width = found.header.cells.length;
  const location = columns.pick.find(({ field }) => field.name === 'location_id')?.index ?? 0;
  const rows = above.filter(
    ({ cells, line: own }, at) =>
      line - own === above.length - at &&
      cells.length === width &&
      cells[location] !== '' &&
      cells.filter((cell) => cell !== '').length * 2 > width &&
      !looksLikeLabels(cells, below, columns),
  );
  const [row] = rows;
  if (row !== undefined) {
    const lines = formatLines(rows.map((one) => one.line));
    const what = rows.length === 1 ? `line ${lines} looks like a row` : `lines ${lines} look like rows`;
    const message = `${what} and the header is in line ${line}: put the header first, or add --skip-lines ${lines}`;
    errors.add(() => ({ path: '', message, place: `${name}:${row.line}:1` }));
    return;
  }
  const what = above.length === 1 ? 'a line above the header is' : `${above.length} lines above the header are`;
  warnings.push({ path: '', message: `${what} left out`, place: `${name}:${first.line}:1` });
}
