import type { AnswerSummary } from '../../answers/answer.ts';
import { distanceCell, percentCell, savedTotal } from './saving-text.ts';
import { counted, formatNumber } from '../../lib/text/numbers.ts';
import { savingOf, totalSaving } from '../../answers/saving.ts';
import { BAR, barOf } from '../terminal/bar.ts';
import { cutList } from '../terminal/long-list.ts';
import { type AnswerTableOptions, costLines } from './walking-cost-text.ts';
import { distanceText } from './distance-text.ts';
import { type Column, renderTable } from '../terminal/table.ts';

/** One request of a batch and what became of it. */
export interface BatchRow {
  /** The wave, or where the request stands in the input. */
  readonly name: string;
  readonly requestId: string | undefined;
  /** `undefined` when there is no answer. */
  readonly summary: AnswerSummary | undefined;
  /** A word or two for a request that failed; the reason is printed elsewhere. */
  readonly problem: string | undefined;
}

interface BatchColumn extends Column {
  readonly cell: (row: BatchRow) => string;
  /** Left out when all its cells are empty. */
  readonly onlyIfAny?: boolean;
}

const COLUMNS: readonly BatchColumn[] = [
  { title: 'wave', cell: ({ name }) => name },
  { title: 'request', drop: 2, onlyIfAny: true, cell: ({ requestId }) => requestId ?? '' },
  { title: 'picks', align: 'right', drop: 1, cell: ({ summary }) => countText(summary?.picks) },
  {
    title: 'clusters',
    align: 'right',
    drop: 1,
    onlyIfAny: true,
    cell: ({ summary }) => (summary?.kind === 'cluster' ? countText(summary.clusters.length) : ''),
  },
  { title: 'as-is', align: 'right', cell: ({ summary }) => distanceCell(summary, 'asisDistance') },
  { title: 'optimized', align: 'right', cell: ({ summary }) => distanceCell(summary, 'optimalDistance') },
  { title: 'saved', align: 'right', cell: ({ summary, problem }) => problem ?? percentCell(summary) },
];

const BAR_COLUMN: BatchColumn = {
  title: '',
  drop: 3,
  narrowest: BAR,
  color: 'cyan',
  cell: ({ summary }) => (summary === undefined ? '' : savingBar(summary)),
};

/** A table of all requests with what each saves, and a line of totals when all distances have one unit. */
export function* renderBatch(rows: readonly BatchRow[], options: AnswerTableOptions): Generator<string, void> {
  const columns = [...COLUMNS, ...(options.width === undefined ? [] : [BAR_COLUMN])].filter(
    ({ onlyIfAny, cell }) => onlyIfAny !== true || rows.some((row) => cell(row) !== ''),
  );
  const { shown, rest } = cutList(rows, options);
  const cells = shown.map((row) => columns.map(({ cell }) => cell(row)));
  yield* renderTable(columns, cells, options);
  yield* rest;
  yield* renderTotals(rows, options);
}

function countText(count: number | undefined): string {
  return count === undefined ? '' : formatNumber(count, 0);
}

/** The optimized walk as a part of today's: the shorter the full blocks, the more is saved. */
function savingBar(summary: AnswerSummary): string {
  const saving = savingOf(summary);
  return 'reason' in saving ? '' : barOf(saving.optimal, Math.max(saving.asis, saving.optimal), '░');
}

function* renderTotals(rows: readonly BatchRow[], { style, rates }: AnswerTableOptions): Generator<string, void> {
  const summaries = rows.flatMap(({ summary }) => summary ?? []);
  if (rows.length === 0) return;
  yield '';
  const good = rows.filter(({ problem }) => problem === undefined).length;
  const answered = `${formatNumber(good, 0)} of ${formatNumber(rows.length, 0)} requests answered`;
  const picks = summaries.reduce((sum, summary) => sum + summary.picks, 0);
  yield `${style.dim('answers ')}  ${answered}, ${counted(picks, 'pick')}`;
  const total = totalSaving(summaries);
  if (total === undefined) return;
  const { asis, optimal, unit, compared } = total;
  const of = compared === summaries.length ? '' : ` (of ${formatNumber(compared, 0)} that can be compared)`;
  yield `${style.dim('distance')}  ${distanceText(asis, unit)} -> ${distanceText(optimal, unit)}${of}`;
  yield `${style.dim('saved   ')}  ${savedTotal(total, unit, style)}`;
  for (const { name, before, after, change } of costLines(total, unit, rates)) {
    yield `${style.dim(name.padEnd(8))}  ${before} -> ${after}, ${change}`;
  }
}
