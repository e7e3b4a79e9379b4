/** Removes what programs add to the cells of a table: blanks and invisible characters around them, apostrophes. */
import type { FailureDetail } from '../../../errors.ts';
import { trimmed } from '../../../lib/text/look-alikes.ts';
import { GroupedWarnings } from '../../grouped-warnings.ts';
import { quote } from '../../quote.ts';
import type { FieldColumn } from '../header/columns.ts';
import type { CurrentRow } from '../reader.ts';

const BLANK = 32;
const APOSTROPHE = 39;
const TILDE = 126;

/** Nearly all cells are clean: printable ASCII at both ends, and neither blank nor apostrophe. */
function isClean(cell: string): boolean {
  const first = cell.charCodeAt(0);
  const last = cell.charCodeAt(cell.length - 1);
  return cell === '' || (first > APOSTROPHE && first <= TILDE && last > BLANK && last <= TILDE);
}

/**
 * An apostrophe that makes a text of a cell, for spreadsheets (against formulas, or to save leading zeros), when a number
 * or an id follows.
 */
const GUARD = /^'(?=[=+@-]?[\p{L}\p{N}])/u;
/** `'s-Hertogenbosch`, `'t Zand`. */
const DUTCH = /^'[st][ -]\p{L}{2}/iu;

/** A number that may have a point between its thousands. */
const POINT = /^-?[1-9]\d{0,2}\.\d{3}$/;
/** A comma that can hardly stand between thousands. */
const DECIMAL_COMMA = /^-?(?:\d{1,3}(?:\.\d{3})+|\d+),(?:\d{1,2}|\d{4,})$|^-?0,\d+$/;

function isText({ field }: FieldColumn): boolean {
  return field.type === 'text' || field.type === 'places';
}

/** `columns` are those that are read, of the `width` that there are. */
export function createRowCleanup(columns: readonly FieldColumn[], width: number, warnings: GroupedWarnings) {
  const points = new GroupedWarnings();
  const fractions = columns.filter(({ field }) => field.type === 'number');
  const texts = new Set(columns.filter(isText).map(({ index }) => index));
  const others = Array.from({ length: width }, (_, index) => index).filter((index) => !texts.has(index));
  /** The first cell with a decimal comma, and its line. */
  let comma: string | undefined;

  function clean(cell: string, column: FieldColumn, row: CurrentRow): string {
    const bare = isText(column) ? trimmed(cell) : cell.trim();
    if (!GUARD.test(bare) || DUTCH.test(bare)) return bare;
    const meant = bare.slice(1).replace(/^([^']*)'$/, '$1');
    warnings.add('guard', () => ({
      path: column.header,
      place: row.place(column.index),
      message: (more) => `${quote(bare)} is sent as ${quote(meant)}, without the apostrophe of a spreadsheet${more}`,
    }));
    return meant;
  }

  function settle(isSent: boolean): void {
    warnings.settle(isSent);
    points.settle(isSent);
  }

  function checkPoints(cells: readonly string[], row: CurrentRow): void {
    for (const { header, index } of fractions) {
      const cell = cells[index] ?? '';
      if (!POINT.test(cell)) continue;
      points.add('point', () => ({
        path: header,
        place: row.place(index),
        message: (more) =>
          `${quote(cell)} is sent with its point as a decimal one${more}, but the file has decimal commas (${comma}): write ${cell.replace('.', '')} if it stands between thousands`,
      }));
    }
    if (comma !== undefined) return;
    for (const index of others) {
      const cell = cells[index] ?? '';
      if (cell.includes(',') && DECIMAL_COMMA.test(cell.trim())) comma = `${quote(cell.trim())} in line ${row.line}`;
    }
  }

  return {
    /** The row with clean cells. Columns that are not read stay as they are. */
    row(cells: readonly string[], row: CurrentRow): readonly string[] {
      settle(false);
      let cleaned: string[] | undefined;
      for (const column of columns) {
        const cell = cells[column.index] ?? '';
        if (isClean(cell)) continue;
        const meant = clean(cell, column, row);
        if (meant !== cell) (cleaned ??= [...cells])[column.index] = meant;
      }
      if (fractions.length > 0) checkPoints(cleaned ?? cells, row);
      return cleaned ?? cells;
    },
    /** The row is sent: to be called while it is the current one. */
    sent: () => settle(true),
    warnings: (): FailureDetail[] => [...warnings.list(), ...(comma === undefined ? [] : points.list())],
  };
}
