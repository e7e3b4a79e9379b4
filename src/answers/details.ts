/**
 * An answer pick by pick: what audits, comparisons and reports are made from. Tables need less: see `answer.ts`. Fields
 * as the OptiPick documentation gives them; a field of another type counts as absent.
 */
import type { AnswerSummary, ClusterSummary, Stop } from './answer.ts';
import type { FieldsPlan, JsonPlan } from './json-splitter.ts';
import { type AnswerLists, createInvalidPickGroups, type ListCollector } from './summary-lists.ts';
import type { AnswerTexts } from './texts.ts';
import { fieldOf, isRecord, numberOf, textOf, textsOf } from '../lib/json/loose-fields.ts';

/** One pick of an answer. */
export interface PickDetail {
  readonly pickId: string;
  /** One in a route (the chosen one), all alternatives in a cluster; empty when the answer names none. */
  readonly locations: readonly string[];
  readonly orderId: string | undefined;
  /** The caller's own list (a pick in an optimized cluster keeps it). */
  readonly listId: string | undefined;
  readonly skuId: string | undefined;
  readonly quantity: number | undefined;
  readonly asisSequence: number | undefined;
  /** `optim_sequence`; only routes have it, and whether it counts from 0 or 1 is not documented. */
  readonly sequence: number | undefined;
}

export interface ClusterDetail {
  /** The optimizer's name of the cluster, or the caller's list id in as-is clusters. */
  readonly listId: string;
  /** `order_ids` as sent; when empty or absent those of the picks, in order of appearance. */
  readonly orderIds: readonly string[];
  /** How many orders the table shows: entries of `order_ids` whatever they are, else different orders of the picks. */
  readonly orders: number;
  /** `estimated_distance`, in the answer's unit. */
  readonly distance: number | undefined;
  readonly picks: readonly PickDetail[];
}

export interface InvalidPickDetail {
  readonly pickId: string;
  readonly locations: readonly string[];
  readonly orderId: string | undefined;
  /** As sent; documented are `Location not found`, `No matching regex`, `Order contains invalid pick`. */
  readonly reason: string | undefined;
}

export interface AnswerDetails {
  /** The same answer as the tables show it. */
  readonly summary: AnswerSummary;
  /** `asis_distance` and `optimal_distance` as sent, and not derived from the clusters as in `summary`. */
  readonly sentAsisDistance: number | undefined;
  readonly sentOptimalDistance: number | undefined;
  /** Optimized clusters, in the order of the answer. */
  readonly clusters: readonly ClusterDetail[];
  readonly asisClusters: readonly ClusterDetail[];
  /** The picks of a route, in the order of the answer. */
  readonly stops: readonly PickDetail[];
  readonly invalidPicks: readonly InvalidPickDetail[];
}

type DetailLists = Pick<AnswerDetails, 'clusters' | 'asisClusters' | 'stops' | 'invalidPicks'>;

/** Stores one small object for each pick, never the document. */
export function createDetailLists(texts: AnswerTexts): AnswerLists & { details(): DetailLists } {
  const stops = createPicks(texts);
  const clusters = createClusters(texts);
  const asisClusters = createClusters(texts);
  const groups = createInvalidPickGroups(texts);
  const invalidPicks = createInvalidPicks(texts, groups);
  return {
    stops,
    clusters,
    asisClusters,
    invalidPicks,
    summarize: () => ({
      stops: stops.items().map(stopOf),
      clusters: clusters.items().map(clusterSummary),
      asisClusters: asisClusters.items(),
      invalidPicks: groups.items(),
    }),
    details: () => ({
      clusters: clusters.items(),
      asisClusters: asisClusters.items(),
      stops: stops.items(),
      invalidPicks: invalidPicks.items(),
    }),
  };
}

function createPicks(texts: AnswerTexts): ListCollector<PickDetail> {
  let picks: PickDetail[] = [];
  return {
    plan: {
      take: 'whole',
      value(pick) {
        if (isRecord(pick)) picks.push(pickOf(pick, texts));
      },
    },
    reset: () => (picks = []),
    items: () => picks,
  };
}

function createClusters(texts: AnswerTexts): ListCollector<ClusterDetail> {
  const { shared, budget } = texts;
  const picks = createPicks(texts);
  let clusters: ClusterDetail[] = [];
  let listId = '';
  let orderIds: string[] = [];
  let listed = 0;
  let distance: number | undefined;
  const plan: FieldsPlan = {
    take: 'fields',
    fields: new Map<string, JsonPlan>([
      ['list_id', { take: 'scalar', value: (value) => (listId = shared(textOf(value)) ?? '') }],
      ['estimated_distance', { take: 'scalar', value: (value) => (distance = numberOf(value)) }],
      [
        'order_ids',
        {
          take: 'whole',
          value(value) {
            orderIds = textsOf(value).map(shared);
            budget.list(orderIds.length);
            listed = Array.isArray(value) ? value.length : 0;
          },
        },
      ],
      ['picks', { take: 'items', item: picks.plan, begin: () => picks.reset() }],
    ]),
    begin() {
      listId = '';
      orderIds = [];
      listed = 0;
      distance = undefined;
      picks.reset();
    },
    end() {
      const named = [...new Set(picks.items().flatMap(({ orderId }) => orderId ?? []))];
      const ids = orderIds.length > 0 ? orderIds : named;
      budget.object();
      budget.list(ids.length);
      budget.text(listId);
      const orders = listed > 0 ? listed : named.length;
      clusters.push({ listId, orderIds: ids, orders, distance, picks: picks.items() });
    },
  };
  return { plan, reset: () => (clusters = []), items: () => clusters };
}

function createInvalidPicks(
  texts: AnswerTexts,
  groups: ReturnType<typeof createInvalidPickGroups>,
): ListCollector<InvalidPickDetail> {
  let picks: InvalidPickDetail[] = [];
  return {
    plan: {
      take: 'whole',
      value(pick) {
        groups.add(pick);
        const { pickId, locations, orderId } = pickOf(pick, texts);
        picks.push({ pickId, locations, orderId, reason: texts.shared(textOf(fieldOf(pick, 'reason'))) });
      },
    },
    reset() {
      groups.reset();
      picks = [];
    },
    items: () => picks,
  };
}

function pickOf(pick: unknown, { unique, shared, budget }: AnswerTexts): PickDetail {
  const locations = textsOf(fieldOf(pick, 'location_id')).map(shared);
  budget.object();
  budget.list(locations.length);
  return {
    pickId: unique(textOf(fieldOf(pick, 'pick_id')) ?? ''),
    locations,
    orderId: shared(textOf(fieldOf(pick, 'order_id'))),
    listId: shared(textOf(fieldOf(pick, 'list_id'))),
    skuId: shared(textOf(fieldOf(pick, 'sku_id'))),
    quantity: numberOf(fieldOf(pick, 'quantity')),
    asisSequence: numberOf(fieldOf(pick, 'asis_sequence')),
    sequence: numberOf(fieldOf(pick, 'optim_sequence')),
  };
}

function stopOf({ sequence, pickId, locations, orderId, skuId, quantity }: PickDetail): Stop {
  return { sequence, pickId, locationId: locations.join('|'), orderId, skuId, quantity };
}

function clusterSummary({ listId, orders, picks, distance }: ClusterDetail): ClusterSummary {
  const places = new Set(picks.map(({ locations }) => locations.join('|')));
  places.delete('');
  return { listId, orders, picks: picks.length, locations: places.size, distance };
}

/** How many different orders the optimized result has: those of its picks, and those that a cluster only lists. */
export function orderCount({ clusters, stops }: Pick<AnswerDetails, 'clusters' | 'stops'>): number {
  const picked = [...stops, ...clusters.flatMap(({ picks }) => picks)].flatMap(({ orderId }) => orderId ?? []);
  return new Set([...picked, ...clusters.flatMap(({ orderIds }) => orderIds)]).size;
}
