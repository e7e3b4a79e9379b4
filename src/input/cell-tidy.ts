/** What programs put around or into the cells of a table, and a person does not see or mean. */
import type { FailureDetail } from '../errors.ts';
import type { IdCheck } from './id-check.ts';
import { trimmed } from './look-alikes.ts';
import { createNotes } from './notes.ts';
import { quote } from './table-cells.ts';
import type { Column } from './table-columns.ts';
import type { CurrentRow } from './table-reader.ts';

export interface CellTidy {
  /** The cells as they are meant, the others as they are: what nobody reads goes back as it came. */
  row(cells: readonly string[], row: CurrentRow): readonly string[];
  /** The row is sent: to be called while it is the current one. */
  sent(): void;
  warnings(): FailureDetail[];
}

/** Nearly all cells need nothing. The blanks around a number go when it is read. */
const MAY_NEED = { text: /^['\s]|\s$|[^ -~]/, number: /^\s*'/ };

/**
 * An apostrophe that makes a text of a cell, for spreadsheets (against formulas, or to save leading zeros), when a number
 * or an id follows.
 */
const GUARD = /^'(?=[=+@-]?[\p{L}\p{N}])/u;
/** `'s-Hertogenbosch`, `'t Zand`. */
const DUTCH = /^'[st][ -]\p{L}{2}/iu;

/** A number that may have a point between its thousands. */
const POINT = /^\s*-?[1-9]\d{0,2}\.\d{3}\s*$/;
/** A comma that can hardly stand between thousands. */
const DECIMAL_COMMA = /^-?(?:\d{1,3}(?:\.\d{3})+|\d+),(?:\d{1,2}|\d{4,})$|^-?0,\d+$/;

function isText({ field }: Column): boolean {
  return field.type === 'text' || field.type === 'places';
}

function idsOf(cell: string, { field }: Column): readonly string[] {
  if (field.type === 'places') return cell.split('|').map(trimmed);
  return field.type === 'text' ? [cell] : [];
}

/** `columns` are those that are read, of the `width` that there are. */
export function createCellTidy(columns: readonly Column[], width: number, ids: IdCheck): CellTidy {
  const { notes } = ids;
  const points = createNotes();
  const fractions = columns.filter(({ field }) => field.type === 'number');
  const tests = columns.map((column) => ({ column, mayNeed: isText(column) ? MAY_NEED.text : MAY_NEED.number }));
  const texts = new Set(columns.filter(isText).map(({ index }) => index));
  const others = Array.from({ length: width }, (_, index) => index).filter((index) => !texts.has(index));
  /** The first cell with a decimal comma, and its line. */
  let comma: string | undefined;

  function tidy(cell: string, column: Column, row: CurrentRow): string {
    const bare = isText(column) ? trimmed(cell) : cell.trim();
    if (!GUARD.test(bare) || DUTCH.test(bare)) return bare;
    const meant = bare.slice(1).replace(/^([^']*)'$/, '$1');
    notes.add('guard', () => ({
      path: column.header,
      place: row.place(column.index),
      message: (more) => `${quote(bare)} is sent as ${quote(meant)}, without the apostrophe of a spreadsheet${more}`,
    }));
    return meant;
  }

  function settle(isSent: boolean): void {
    notes.settle(isSent);
    points.settle(isSent);
  }

  function lookAtPoints(cells: readonly string[], row: CurrentRow): void {
    for (const { header, index } of fractions) {
      const cell = cells[index] ?? '';
      if (!POINT.test(cell)) continue;
      const number = cell.trim();
      points.add('point', () => ({
        path: header,
        place: row.place(index),
        message: (more) =>
          `${quote(number)} is sent with its point as a decimal one${more}, but the file has decimal commas (${comma}): write ${number.replace('.', '')} if it stands between thousands`,
      }));
    }
    if (comma !== undefined) return;
    for (const index of others) {
      const cell = cells[index] ?? '';
      if (cell.includes(',') && DECIMAL_COMMA.test(cell.trim())) comma = `${quote(cell.trim())} in line ${row.line}`;
    }
  }

  return {
    row(cells, row) {
      settle(false);
      let tidied: string[] | undefined;
      for (const { column, mayNeed } of tests) {
        const cell = cells[column.index] ?? '';
        if (!mayNeed.test(cell)) continue;
        const meant = tidy(cell, column, row);
        (tidied ??= [...cells])[column.index] = meant;
        for (const id of idsOf(meant, column)) {
          ids.look(id, () => ({ path: column.header, place: row.place(column.index) }));
        }
      }
      if (fractions.length > 0) lookAtPoints(tidied ?? cells, row);
      return tidied ?? cells;
    },
    sent: () => settle(true),
    warnings: () => [...notes.warnings(), ...(comma === undefined ? [] : points.warnings())],
  };
}
