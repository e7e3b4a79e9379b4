/** One answer in Markdown, for a pull request or the summary of a CI run. */
import { type AnswerSummary, invalidPickCount } from '../../answers/answer.ts';
import { counted, formatDuration, formatNumber } from '../../lib/text/numbers.ts';
import type { AnswerDetails } from '../../answers/details.ts';
import { type Saving, savingOf } from '../../answers/saving.ts';
import type { WalkingRates } from '../../answers/walking-cost.ts';
import { costLines, ratesText } from '../answers/walking-cost-text.ts';
import { joined } from '../../lib/text/markup.ts';
import {
  inMarkdown,
  type Markdown,
  type MarkdownColumn,
  markdownCode,
  markdownTable,
} from '../../lib/text/markdown-text.ts';
import type { ReportEntry } from '../answers/report-model.ts';
import { overviewOf } from '../answers/report-overview.ts';
import { walkingChange, savedDistance } from '../answers/saving-text.ts';
import { distanceText } from '../answers/distance-text.ts';
import { stopColumns } from '../answers/stop-table.ts';

/** Rows that a list may have: a comment on GitHub holds 65,536 characters. */
const ROWS = 20;
/** Orders that are named in the row of their cluster. */
const ORDERS = 12;

/** All that is said of an answer below its title; `level` of the headings. */
export function* markdownAnswer(
  entry: ReportEntry,
  level: 3 | 4,
  rates: WalkingRates | undefined,
): Generator<Markdown, void> {
  const { summary } = entry.details;
  const { problem } = overviewOf(entry);
  if (problem === undefined) yield* walkLines(summary, rates);
  else yield inMarkdown`❌ **No result**: ${problem}`;
  yield inMarkdown``;
  yield factsLine(entry);
  const mark = level === 3 ? inMarkdown`###` : inMarkdown`####`;
  const heading: Heading = (text) => [inMarkdown``, inMarkdown`${mark} ${text}`, inMarkdown``];
  yield* gateLines(entry, heading);
  yield* findingLines(entry, heading);
  yield* invalidLines(summary, heading);
  yield* clusterLines(entry.details, heading);
  yield* stopLines(summary, heading);
}

type Heading = (text: Markdown) => readonly Markdown[];

function* walkLines(summary: AnswerSummary, rates: WalkingRates | undefined): Generator<Markdown, void> {
  const saving = savingOf(summary);
  if ('reason' in saving) {
    yield inMarkdown`**${distanceText(summary.optimalDistance, summary.unit)}** of walking. Saving n/a: ${saving.reason}`;
    return;
  }
  const { asis, optimal } = saving;
  const walk = `${distanceText(asis, summary.unit)} → ${distanceText(optimal, summary.unit)}`;
  yield inMarkdown`**${walkingChange(saving)}**: ${walk}, ${savedDistance(saving, summary.unit)}`;
  yield* markdownCost(saving, summary.unit, rates);
}

/** Walking time and cost in a line of their own. */
export function* markdownCost(
  saving: Saving,
  unit: string,
  rates: WalkingRates | undefined,
): Generator<Markdown, void> {
  if (rates === undefined) return;
  const figures = costLines(saving, unit, rates).map(
    ({ name, before, after, change }) => `${name} ${before} → ${after}, ${change}`,
  );
  if (figures.length === 0) return;
  yield inMarkdown``;
  yield inMarkdown`Walking ${figures.join('; ')} (at ${ratesText(rates)})`;
}

function factsLine({ requestId, details: { summary } }: ReportEntry): Markdown {
  const { picks, clusters, asisClusters, computationTime, kind } = summary;
  const before = asisClusters === undefined ? '' : ` (as-is ${formatNumber(asisClusters, 0)})`;
  const groups = kind === 'cluster' ? ` in ${counted(clusters.length, 'cluster')}${before}` : '';
  const parts = [
    inMarkdown`${counted(picks, 'pick')}${groups}`,
    ...(computationTime === undefined ? [] : [inMarkdown`computed in ${formatDuration(computationTime * 1000)}`]),
    inMarkdown`request ${markdownCode(requestId)}`,
  ];
  return inMarkdown`${joined(parts, inMarkdown` · `)}`;
}

function* gateLines({ gates }: ReportEntry, heading: Heading): Generator<Markdown, void> {
  if (gates.length === 0) return;
  yield* heading(inMarkdown`Gates`);
  const rows = gates.map(({ expression, tripped, reason }) => [
    tripped ? '❌ tripped' : '✅ passed',
    markdownCode(expression),
    reason,
  ]);
  const columns = [{ title: 'gate' }, { title: 'fails if' }, { title: 'because' }];
  yield* markdownTable(columns, rows);
}

function* findingLines({ request, findings }: ReportEntry, heading: Heading): Generator<Markdown, void> {
  // Without its request an answer cannot be audited.
  if (request === undefined) return;
  if (findings.length === 0) {
    yield inMarkdown``;
    yield inMarkdown`✅ Audit: passed`;
    return;
  }
  yield* heading(inMarkdown`Audit`);
  for (const { message, count, examples } of findings) {
    yield inMarkdown`- ⚠️ ${message}${examples.length === 0 ? '' : inMarkdown`: ${exampleList(examples, count)}`}`;
  }
}

function exampleList(examples: readonly string[], count: number): Markdown {
  const shown = joined(examples.map(markdownCode), inMarkdown`, `);
  return inMarkdown`${shown}${count > examples.length ? ', …' : ''}`;
}

function* invalidLines(summary: AnswerSummary, heading: Heading): Generator<Markdown, void> {
  const { invalidPicks } = summary;
  if (invalidPicks.length === 0) return;
  yield* heading(inMarkdown`⚠️ ${counted(invalidPickCount(summary.invalidPicks), 'invalid pick')}`);
  const rows = invalidPicks
    .slice(0, ROWS)
    .map(({ reason, count, examples }) => [reason, formatNumber(count, 0), exampleList(examples, count)]);
  yield* markdownTable(INVALID_COLUMNS, rows);
  yield* moreLines(invalidPicks.length, 'reason');
}

const INVALID_COLUMNS: readonly MarkdownColumn[] = [
  { title: 'reason' },
  { title: 'picks', align: 'right' },
  { title: 'such as' },
];

const CLUSTER_COLUMNS: readonly MarkdownColumn[] = [
  { title: 'cluster' },
  { title: 'orders', align: 'right' },
  { title: 'picks', align: 'right' },
  { title: 'locations', align: 'right' },
  { title: 'distance', align: 'right' },
  { title: 'order ids' },
];

function* clusterLines({ summary, clusters: details }: AnswerDetails, heading: Heading): Generator<Markdown, void> {
  const { clusters, unit } = summary;
  if (clusters.length === 0) return;
  yield* heading(inMarkdown`Clusters`);
  const rows = clusters
    .slice(0, ROWS)
    .map(({ listId, orders, picks, locations, distance }, index) => [
      markdownCode(listId),
      formatNumber(orders, 0),
      formatNumber(picks, 0),
      formatNumber(locations, 0),
      distanceText(distance, unit),
      exampleList((details[index]?.orderIds ?? []).slice(0, ORDERS), details[index]?.orderIds.length ?? 0),
    ]);
  yield* markdownTable(CLUSTER_COLUMNS, rows);
  yield* moreLines(clusters.length, 'cluster');
}

function* stopLines({ stops }: AnswerSummary, heading: Heading): Generator<Markdown, void> {
  if (stops.length === 0) return;
  yield* heading(inMarkdown`Pick list`);
  const columns = stopColumns(stops);
  const rows = stops
    .slice(0, ROWS)
    .map((stop, index) =>
      columns.map(({ align, cell }) => (align === 'right' ? cell(stop, index) : markdownCode(cell(stop, index)))),
    );
  // A # that stands alone links nothing.
  const titled = columns.map(({ title, align }) => ({
    title: title === '#' ? inMarkdown`#` : title,
    align,
  }));
  yield* markdownTable(titled, rows);
  yield* moreLines(stops.length, 'pick');
}

function* moreLines(count: number, one: string): Generator<Markdown, void> {
  if (count <= ROWS) return;
  yield inMarkdown``;
  yield inMarkdown`… ${counted(count - ROWS, `more ${one}`)} not shown; CSV and JSON hold all.`;
}
