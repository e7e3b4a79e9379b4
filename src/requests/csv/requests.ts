/** From a table to requests: one for each wave. */
import { Buffer } from 'node:buffer';
import { CliError, type FailureDetail } from '../../errors.ts';
import { isBoxed } from './drawn-table.ts';
import { noText, refuseStranger } from '../encoding.ts';
import { findHeader, headerNames, type FoundHeader } from './header/line.ts';
import type { HeadedInput } from '../input-format.ts';
import { createRejectedRows, type RejectedRows } from '../rejected.ts';
import type { RefuseRow } from './rows/faults.ts';
import type { SetBuilder } from '../set-builder.ts';
import { createLineCutter } from './skip-lines.ts';
import { declaredDelimiter } from './dialect.ts';
import { foldName } from './fields.ts';
import { readTableHeader } from './header/header.ts';
import { readTable, type TableListener } from './reader.ts';
import { createTableRows, type TableRows } from './rows/rows.ts';

/** Adds the requests of a table, or its faults, to the set. Throws `CliError` `usage` for what is no table at all. */
export async function readTableRequests(name: string, { head, bytes }: HeadedInput, set: SetBuilder): Promise<void> {
  refuseStranger(name, head, 'CSV');
  const text = Buffer.from(createLineCutter(set.skipLines)(head)).toString('latin1');
  const declared = declaredDelimiter(text);
  const start = declared?.length ?? 0;
  const names = headerNames(set.kind, set.map);
  const top = set.skipLines.none ? /^\s*[^\r\n]*/.exec(text.slice(start))?.[0] : undefined;
  const found = findHeader(top ?? text.slice(start), names, declared === undefined ? 1 : 2);
  const { header } = found;
  if (CONTROL.test(text) && !header.cells.some((cell) => names.known.has(foldName(cell)))) throw noText(name);
  if (/^(?:\{|\[\s*(?:\{|[\r\n]|$))/.test(text.slice(start).trimStart())) {
    const message =
      'this looks like JSON, and is read as a table: add --format-in json, or ndjson for one document a line';
    set.faults.add(() => ({ path: '', message, place: `${name}:1:1` }));
    return;
  }
  if (isBoxed(head.toString('utf8'))) {
    const message = 'this is a drawing of a table, with lines around its cells: export the rows as CSV';
    set.faults.add(() => ({ path: '', message, place: `${name}:1:1` }));
    return;
  }
  const delimiter = declared?.delimiter ?? header.delimiter ?? ',';
  const reading = createReading({ name, delimiter, found }, set);
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
}

/** What no text holds: but tab, line ends and form feed. */
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

interface TableStart {
  readonly name: string;
  readonly delimiter: string;
  readonly found: FoundHeader;
}

function createReading({ name, delimiter, found }: TableStart, set: SetBuilder): TableListener & { end(): void } {
  let headers: readonly string[] | undefined;
  let rows: TableRows | undefined;
  let rejected: RejectedRows | undefined;
  /** Rows of which there is something to tell. */
  let seen = 0;

  const refuse: RefuseRow = (cells, faults, line) => {
    if (!set.skipInvalid) {
      set.skippable += faults.length;
      for (const fault of faults) set.faults.add(fault);
      return;
    }
    rejected ??= addRejected();
    rejected.add(
      cells,
      faults.map((fault) => reasonOf(fault())),
      line,
    );
  };
  const addRejected = (): RejectedRows => {
    const made = createRejectedRows(set.spool, { name, delimiter, rejectedSink: set.rejectedSink });
    set.rejected.push({ rows: made, headers: headers ?? [] });
    return made;
  };

  return {
    row(cells, row) {
      if (headers !== undefined) {
        seen += 1;
        rows?.add(cells, row);
        return;
      }
      headers = cells;
      const written = { headers: cells, place: row.place, line: row.line, isBelow: found.above.length > 0 };
      const header = readTableHeader(name, written, found, set);
      if (header === undefined) return;
      rows = createTableRows({ name, headers: cells, ...header, delimiter, place: row.place() }, set, refuse);
    },
    broken({ message, place, line, text }) {
      if (headers === undefined) {
        // Nothing can be made of the rows: their columns are not known.
        set.faults.add(() => ({ path: '', message, place }));
        headers = [];
        return;
      }
      seen += 1;
      if (rows !== undefined) refuse([text], [() => ({ path: '', message, place })], line);
    },
    pause: () => set.spool.relieve(),
    end() {
      if (headers === undefined) throw emptyTable(name);
      if (seen === 0 && rows !== undefined) {
        set.faults.add(() => ({
          path: '',
          message: 'there is a header and no row below it',
          place: `${name}:${found.line}:1`,
        }));
      }
      rows?.end();
    },
  };
}

function reasonOf({ path, message }: FailureDetail): string {
  return path === '' ? message : `${path}: ${message}`;
}

function emptyTable(name: string): CliError {
  return new CliError('usage', `${name} is empty`, {
    code: 'empty_input',
    hint: 'a table has a line of column names, such as WAVE_ID,ORDER_ID,LOCATION_ID, and one row a pick',
  });
}
