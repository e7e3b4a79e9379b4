/** The first part of an HTML report about several requests: what they save together, and a line for each. */
import { counted, formatNumber } from '../../lib/text/numbers.ts';
import type { Html } from '../../lib/text/html.ts';
import type { WalkingRates } from '../../answers/walking-cost.ts';
import { savingOf } from '../../answers/saving.ts';
import { barCell, compareBars, figureList, type Figure, type Headline, headlineParts, savingHeadline } from './head.ts';
import { cell, page, row, section, table } from './html-template.ts';
import { costFigures } from './costs.ts';
import { distanceText } from './measures.ts';
import { type OverviewRow, standingOf, totalOf } from '../answers/report-overview.ts';
import { distanceCell, percentCell } from '../answers/saving-text.ts';

/** How many requests have a line of their own. */
const OVERVIEW_ROWS = 1000;

export interface KnownRow {
  readonly line: OverviewRow;
  /** Of the part with all details. */
  readonly id: string | undefined;
}

/** `subject`: what the requests are, and their site. */
export function overview(
  known: readonly KnownRow[],
  subject: readonly (string | undefined)[],
  rates: WalkingRates | undefined,
): Html {
  const lines = known.map(({ line }) => line);
  const total = totalOf(lines);
  const answered = lines.filter(({ problem }) => problem === undefined);
  const unit = total?.unit ?? answered[0]?.summary?.unit ?? '';
  const picks = answered.reduce((sum, { summary }) => sum + (summary?.picks ?? 0), 0);
  const about = `${counted(picks, 'pick')} in ${counted(answered.length, 'request')}`;
  const head: Headline =
    total === undefined
      ? {
          title: counted(answered.length, 'answer'),
          lead: `For ${about}. What they save together cannot be told.`,
          level: 'plain',
        }
      : savingHeadline(total, total.optimal, unit, about);
  const compared =
    total === undefined || total.compared === answered.length
      ? undefined
      : page`<p class="note">The saving is that of the ${formatNumber(total.compared, 0)} answers that can be compared.</p>`;
  return page`<header>
<p class="eyebrow">${subject.filter((part) => part !== undefined).join(' · ')}</p>
${headlineParts(head, 1, 'all')}
${total === undefined ? undefined : compareBars(total, unit)}${compared}${figureList([...overviewFigures(lines, picks), ...costFigures(total, unit, rates)])}
</header>
${section(2, 'Requests', 'requests', overviewTable(known))}`;
}

function overviewFigures(lines: readonly OverviewRow[], picks: number): readonly Figure[] {
  const sum = (of: (line: OverviewRow) => number): number => lines.reduce((all, line) => all + of(line), 0);
  const clusters = sum((line) => line.clusters);
  const invalid = sum((line) => line.invalid);
  const levels = lines.map((line) => standingOf(line).level);
  const bad = levels.filter((level) => level === 'bad').length;
  const warned = levels.filter((level) => level === 'warning').length;
  const standing: Figure =
    bad > 0
      ? { name: 'standing', value: `${formatNumber(bad, 0)} not in order`, level: 'bad' }
      : warned > 0
        ? { name: 'standing', value: `${formatNumber(warned, 0)} with warnings`, level: 'warning' }
        : { name: 'standing', value: 'all in order', level: 'good' };
  return [
    { name: 'requests', value: formatNumber(lines.length, 0) },
    {
      name: 'picks',
      value: formatNumber(picks, 0),
      remark: invalid === 0 ? undefined : `and ${formatNumber(invalid, 0)} invalid`,
    },
    ...(clusters === 0 ? [] : [{ name: 'clusters', value: formatNumber(clusters, 0) }]),
    standing,
  ];
}

function overviewTable(known: readonly KnownRow[]): Html {
  const columns = [
    { title: 'wave' },
    { title: 'picks', align: 'right' },
    { title: 'as-is', align: 'right' },
    { title: 'optimized', align: 'right' },
    { title: 'saved', align: 'right' },
    { title: '' },
    { title: 'standing' },
  ] as const;
  const most = Math.max(0, ...known.map(({ line }) => savedOf(line)));
  const rows = known.slice(0, OVERVIEW_ROWS).map(({ line, id }) => overviewRow(line, id, most));
  const hidden = known.length - rows.length;
  const more =
    hidden > 0
      ? page`<p class="note">… and ${counted(hidden, 'more request')}; they are in the totals.</p>`
      : undefined;
  return page`${table({ caption: 'Requests with what each saves', columns, rows })}${more}`;
}

function overviewRow(line: OverviewRow, id: string | undefined, most: number): Html {
  const { name, summary } = line;
  const { level, text } = standingOf(line);
  const title = id === undefined ? page`${name}` : page`<a href="#${id}">${name}</a>`;
  return row([
    page`<th scope="row">${title}</th>`,
    cell(summary === undefined ? '' : formatNumber(summary.picks, 0), { align: 'right' }),
    cell(distanceCell(summary, 'asisDistance', distanceText), { align: 'right' }),
    cell(distanceCell(summary, 'optimalDistance', distanceText), { align: 'right' }),
    cell(percentCell(summary), { align: 'right' }),
    barCell('optimal', savedOf(line), most),
    page`<td class="${level}">${{ good: '✓', warning: '!', bad: '✕' }[level]} ${text}</td>`,
  ]);
}

/** Percent; 0 where nothing is saved. */
function savedOf({ summary, problem }: OverviewRow): number {
  if (summary === undefined || problem !== undefined) return 0;
  const saving = savingOf(summary);
  return 'reason' in saving ? 0 : Math.max(0, saving.percent);
}
