/** Recognizes the totals that a report writes below its picks, or below a group of them. */
import { MOST_LINES, type RejectRow, totals } from './errors.ts';
import { cellOf } from './cells.ts';
import type { SetBuilder } from '../../set-builder.ts';
import type { Columns } from '../header/columns.ts';
import type { CurrentRow } from '../reader.ts';

/** `Total`, `Grand total:`, `Total W1`, `W1 Total`, in the languages that spreadsheets and reports write most. */
const WORD = String.raw`(?:(?:grand|sub|sous)[\s-]?)?(?:total|totals|totaal|totale|sum|somme|suma|summe|count)|(?:gesamt|zwischen)(?:summe)?|(?:gesamt|teil)?ergebnis|eindtotaal`;
const TOTAL = new RegExp(String.raw`^(?:${WORD})(?:[\s:]|$)|\s(?:${WORD})\s*:?$`, 'i');

const NUMBER = /^[-+]?[\d.,'\s]+%?$/;

export interface TotalRows {
  /** Whether the row is a total, which is rejected. */
  take(cells: readonly string[], row: CurrentRow): boolean;
  end(): void;
}

/** All totals together are one error; with `--skip-invalid` each has its own reason. */
export function createTotalRows(
  columns: Columns,
  { skipInvalid, skipLines }: SetBuilder,
  reject: RejectRow,
): TotalRows {
  const isTotal = createTotalCheck(columns);
  const lines: number[] = [];
  let count = 0;
  let first = '';
  return {
    take(cells, row) {
      if (skipLines.none || !isTotal(cells)) return false;
      if (skipInvalid) {
        reject(cells, [totals(1, [row.line], row.place())], row.line);
        return true;
      }
      count += 1;
      if (count === 1) first = row.place();
      if (count <= MOST_LINES) lines.push(row.line);
      return true;
    },
    end() {
      if (count > 0) reject([], [totals(count, lines, first)], lines[0] ?? 0);
    },
  };
}

/**
 * Whether a row has the word for a total in place of order and location, and else only numbers. It may have a wave.
 */
function createTotalCheck({ pick, wave }: Columns): (cells: readonly string[]) => boolean {
  const location = pick.find(({ field }) => field.name === 'location_id');
  const order = pick.find(({ field }) => field.name === 'order_id');
  const isTaken = (cell: string): boolean => cell !== '' && !TOTAL.test(cell);

  return (cells) => {
    const place = cellOf(cells, location);
    if (isTaken(place) || isTaken(cellOf(cells, order))) return false;
    const group = cellOf(cells, wave);
    if (isTaken(group) && place !== '' && order === undefined) return false;
    const texts = cells.map((cell) => cell.trim()).filter((cell) => cell !== '' && !NUMBER.test(cell));
    const others = isTaken(group) ? texts.filter((cell) => cell !== group) : texts;
    return others.length === 1 && TOTAL.test(others[0] ?? '');
  };
}
