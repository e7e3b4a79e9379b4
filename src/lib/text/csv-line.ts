/**
 * One row as RFC 4180 has it, but ended by a line feed alone: spreadsheets take both, and `cut` and `awk` leave a
 * carriage return in the last cell.
 */
export function csvLine(cells: readonly string[], delimiter = ','): string {
  return `${cells.map((cell) => csvCell(cell, delimiter)).join(delimiter)}\n`;
}

/** Quoted where it must be, and where blanks at its edges would not be kept by every reader. */
function csvCell(text: string, delimiter: string): string {
  const plain = !text.includes(delimiter) && !/["\r\n]|^\s|\s$/.test(text);
  return plain ? text : `"${text.replaceAll('"', '""')}"`;
}
