import type { AnswerSummary } from '../../answers/answer.ts';
import { formatNumber } from '../../answers/distance.ts';
import type { AnswerOptions } from '../terminal/answer-options.ts';
import { BAR, barOf } from '../terminal/bar.ts';
import { cutList } from '../terminal/long-list.ts';
import { shownDistance } from './shown-distance.ts';
import { type Column, renderTable } from '../terminal/table.ts';

/** The optimised clusters, one a row; on a terminal with a bar for each distance. */
export function* renderClusters({ clusters, unit }: AnswerSummary, options: AnswerOptions): Generator<string, void> {
  const withBar = options.width !== undefined;
  const columns: readonly Column[] = [
    { title: 'cluster' },
    { title: 'orders', align: 'right', drop: 1 },
    { title: 'picks', align: 'right' },
    { title: 'locations', align: 'right', drop: 2 },
    { title: 'distance', align: 'right' },
    ...(withBar ? [{ title: '', drop: 3, narrowest: BAR, colour: 'cyan' } satisfies Column] : []),
  ];
  let longest = 0;
  for (const { distance } of clusters) longest = Math.max(longest, distance ?? 0);
  const { shown, rest } = cutList(clusters, options);
  const rows = shown.map(({ listId, orders, picks, locations, distance }) => [
    listId,
    formatNumber(orders, 0),
    formatNumber(picks, 0),
    formatNumber(locations, 0),
    distance === undefined ? 'n/a' : shownDistance(distance, unit),
    withBar ? barOf(distance ?? 0, longest) : '',
  ]);
  yield* renderTable(columns, rows, options);
  yield* rest;
}
