/** How a table separates its cells. */
import { foldName } from './table-fields.ts';
import { createRowScan, DOUBLED, QUOTED, scanRow } from './row-scan.ts';

export const DELIMITERS = [',', ';', '\t', '|'] as const;

export interface Header {
  readonly cells: readonly string[];
  /** `undefined` when the line holds none: a table of one column. */
  readonly delimiter: string | undefined;
}

/**
 * Splits the first line of a table by the delimiter that finds most of the `known` names (folded), and of several that
 * find as many by the one that makes most cells. Only the header decides: other cells hold `|` between alternatives.
 */
export function headerCells(line: string, known: ReadonlySet<string>): Header {
  let best: { cells: readonly string[]; delimiter: string | undefined; found: number } = {
    cells: cellsOf(line, '\n'),
    delimiter: undefined,
    found: -1,
  };
  for (const delimiter of DELIMITERS) {
    const cells = cellsOf(line, delimiter);
    if (cells.length === 1) continue;
    const found = cells.filter((cell) => known.has(foldName(cell))).length;
    if (found > best.found || (found === best.found && cells.length > best.cells.length)) {
      best = { cells, delimiter, found };
    }
  }
  return best;
}

/** `sep=;` in the first line, as Excel understands it: the delimiter, and how many characters the line has. */
export function declaredDelimiter(text: string): { readonly delimiter: string; readonly length: number } | undefined {
  const [line, delimiter] = /^sep=(.)\r?\n/i.exec(text) ?? [];
  return line === undefined || delimiter === undefined ? undefined : { delimiter, length: line.length };
}

/** The cells of a line, also of one that is not the header. `delimiter` is that of the header. */
export function splitCells(line: string, delimiter: string | undefined): string[] {
  return cellsOf(line, delimiter ?? '\n');
}

/** Good enough for names: quotes around a cell are taken off. */
function cellsOf(line: string, delimiter: string): string[] {
  const scan = createRowScan();
  scanRow(scan, line, 0, line.length, true, delimiter.charCodeAt(0));
  return Array.from({ length: scan.cells }, (_, cell) => {
    const trait = scan.traits[cell] ?? 0;
    const text = line.slice((scan.starts[cell] ?? 0) + (trait & QUOTED), scan.ends[cell]);
    return trait & DOUBLED ? text.replaceAll('""', '"') : text;
  });
}
