/** A report in Markdown: for a pull request, or the summary of a CI run. */
import { formatNumber } from '../domain/distance.ts';
import { markdownAnswer } from './markdown-answer.ts';
import { htmlCode, htmlText, type MarkdownColumn, markdownCode, markdownTable, markdownText } from './markdown-text.ts';
import { savedOf } from './optimization.ts';
import type { Report, ReportEntry } from './report-model.ts';
import {
  commonSubject,
  distanceCell,
  headlineOf,
  overviewOf,
  percentCell,
  savedText,
  standingOf,
  subjectOf,
  totalOf,
  unansweredRow,
  type OverviewRow,
  type Standing,
} from './report-overview.ts';
import { shownDistance } from './shown-distance.ts';

/** So many requests have a line of their own, and so many are told of in full. */
const OVERVIEW_ROWS = 200;
const DETAILED = 20;

const MARKS: Readonly<Record<Standing['level'], string>> = { good: '✅', warning: '⚠️', bad: '❌' };

/** `total`: how many answers, and requests without one, will be added. */
export function createMarkdownReport({ total }: { readonly total: number }): Report {
  const rows: OverviewRow[] = [];
  const blocks: string[] = [];
  return {
    add(index, entry) {
      rows[index] = overviewOf(entry);
      if (total === 1) blocks[index] = textOf([`## ${titleOf(entry)}`, '', ...markdownAnswer(entry, 3)]);
      else if (index < DETAILED) blocks[index] = textOf(foldedAnswer(entry, rows[index]));
    },
    addUnanswered(index, unanswered) {
      rows[index] = unansweredRow(unanswered);
    },
    *render() {
      // A request that was left unsent has no row.
      const known = rows.filter((row) => row !== undefined);
      if (total > 1) yield textOf(overviewLines(known));
      else if (blocks.length === 0) yield textOf(known.map((row) => `## ${statusOf(row)}`));
      for (const block of blocks.filter((one) => one !== undefined)) yield total > 1 ? `\n${block}` : block;
      const hidden = known.filter(({ summary }) => summary !== undefined).length - Object.keys(blocks).length;
      if (hidden > 0) {
        yield `\nOnly the first ${DETAILED} are told of in full; CSV and JSON hold all.\n`;
      }
    },
  };
}

function textOf(lines: Iterable<string>): string {
  let text = '';
  for (const line of lines) text += `${line}\n`;
  return text;
}

function titleOf(entry: ReportEntry): string {
  const { kind, site, wave, name } = subjectOf(entry);
  const parts = [kind, site && markdownText(site), wave && `wave ${markdownCode(wave)}`, name && markdownCode(name)];
  return parts.filter((part) => part !== undefined).join(' · ');
}

function* foldedAnswer(entry: ReportEntry, row: OverviewRow): Generator<string, void> {
  const { level, words } = standingOf(row);
  // GitHub reads HTML up to the empty line, and Markdown behind it.
  yield `<details><summary>${MARKS[level]} ${htmlCode(entry.name)}: ${htmlText(`${savedOf(entry.details.summary)}, ${words}`)}</summary>`;
  yield '';
  yield* markdownAnswer(entry, 4);
  yield '';
  yield '</details>';
}

function statusOf(row: OverviewRow): string {
  const { level, words } = standingOf(row);
  return `${MARKS[level]} ${markdownText(words)}`;
}

interface OverviewColumn extends MarkdownColumn {
  readonly cell: (row: OverviewRow) => string;
}

const COLUMNS: readonly OverviewColumn[] = [
  { title: 'wave', cell: ({ name }) => markdownCode(name) },
  { title: 'picks', align: 'right', cell: ({ summary }) => (summary ? formatNumber(summary.picks, 0) : '') },
  { title: 'as-is', align: 'right', cell: ({ summary }) => distanceOf(summary?.asisDistance, summary) },
  { title: 'optimised', align: 'right', cell: ({ summary }) => distanceOf(summary?.optimalDistance, summary) },
  { title: 'saved', align: 'right', cell: ({ summary }) => percentCell(summary) },
  { title: '', cell: statusOf },
];

const CLUSTERS: OverviewColumn = {
  title: 'clusters',
  align: 'right',
  cell: ({ summary, clusters }) => (summary?.kind === 'cluster' ? formatNumber(clusters, 0) : ''),
};

function distanceOf(distance: number | undefined, summary: OverviewRow['summary']): string {
  return summary === undefined ? '' : markdownText(distanceCell(distance, summary.unit));
}

function* overviewLines(rows: readonly OverviewRow[]): Generator<string, void> {
  const { what, site } = commonSubject(rows);
  yield `## ${what}${site === undefined ? '' : ` · ${markdownText(site)}`}`;
  yield '';
  const summaries = rows.flatMap(({ summary }) => summary ?? []);
  const total = totalOf(rows);
  if (total !== undefined) {
    const walk = `${shownDistance(total.asis, total.unit)} → ${shownDistance(total.optimal, total.unit)}`;
    const of = total.compared === rows.length ? '' : ` (${formatNumber(total.compared, 0)} can be compared)`;
    yield `**${headlineOf(total)}**: ${markdownText(`${walk}, ${savedText(total, total.unit)}`)}${of}`;
    yield '';
  }
  const [first, ...others] = COLUMNS;
  const withClusters = summaries.some(({ kind }) => kind === 'cluster');
  const columns = first === undefined ? [] : [first, ...(withClusters ? [CLUSTERS] : []), ...others];
  const shown = rows.slice(0, OVERVIEW_ROWS).map((row) => columns.map(({ cell }) => cell(row)));
  yield* markdownTable(columns, shown);
  if (rows.length > OVERVIEW_ROWS) {
    yield '';
    yield `… ${formatNumber(rows.length - OVERVIEW_ROWS, 0)} more not shown; they are in the totals.`;
  }
}
