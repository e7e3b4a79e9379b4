/** The waves of one table: the first row of a wave says what its request is, the others must agree. */
import type { RequestField } from '../../envelope.ts';
import { quote } from '../../quote.ts';
import type { SetBuilder } from '../../set-builder.ts';
import { createIdCheck, type IdCheck } from '../../validation/id-check.ts';
import { orderlessPicks } from '../../validation/validation.ts';
import { type SerializedPick, type Wave, WaveAssembler } from '../../waves.ts';
import { asArgument, type FieldColumn } from '../header/columns.ts';
import type { TableHeader } from '../header/header.ts';
import type { CurrentRow } from '../reader.ts';
import { cellOf, type RowError, rowError, valueOf } from './cells.ts';

/** A wave, and what its rows must agree on. */
export interface TableWave {
  readonly request: Wave;
  readonly firstLine: number;
  /** Cells of the request's own columns in the first row. */
  readonly requestCells: readonly string[];
  /** Rejected ones too: a generated id stays the same when others are fixed. */
  rows: number;
  orderless: number;
  /** The place of the first. */
  firstOrderless: string;
}

export class TableWaves {
  readonly #table: TableHeader;
  readonly #set: SetBuilder;
  readonly #ids: IdCheck;
  readonly #unreported: IdCheck;
  readonly #assembler: WaveAssembler;
  readonly #waves = new Map<string, TableWave>();

  constructor(table: TableHeader, set: SetBuilder, ids: IdCheck) {
    this.#table = table;
    this.#set = set;
    this.#ids = ids;
    this.#unreported = createIdCheck(set.allowed);
    const columns = set.columns.add(table.headers);
    const cellsOf = (cells: readonly string[]) => spread(cells, columns, set.columns.headers.length);
    this.#assembler = new WaveAssembler(set, { name: table.name, place: table.place, cellsOf });
  }

  has(id: string): boolean {
    return this.#waves.has(id);
  }

  /** `''` is no wave. */
  waveOf(id: string, cells: readonly string[], row: CurrentRow): TableWave {
    const known = this.#waves.get(id);
    if (known !== undefined) return known;
    const wave: TableWave = {
      request: this.#assembler.waveOf(
        id,
        () => row.place(),
        () => this.#requestFields(cells, row),
      ),
      firstLine: row.line,
      requestCells: this.#table.columns.request.map((column) => cellOf(cells, column)),
      rows: 0,
      orderless: 0,
      firstOrderless: '',
    };
    this.#waves.set(id, wave);
    return wave;
  }

  #requestFields(cells: readonly string[], row: CurrentRow): RequestField[] {
    // Rows with errors never come here, and the row's own check warned of what is odd.
    return this.#table.columns.request.flatMap((column): RequestField[] => {
      const json = valueOf(column, cells, row, [], this.#unreported);
      return json === undefined ? [] : [{ name: column.field.name, json, place: () => row.place(column.index) }];
    });
  }

  /** The errors of cells of the request's own columns, in any row. */
  checkRequestCells(cells: readonly string[], row: CurrentRow): RowError[] {
    const errors: RowError[] = [];
    for (const column of this.#table.columns.request) valueOf(column, cells, row, errors, this.#ids);
    return errors;
  }

  /** Adds an error for each cell that says other than the first row of the wave; an empty one says nothing. */
  checkAgreement(wave: TableWave, cells: readonly string[], row: CurrentRow, errors: RowError[]): void {
    for (const [at, column] of this.#table.columns.request.entries()) {
      const cell = cellOf(cells, column);
      const first = wave.requestCells[at] ?? '';
      if (cell !== '' && cell !== first) errors.push(rowError(column, otherThanFirst(cell, first, wave, column), row));
    }
  }

  add({ request }: TableWave, pick: SerializedPick): void {
    this.#assembler.add(request, pick);
  }

  /** Adds the requests to the set. `namesWaves`: whether any row has a wave. */
  end(namesWaves: boolean): void {
    this.#assembler.end();
    this.#warnOfOrders();
    const { name, columns, filled } = this.#table;
    const waveless = this.#waves.get('');
    if (columns.wave === undefined || !namesWaves || waveless === undefined || waveless.request.picks === 0) return;
    const message = waveMissing(waveless.request.picks, columns.wave, filled.includes(columns.wave));
    this.#set.errors.add(() => ({ path: '', message, place: `${name}:${waveless.firstLine}` }));
  }

  #warnOfOrders(): void {
    const waves = [...this.#waves.values()];
    const first = waves.find(({ orderless }) => orderless > 0);
    if (this.#set.kind !== 'cluster' || first === undefined) return;
    const orderless = waves.reduce((sum, wave) => sum + wave.orderless, 0);
    const all = waves.reduce((sum, { request }) => sum + request.picks, 0);
    const suggestion = orderless < all ? '; if the row above has it, add --fill-down order_id' : '';
    this.#set.warnings.push({
      path: '',
      message: `${orderlessPicks(orderless, all)}${suggestion}`,
      place: first.firstOrderless,
    });
  }
}

function waveMissing(rows: number, { header }: FieldColumn, isFilled: boolean): string {
  const suggestion = isFilled
    ? 'no row above has it to fill them, so write it into each row'
    : `add --fill-down ${asArgument(header)} when the row above has it, else write it into each row`;
  return `${rows} ${rows === 1 ? 'row has' : 'rows have'} no ${header} and others have one: ${suggestion}`;
}

function otherThanFirst(cell: string, first: string, { firstLine }: TableWave, { field }: FieldColumn): string {
  const found = first === '' ? 'is empty' : `is ${quote(first)}`;
  return `${quote(cell)} here, and in line ${firstLine}, the first of the same wave, it ${found}: a wave is one request, with one ${field.name}`;
}

/** The cells of one table in the columns of all. */
function spread(cells: readonly string[], columns: readonly number[], width: number): readonly string[] {
  if (width === cells.length && columns.every((column, at) => column === at)) return cells;
  const wide = Array.from({ length: width }, () => '');
  for (const [at, cell] of cells.entries()) wide[columns[at] ?? 0] = cell;
  return wide;
}
