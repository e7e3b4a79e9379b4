/** The rows of one table, checked one by one and put into the request of their wave. */
import { type CellFault, headerAgain, type RefuseRow, wrongLength } from './row-faults.ts';
import { createPickReader } from './row-picks.ts';
import { cellOf, valueOf } from './row-values.ts';
import { noteWave, type SetBuilder } from './set-builder.ts';
import type { Columns } from './table-columns.ts';
import type { CurrentRow } from './table-reader.ts';
import { createTableWaves } from './table-waves.ts';
import { addPick } from './wave-requests.ts';

export interface TableFacts {
  readonly name: string;
  readonly headers: readonly string[];
  readonly columns: Columns;
  readonly delimiter: string;
  /** Of the header. */
  readonly place: string;
}

export interface TableRows {
  add(cells: readonly string[], row: CurrentRow): void;
  end(): void;
}

export function createTableRows(facts: TableFacts, set: SetBuilder, refuse: RefuseRow): TableRows {
  const { name, headers, columns, delimiter } = facts;
  const order = columns.pick.find(({ field }) => field.name === 'order_id');
  const waves = createTableWaves(facts, set);
  const readPick = createPickReader(columns, set);
  let namesWaves = false;

  function refuseCells(cells: readonly string[], faults: readonly CellFault[], { line }: CurrentRow): void {
    const words = faults.toSorted((a, b) => a.column - b.column).map(({ word }) => word);
    refuse(cells, words, line);
  }

  return {
    add(cells, row) {
      if (cells.length !== headers.length) {
        refuse(cells, [wrongLength(cells, headers.length, delimiter, row)], row.line);
        return;
      }
      if (cells[0] === headers[0] && cells.every((cell, index) => cell === headers[index])) {
        refuse(cells, [headerAgain(row)], row.line);
        return;
      }
      const id = cellOf(cells, columns.wave);
      if (id !== '') {
        namesWaves = true;
        if (!noteWave(set, name, id, () => row.place(columns.wave?.index))) return;
      }
      const faults = waves.wholeSlips(cells, row);
      if (columns.wave !== undefined && !waves.has(id)) valueOf(columns.wave, cells, row, faults);
      if (faults.length > 0) {
        refuseCells(cells, faults, row);
        return;
      }
      const wave = waves.waveOf(id, cells, row);
      wave.rows += 1;
      waves.checkWhole(wave, cells, row, faults);
      const pick = readPick(wave, cells, row, faults);
      if (faults.length > 0) {
        refuseCells(cells, faults, row);
        return;
      }
      if (cellOf(cells, order) === '') {
        wave.orderless += 1;
        if (wave.orderless === 1) wave.firstOrderless = order === undefined ? facts.place : row.place(order.index);
      }
      addPick(set.spool, wave.request, pick.json, [pick.id, ...cells]);
    },
    end: () => waves.end(namesWaves),
  };
}
