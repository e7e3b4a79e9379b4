/** One answer in HTML, below the head of the page. */
import { invalidPickCount } from '../../answers/answer.ts';
import { counted, formatNumber } from '../../lib/text/numbers.ts';
import type { Html } from '../../lib/text/html.ts';
import type { WalkingRates } from '../../answers/walking-cost.ts';
import { savingOf } from '../../answers/saving.ts';
import { clusterBars, pickTable } from './clusters.ts';
import { floorPart } from './floor.ts';
import { type Figure, type Headline, savingHeadline } from './head.ts';
import { cell, page, row, section, table } from './html-template.ts';
import { costFigures } from './costs.ts';
import { durationText } from './measures.ts';
import { type OverviewRow, standingOf } from '../answers/report-overview.ts';
import type { ReportEntry } from '../answers/report-model.ts';
import { type ReportPlan, walksOf } from './floor-walks.ts';

/** How much of an answer is listed. */
export interface AnswerLimits {
  readonly picks: number;
  /** Clusters, on each side. */
  readonly clusters: number;
}

export function answerHeadline({ details: { summary } }: ReportEntry, { problem }: OverviewRow): Headline {
  if (problem !== undefined) return { title: 'No result', lead: problem, level: 'bad' };
  const about =
    summary.asisDistance === undefined ? counted(summary.picks, 'pick') : `the same ${counted(summary.picks, 'pick')}`;
  return savingHeadline(savingOf(summary), summary.optimalDistance, summary.unit, about);
}

export function answerFigures(
  entry: ReportEntry,
  line: OverviewRow,
  rates: WalkingRates | undefined,
): readonly Figure[] {
  const { summary, asisClusters } = entry.details;
  const { level, text } = standingOf(line);
  const audited = entry.request !== undefined && line.problem === undefined && line.findings === 0;
  const clusters: Figure = {
    name: 'clusters',
    value: formatNumber(line.clusters, 0),
    remark: asisClusters.length === 0 ? undefined : `${counted(asisClusters.length, 'list')} as-is`,
  };
  return [
    {
      name: 'picks',
      value: formatNumber(summary.picks, 0),
      remark: line.invalid === 0 ? undefined : `and ${formatNumber(line.invalid, 0)} invalid`,
    },
    ...(line.orders === 0 ? [] : [{ name: 'orders', value: formatNumber(line.orders, 0) }]),
    ...(line.summary?.kind === 'cluster' ? [clusters] : []),
    ...(summary.computationTime === undefined
      ? []
      : [{ name: 'computed in', value: durationText(summary.computationTime * 1000) }]),
    ...costFigures(line.problem === undefined ? savingOf(summary) : undefined, summary.unit, rates),
    ...(audited ? [{ name: 'audit', value: 'passed', level: 'good' } as const] : []),
    ...(audited && level === 'good' ? [] : [{ name: 'standing', value: text, level }]),
  ];
}

/** Everything but headline and figures. `id` begins the ids of this answer; `level` of its headings. */
export function answerSections(
  entry: ReportEntry,
  { level, id, limits, plan }: { level: number; id: string; limits: AnswerLimits; plan: ReportPlan | undefined },
): readonly Html[] {
  const { details } = entry;
  const { summary } = details;
  const part = (title: string, name: string, content: Html): Html => section(level, title, `${id}-${name}`, content);
  const parts: Html[] = [];
  if (entry.gates.length > 0) parts.push(part('Gates', 'gates', gateTable(entry)));
  if (entry.findings.length > 0) parts.push(part('Audit', 'audit', findings(entry)));
  if (summary.invalidPicks.length > 0) {
    parts.push(part(counted(invalidPickCount(summary.invalidPicks), 'invalid pick'), 'invalid', invalidTable(entry)));
  }
  if (details.clusters.length > 0) {
    parts.push(part('Clusters', 'clusters', clusterBars(entry, level + 1, id, limits.clusters)));
  }
  const walks = plan === undefined ? undefined : walksOf(entry, plan);
  const isOnPlan = walks === undefined ? undefined : (place: string) => plan?.floor.positions.has(place) ?? false;
  if (plan !== undefined && walks !== undefined) {
    parts.push(part('On the floor', 'floor', floorPart(plan, walks, summary.unit, id)));
  }
  if (details.stops.length > 0) parts.push(part('Pick list', 'picks', pickTable(entry, limits.picks, isOnPlan)));
  else if (summary.picks > 0) {
    const list = page`<details><summary>All picks, cluster by cluster</summary>
${pickTable(entry, limits.picks, isOnPlan)}</details>`;
    parts.push(part('Picks', 'picks', list));
  }
  return parts;
}

/** What is said of an answer in small print. */
export function answerFacts({ requestId, details: { summary } }: ReportEntry): Html {
  const time =
    summary.timestamp === undefined ? undefined : page` · answered ${summary.timestamp} (no time zone given)`;
  return page`request <code>${requestId}</code>${time}`;
}

function gateTable({ gates }: ReportEntry): Html {
  const rows = gates.map(({ expression, tripped, reason }) =>
    row([
      tripped ? page`<td class="state bad">✕ tripped</td>` : page`<td class="state good">✓ passed</td>`,
      page`<td><code>${expression}</code></td>`,
      cell(reason),
    ]),
  );
  const columns = [{ title: 'gate' }, { title: 'fails if' }, { title: 'because' }];
  return table({ caption: 'Gates', columns, rows });
}

function findings(entry: ReportEntry): Html {
  const rows = entry.findings.map(({ message, count, examples }) =>
    row([
      page`<td class="state warning">! finding</td>`,
      cell(message),
      page`<td>${exampleList(examples, count)}</td>`,
    ]),
  );
  return table({
    caption: 'Findings of the audit',
    columns: [{ title: '' }, { title: 'what' }, { title: 'such as' }],
    rows,
  });
}

/** As many reasons as a person reads: the documentation knows three, a server may send any text. */
const REASONS = 50;

function invalidTable({ details: { summary } }: ReportEntry): Html {
  const { invalidPicks } = summary;
  const rows = invalidPicks
    .slice(0, REASONS)
    .map(({ reason, count, examples }) =>
      row([
        page`<th scope="row">${reason}</th>`,
        cell(formatNumber(count, 0), { align: 'right' }),
        page`<td>${exampleList(examples, count)}</td>`,
      ]),
    );
  const hidden = invalidPicks.length - rows.length;
  const more = hidden > 0 ? page`<p class="note">… and ${counted(hidden, 'more reason')}.</p>` : undefined;
  const columns = [{ title: 'reason' }, { title: 'picks', align: 'right' }, { title: 'such as' }] as const;
  return page`${table({ caption: 'Invalid picks by reason', columns, rows })}${more}`;
}

function exampleList(examples: readonly string[], count: number): readonly Html[] {
  const shown = examples.map((example, index) => page`${index === 0 ? '' : ', '}<code>${example}</code>`);
  return count > examples.length && examples.length > 0 ? [...shown, page`, …`] : shown;
}
