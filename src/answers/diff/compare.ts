/** Two answers side by side. */
import { type AnswerDetails, type ClusterDetail, orderCount, type PickDetail } from '../details.ts';
import { inWalkingOrder } from '../walking-order.ts';
import { type ClusterPair, matchClusters } from './cluster-match.ts';
import { longestIncreasingSubsequence } from '../../lib/longest-increasing-subsequence.ts';
import type { Kind } from '../../kinds.ts';
import { convertLength, lengthUnitOf } from '../length-unit.ts';
import { savingOf } from '../saving.ts';

/** The figures of one answer. Distances are in the unit of the comparison; `undefined`: the answer has none. */
export interface AnswerFigures {
  readonly asisDistance: number | undefined;
  readonly optimalDistance: number | undefined;
  /** Percent. */
  readonly saving: number | undefined;
  /** `undefined` for a route. */
  readonly clusters: number | undefined;
  readonly orders: number;
  readonly picks: number;
  readonly invalidPicks: number;
  /** Seconds. */
  readonly computationTime: number | undefined;
}

export interface ComparedCluster {
  readonly listId: string;
  readonly orders: number;
  readonly picks: number;
  /** In the unit of the comparison. */
  readonly distance: number | undefined;
}

export interface ComparedClusters {
  /** That of the first answer, else `new 1`, `new 2`: what the second answer calls its clusters says nothing. */
  readonly name: string;
  /** `undefined`: only the other answer has such a cluster. */
  readonly before: ComparedCluster | undefined;
  readonly after: ComparedCluster | undefined;
  /** Picks in both. */
  readonly shared: number;
}

/** A pick that is elsewhere: in another cluster, at another location, at another place of the walk. */
export interface MovedPick<Place> {
  readonly pickId: string;
  readonly before: Place;
  readonly after: Place;
}

export interface RegroupedPick extends MovedPick<string> {
  readonly orderId: string | undefined;
  /** The names of the {@link ComparedClusters} that it left and that it is in now. */
  readonly from: string;
  readonly to: string;
}

export interface SequenceDifference {
  /** Stops of both routes. */
  readonly common: number;
  /** The fewest stops that must be moved to turn one order into the other, with their places (from 1) in each answer. */
  readonly moved: readonly MovedPick<number>[];
  /** The same walk the other way round. */
  readonly isReversed: boolean;
}

export interface AnswerDifference {
  readonly kind: Kind;
  /** Of every distance: the unit of the first answer. `undefined` when the units differ and cannot be converted. */
  readonly unit: string | undefined;
  readonly before: AnswerFigures;
  readonly after: AnswerFigures;
  /** Matched by what they hold; none for routes. */
  readonly clusters: readonly ComparedClusters[];
  /** Picks of both answers that are in clusters which do not belong together, by name. */
  readonly regrouped: readonly RegroupedPick[];
  /** Picks of both routes that are made at another location. */
  readonly relocated: readonly MovedPick<string>[];
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
  /** Only for routes. */
  readonly sequence: SequenceDifference | undefined;
}

/** Compares two answers of one kind. Of a pick that an answer has twice, the first counts. */
export function compareAnswers(kind: Kind, before: AnswerDetails, after: AnswerDetails): AnswerDifference {
  const [unit, inUnit] = commonUnit(before.summary.unit, after.summary.unit);
  const keep = (distance: number | undefined): number | undefined => distance;
  const firsts = pickMapOf(kind, before);
  const seconds = pickMapOf(kind, after);
  return {
    kind,
    unit,
    before: figuresOf(kind, before, keep),
    after: figuresOf(kind, after, inUnit),
    ...(kind === 'cluster'
      ? { ...compareClusters(before, after, inUnit), relocated: [] }
      : { clusters: [], regrouped: [], relocated: relocatedPicks(firsts, seconds) }),
    onlyBefore: [...firsts.keys()].filter((id) => !seconds.has(id)),
    onlyAfter: [...seconds.keys()].filter((id) => !firsts.has(id)),
    sequence: kind === 'route' ? compareSequences([...firsts.keys()], [...seconds.keys()]) : undefined,
  };
}

/** Whether nothing but the time of computing differs. */
export function isSame(difference: AnswerDifference): boolean {
  const { before, after, clusters, regrouped, relocated, onlyBefore, onlyAfter, sequence } = difference;
  const lists = [regrouped, relocated, onlyBefore, onlyAfter, sequence?.moved ?? []];
  const sameFigures = FIGURES.every((figure) => before[figure] === after[figure]);
  const sameClusters = clusters.every(
    ({ before: one, after: other }) =>
      one !== undefined && other !== undefined && one.orders === other.orders && one.distance === other.distance,
  );
  return difference.unit !== undefined && sameFigures && sameClusters && lists.every((list) => list.length === 0);
}

const FIGURES = ['asisDistance', 'optimalDistance', 'clusters', 'orders', 'picks', 'invalidPicks'] as const;

type InUnit = (distance: number | undefined) => number | undefined;

/** The unit of both, and what brings a distance of the second answer into it. */
function commonUnit(before: string, after: string): readonly [string | undefined, InUnit] {
  if (before === after) return [before, (distance) => distance];
  const [to, from] = [lengthUnitOf(before), lengthUnitOf(after)];
  if (to === undefined || from === undefined) return [undefined, (distance) => distance];
  return [before, (distance) => (distance === undefined ? undefined : convertLength(distance, from, to))];
}

function figuresOf(kind: Kind, answer: AnswerDetails, inUnit: InUnit): AnswerFigures {
  const { summary, clusters, stops, invalidPicks } = answer;
  const saving = savingOf(summary);
  return {
    asisDistance: inUnit(summary.asisDistance),
    optimalDistance: inUnit(summary.optimalDistance),
    saving: 'reason' in saving ? undefined : saving.percent,
    clusters: kind === 'cluster' ? clusters.length : undefined,
    orders: orderCount(kind === 'cluster' ? { clusters, stops: [] } : { clusters: [], stops }),
    picks: summary.picks,
    invalidPicks: invalidPicks.length,
    computationTime: summary.computationTime,
  };
}

/** In walking order for a route. */
function pickMapOf(kind: Kind, { clusters, stops }: AnswerDetails): ReadonlyMap<string, PickDetail> {
  const map = new Map<string, PickDetail>();
  const take = (pick: PickDetail): void => {
    if (!map.has(pick.pickId)) map.set(pick.pickId, pick);
  };
  if (kind === 'cluster') for (const { picks } of clusters) for (const pick of picks) take(pick);
  else for (const stop of inWalkingOrder(stops)) take(stop);
  return map;
}

function compareClusters(
  before: AnswerDetails,
  after: AnswerDetails,
  inUnit: InUnit,
): Pick<AnswerDifference, 'clusters' | 'regrouped'> {
  const pairs = matchClusters(before.clusters, after.clusters);
  const added = pairs.filter((pair) => pair.before === undefined);
  const nameOfPair = (pair: ClusterPair): string =>
    pair.before === undefined ? `new ${added.indexOf(pair) + 1}` : nameOf(before.clusters, pair.before);
  const pairOf = new Map(pairs.map((pair) => [pair.after, pair]));
  const homes = homesOf(after.clusters);
  const regrouped: RegroupedPick[] = [];
  for (const [pickId, { index: from, orderId }] of homesOf(before.clusters)) {
    const to = homes.get(pickId)?.index;
    const pair = pairOf.get(to);
    if (to === undefined || pair === undefined || pair.before === from) continue;
    const [left, entered] = [nameOf(before.clusters, from), nameOf(after.clusters, to)];
    regrouped.push({ pickId, orderId, before: left, after: entered, from: left, to: nameOfPair(pair) });
  }
  const clusters = pairs.map((pair) => ({
    name: nameOfPair(pair),
    before: comparedCluster(before.clusters, pair.before, (distance) => distance),
    after: comparedCluster(after.clusters, pair.after, inUnit),
    shared: pair.shared,
  }));
  return { clusters, regrouped };
}

interface Home {
  /** Of the cluster. */
  readonly index: number;
  readonly orderId: string | undefined;
}

function homesOf(clusters: readonly ClusterDetail[]): ReadonlyMap<string, Home> {
  const homes = new Map<string, Home>();
  for (const [index, { picks }] of clusters.entries()) {
    for (const { pickId, orderId } of picks) if (!homes.has(pickId)) homes.set(pickId, { index, orderId });
  }
  return homes;
}

function nameOf(clusters: readonly ClusterDetail[], index: number): string {
  const name = clusters[index]?.listId ?? '';
  return name === '' ? `cluster ${index + 1}` : name;
}

function comparedCluster(
  clusters: readonly ClusterDetail[],
  index: number | undefined,
  inUnit: InUnit,
): ComparedCluster | undefined {
  const cluster = index === undefined ? undefined : clusters[index];
  if (cluster === undefined || index === undefined) return undefined;
  const { orderIds, picks, distance } = cluster;
  return {
    listId: nameOf(clusters, index),
    orders: new Set(orderIds).size,
    picks: picks.length,
    distance: inUnit(distance),
  };
}

function relocatedPicks(
  before: ReadonlyMap<string, PickDetail>,
  after: ReadonlyMap<string, PickDetail>,
): readonly MovedPick<string>[] {
  return [...before].flatMap(([pickId, { locations }]) => {
    const other = after.get(pickId);
    const [from, to] = [locations.join('|'), other?.locations.join('|')];
    return to === undefined || from === to ? [] : [{ pickId, before: from, after: to }];
  });
}

/** Two orders of different picks: what one has alone is left out. */
function compareSequences(before: readonly string[], after: readonly string[]): SequenceDifference {
  const placeBefore = placesOf(before);
  const placeAfter = placesOf(after);
  const common = before.filter((pickId) => placeAfter.has(pickId));
  const targets = common.map((pickId) => placeAfter.get(pickId) ?? 0);
  const kept = new Set(longestIncreasingSubsequence(targets));
  return {
    common: common.length,
    moved: common.flatMap((pickId, at) =>
      kept.has(at) ? [] : [{ pickId, before: placeBefore.get(pickId) ?? 0, after: targets[at] ?? 0 }],
    ),
    isReversed: common.length > 1 && targets.every((target, at) => at === 0 || target < (targets[at - 1] ?? 0)),
  };
}

/** Places count from 1. */
function placesOf(pickIds: readonly string[]): ReadonlyMap<string, number> {
  return new Map(pickIds.map((pickId, at) => [pickId, at + 1]));
}
