/** Delimited text to rows with their places. The only import of csv-parse. */
import { type CsvError, Parser } from 'csv-parse';
import type { FailureDetail } from '../errors.ts';

export interface TableRow {
  readonly cells: readonly string[];
  /** The line on which the row begins, from 1. */
  readonly line: number;
  /** The row as it stands in the file, for the places of its cells; only valid until the next row. */
  readonly raw: string;
}

export interface TableReading {
  readonly name: string;
  /** UTF-8, without a byte order mark. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly delimiter: string;
  /** Rows of nothing at all are passed over. */
  readonly onRow: (row: TableRow) => void;
}

/**
 * Reads all rows. Returns the fault of quoting that made the rest unreadable, if there was one: where a quote is open
 * nobody knows what is a row. Rows before it have been told of.
 */
export async function readTable({ name, chunks, delimiter, onRow }: TableReading): Promise<FailureDetail | undefined> {
  let line = 1;
  let records = 0;
  /** The first row that cannot be read, how many there are before it, and the row as far as it was read. */
  let broken: { readonly error: CsvError; readonly after: number; readonly raw: string } | undefined;
  const parser = new Parser({
    delimiter,
    raw: true,
    // Told of with the names of the columns, and not only the first.
    relax_column_count: true,
    skip_records_with_error: true,
    on_skip(error: CsvError | undefined, raw: string | undefined) {
      if (error !== undefined) broken ??= { error, after: Number(error['records']), raw: raw ?? '' };
    },
  });
  const drain = (): void => {
    for (;;) {
      const next = parser.read() as { readonly record: string[]; readonly raw: string } | null;
      if (next === null) return;
      // The library finds a way to go on behind the fault; what it then takes for rows are none.
      if (broken !== undefined && records >= broken.after) continue;
      const { record, raw } = next;
      records += 1;
      if (record.length > 1 || record[0] !== '') onRow({ cells: record, line, raw });
      line += lineBreaks(raw);
    }
  };
  const ended = new Promise<void>((resolve, reject) => {
    parser.on('readable', drain);
    parser.once('end', resolve);
    parser.once('error', reject);
  });
  // A rejection that nobody waits for yet must not end the program.
  ended.catch(() => undefined);
  for await (const chunk of chunks) {
    if (broken !== undefined) break;
    if (!parser.write(chunk)) await new Promise((resolve) => parser.once('drain', resolve));
  }
  parser.end();
  await ended;
  return broken === undefined ? undefined : quotingFault(name, broken.error, line, broken.raw);
}

/** How often a line ends in a text: `\r\n`, `\n` and `\r` count once each. */
function lineBreaks(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x0a) count += 1;
    else if (code === 0x0d && text.charCodeAt(at + 1) !== 0x0a) count += 1;
  }
  return count;
}

/** What csv-parse calls the fault, in words that say what to do. `raw` is the row as far as it was read. */
function quotingFault(name: string, error: CsvError, line: number, raw: string): FailureDetail {
  const at = (offset: number): string => {
    const before = raw.slice(0, offset);
    const lastBreak = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r'));
    return `${name}:${line + lineBreaks(before)}:${offset - lastBreak}`;
  };
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') {
    return { path: '', message: 'the quote that begins here is never closed', place: at(lastOpenQuote(raw)) };
  }
  if (error.code === 'CSV_INVALID_CLOSING_QUOTE') {
    const message = 'text after a closing quote: a quote inside a quoted cell is written twice ("")';
    return { path: '', message, place: at(raw.length) };
  }
  if (QUOTE_INSIDE.has(error.code)) {
    const message = 'a quote inside a cell that is not quoted: quote the whole cell, and write the quote twice ("")';
    return { path: '', message, place: at(Math.max(0, raw.length - 1)) };
  }
  return { path: '', message: error.message, place: at(0) };
}

/** The library has it under a name without its usual beginning. */
const QUOTE_INSIDE: ReadonlySet<string> = new Set(['INVALID_OPENING_QUOTE', 'CSV_INVALID_OPENING_QUOTE']);

/** Where the quoted cell begins that is still open at the end. */
function lastOpenQuote(raw: string): number {
  let open = -1;
  for (let at = 0; at < raw.length; at += 1) {
    if (raw[at] !== '"') continue;
    if (open === -1) open = at;
    else if (raw[at + 1] === '"') at += 1;
    else open = -1;
  }
  return Math.max(0, open);
}

/** Where the cell with this index begins: line breaks before it, and the column from 1 (UTF-16 code units). */
export function placeOfCell(name: string, { line, raw }: TableRow, delimiter: string, index: number): string {
  let offset = 0;
  for (let cell = 0; cell < index && offset < raw.length; cell += 1) offset = endOfCell(raw, offset, delimiter) + 1;
  const before = raw.slice(0, offset);
  const lastBreak = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r'));
  return `${name}:${line + lineBreaks(before)}:${offset - lastBreak}`;
}

function endOfCell(raw: string, start: number, delimiter: string): number {
  let at = start;
  if (raw[at] === '"') {
    for (at += 1; at < raw.length; at += 1) {
      if (raw[at] !== '"') continue;
      if (raw[at + 1] === '"') at += 1;
      else break;
    }
  }
  const end = raw.indexOf(delimiter, at);
  return end === -1 ? raw.length : end;
}
