import type { AnswerSummary } from '../../answers/answer.ts';
import { formatNumber } from '../../lib/text/numbers.ts';
import { BAR, barOf } from '../terminal/bar.ts';
import { cutList, type ListOptions } from '../terminal/long-list.ts';
import { distanceText } from './distance-text.ts';
import { type Column, renderTable } from '../terminal/table.ts';

/** The optimized clusters, one a row; on a terminal with a bar for each distance. */
export function* renderClusters({ clusters, unit }: AnswerSummary, options: ListOptions): Generator<string, void> {
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
  yield* renderTable(columns, rows, options);
  yield* rest;
}
