/** What a comparison of two answers says, in words, for every format that people read. */
import {
  type AnswerDifference,
  type ComparedCluster,
  type ComparedClusters,
  isSame,
  type MovedPick,
} from '../../answers/diff/compare.ts';
import type { AnswerSummary } from '../../answers/answer.ts';
import { counted, differenceOf, formatDuration, formatNumber, formatPercent } from '../../lib/text/numbers.ts';
import { KINDS } from '../../kinds.ts';
import { distanceText } from '../answers/distance-text.ts';
import type { Column } from '../terminal/table.ts';

/** Where one side of a comparison came from. */
export interface ComparedFile {
  readonly name: string;
  readonly summary: AnswerSummary;
}

/** A list of rows under a sentence; `undefined` for a sentence alone. */
export interface DifferenceSection {
  readonly sentence: string | undefined;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

/** `Cluster · Example`, and one line for each side. */
export function headOf({ kind }: AnswerDifference, files: readonly [ComparedFile, ComparedFile]): readonly string[] {
  return [
    `Difference of two ${KINDS[kind].title.toLowerCase()} answers`,
    ...files.map(({ name, summary }, side) =>
      [
        `${side === 0 ? 'A' : 'B'}  ${name}`,
        summary.siteName,
        summary.waveId === undefined ? undefined : `wave ${summary.waveId}`,
        summary.requestId,
      ]
        .filter((part) => part !== undefined)
        .join(' · '),
    ),
  ];
}

/** Figures, clusters, and what moved: only sections that have something to say. */
export function sectionsOf(
  difference: AnswerDifference,
  files: readonly [ComparedFile, ComparedFile],
): readonly DifferenceSection[] {
  const { regrouped, relocated, onlyBefore, onlyAfter, sequence, clusters } = difference;
  const [before, after] = files;
  const units = [before.summary.unit, after.summary.unit] as const;
  const sections: DifferenceSection[] = [figures(difference, units)];
  if (clusters.length > 0) sections.push(clusterRows(difference, units));
  if (regrouped.length > 0) sections.push(regroupedOrders(regrouped));
  if (sequence !== undefined && sequence.moved.length > 0) sections.push(sequenceRows(sequence));
  if (relocated.length > 0) {
    sections.push(moves(`${counted(relocated.length, 'pick')} made at another location`, relocated, 'location'));
  }
  for (const [side, picks] of [
    ['A', onlyBefore],
    ['B', onlyAfter],
  ] as const) {
    if (picks.length === 0) continue;
    const rows = picks.map((pickId) => [pickId]);
    sections.push({ sentence: `${counted(picks.length, 'pick')} only in ${side}`, columns: [{ title: 'pick' }], rows });
  }
  if (isSame(difference)) sections.push({ sentence: 'the two answers say the same', columns: [], rows: [] });
  return sections;
}

type Units = readonly [before: string, after: string];

function figures({ before, after, unit }: AnswerDifference, units: Units): DifferenceSection {
  const rows: (readonly string[])[] = [
    ['as-is distance', ...distances(before.asisDistance, after.asisDistance, unit, units)],
    ['optimized distance', ...distances(before.optimalDistance, after.optimalDistance, unit, units)],
    ['saved', ...compared(before.saving, after.saving, formatPercent, (points) => `${signed(points, 1)} points`)],
  ];
  if (before.clusters !== undefined) rows.push(['clusters', ...counts(before.clusters, after.clusters)]);
  if (before.orders + after.orders > 0) rows.push(['orders', ...counts(before.orders, after.orders)]);
  rows.push(['picks', ...counts(before.picks, after.picks)]);
  rows.push(['invalid picks', ...counts(before.invalidPicks, after.invalidPicks)]);
  const seconds = (time: number | undefined): string => (time === undefined ? 'n/a' : formatDuration(time * 1000));
  rows.push(['computed in', seconds(before.computationTime), seconds(after.computationTime), '']);
  return {
    sentence: undefined,
    columns: [
      { title: '' },
      { title: 'a', align: 'right' },
      { title: 'b', align: 'right' },
      { title: 'difference', align: 'right' },
    ],
    rows,
  };
}

function clusterRows({ clusters, unit }: AnswerDifference, units: Units): DifferenceSection {
  const change = ({ before, after }: ComparedClusters, of: (cluster: ComparedCluster) => number): string => {
    const [one, other] = [before, after].map((cluster) => (cluster === undefined ? undefined : of(cluster)));
    if (one === undefined || other === undefined) return formatNumber(one ?? other ?? 0, 0);
    return one === other ? formatNumber(one, 0) : `${formatNumber(one, 0)} -> ${formatNumber(other, 0)}`;
  };
  return {
    sentence: undefined,
    columns: [
      { title: 'cluster' },
      { title: 'in b', drop: 4 },
      { title: 'orders', align: 'right', drop: 3 },
      { title: 'picks', align: 'right' },
      { title: 'shared', align: 'right', drop: 2 },
      { title: 'distance a', align: 'right' },
      { title: 'distance b', align: 'right' },
      { title: 'difference', align: 'right', drop: 1 },
    ],
    rows: clusters.map((pair) => [
      pair.name,
      pair.after?.listId ?? '-',
      change(pair, ({ orders }) => orders),
      change(pair, ({ picks }) => picks),
      formatNumber(pair.shared, 0),
      ...distances(pair.before?.distance, pair.after?.distance, unit, units, '-'),
    ]),
  };
}

/** An order a row: it moves with all its picks, unless an answer splits it. */
function regroupedOrders(regrouped: AnswerDifference['regrouped']): DifferenceSection {
  const groups = [...Map.groupBy(regrouped, ({ orderId, from, to }) => JSON.stringify([orderId, from, to])).values()];
  const orders = new Set(regrouped.flatMap(({ orderId }) => orderId ?? [])).size;
  const of = orders === 0 ? '' : ` of ${counted(orders, 'order')}`;
  return {
    sentence: `${counted(regrouped.length, 'pick')}${of} moved to another cluster`,
    columns: [{ title: 'order' }, { title: 'picks', align: 'right' }, { title: 'from' }, { title: 'to' }],
    rows: groups.flatMap((picks) => {
      const [first] = picks;
      return first === undefined ? [] : [[first.orderId ?? '-', formatNumber(picks.length, 0), first.from, first.to]];
    }),
  };
}

function sequenceRows({ moved, common, isReversed }: NonNullable<AnswerDifference['sequence']>): DifferenceSection {
  const sentence = isReversed
    ? `the ${counted(common, 'stop')} are walked the other way round`
    : `${formatNumber(moved.length, 0)} of ${counted(common, 'stop')} changed place`;
  return moves(
    sentence,
    moved.map(({ pickId, before, after }) => ({ pickId, before: String(before), after: String(after) })),
    'place',
  );
}

function moves(sentence: string, moved: readonly MovedPick<string>[], what: string): DifferenceSection {
  return {
    sentence,
    columns: [{ title: 'pick' }, { title: `${what} a` }, { title: `${what} b` }],
    rows: moved.map(({ pickId, before, after }) => [pickId, before, after]),
  };
}

/** Two distances and their difference; `unit` is undefined when they cannot be compared. */
function distances(
  before: number | undefined,
  after: number | undefined,
  unit: string | undefined,
  units: Units,
  missing = 'n/a',
): readonly string[] {
  if (unit === undefined) {
    const shown = (value: number | undefined, own: string): string =>
      value === undefined ? missing : distanceText(value, own);
    return [shown(before, units[0]), shown(after, units[1]), 'other unit'];
  }
  return compared(
    before,
    after,
    (value) => distanceText(value, unit),
    (change, base) => {
      const share = base === 0 ? '' : ` (${signed((change / base) * 100, 1)}%)`;
      return `${change < 0 ? '-' : '+'}${distanceText(Math.abs(change), unit)}${share}`;
    },
    missing,
  );
}

function counts(before: number | undefined, after: number | undefined): readonly string[] {
  return compared(
    before,
    after,
    (count) => formatNumber(count, 0),
    (change) => signed(change, 0),
  );
}

function compared(
  before: number | undefined,
  after: number | undefined,
  show: (value: number) => string,
  showChange: (change: number, base: number) => string,
  missing = 'n/a',
): readonly string[] {
  const values = [before, after].map((value) => (value === undefined ? missing : show(value)));
  if (before === undefined || after === undefined) return [...values, before === after ? '' : missing];
  const change = differenceOf(after, before);
  return [...values, change === 0 ? 'same' : showChange(change, before)];
}

function signed(value: number, decimals: number): string {
  const text = formatNumber(Math.abs(value), decimals);
  return `${value < 0 ? '-' : '+'}${text}`;
}
