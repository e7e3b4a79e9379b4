/**
 * An answer pick by pick: what audits, comparisons and reports are made from. The table on a terminal needs
 * less: see `answer.ts`. Fields as the OptiPick documentation gives them; all are read loosely.
 */
import { createAnswerReader } from './answer-reader.ts';
import type { AnswerSummary } from './answer.ts';
import { createJsonSplitter, type ItemsPlan, type JsonPlan } from './json-splitter.ts';
import { KINDS } from './kinds.ts';
import { fieldOf, isRecord, numberOf, textOf } from './loose-fields.ts';

/** One pick of an answer. */
export interface PickDetail {
  readonly pickId: string;
  /** One in a route (the chosen one), all alternatives in a cluster; empty when the answer names none. */
  readonly locations: readonly string[];
  readonly orderId: string | undefined;
  /** The caller's own list (a pick in an optimised cluster keeps it). */
  readonly listId: string | undefined;
  readonly skuId: string | undefined;
  readonly quantity: number | undefined;
  readonly asisSequence: number | undefined;
  /** `optim_sequence`; only routes have it, and whether it counts from 0 or 1 is not documented. */
  readonly sequence: number | undefined;
}

export interface ClusterDetail {
  /** The optimiser's name of the cluster, or the caller's list id in as-is clusters. */
  readonly listId: string;
  /** `order_ids` as sent; when empty or absent those of the picks, in order of appearance. */
  readonly orderIds: readonly string[];
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
  /** Optimised clusters, in the order of the answer. */
  readonly clusters: readonly ClusterDetail[];
  readonly asisClusters: readonly ClusterDetail[];
  /** The picks of a route, in the order of the answer. */
  readonly stops: readonly PickDetail[];
  readonly invalidPicks: readonly InvalidPickDetail[];
}

export interface DetailsReader {
  push(chunk: Uint8Array): void;
  /** As `AnswerReader.end`: throws `SyntaxError`; `undefined` for a document that is no object. */
  end(): AnswerDetails | undefined;
}

/** Reads an answer while it comes in. Memory: one small object for each pick, never the document. */
export function createDetailsReader(): DetailsReader {
  const reader = createAnswerReader();
  const optimal = createClusterList();
  const asis = createClusterList();
  let stops: PickDetail[] = [];
  let invalid: InvalidPickDetail[] = [];
  const sent = new Map<string, number | undefined>();
  const total = (name: string): [string, JsonPlan] => [
    name,
    { take: 'scalar', value: (value) => sent.set(name, numberOf(value)) },
  ];
  const splitter = createJsonSplitter({
    take: 'fields',
    fields: new Map<string, JsonPlan>([
      total('asis_distance'),
      total('optimal_distance'),
      [KINDS.cluster.result, optimal.plan],
      ['asis_clusters', asis.plan],
      [
        KINDS.route.result,
        picksPlan(
          (pick) => stops.push(pick),
          () => (stops = []),
        ),
      ],
      [
        'invalid_picks',
        {
          take: 'items',
          item: {
            take: 'whole',
            value: (pick) => invalid.push({ ...pickOf(pick), reason: textOf(fieldOf(pick, 'reason')) }),
          },
          begin: () => (invalid = []),
        },
      ],
    ]),
  });
  let malformed = false;
  return {
    push(chunk) {
      reader.push(chunk);
      if (malformed) return;
      try {
        splitter.push(chunk);
      } catch {
        // Told at the end, by the other reader: who pushes is copying the bytes on.
        malformed = true;
      }
    },
    end() {
      const summary = reader.end();
      if (!malformed) splitter.end();
      if (summary === undefined) return undefined;
      return {
        summary,
        sentAsisDistance: sent.get('asis_distance'),
        sentOptimalDistance: sent.get('optimal_distance'),
        clusters: optimal.clusters(),
        asisClusters: asis.clusters(),
        stops,
        invalidPicks: invalid,
      };
    },
  };
}

/** The details of an answer that is already there whole. Throws and returns as {@link DetailsReader}. */
export function readDetails(bytes: Uint8Array): AnswerDetails | undefined {
  const reader = createDetailsReader();
  reader.push(bytes);
  return reader.end();
}

function createClusterList(): { readonly plan: ItemsPlan; clusters(): readonly ClusterDetail[] } {
  let clusters: ClusterDetail[] = [];
  let listId = '';
  let orderIds: string[] = [];
  let distance: number | undefined;
  let picks: PickDetail[] = [];
  const fields = new Map<string, JsonPlan>([
    ['list_id', { take: 'scalar', value: (value) => (listId = textOf(value) ?? '') }],
    ['estimated_distance', { take: 'scalar', value: (value) => (distance = numberOf(value)) }],
    ['order_ids', { take: 'whole', value: (value) => (orderIds = textsOf(value)) }],
    [
      'picks',
      picksPlan(
        (pick) => picks.push(pick),
        () => (picks = []),
      ),
    ],
  ]);
  return {
    plan: {
      take: 'items',
      item: {
        take: 'fields',
        fields,
        begin() {
          listId = '';
          orderIds = [];
          distance = undefined;
          picks = [];
        },
        end() {
          const named = picks.flatMap(({ orderId }) => orderId ?? []);
          clusters.push({ listId, orderIds: orderIds.length > 0 ? orderIds : [...new Set(named)], distance, picks });
        },
      },
      begin: () => (clusters = []),
    },
    clusters: () => clusters,
  };
}

function picksPlan(take: (pick: PickDetail) => void, begin: () => void): ItemsPlan {
  return {
    take: 'items',
    item: {
      take: 'whole',
      value(pick) {
        if (isRecord(pick)) take(pickOf(pick));
      },
    },
    begin,
  };
}

function pickOf(pick: unknown): PickDetail {
  return {
    pickId: textOf(fieldOf(pick, 'pick_id')) ?? '',
    locations: textsOf(fieldOf(pick, 'location_id')),
    orderId: textOf(fieldOf(pick, 'order_id')),
    listId: textOf(fieldOf(pick, 'list_id')),
    skuId: textOf(fieldOf(pick, 'sku_id')),
    quantity: numberOf(fieldOf(pick, 'quantity')),
    asisSequence: numberOf(fieldOf(pick, 'asis_sequence')),
    sequence: numberOf(fieldOf(pick, 'optim_sequence')),
  };
}

/** One text or a list of texts, as a list. */
export function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((one) => textOf(one) ?? []);
}
