/** The rows of one table: each is checked, and its pick goes into the request of its wave. */
import type { SetBuilder } from '../../set-builder.ts';
import { createIdCheck } from '../../validation/id-check.ts';
import type { TableHeader } from '../header/header.ts';
import type { CurrentRow } from '../reader.ts';
import { cellOf, type RejectRow, type RowError, rowFault, valueOf } from './cells.ts';
import { createRowCleanup } from './cleanup.ts';
import { createFillDown } from './fill-down.ts';
import { createNonPicks } from './non-picks.ts';
import { createPickReader } from './picks.ts';
import { TableWaves } from './waves.ts';
import { createRowWidth } from './width.ts';

export type TableRows = ReturnType<typeof createTableRows>;

export function createTableRows(table: TableHeader, set: SetBuilder, reject: RejectRow) {
  const { name, headers, columns, delimiter } = table;
  const order = columns.pick.find(({ field }) => field.name === 'order_id');
  const ids = createIdCheck(set.allowed);
  const waves = new TableWaves(table, set, ids);
  const readPick = createPickReader(columns, set, ids);
  const cleanup = createRowCleanup(columns.read, headers.length, ids.warnings);
  const nonPicks = createNonPicks(table, set, reject);
  const fillDown = table.filled.length === 0 ? undefined : createFillDown(table.filled, columns, reject);
  const fit = createRowWidth(headers, delimiter);
  let namesWaves = false;

  function rejectCells(cells: readonly string[], errors: readonly RowError[], { line }: CurrentRow): void {
    const sorted = errors.toSorted((a, b) => a.column - b.column);
    reject(
      cells,
      sorted.map(({ describe }) => describe),
      line,
    );
  }

  function addRow(given: readonly string[], row: CurrentRow): void {
    const cells = cleanup.row(given, row);
    const id = cellOf(cells, columns.wave);
    if (id !== '') {
      namesWaves = true;
      if (!set.registerWave(name, id, () => row.place(columns.wave?.index))) return;
    }
    const errors = waves.checkRequestCells(cells, row);
    if (columns.wave !== undefined && !waves.has(id)) valueOf(columns.wave, cells, row, errors, ids);
    if (errors.length > 0) {
      rejectCells(given, errors, row);
      return;
    }
    const wave = waves.waveOf(id, cells, row);
    wave.rows += 1;
    waves.checkAgreement(wave, cells, row, errors);
    const pick = readPick(wave, cells, row, errors);
    if (errors.length > 0) {
      rejectCells(given, errors, row);
      return;
    }
    if (cellOf(cells, order) === '') {
      wave.orderless += 1;
      if (wave.orderless === 1) wave.firstOrderless = order === undefined ? table.place : row.place(order.index);
    }
    waves.add(wave, { json: pick.json, id: pick.id, line: row.line, cells: given });
    cleanup.sent();
  }

  return {
    add(cells: readonly string[], row: CurrentRow): void {
      if (nonPicks.take(cells, row)) return;
      const fitted = fit(cells);
      if (typeof fitted === 'string') {
        reject(cells, [rowFault(fitted, row)], row.line);
        return;
      }
      const filled = fillDown === undefined ? fitted : fillDown.fill(fitted, row);
      if (filled !== undefined) addRow(filled, row);
    },
    end(): void {
      fillDown?.end();
      nonPicks.end();
      set.warnings.push(...cleanup.warnings());
      waves.end(namesWaves);
      set.warnings.push(...nonPicks.warnings());
    },
  };
}
