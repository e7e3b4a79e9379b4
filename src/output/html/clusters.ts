/** Clusters of an answer in HTML: how long each is, beside the lists of today, and which picks are in it. */
import type { ClusterDetail, PickDetail } from '../../answers/details.ts';
import { counted, formatNumber, numberText } from '../../lib/text/numbers.ts';
import type { Html } from '../../lib/text/html.ts';
import { inWalkingOrder } from '../../answers/walking-order.ts';
import { barCell } from './head.ts';
import { cell, page, row, table } from './html-template.ts';
import { distanceText } from './measures.ts';
import type { ReportEntry } from '../answers/report-model.ts';

/** Two groups of bars on one scale. They are different groupings of the same picks, and are not set row against row. */
export function clusterBars({ details }: ReportEntry, level: number, id: string, most: number): Html {
  const { clusters, asisClusters, summary } = details;
  const longest = Math.max(0, ...[...clusters, ...asisClusters].map(({ distance }) => distance ?? 0));
  const side = (title: string, name: string, tone: 'asis' | 'optimal', all: readonly ClusterDetail[]): Html => {
    const parts = { all, longest, unit: summary.unit, tone, most, name };
    return page`<div><h${level}>${title}</h${level}>
${barTable(title, parts)}</div>
`;
  };
  const orders = orderTable(clusters, most);
  const after = side(`Optimized: ${counted(clusters.length, 'cluster')}`, 'cluster', 'optimal', clusters);
  if (asisClusters.length === 0) {
    return page`${after}<p class="note">The answer has no as-is clusters to compare with.</p>${orders}`;
  }
  const before = side(`As-is: ${counted(asisClusters.length, 'list')}`, 'list', 'asis', asisClusters);
  return page`<div class="two" id="${id}-bars">
${before}${after}</div>
<p class="note">Both sides hold the same picks, grouped anew: the bars share one scale, the rows do not belong together.</p>
${orders}`;
}

/** Orders that are named in the row of their cluster. */
const ORDERS = 200;

/** Which orders are picked together; empty when the answer names none. */
function orderTable(clusters: readonly ClusterDetail[], most: number): Html | undefined {
  if (clusters.every(({ orderIds }) => orderIds.length === 0)) return undefined;
  const rows = clusters.slice(0, most).map(({ listId, orderIds }) => {
    const hidden = orderIds.length - ORDERS;
    const more = hidden > 0 ? ` and ${formatNumber(hidden, 0)} more` : '';
    return row([page`<th scope="row">${listId}</th>`, cell(`${orderIds.slice(0, ORDERS).join(', ')}${more}`)]);
  });
  return table({
    caption: 'Orders of each cluster',
    columns: [{ title: 'cluster' }, { title: 'orders' }],
    rows,
    layout: 'orders',
  });
}

interface BarParts {
  readonly all: readonly ClusterDetail[];
  readonly longest: number;
  readonly unit: string;
  readonly tone: 'asis' | 'optimal';
  readonly most: number;
  readonly name: string;
}

/** Rows that are there at once; the others unfold. */
const UNFOLDED = 30;

const BAR_COLUMNS = [
  { title: 'orders', align: 'right' },
  { title: 'picks', align: 'right' },
  { title: 'distance', align: 'right' },
  { title: '' },
] as const;

function barTable(caption: string, { all, longest, unit, tone, most, name }: BarParts): Html {
  const rows = all
    .slice(0, most)
    .map(({ listId, orderIds, picks, distance }) =>
      row([
        page`<th scope="row">${listId}</th>`,
        cell(formatNumber(orderIds.length, 0), { align: 'right' }),
        cell(formatNumber(picks.length, 0), { align: 'right' }),
        cell(distanceText(distance, unit), { align: 'right' }),
        barCell(tone, distance ?? 0, longest),
      ]),
    );
  const tableOf = (some: readonly Html[]): Html =>
    table({ caption, columns: [{ title: name }, ...BAR_COLUMNS], rows: some, layout: 'bars' });
  const folded = rows.slice(UNFOLDED);
  const unfold =
    folded.length === 0
      ? undefined
      : page`<details><summary>${counted(folded.length, `more ${name}`)}</summary>
${tableOf(folded)}</details>`;
  const hidden = all.slice(most);
  const rest = hidden.reduce((sum, { distance }) => sum + (distance ?? 0), 0);
  const more =
    hidden.length === 0
      ? undefined
      : page`<p class="note">… and ${formatNumber(hidden.length, 0)} that are not listed, ${distanceText(rest, unit)} together.</p>`;
  return page`${tableOf(rows.slice(0, UNFOLDED))}${unfold}${more}`;
}

/** Rows that fit a printed page with other things. */
const ON_ONE_PAGE = 60;

interface PickColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** `index` of the pick in its cluster or walk, from 0. */
  readonly text: (pick: PickDetail, index: number) => string;
  readonly onlyIfAny?: boolean;
}

const PICK_COLUMNS: readonly PickColumn[] = [
  { title: 'pick', text: ({ pickId }) => pickId },
  { title: 'location', text: ({ locations }) => locations.join(' or ') },
  { title: 'order', onlyIfAny: true, text: ({ orderId }) => orderId ?? '' },
  { title: 'list today', onlyIfAny: true, text: ({ listId }) => listId ?? '' },
  { title: 'sku', onlyIfAny: true, text: ({ skuId }) => skuId ?? '' },
  { title: 'quantity', align: 'right', onlyIfAny: true, text: ({ quantity }) => numberText(quantity) },
];

/**
 * The picks of all clusters, or the stops of a route in walking order; the first `most` of them. `isOnPlan`: which places
 * count as stops, so that they have the numbers that the floor plan gives them.
 */
export function pickTable(
  { details }: ReportEntry,
  most: number,
  isOnPlan: (place: string) => boolean = () => true,
): Html {
  const { clusters, stops } = details;
  const walked = inWalkingOrder(stops);
  const numbers = stopNumbers(walked, isOnPlan);
  const groups =
    stops.length > 0
      ? [{ title: undefined, picks: walked }]
      : clusters.map((one) => ({ title: one.listId, picks: one.picks }));
  const all = groups.flatMap(({ picks }) => picks);
  const columns = [
    ...(stops.length > 0
      ? ([
          { title: 'stop', align: 'right', text: (pick) => numberText(numbers.get(pick)) },
          { title: 'sequence', align: 'right', text: (_, index) => String(index + 1) },
        ] satisfies readonly PickColumn[])
      : []),
    ...PICK_COLUMNS.filter(
      ({ onlyIfAny, text }) => onlyIfAny !== true || all.some((pick, index) => text(pick, index) !== ''),
    ),
  ];
  let left = most;
  const rows = groups.flatMap(({ title, picks }) => {
    const shown = picks.slice(0, Math.max(0, left));
    left -= shown.length;
    const lines = title === undefined || shown.length === 0 ? [] : [groupRow(title, columns.length)];
    for (const [index, pick] of shown.entries()) {
      lines.push(row(columns.map(({ text, align }) => cell(text(pick, index), { align }))));
    }
    return lines;
  });
  const hidden = all.length - (most - left);
  const more =
    hidden <= 0 ? undefined : page`<p class="note">… and ${counted(hidden, 'more pick')}; CSV and JSON hold all.</p>`;
  return page`${table({ caption: 'Picks', columns, rows, layout: rows.length > ON_ONE_PAGE ? 'picks long' : 'picks' })}${more}`;
}

function groupRow(title: string, columns: number): Html {
  return page`<tr class="group"><th scope="rowgroup" colspan="${columns}">${title}</th></tr>
`;
}

/** Picks at one place after another are one stop, from 1. */
function stopNumbers(
  picks: readonly PickDetail[],
  isOnPlan: (place: string) => boolean,
): ReadonlyMap<PickDetail, number> {
  const numbers = new Map<PickDetail, number>();
  let before: string | undefined;
  let number = 0;
  for (const pick of picks) {
    const place = pick.locations.find(isOnPlan);
    if (place === undefined) continue;
    if (place !== before) number += 1;
    before = place;
    numbers.set(pick, number);
  }
  return numbers;
}
