import type { AnswerSummary } from '../../answers/answer.ts';
import { formatNumber } from '../../lib/text/numbers.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { wrapBehind } from '../../lib/text/wrap.ts';
import { BAR, barOf } from '../terminal/bar.ts';
import { cutList, type ListOptions, restOf } from '../terminal/long-list.ts';
import { distanceText } from './distance-text.ts';
import type { AnswerTableOptions } from './walking-cost-text.ts';
import { type Column, renderTable } from '../terminal/table.ts';

const LABEL = '  orders: ';
const INDENT = ' '.repeat(LABEL.length);

/** Orders of a cluster that are named before their list is cut. */
const ORDERS = 200;

/** The optimized clusters, one a row; on a terminal with a bar for each distance. Below each its orders, when they are given. */
export function* renderClusters(
  { clusters, unit }: AnswerSummary,
  options: AnswerTableOptions,
): Generator<string, void> {
  const withBar = options.width !== undefined;
  const columns: readonly Column[] = [
    { title: 'cluster' },
    { title: 'orders', align: 'right', drop: 1 },
    { title: 'picks', align: 'right' },
    { title: 'locations', align: 'right', drop: 2 },
    { title: 'distance', align: 'right' },
    ...(withBar ? [{ title: '', drop: 3, narrowest: BAR, color: 'cyan' } satisfies Column] : []),
  ];
  let longest = 0;
  for (const { distance } of clusters) longest = Math.max(longest, distance ?? 0);
  const { shown, rest } = cutList(clusters, options);
  const rows = shown.map(({ listId, orders, picks, locations, distance }) => [
    listId,
    formatNumber(orders, 0),
    formatNumber(picks, 0),
    formatNumber(locations, 0),
    distanceText(distance, unit),
    withBar ? barOf(distance ?? 0, longest) : '',
  ]);
  const { orders: listed } = options;
  // The first line has the titles.
  let row = -1;
  for (const line of renderTable(columns, rows, options)) {
    yield line;
    if (listed !== undefined && row >= 0) yield* orderLines(listed[row] ?? [], options);
    row += 1;
  }
  yield* rest;
}

/** `  orders: O1, O2`, wrapped under the first */
function* orderLines(ids: readonly string[], options: ListOptions): Generator<string, void> {
  const { all, style, width } = options;
  const shown = all ? ids : ids.slice(0, ORDERS);
  const names = shown.length === 0 ? 'none in the answer' : shown.map((id) => cleanText(id)).join(', ');
  const [first = '', ...more] = wrapBehind(LABEL, names, width, INDENT.length);
  yield style.dim(LABEL) + first.slice(LABEL.length);
  yield* more;
  if (ids.length === shown.length) return;
  const room = { ...options, width: width === undefined ? undefined : width - INDENT.length };
  for (const line of restOf(ids.length - shown.length, 'more orders', room)) yield INDENT + line;
}
