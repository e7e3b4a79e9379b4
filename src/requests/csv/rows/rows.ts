/** The rows of one table, checked one by one and put into the request of their wave. */
import { createCellTidy } from './cell-tidy.ts';
import { createFillDown } from './fill-down.ts';
import { createHeaderCheck } from '../header/repeated.ts';
import { isFooter } from './footer.ts';
import { createIdCheck } from '../../validation/id-check.ts';
import {
  type CellFault,
  footerRow,
  joinedHeader,
  otherHeader,
  type RefuseRow,
  secondHeader,
  wrongLength,
} from './faults.ts';
import { createPickReader } from './picks.ts';
import { createRowWidth } from './width.ts';
import { cellOf, valueOf } from './values.ts';
import { noteWave, type SetBuilder } from '../../set-builder.ts';
import type { TableHeader } from '../header/header.ts';
import { tableFields } from '../fields.ts';
import type { CurrentRow } from '../reader.ts';
import { createTableWaves } from './waves.ts';
import { createTotalRows } from './total.ts';
import { addPick } from '../../waves.ts';

export interface TableRows {
  add(cells: readonly string[], row: CurrentRow): void;
  end(): void;
}

export function createTableRows(table: TableHeader, set: SetBuilder, refuse: RefuseRow): TableRows {
  const { name, headers, columns, delimiter, labels } = table;
  const order = columns.pick.find(({ field }) => field.name === 'order_id');
  const ids = createIdCheck(set.allowed);
  const waves = createTableWaves(table, set, ids);
  const readPick = createPickReader(columns, set, ids);
  const read = [...(columns.wave === undefined ? [] : [columns.wave]), ...columns.whole, ...columns.pick];
  const tidy = createCellTidy(read, headers.length, ids.notes);
  const fields = tableFields(set.kind).map((field) => field.name);
  const headerCheck = createHeaderCheck(headers, columns, fields);
  const totalRows = createTotalRows(columns, set, refuse);
  const fillDown = table.filled.length === 0 ? undefined : createFillDown(table.filled, columns, refuse);
  const width = createRowWidth(headers);
  const headersAgain = { count: 0, first: '' };
  let namesWaves = false;
  let isOver = false;

  function refuseCells(cells: readonly string[], faults: readonly CellFault[], { line }: CurrentRow): void {
    const words = faults.toSorted((a, b) => a.column - b.column).map(({ word }) => word);
    refuse(cells, words, line);
  }

  /** Whether the row is no pick, which is said then. */
  function isNoPick(cells: readonly string[], row: CurrentRow): boolean {
    const header = headerCheck(cells);
    if (header === 'same') {
      headersAgain.count += 1;
      if (headersAgain.count === 1) headersAgain.first = row.place();
    } else if (header === 'other') {
      set.faults.add(() => otherHeader(table.place, row));
      isOver = true;
    } else if (header === 'joined') {
      refuse(cells, [joinedHeader(row)], row.line);
    } else if (isFooter(cells, delimiter)) {
      refuse(cells, [footerRow(row)], row.line);
    } else if (labels.length > 0 && labels.includes(row.line)) {
      refuse(cells, [secondHeader(labels, row)], row.line);
    } else {
      return totalRows.take(cells, row);
    }
    return true;
  }

  function addRow(given: readonly string[], row: CurrentRow): void {
    const cells = tidy.row(given, row);
    const id = cellOf(cells, columns.wave);
    if (id !== '') {
      namesWaves = true;
      if (!noteWave(set, name, id, () => row.place(columns.wave?.index))) return;
    }
    const faults = waves.wholeSlips(cells, row);
    if (columns.wave !== undefined && !waves.has(id)) valueOf(columns.wave, cells, row, faults, ids);
    if (faults.length > 0) {
      refuseCells(given, faults, row);
      return;
    }
    const wave = waves.waveOf(id, cells, row);
    wave.rows += 1;
    waves.checkWhole(wave, cells, row, faults);
    const pick = readPick(wave, cells, row, faults);
    if (faults.length > 0) {
      refuseCells(given, faults, row);
      return;
    }
    if (cellOf(cells, order) === '') {
      wave.orderless += 1;
      if (wave.orderless === 1) wave.firstOrderless = order === undefined ? table.place : row.place(order.index);
    }
    addPick(set.spool, wave.request, { json: pick.json, id: pick.id, line: row.line, cells: given });
    tidy.sent();
  }

  return {
    add(cells, row) {
      if (isOver || isNoPick(cells, row)) return;
      const fitted = width.fit(cells);
      if (fitted === undefined) {
        const wanted = cells.length === width.cells ? headers.length : width.cells;
        const expected = { wanted, headers: headers.length, delimiter };
        refuse(cells, [wrongLength(cells, expected, row)], row.line);
        return;
      }
      const filled = fillDown === undefined ? fitted : fillDown.fill(fitted, row);
      if (filled !== undefined) addRow(filled, row);
    },
    end() {
      fillDown?.end();
      totalRows.end();
      set.warnings.push(...tidy.warnings());
      waves.end(namesWaves);
      const { count, first } = headersAgain;
      if (count === 0) return;
      const lines = count === 1 ? 'a line repeats' : `${count} lines repeat`;
      const message = `${lines} the header and ${count === 1 ? 'is' : 'are'} left out: were exports joined?`;
      set.warnings.push({ path: '', message, place: first });
    },
  };
}
