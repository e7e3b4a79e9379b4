/** Reads a table row by row: from bytes to the cells of each row, and the place of each cell. */
import { Buffer } from 'node:buffer';
import { MAX_ROW_BYTES } from '../../limits.ts';
import { createCellText, withoutGuard } from './cell-text.ts';
import { hasOuterBars, isRule } from './drawn-table.ts';
import { BEYOND_ASCII, createRowScan, DOUBLED, FORMULA, QUOTED, type QuoteError, scanRow } from './tokenizer.ts';

/** The row that a listener is called for. */
export interface CurrentRow {
  /** Of its first character, from 1. */
  readonly line: number;
  /** `wave.csv:3:14`: where the cell of that number (from 0) begins; columns count from 1, in UTF-16 code units. */
  readonly place: (cell?: number) => string;
}

export interface TableListener {
  /** The listener may store the cells. */
  row(cells: string[], row: CurrentRow): void;
  /** A row whose quotes do not match. Reading continues in the next line. `text` is what was skipped. */
  broken(error: {
    readonly message: string;
    readonly place: string;
    readonly line: number;
    readonly text: string;
  }): void;
  /** After each piece of the file, between two rows. */
  pause(): Promise<void>;
}

export interface Table {
  readonly name: string;
  /** Without its byte order mark. */
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly delimiter: string;
  /** The line in which the bytes begin. Default 1. */
  readonly firstLine?: number;
}

export interface TableEnd {
  /** The place of the first text that is not UTF-8 and was read as Windows-1252. */
  readonly foreignText: string | undefined;
  /** Lines that only draw the table, which are skipped. */
  readonly rules: { readonly count: number; readonly first: string };
}

/** Reads all rows. Skips empty lines, and rows without any text. */
export async function readTable(table: Table, listener: TableListener): Promise<TableEnd> {
  const reader = new TableReader(table, listener);
  for await (const chunk of table.bytes) {
    for (let at = 0; at < chunk.length; at += PIECE) reader.push(chunk.subarray(at, at + PIECE), false);
    await listener.pause();
  }
  reader.push(new Uint8Array(), true);
  await listener.pause();
  return { foreignText: reader.foreignText, rules: reader.rules };
}

/** Bytes decoded at a time: larger texts are expensive to collect. */
const PIECE = 16_384;

/** V8 stores a slice of fewer characters as a text of its own; a longer one holds all that it was cut from. */
const OWN_TEXT = 12;

class TableReader implements CurrentRow {
  readonly #name: string;
  readonly #delimiter: string;
  readonly #delimiterCode: number;
  readonly #listener: TableListener;
  readonly #scan = createRowScan();
  readonly #text = createCellText();
  /** The bytes from the current row on. */
  #bytes: Buffer = Buffer.alloc(0);
  /** The same, one character a byte: text is decoded cell by cell. */
  #chars = '';
  /** Where the current row begins; for a broken one, where the skipped line is read from. */
  #start = 0;
  #isSkipping = false;
  /** Whether there are bars around the rows, as around the first. */
  #hasBars: boolean | undefined;
  /** How many cells were removed before the first of the current row. */
  #offset = 0;
  line: number;
  foreignText: string | undefined;
  readonly rules = { count: 0, first: '' };

  constructor({ name, delimiter, firstLine = 1 }: Table, listener: TableListener) {
    this.#name = name;
    this.#delimiter = delimiter;
    this.#delimiterCode = delimiter.charCodeAt(0);
    this.#listener = listener;
    this.line = firstLine;
  }

  /** Reads the rows that are complete; nothing follows the `last` bytes. */
  push(chunk: Uint8Array, last: boolean): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const rest = this.#bytes.subarray(this.#start);
    this.#bytes = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    this.#chars = this.#bytes.toString('latin1');
    this.#start = 0;
    while (this.#start < this.#chars.length && (this.#isSkipping ? this.#skip(last) : this.#read(last)));
  }

  /** Reports the row at `#start`, whole or broken; `false` when it needs more bytes. */
  #read(last: boolean): boolean {
    const scan = this.#scan;
    const { length } = this.#chars;
    const end = Math.min(length, this.#start + MAX_ROW_BYTES + 1);
    const found = scanRow(scan, this.#chars, this.#start, end, last && end === length, this.#delimiterCode);
    if (found === 'unfinished' && end - this.#start <= MAX_ROW_BYTES) return false;
    if (found !== 'row' || scan.next - this.#start > MAX_ROW_BYTES) return this.#break(found !== 'broken', last);
    this.#offset = 0;
    if (isRule(this.#chars.slice(this.#start, scan.ends[scan.cells - 1]))) this.#addRule();
    else this.#report();
    this.#start = scan.next;
    this.line += scan.lines;
    return true;
  }

  #addRule(): void {
    this.rules.count += 1;
    if (this.rules.count === 1) this.rules.first = this.place();
  }

  #report(): void {
    const cells: string[] = [];
    for (let cell = 0; cell < this.#scan.cells; cell += 1) cells.push(this.#cell(cell));
    if (cells.every((cell) => cell.trim() === '')) return;
    this.#hasBars ??= hasOuterBars(cells, this.#delimiter);
    if (!this.#hasBars || cells.length === 1) this.#listener.row(cells, this);
    else if (hasOuterBars(cells, this.#delimiter)) {
      this.#offset = 1;
      this.#listener.row(cells.slice(1, -1), this);
    } else {
      const message = 'a bar is missing before or behind the cells of this row: was the file cut off?';
      const text = this.#decode(this.#start, this.#scan.next).replace(/[\r\n]+$/, '');
      this.#listener.broken({ message, place: this.place(), line: this.line, text });
    }
  }

  #cell(cell: number): string {
    const { starts, ends, traits } = this.#scan;
    const trait = traits[cell] ?? 0;
    const from = (starts[cell] ?? 0) + ((trait & QUOTED) === 0 ? 0 : 1);
    const to = ends[cell] ?? 0;
    let text = to - from > OWN_TEXT ? this.#bytes.toString('latin1', from, to) : this.#chars.slice(from, to);
    if (trait <= QUOTED) return text;
    if ((trait & BEYOND_ASCII) !== 0) {
      text = this.#text.ofCell(text);
      if (this.#text.foreignCell !== undefined) this.foreignText ??= this.place(cell);
    }
    if ((trait & DOUBLED) !== 0) text = text.replaceAll('""', '"');
    return (trait & FORMULA) === 0 ? text : withoutGuard(text);
  }

  readonly place = (cell = 0): string => this.#placeOf(this.#scan.starts[cell + this.#offset] ?? this.#start);

  #placeOf(at: number): string {
    const before = this.#decode(this.#start, at);
    const column = before.length - Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r'));
    return `${this.#name}:${this.line + lineEnds(before)}:${column}`;
  }

  #decode(from: number, to: number): string {
    return this.#text.decode(this.#bytes.subarray(from, to));
  }

  /** Reports a broken row when the line to be skipped is complete, or the row is too long. */
  #break(isLong: boolean, last: boolean): boolean {
    const { quoteError, lines } = this.#scan;
    // A quote that was not closed in its line is not meant to open a cell of several lines.
    const at = quoteError === undefined ? this.#start : quoteError.runsOn ? quoteError.cell : quoteError.at;
    const after = this.#afterLine(at, last);
    const most = this.#start + MAX_ROW_BYTES;
    if (after === undefined && !isLong && this.#chars.length < most) return false;
    this.#listener.broken({
      message: isLong ? tooLong(quoteError) : describe(quoteError, this.line + lines),
      place: this.#placeOf(at),
      line: this.line,
      text: this.#decode(this.#start, Math.min(after ?? most, most)).replace(/[\r\n]+$/, ''),
    });
    this.line += lineEnds(this.#chars.slice(this.#start, at));
    this.#start = at;
    this.#isSkipping = true;
    return true;
  }

  /** Skips the rest of a broken row's line. */
  #skip(last: boolean): boolean {
    const after = this.#afterLine(this.#start, last);
    this.#isSkipping = after === undefined;
    const { length } = this.#chars;
    this.#start = after ?? (this.#chars.endsWith('\r') ? length - 1 : length);
    if (!this.#isSkipping) this.line += 1;
    return !this.#isSkipping;
  }

  /** The offset after the first line end at or after `from`; `undefined` while none has arrived. */
  #afterLine(from: number, last: boolean): number | undefined {
    const lineEnd = /\r\n|[\r\n]/g;
    lineEnd.lastIndex = from;
    const { length } = this.#chars;
    const found = lineEnd.exec(this.#chars);
    const after = found === null ? length : found.index + found[0].length;
    // A line feed may follow a carriage return.
    const isWhole = found !== null && (after < length || found[0] !== '\r');
    return isWhole || last ? after : undefined;
  }
}

function lineEnds(text: string): number {
  return text.match(/\r\n|[\r\n]/g)?.length ?? 0;
}

function describe(error: QuoteError | undefined, line: number): string {
  const cell = `a quote opens cell ${(error?.column ?? 0) + 1} here`;
  if (error?.kind === 'open') return `${cell} and is never closed`;
  return error?.runsOn === true
    ? `${cell} and its text runs on to line ${line}: is its closing quote missing?`
    : 'text behind the closing quote of a cell: a quote inside a quoted cell is written ""';
}

function tooLong(error: QuoteError | undefined): string {
  return error === undefined
    ? 'the row is longer than 1 MB'
    : `a quote opens cell ${error.column + 1} here and is not closed within 1 MB`;
}
