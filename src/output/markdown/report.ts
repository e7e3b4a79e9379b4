/** A report in Markdown: for a pull request, or the summary of a CI run. */
import type { WalkingRates } from '../../answers/walking-cost.ts';
import { formatNumber } from '../../lib/text/numbers.ts';
import { joined } from '../../lib/text/markup.ts';
import { markdownAnswer, markdownCost } from './answer.ts';
import {
  htmlCode,
  htmlText,
  inMarkdown,
  type Markdown,
  type MarkdownCell,
  type MarkdownColumn,
  markdownCode,
  markdownTable,
} from '../../lib/text/markdown-text.ts';
import type { Report, ReportEntry } from '../answers/report-model.ts';
import {
  commonSubject,
  overviewOf,
  standingOf,
  subjectOf,
  totalOf,
  unansweredRow,
  type OverviewRow,
  type Standing,
} from '../answers/report-overview.ts';
import { distanceCell, percentCell, savedDistance, savedPercent, walkingChange } from '../answers/saving-text.ts';
import { distanceText } from '../answers/distance-text.ts';

/** How many requests have a line of their own, and how many all details. */
const OVERVIEW_ROWS = 200;
const DETAILED = 20;

const MARKS: Readonly<Record<Standing['level'], string>> = { good: '✅', warning: '⚠️', bad: '❌' };

export interface MarkdownReportOptions {
  /** How many answers, and requests without one, will be added. */
  readonly total: number;
  readonly rates?: WalkingRates | undefined;
}

export function createMarkdownReport({ total, rates }: MarkdownReportOptions): Report {
  const rows: OverviewRow[] = [];
  const blocks: Markdown[] = [];
  function* parts(): Generator<Markdown, void> {
    // A request that was left unsent has no row.
    const known = rows.filter((row) => row !== undefined);
    if (total > 1) yield blockOf(overviewLines(known, rates));
    else if (blocks.length === 0) yield blockOf(known.map((row) => inMarkdown`## ${statusOf(row)}`));
    for (const block of blocks.filter((one) => one !== undefined)) yield total > 1 ? inMarkdown`\n${block}` : block;
    const hidden = known.filter(({ summary }) => summary !== undefined).length - Object.keys(blocks).length;
    if (hidden > 0) {
      yield inMarkdown`\nOnly the first ${DETAILED} are shown in full; CSV and JSON hold all.\n`;
    }
  }
  return {
    add(index, entry) {
      rows[index] = overviewOf(entry);
      if (total === 1)
        blocks[index] = blockOf([inMarkdown`## ${titleOf(entry)}`, inMarkdown``, ...markdownAnswer(entry, 3, rates)]);
      else if (index < DETAILED) blocks[index] = blockOf(foldedAnswer(entry, rows[index], rates));
    },
    addUnanswered(index, unanswered) {
      rows[index] = unansweredRow(unanswered);
    },
    *render() {
      for (const { text } of parts()) yield text;
    },
  };
}

function blockOf(lines: Iterable<Markdown>): Markdown {
  return inMarkdown`${[...lines].map((line) => inMarkdown`${line}\n`)}`;
}

function titleOf(entry: ReportEntry): Markdown {
  const { kind, site, wave, name } = subjectOf(entry);
  const parts = [
    inMarkdown`${kind}`,
    site === undefined ? undefined : inMarkdown`${site}`,
    wave === undefined ? undefined : inMarkdown`wave ${markdownCode(wave)}`,
    name === undefined ? undefined : markdownCode(name),
  ];
  return inMarkdown`${joined(
    parts.filter((part) => part !== undefined),
    inMarkdown` · `,
  )}`;
}

function* foldedAnswer(
  entry: ReportEntry,
  row: OverviewRow,
  rates: WalkingRates | undefined,
): Generator<Markdown, void> {
  const { level, text } = standingOf(row);
  // GitHub reads HTML up to the empty line, and Markdown behind it.
  const about = htmlText(`${savedPercent(entry.details.summary)}, ${text}`);
  yield inMarkdown`<details><summary>${MARKS[level]} ${htmlCode(entry.name)}: ${about}</summary>`;
  yield inMarkdown``;
  yield* markdownAnswer(entry, 4, rates);
  yield inMarkdown``;
  yield inMarkdown`</details>`;
}

function statusOf(row: OverviewRow): Markdown {
  const { level, text } = standingOf(row);
  return inMarkdown`${MARKS[level]} ${text}`;
}

interface OverviewColumn extends MarkdownColumn {
  readonly cell: (row: OverviewRow) => MarkdownCell;
}

const COLUMNS: readonly OverviewColumn[] = [
  { title: 'wave', cell: ({ name }) => markdownCode(name) },
  { title: 'picks', align: 'right', cell: ({ summary }) => (summary ? formatNumber(summary.picks, 0) : '') },
  { title: 'as-is', align: 'right', cell: ({ summary }) => distanceCell(summary, 'asisDistance') },
  { title: 'optimized', align: 'right', cell: ({ summary }) => distanceCell(summary, 'optimalDistance') },
  { title: 'saved', align: 'right', cell: ({ summary }) => percentCell(summary) },
  { title: '', cell: statusOf },
];

const CLUSTERS: OverviewColumn = {
  title: 'clusters',
  align: 'right',
  cell: ({ summary, clusters }) => (summary?.kind === 'cluster' ? formatNumber(clusters, 0) : ''),
};

function* overviewLines(rows: readonly OverviewRow[], rates: WalkingRates | undefined): Generator<Markdown, void> {
  const { what, site } = commonSubject(rows);
  yield inMarkdown`## ${what}${site === undefined ? '' : ` · ${site}`}`;
  yield inMarkdown``;
  const summaries = rows.flatMap(({ summary }) => summary ?? []);
  const total = totalOf(rows);
  if (total !== undefined) {
    const walk = `${distanceText(total.asis, total.unit)} → ${distanceText(total.optimal, total.unit)}`;
    const of = total.compared === rows.length ? '' : ` (${formatNumber(total.compared, 0)} can be compared)`;
    yield inMarkdown`**${walkingChange(total)}**: ${walk}, ${savedDistance(total, total.unit)}${of}`;
    yield* markdownCost(total, total.unit, rates);
    yield inMarkdown``;
  }
  const [first, ...others] = COLUMNS;
  const withClusters = summaries.some(({ kind }) => kind === 'cluster');
  const columns = first === undefined ? [] : [first, ...(withClusters ? [CLUSTERS] : []), ...others];
  const shown = rows.slice(0, OVERVIEW_ROWS).map((row) => columns.map(({ cell }) => cell(row)));
  yield* markdownTable(columns, shown);
  if (rows.length > OVERVIEW_ROWS) {
    yield inMarkdown``;
    yield inMarkdown`… ${formatNumber(rows.length - OVERVIEW_ROWS, 0)} more not shown; they are in the totals.`;
  }
}
