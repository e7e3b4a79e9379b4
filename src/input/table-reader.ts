/** Reads a table row by row. The door of `csv-parse`. */
import { parse, type Parser } from 'csv-parse';
import { messageOf } from '../errors.ts';
import { createRowWindow, type RowWindow } from './row-window.ts';
import { createCellText } from './cell-text.ts';
import { type QuoteSlip, shapeOfRow } from './row-shape.ts';

/** More characters in one row are the work of a quote that was never closed. */
const LONGEST_ROW = 1_000_000;

/** The row that a listener is called for. */
export interface CurrentRow {
  /** Of its first character, from 1. */
  readonly line: number;
  /** `wave.csv:3:14`: where the cell of that number (from 0) begins; columns count from 1, in UTF-16 code units. */
  readonly place: (cell?: number) => string;
}

export interface TableListener {
  /** The cells are the listener's to keep. */
  row(cells: string[], row: CurrentRow): void;
  /** A row whose quotes make no sense. Reading goes on in the next line. `text` is what was passed over. */
  broken(fault: {
    readonly message: string;
    readonly place: string;
    readonly line: number;
    readonly text: string;
  }): void;
  /** After each piece of the file, when no row is being told of. */
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
  /** Where the first text stands that is not UTF-8 and was read as Windows-1252. */
  readonly foreignText: string | undefined;
}

/** Empty lines, and rows without any text, are passed over. */
export async function readTable(table: Table, listener: TableListener): Promise<TableEnd> {
  const reader = new TableReader(table, listener);
  for await (const chunk of table.bytes) {
    await reader.push(chunk);
    await listener.pause();
  }
  await reader.end();
  await listener.pause();
  return { foreignText: reader.foreignText };
}

class TableReader {
  readonly #name: string;
  readonly #delimiter: string;
  readonly #listener: TableListener;
  readonly #window: RowWindow;
  readonly #text = createCellText();
  #parser: Parser;
  /** Where the parser's first byte stands in the window. */
  #base = 0;
  #rowStart = 0;
  #rowEnd = 0;
  /** Behind a broken row whose line has not ended yet: where it begins, and where its end may be looked for. */
  #passing: { readonly from: number; readonly fault: Fault } | undefined;
  #thrown: { readonly error: unknown } | undefined;
  foreignText: string | undefined;

  constructor({ name, delimiter, firstLine }: Table, listener: TableListener) {
    this.#name = name;
    this.#delimiter = delimiter;
    this.#listener = listener;
    this.#window = createRowWindow(firstLine);
    this.#parser = this.#newParser();
  }

  async push(chunk: Uint8Array): Promise<void> {
    const from = this.#window.end;
    this.#window.push(chunk);
    if (this.#passing === undefined) await this.#feed(from, false);
    else await this.#resume(false);
    this.#window.forget(this.#passing?.fault.start ?? this.#rowEnd);
  }

  async end(): Promise<void> {
    if (this.#passing === undefined) await this.#feed(this.#window.end, true);
    else await this.#resume(true);
  }

  /** Gives the parser the bytes from `from` on; after a broken row those behind it. */
  async #feed(from: number, last: boolean): Promise<void> {
    const error = await this.#write(this.#window.bytes(from, this.#window.end), last);
    if (this.#thrown !== undefined) throw this.#thrown.error;
    if (error === undefined) return;
    this.#passing = this.#broken(error);
    await this.#resume(last);
  }

  #write(bytes: Uint8Array, last: boolean): Promise<unknown> {
    return new Promise((resolve) => {
      const parser = this.#parser;
      const settle = (error?: unknown): void => resolve(error ?? undefined);
      parser.removeAllListeners('error').once('error', settle);
      // What the parser says is done when it calls back: rows are told of meanwhile.
      if (last) parser.resume().end(bytes, settle);
      else parser.write(bytes, settle);
    });
  }

  /** Goes on with a new parser in the line behind the broken row, when that has come. */
  async #resume(last: boolean): Promise<void> {
    const passing = this.#passing;
    if (passing === undefined) return;
    const after = this.#window.afterLine(passing.from) ?? (last ? this.#window.end : undefined);
    if (after === undefined) return;
    this.#passing = undefined;
    const { message, place, line, start } = passing.fault;
    const text = this.#text.decode(this.#window.bytes(start, after)).replace(/[\r\n]+$/, '');
    this.#listener.broken({ message, place, line, text });
    this.#parser = this.#newParser();
    this.#base = after;
    this.#rowEnd = after;
    await this.#feed(after, last);
  }

  #newParser(): Parser {
    return parse({
      // Bytes one by one: what they mean is found out cell by cell.
      encoding: 'latin1',
      delimiter: this.#delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: LONGEST_ROW,
      on_record: (cells: string[], { bytes }) => {
        this.#rowStart = this.#rowEnd;
        this.#rowEnd = this.#base + bytes;
        if (cells.every((cell) => cell.trim() === '')) return undefined;
        try {
          this.#listener.row(this.#window.ascii ? cells : this.#decoded(cells), this.#current);
        } catch (error) {
          // The parser would take it for one of its own.
          this.#thrown ??= { error };
        }
        return undefined;
      },
    });
  }

  #decoded(cells: string[]): string[] {
    const decoded = cells.map((cell) => this.#text.ofCell(cell));
    const foreign = this.#text.foreignCell;
    if (this.foreignText === undefined && foreign !== undefined) {
      this.foreignText = this.#current.place(cells.indexOf(foreign));
    }
    return decoded;
  }

  readonly #current: CurrentRow = ((reader: TableReader) => ({
    get line() {
      return reader.#window.lineAt(reader.#firstByte());
    },
    place: (cell = 0) => {
      const start = reader.#firstByte();
      const text = reader.#window.bytes(start, reader.#rowEnd).toString('latin1');
      return reader.#placeOf(start, shapeOfRow(text, reader.#delimiter).starts[cell] ?? 0);
    },
  }))(this);

  /** Of the row: rows that were passed over may stand before it, and empty lines. */
  #firstByte(): number {
    return this.#window.pastLineEnds(this.#rowStart);
  }

  #placeOf(start: number, offset: number): string {
    const at = start + offset;
    const before = this.#text.decode(this.#window.bytes(start, at));
    const column = before.length - Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r'));
    return `${this.#name}:${this.#window.lineAt(at)}:${column}`;
  }

  #broken(error: unknown): { readonly from: number; readonly fault: Fault } {
    const start = this.#window.pastLineEnds(this.#rowEnd);
    const text = this.#window.bytes(start, this.#window.end).toString('latin1');
    const { slip } = shapeOfRow(text, this.#delimiter);
    // A parser that sees what the shape does not is a fault of ours: its own words are better than none.
    if (slip === undefined) {
      const fault = {
        message: messageOf(error),
        place: this.#placeOf(start, 0),
        line: this.#window.lineAt(start),
        start,
      };
      return { from: start, fault };
    }
    const runsOn = /[\r\n]/.test(text.slice(slip.cell, slip.at));
    const at = slip.kind === 'open' || runsOn ? slip.cell : slip.at;
    const fault = {
      message: this.#words(slip, runsOn, start + slip.at),
      place: this.#placeOf(start, at),
      line: this.#window.lineAt(start),
      start,
    };
    return { from: start + (runsOn ? slip.cell : at), fault };
  }

  #words({ kind, column }: QuoteSlip, runsOn: boolean, at: number): string {
    if (kind === 'open') return `a quote opens cell ${column + 1} here and is never closed`;
    if (runsOn) {
      return `a quote opens cell ${column + 1} here and its text runs on to line ${this.#window.lineAt(at)}: is its closing quote missing?`;
    }
    return kind === 'behind'
      ? 'text behind the closing quote of a cell: a quote inside a quoted cell is written ""'
      : 'a quote inside a cell that has none around it: write the cell as "..." with each quote inside it doubled';
  }
}

interface Fault {
  readonly message: string;
  readonly place: string;
  readonly line: number;
  /** Offset of the row. */
  readonly start: number;
}
