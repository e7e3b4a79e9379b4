/** The reader of tables: finds the header, then hands row by row to the rows of the table. */
import { Buffer } from 'node:buffer';
import { CliError } from '../../errors.ts';
import { notText, rejectForeignEncoding } from '../encoding.ts';
import { type Describe, ErrorList } from '../error-list.ts';
import type { RequestReader } from '../input.ts';
import { createRejection } from '../rejected.ts';
import type { SetBuilder } from '../set-builder.ts';
import { declaredDelimiter } from './dialect.ts';
import { isBoxed } from './drawn-table.ts';
import type { CsvDialect } from '../../lib/text/csv-line.ts';
import { foldName } from '../../lib/text/fold-name.ts';
import { findHeader, type FoundHeader, headerNames } from './header/find.ts';
import { readTableHeader } from './header/header.ts';
import { readTable, type TableListener } from './reader.ts';
import { createTableRows, type TableRows } from './rows/rows.ts';
import { createLineCutter } from './skip-lines.ts';

/** The reader of CSV. */
export const readTableRequests: RequestReader = async (name, { head, mark, bytes }, set) => {
  rejectForeignEncoding(name, head, 'CSV');
  const text = Buffer.from(createLineCutter(set.skipLines)(head)).toString('latin1');
  const declared = declaredDelimiter(text);
  const start = declared?.length ?? 0;
  const names = headerNames(set.kind, set.map);
  const top = set.skipLines.none ? /^\s*[^\r\n]*/.exec(text.slice(start))?.[0] : undefined;
  const found = findHeader(top ?? text.slice(start), names, declared === undefined ? 1 : 2);
  const { header } = found;
  if (CONTROL.test(text) && !header.cells.some((cell) => names.known.has(foldName(cell)))) throw notText(name);
  const other = otherDocument(text.slice(start).trimStart(), head.toString('utf8'));
  if (other !== undefined) {
    set.errors.add(() => ({ path: '', message: other, place: `${name}:1:1` }));
    return;
  }
  const delimiter = declared?.delimiter ?? header.delimiter ?? ',';
  const dialect: CsvDialect = { delimiter, lineEnd: /\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n', mark };
  set.dialect ??= dialect;
  const reading = createReading(name, dialect, found, set);
  const { foreignText, rules } = await readTable(
    { name, bytes: fromHeader(start + found.offset, bytes, set), delimiter, firstLine: found.line },
    reading,
  );
  if (foreignText !== undefined) {
    set.warnings.push({
      path: '',
      message:
        'this is not UTF-8 text: it was read as Windows-1252 (Latin-1); if names look wrong, save the file as UTF-8',
      place: foreignText,
    });
  }
  if (rules.count > 0) {
    const message = rules.count === 1 ? 'a line of dashes is left out' : `${rules.count} lines of dashes are left out`;
    set.warnings.push({ path: '', message, place: rules.first });
  }
  reading.end();
};

/** What else than a table the text is; `undefined` for a table. */
function otherDocument(text: string, head: string): string | undefined {
  if (/^(?:\{|\[\s*(?:\{|[\r\n]|$))/.test(text)) {
    return 'this looks like JSON, and is read as a table: add --format-in json, or ndjson for one document a line';
  }
  return isBoxed(head)
    ? 'this is a drawing of a table, with lines around its cells: export the rows as CSV'
    : undefined;
}

/** Control characters but tab, line ends and form feed: text has none. */
const CONTROL = /[\u0000-\u0008\u000e-\u001f]/;

/** The bytes without the first `count`, and without the lines that are left out. */
async function* fromHeader(
  count: number,
  bytes: AsyncIterable<Uint8Array>,
  { skipLines }: SetBuilder,
): AsyncGenerator<Uint8Array, void> {
  const cut = createLineCutter(skipLines);
  let left = count;
  for await (const chunk of bytes) {
    const kept = cut(chunk);
    yield kept.subarray(left);
    left -= Math.min(left, kept.length);
  }
}

function createReading(
  name: string,
  dialect: CsvDialect,
  found: FoundHeader,
  set: SetBuilder,
): TableListener & { end(): void } {
  let headers: readonly string[] | undefined;
  let rows: TableRows | undefined;
  /** Whether any row below the header was read. */
  let hasRows = false;
  const { delimiter } = dialect;
  const rejectRow = createRejection(set, { name, dialect, headers: () => headers ?? [] });

  function reject(cells: readonly string[], describes: readonly Describe[], line: number): void {
    // No more messages than the set has room for: in a million rows each costs.
    const errors = new ErrorList(set.skipInvalid ? undefined : set.errors.room);
    for (const describe of describes) errors.add(describe);
    rejectRow(cells, errors, line);
  }

  return {
    row(cells, row) {
      if (headers !== undefined) {
        hasRows = true;
        rows?.add(cells, row);
        return;
      }
      headers = cells;
      const { place, line } = row;
      const fail = (message: string, column?: number): void =>
        set.errors.add(() => ({ path: '', message, place: place(column) }));
      const written = { headers: cells, place, line, isBelow: found.above.length > 0, fail };
      const header = readTableHeader(name, written, found, set);
      if (header === undefined) return;
      rows = createTableRows({ name, headers: cells, ...header, delimiter, place: row.place() }, set, reject);
    },
    broken({ message, place, line, text }) {
      if (headers === undefined) {
        // Nothing can be made of the rows: their columns are not known.
        set.errors.add(() => ({ path: '', message, place }));
        headers = [];
        return;
      }
      hasRows = true;
      if (rows !== undefined) reject([text], [() => ({ path: '', message, place })], line);
    },
    pause: () => set.spool.relieve(),
    end() {
      if (headers === undefined) throw emptyTable(name);
      if (!hasRows && rows !== undefined) {
        const message = 'there is a header and no row below it';
        set.errors.add(() => ({ path: '', message, place: `${name}:${found.line}:1` }));
      }
      rows?.end();
    },
  };
}

function emptyTable(name: string): CliError {
  return new CliError('usage', `${name} is empty`, {
    code: 'empty_input',
    hint: 'a table has a line of column names, such as WAVE_ID,ORDER_ID,LOCATION_ID, and one row a pick',
  });
}
