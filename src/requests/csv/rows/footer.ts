/** Lines that a query tool writes below its rows: `(2 rows affected)`, `2 rows in set (0.01 sec)`. */

const ROWS = String.raw`rows?|records?|row\(s\)|record\(s\)|lines?|zeilen?|datens[aä]tze?|lignes?|filas?|righe|rij(?:en)?|linhas?`;
const FOOTER = new RegExp(
  String.raw`^\(?\d[\d.,]*\s+(?:${ROWS})(?:\s[\p{L}\s.,()\d]*)?\)?\.?$|^(?:completion )?time: \d`,
  'iu',
);

/** Whether a row is no row but says how many there are. */
export function isFooter(cells: readonly string[], delimiter: string): boolean {
  // All but a number with marks between its thousands are one cell.
  if (cells.length > 1 && /\p{L}/u.test(cells[1] ?? '') && !/\d\s/.test(cells[1] ?? '')) return false;
  return FOOTER.test(
    cells
      .join(delimiter)
      .trim()
      .replace(/[\s,;|]+$/, ''),
  );
}
