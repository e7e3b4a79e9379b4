/** Recognizes the totals that a report writes below its picks, or below a group of them. */
import { cellOf, type RejectRow, rowFault } from './cells.ts';
import type { SetBuilder } from '../../set-builder.ts';
import type { Columns } from '../header/columns.ts';
import type { CurrentRow } from '../reader.ts';
import { formatLines } from '../skip-lines.ts';

/** `Total`, `Grand total:`, `Total W1`, `W1 Total`, in the languages that spreadsheets and reports write most. */
const WORD = String.raw`(?:(?:grand|sub|sous)[\s-]?)?(?:total|totals|totaal|totale|sum|somme|suma|summe|count)|(?:gesamt|zwischen)(?:summe)?|(?:gesamt|teil)?ergebnis|eindtotaal`;
const TOTAL = new RegExp(String.raw`^(?:${WORD})(?:[\s:]|$)|\s(?:${WORD})\s*:?$`, 'i');

const NUMBER = /^[-+]?[\d.,'\s]+%?$/;

/** More lines are not listed: nobody would type them. */
const MOST_LINES = 20;

/** All totals together are one error; with `--skip-invalid` each has its own reason. */
export function createTotalRows(columns: Columns, { skipInvalid, skipLines }: SetBuilder, reject: RejectRow) {
  const isTotal = createTotalCheck(columns);
  const lines: number[] = [];
  let count = 0;
  let place = '';
  return {
    /** Whether the row is a total, which is rejected. */
    take(cells: readonly string[], row: CurrentRow): boolean {
      if (skipLines.none || !isTotal(cells)) return false;
      if (skipInvalid) {
        reject(cells, [rowFault(looksLikeTotals(1, [row.line]), row)], row.line);
        return true;
      }
      count += 1;
      if (count === 1) place = row.place();
      if (count <= MOST_LINES) lines.push(row.line);
      return true;
    },
    end(): void {
      if (count === 0) return;
      const message = looksLikeTotals(count, lines);
      reject([], [() => ({ path: '', message, place })], lines[0] ?? 0);
    },
  };
}

/** The message for `count` totals; `lines` are the first of them. */
function looksLikeTotals(count: number, lines: readonly number[]): string {
  const [first = 0] = lines;
  if (count === 1) {
    return `line ${first} looks like a total: --skip-lines ${first}, or delete it; if it is a pick, --skip-lines none`;
  }
  return count > MOST_LINES
    ? `${count} lines look like totals, the first is line ${first}: delete them; if they are picks, --skip-lines none`
    : `${count} lines look like totals: --skip-lines ${formatLines(lines)}, or delete them; if they are picks, --skip-lines none`;
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
