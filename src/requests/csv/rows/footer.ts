/** Recognizes lines that a query tool writes below its rows: `(2 rows affected)`, `2 rows in set (0.01 sec)`. */

const ROWS = String.raw`rows?|records?|row\(s\)|record\(s\)|lines?|zeilen?|datens[aä]tze?|lignes?|filas?|righe|rij(?:en)?|linhas?`;
const FOOTER = new RegExp(
  String.raw`^\(?\d[\d.,]*\s+(?:${ROWS})(?:\s[\p{L}\s.,()\d]*)?\)?\.?$|^(?:completion )?time: \d`,
  'iu',
);

/** Whether a row only says how many rows there are. */
export function isFooter(cells: readonly string[], delimiter: string): boolean {
  // A footer is one cell, unless its number has marks between its thousands.
  if (cells.length > 1 && /\p{L}/u.test(cells[1] ?? '') && !/\d\s/.test(cells[1] ?? '')) return false;
  return FOOTER.test(
    cells
      .join(delimiter)
      .trim()
      .replace(/[\s,;|]+$/, ''),
  );
}
