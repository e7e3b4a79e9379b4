/** Rows of a table that are not picks: repeated and second headers, footers, totals. */
import type { FailureDetail } from '../../../errors.ts';
import type { SetBuilder } from '../../set-builder.ts';
import { tableFields } from '../fields.ts';
import type { TableHeader } from '../header/header.ts';
import { createHeaderCheck } from '../header/repeated.ts';
import type { CurrentRow } from '../reader.ts';
import { formatLines } from '../skip-lines.ts';
import { type RejectRow, rowFault } from './cells.ts';
import { createTotalRows } from './totals.ts';

export function createNonPicks(table: TableHeader, set: SetBuilder, reject: RejectRow) {
  const { headers, columns, delimiter, labels } = table;
  const fields = tableFields(set.kind).map((field) => field.name);
  const headerCheck = createHeaderCheck(headers, columns, fields);
  const totals = createTotalRows(columns, set, reject);
  const repeated = { count: 0, first: '' };
  /** Whether a header with other columns came: nothing below it can be read. */
  let isOver = false;

  function rejectWhole(cells: readonly string[], row: CurrentRow, message: string): void {
    reject(cells, [rowFault(message, row)], row.line);
  }

  return {
    /** Whether the row is not a pick; it is left out or rejected then, or ends the table. */
    take(cells: readonly string[], row: CurrentRow): boolean {
      if (isOver) return true;
      const header = headerCheck(cells);
      if (header === 'same') {
        repeated.count += 1;
        if (repeated.count === 1) repeated.first = row.place();
      } else if (header === 'other') {
        const message = `this is a header with other columns than the one above (${table.place}): give the two exports as two files`;
        set.errors.add(rowFault(message, row));
        isOver = true;
      } else if (header === 'joined') {
        rejectWhole(cells, row, 'the header of another export begins in this line: put a line end before it');
      } else if (isFooter(cells, delimiter)) {
        const { line } = row;
        rejectWhole(cells, row, `line ${line} is a footer, not a pick: --skip-lines ${line}, or delete it`);
      } else if (labels.includes(row.line)) {
        const skip = `--skip-lines ${formatLines(labels)}, or delete it; if it is a pick, --skip-lines none`;
        rejectWhole(cells, row, `line ${row.line} looks like a second header: ${skip}`);
      } else {
        return totals.take(cells, row);
      }
      return true;
    },
    end: () => totals.end(),
    warnings(): FailureDetail[] {
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
