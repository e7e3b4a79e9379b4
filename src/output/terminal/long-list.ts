import { formatNumber } from '../../answers/distance.ts';
import type { Style } from './style.ts';

/** Rows that a list may have before it is cut. */
const ROWS = 20;

/** The part of a list that is shown, and the line that tells of the rest. */
export function cutList<Row>(
  rows: readonly Row[],
  { all, style }: { readonly all: boolean; readonly style: Style },
): { readonly shown: readonly Row[]; readonly rest: readonly string[] } {
  if (all || rows.length <= ROWS) return { shown: rows, rest: [] };
  const hidden = formatNumber(rows.length - ROWS, 0);
  return { shown: rows.slice(0, ROWS), rest: [style.dim(`… ${hidden} more; --all shows them`)] };
}
