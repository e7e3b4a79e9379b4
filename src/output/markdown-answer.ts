/** One answer in Markdown, for a pull request or the summary of a CI run. */
import type { AnswerSummary } from '../domain/answer.ts';
import { formatNumber } from '../domain/distance.ts';
import { savingOf } from '../domain/saving.ts';
import { type MarkdownColumn, markdownCode, markdownTable, markdownText } from './markdown-text.ts';
import type { ReportEntry } from './report-model.ts';
import { counted, distanceCell, headlineOf, invalidOf, overviewOf, savedText } from './report-overview.ts';
import { shownDistance } from './shown-distance.ts';
import { stopColumns } from './stop-table.ts';

/** Rows that a list may have: a comment on GitHub holds 65,536 characters. */
const ROWS = 20;

/** All that is said of an answer below its title; `level` of the headings. */
export function* markdownAnswer(entry: ReportEntry, level: number): Generator<string, void> {
  const { summary } = entry.details;
  const { problem } = overviewOf(entry);
  if (problem === undefined) yield* walkLines(summary);
  else yield `❌ **No result**: ${markdownText(problem)}`;
  yield '';
  yield factsLine(entry);
  const heading = (text: string): readonly string[] => ['', `${'#'.repeat(level)} ${text}`, ''];
  yield* gateLines(entry, heading);
  yield* findingLines(entry, heading);
  yield* invalidLines(summary, heading);
  yield* clusterLines(summary, heading);
  yield* stopLines(summary, heading);
}

type Heading = (text: string) => readonly string[];

function* walkLines(summary: AnswerSummary): Generator<string, void> {
  const saving = savingOf(summary);
  if ('reason' in saving) {
    yield `**${distanceCell(summary.optimalDistance, summary.unit)}** of walking. Saving n/a: ${markdownText(saving.reason)}`;
    return;
  }
  const { asis, optimal } = saving;
  const walk = `${shownDistance(asis, summary.unit)} → ${shownDistance(optimal, summary.unit)}`;
  yield `**${headlineOf(saving)}**: ${markdownText(`${walk}, ${savedText(saving, summary.unit)}`)}`;
}

function factsLine({ requestId, details: { summary } }: ReportEntry): string {
  const { picks, clusters, asisClusters, computationTime, kind } = summary;
  const before = asisClusters === undefined ? '' : ` (as-is ${formatNumber(asisClusters, 0)})`;
  const parts = [
    counted(picks, 'pick') + (kind === 'cluster' ? ` in ${counted(clusters.length, 'cluster')}${before}` : ''),
    ...(computationTime === undefined ? [] : [`computed in ${formatNumber(computationTime, 2)} s`]),
    `request ${markdownCode(requestId)}`,
  ];
  return parts.join(' · ');
}

function* gateLines({ gates }: ReportEntry, heading: Heading): Generator<string, void> {
  if (gates.length === 0) return;
  yield* heading('Gates');
  const rows = gates.map(({ expression, tripped, reason }) => [
    tripped ? '❌ tripped' : '✅ passed',
    markdownCode(expression),
    markdownText(reason),
  ]);
  yield* markdownTable([{ title: 'gate' }, { title: 'fails if' }, { title: 'because' }], rows);
}

function* findingLines({ request, findings }: ReportEntry, heading: Heading): Generator<string, void> {
  // Without its request an answer cannot be audited.
  if (request === undefined) return;
  yield* heading('Audit');
  if (findings.length === 0) yield '✅ The answer stands up to the audit against its request.';
  for (const { message, count, examples } of findings) {
    const shown = examples.map((example) => markdownCode(example)).join(', ');
    const more = count > examples.length ? ', …' : '';
    yield `- ⚠️ ${markdownText(message)}${examples.length === 0 ? '' : `: ${shown}${more}`}`;
  }
}

function* invalidLines(summary: AnswerSummary, heading: Heading): Generator<string, void> {
  const { invalidPicks } = summary;
  if (invalidPicks.length === 0) return;
  yield* heading(`⚠️ ${counted(invalidOf(summary), 'invalid pick')}`);
  const rows = invalidPicks.slice(0, ROWS).map(({ reason, count, examples }) => {
    const shown = examples.map((example) => markdownCode(example)).join(', ');
    return [markdownText(reason), formatNumber(count, 0), `${shown}${count > examples.length ? ', …' : ''}`];
  });
  yield* markdownTable([{ title: 'reason' }, { title: 'picks', align: 'right' }, { title: 'such as' }], rows);
  yield* moreLines(invalidPicks.length, 'reason');
}

const CLUSTER_COLUMNS: readonly MarkdownColumn[] = [
  { title: 'cluster' },
  { title: 'orders', align: 'right' },
  { title: 'picks', align: 'right' },
  { title: 'locations', align: 'right' },
  { title: 'distance', align: 'right' },
];

function* clusterLines({ clusters, unit }: AnswerSummary, heading: Heading): Generator<string, void> {
  if (clusters.length === 0) return;
  yield* heading('Clusters');
  const rows = clusters
    .slice(0, ROWS)
    .map(({ listId, orders, picks, locations, distance }) => [
      markdownCode(listId),
      formatNumber(orders, 0),
      formatNumber(picks, 0),
      formatNumber(locations, 0),
      markdownText(distanceCell(distance, unit)),
    ]);
  yield* markdownTable(CLUSTER_COLUMNS, rows);
  yield* moreLines(clusters.length, 'cluster');
}

function* stopLines({ stops }: AnswerSummary, heading: Heading): Generator<string, void> {
  if (stops.length === 0) return;
  yield* heading('Pick list');
  const columns = stopColumns(stops);
  const rows = stops
    .slice(0, ROWS)
    .map((stop) =>
      columns.map(({ align, cell }) => (align === 'right' ? markdownText(cell(stop)) : markdownCode(cell(stop)))),
    );
  yield* markdownTable(columns, rows);
  yield* moreLines(stops.length, 'pick');
}

function* moreLines(count: number, one: string): Generator<string, void> {
  if (count <= ROWS) return;
  yield '';
  yield `… ${formatNumber(count - ROWS, 0)} more ${one}${count - ROWS === 1 ? '' : 's'} not shown; CSV and JSON hold all.`;
}
