/** The dialect of a table: which character separates its cells. */
import { hasOuterBars } from './drawn-table.ts';
import { withoutGuard } from './cell-text.ts';
import { foldName } from '../../lib/text/fold-name.ts';
import { createRowScan, DOUBLED, QUOTED, scanRow } from './tokenizer.ts';

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

/** Maybe in quotes, followed by delimiters or a blank; a tab may be written as `\\t`. */
const DECLARATION = /^\s*"?sep=["' ]?(\t|\\t|[^\w\s"'\u0080-\u00ff])(?:\1|["'\t ])*(?:\r\n|\r|\n|$)/i;

/** `sep=;` in the first line, as Excel understands it: the delimiter, and how many characters the line has. */
export function declaredDelimiter(text: string): { readonly delimiter: string; readonly length: number } | undefined {
  const [line, delimiter] = DECLARATION.exec(text) ?? [];
  if (line === undefined || delimiter === undefined) return undefined;
  return { delimiter: delimiter === '\\t' ? '\t' : delimiter, length: line.length };
}

/** The cells of a line, also of one that is not the header. `delimiter` is that of the header. */
export function splitCells(line: string, delimiter: string | undefined): string[] {
  return cellsOf(line, delimiter ?? '\n');
}

/** Good enough for names: without the quotes around a cell, and without the bars around a row. */
function cellsOf(line: string, delimiter: string): string[] {
  const scan = createRowScan();
  scanRow(scan, line, 0, line.length, true, delimiter.charCodeAt(0));
  const cells = Array.from({ length: scan.cells }, (_, cell) => {
    const trait = scan.traits[cell] ?? 0;
    const text = line.slice((scan.starts[cell] ?? 0) + (trait & QUOTED), scan.ends[cell]);
    return withoutGuard((trait & DOUBLED) === 0 ? text : text.replaceAll('""', '"'));
  });
  return hasOuterBars(cells, delimiter) ? cells.slice(1, -1) : cells;
}
