/** How a table is written. */
export interface CsvDialect {
  /** One character. */
  readonly delimiter: string;
  readonly lineEnd: '\n' | '\r\n';
  /** Whether it starts with a byte order mark, without which Excel takes UTF-8 for Windows-1252. */
  readonly mark: boolean;
}

/** RFC 4180, but with line feeds alone: spreadsheets take both, and `cut` and `awk` leave a carriage return in the last cell. */
export const PLAIN_CSV: CsvDialect = { delimiter: ',', lineEnd: '\n', mark: false };

/** The first row of a table. */
export function csvHeader(cells: readonly string[], dialect: CsvDialect): string {
  return `${dialect.mark ? '\ufeff' : ''}${csvLine(cells, dialect)}`;
}

/** One row with its line end. */
export function csvLine(cells: readonly string[], { delimiter, lineEnd }: CsvDialect = PLAIN_CSV): string {
  return `${cells.map((cell) => csvCell(cell, delimiter)).join(delimiter)}${lineEnd}`;
}

/** Quoted where it must be, and where blanks at its edges would not be kept by every reader. */
function csvCell(text: string, delimiter: string): string {
  const plain = !text.includes(delimiter) && !/["\r\n]|^\s|\s$/.test(text);
  return plain ? text : `"${text.replaceAll('"', '""')}"`;
}
