import { formatNumber } from '../../lib/text/numbers.ts';
import type { TableOptions } from './table.ts';

export interface ListOptions extends TableOptions {
  /** Long lists whole; otherwise their first twenty rows. */
  readonly all: boolean;
}

/** Rows that a list may have before it is cut. */
const ROWS = 20;

/** The rows that are shown, and a line with the number of the others. */
export function cutList<Row>(
  rows: readonly Row[],
  { all, style }: Pick<ListOptions, 'all' | 'style'>,
): { readonly shown: readonly Row[]; readonly rest: readonly string[] } {
  if (all || rows.length <= ROWS) return { shown: rows, rest: [] };
  const hidden = formatNumber(rows.length - ROWS, 0);
  return { shown: rows.slice(0, ROWS), rest: [style.dim(`… ${hidden} more; --all shows them`)] };
}
