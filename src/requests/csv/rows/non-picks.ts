/** Rows of a table that are not picks: repeated and second headers, footers, totals. */
import type { FailureDetail } from '../../../errors.ts';
import type { SetBuilder } from '../../set-builder.ts';
import { tableFields } from '../fields.ts';
import type { TableHeader } from '../header/header.ts';
import { createHeaderCheck } from '../header/repeated.ts';
import type { CurrentRow } from '../reader.ts';
import { footerRow, joinedHeader, otherHeader, type RejectRow, secondHeader } from './errors.ts';
import { createTotalRows } from './totals.ts';

export interface NonPicks {
  /** Whether the row is not a pick; it is left out or rejected then, or ends the table. */
  take(cells: readonly string[], row: CurrentRow): boolean;
  end(): void;
  warnings(): FailureDetail[];
}

export function createNonPicks(table: TableHeader, set: SetBuilder, reject: RejectRow): NonPicks {
  const { headers, columns, delimiter, labels } = table;
  const fields = tableFields(set.kind).map((field) => field.name);
  const headerCheck = createHeaderCheck(headers, columns, fields);
  const totals = createTotalRows(columns, set, reject);
  const repeated = { count: 0, first: '' };
  /** Whether a header with other columns came: nothing below it can be read. */
  let isOver = false;

  return {
    take(cells, row) {
      if (isOver) return true;
      const header = headerCheck(cells);
      if (header === 'same') {
        repeated.count += 1;
        if (repeated.count === 1) repeated.first = row.place();
      } else if (header === 'other') {
        set.errors.add(() => otherHeader(table.place, row));
        isOver = true;
      } else if (header === 'joined') {
        reject(cells, [joinedHeader(row)], row.line);
      } else if (isFooter(cells, delimiter)) {
        reject(cells, [footerRow(row)], row.line);
      } else if (labels.length > 0 && labels.includes(row.line)) {
        reject(cells, [secondHeader(labels, row)], row.line);
      } else {
        return totals.take(cells, row);
      }
      return true;
    },
    end: () => totals.end(),
    warnings() {
      const { count, first } = repeated;
      if (count === 0) return [];
      const lines = count === 1 ? 'a line repeats' : `${count} lines repeat`;
      const message = `${lines} the header and ${count === 1 ? 'is' : 'are'} left out: were exports joined?`;
      return [{ path: '', message, place: first }];
    },
  };
}

const ROWS = String.raw`rows?|records?|row\(s\)|record\(s\)|lines?|zeilen?|datens[aä]tze?|lignes?|filas?|righe|rij(?:en)?|linhas?`;
const FOOTER = new RegExp(
  String.raw`^\(?\d[\d.,]*\s+(?:${ROWS})(?:\s[\p{L}\s.,()\d]*)?\)?\.?$|^(?:completion )?time: \d`,
  'iu',
);

/** Whether a row only says how many rows there are, as query tools write below them: `(2 rows affected)`. */
function isFooter(cells: readonly string[], delimiter: string): boolean {
  // A footer is one cell, unless its number has marks between its thousands.
  if (cells.length > 1 && /\p{L}/u.test(cells[1] ?? '') && !/\d\s/.test(cells[1] ?? '')) return false;
  return FOOTER.test(
    cells
      .join(delimiter)
      .trim()
      .replace(/[\s,;|]+$/, ''),
  );
}
