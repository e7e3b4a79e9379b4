import { formatNumber } from '../../lib/text/numbers.ts';
import { wrapBehind } from '../../lib/text/wrap.ts';
import type { TableOptions } from './table.ts';

export interface ListOptions extends TableOptions {
  /** Long lists whole; otherwise their first twenty rows. */
  readonly all: boolean;
  /** What shows a list whole. Default: the flag `--all`. */
  readonly seeAll?: string | undefined;
}

/** Rows that a list may have before it is cut. */
const ROWS = 20;

/** The rows that are shown, and a line with the number of the others. */
export function cutList<Row>(
  rows: readonly Row[],
  options: Pick<ListOptions, 'all' | 'style' | 'width' | 'seeAll'>,
): { readonly shown: readonly Row[]; readonly rest: readonly string[] } {
  if (options.all || rows.length <= ROWS) return { shown: rows, rest: [] };
  return { shown: rows.slice(0, ROWS), rest: restOf(rows.length - ROWS, 'more', options) };
}

/** `… 12 more; --all shows them` */
export function restOf(
  hidden: number,
  what: string,
  { style, width, seeAll = '--all' }: Pick<ListOptions, 'style' | 'width' | 'seeAll'>,
): readonly string[] {
  return wrapBehind('… ', `${formatNumber(hidden, 0)} ${what}; ${seeAll} shows them`, width).map(style.dim);
}
