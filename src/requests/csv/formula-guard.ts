/** Removes formulas that only keep a spreadsheet from changing a text. */

const GUARD = /^\s*=\s*(?:"((?:[^"]|"")*)"|([-+]?\d[\d.,]*))\s*$/;

/** What `="0045"` and `=0045` stand for; any other cell as it is. */
export function withoutGuard(cell: string): string {
  const [, text, number] = GUARD.exec(cell) ?? [];
  return text?.replaceAll('""', '"') ?? number ?? cell;
}
