/** Rows that a report puts below its picks: totals, of all or of a group. */
import { MOST_LINES, type RefuseRow, totals } from './faults.ts';
import { cellOf } from './values.ts';
import type { SetBuilder } from '../../set-builder.ts';
import type { Columns } from '../header/columns.ts';
import type { CurrentRow } from '../reader.ts';

/** `Total`, `Grand total:`, `Total W1`, `W1 Total`, in the languages that spreadsheets and reports write most. */
const WORD = String.raw`(?:(?:grand|sub|sous)[\s-]?)?(?:total|totals|totaal|totale|sum|somme|suma|summe|count)|(?:gesamt|zwischen)(?:summe)?|(?:gesamt|teil)?ergebnis|eindtotaal`;
const TOTAL = new RegExp(String.raw`^(?:${WORD})(?:[\s:]|$)|\s(?:${WORD})\s*:?$`, 'i');

const NUMBER = /^[-+]?[\d.,'\s]+%?$/;

export interface TotalRows {
  /** Whether the row is a total, which is refused. */
  take(cells: readonly string[], row: CurrentRow): boolean;
  end(): void;
}

/** The totals of all groups are one fault; each that is left out has its own reason. */
export function createTotalRows(
  columns: Columns,
  { skipInvalid, skipLines }: SetBuilder,
  refuse: RefuseRow,
): TotalRows {
  const isTotal = createTotalCheck(columns);
  const lines: number[] = [];
  let count = 0;
  let first = '';
  return {
    take(cells, row) {
      if (skipLines.none || !isTotal(cells)) return false;
      if (skipInvalid) {
        refuse(cells, [totals(1, [row.line], row.place())], row.line);
        return true;
      }
      count += 1;
      if (count === 1) first = row.place();
      if (count <= MOST_LINES) lines.push(row.line);
      return true;
    },
    end() {
      if (count > 0) refuse([], [totals(count, lines, first)], lines[0] ?? 0);
    },
  };
}

/**
 * Whether a row says that it is a total where a pick has its order and its location, and holds numbers otherwise. The
 * wave may be there.
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
