/**
 * An answer pick by pick: what audits, comparisons and reports are made from. The table on a terminal needs
 * less: see `answer.ts`. Fields as the OptiPick documentation gives them; all are read loosely.
 */
import { AnswerLimitError, createAnswerBudget, type AnswerBudget } from './limit.ts';
import { type AnswerReaderOptions, createAnswerReader } from './reader.ts';
import type { AnswerSummary } from './answer.ts';
import { summaryWith } from './details-summary.ts';
import { createIntern, type Intern } from './intern.ts';
import { createJsonSplitter, type ItemsPlan, type JsonPlan } from './json-splitter.ts';
import { KINDS } from '../kinds.ts';
import type { Redact } from '../settings/redaction.ts';
import { fieldOf, isRecord, numberOf, textOf, textsOf } from '../lib/json/loose-fields.ts';

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
  /** Optimised clusters, in the order of the answer. */
  readonly clusters: readonly ClusterDetail[];
  readonly asisClusters: readonly ClusterDetail[];
  /** The picks of a route, in the order of the answer. */
  readonly stops: readonly PickDetail[];
  readonly invalidPicks: readonly InvalidPickDetail[];
}

export interface DetailsReader {
  /** Throws {@link AnswerLimitError} at the first limit that is passed, and nothing else. */
  push(chunk: Uint8Array): void;
  /**
   * Call once, after the last chunk. Throws `SyntaxError` when the bytes are not one JSON document; `undefined` when the
   * document is not an object or there were no bytes.
   */
  end(): AnswerDetails | undefined;
}

/** Reads an answer while it comes in. Memory: one small object for each pick, never the document. */
export function createDetailsReader({
  redact = (text) => text,
}: Pick<AnswerReaderOptions, 'redact'> = {}): DetailsReader {
  // The lists are taken once, here, and the summary's are made of them.
  const reader = createAnswerReader({ details: false, redact });
  const budget = createAnswerBudget(true);
  const intern = createIntern(redact, budget);
  const optimal = createClusterList(intern, redact, budget);
  const asis = createClusterList(intern, redact, budget);
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
          intern,
          redact,
          budget,
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
            value(pick) {
              const { pickId, locations, orderId } = pickOf(pick, intern, redact, budget);
              invalid.push({ pickId, locations, orderId, reason: intern(textOf(fieldOf(pick, 'reason'))) });
            },
          },
          begin: () => (invalid = []),
        },
      ],
    ]),
  });
  let fault: unknown;
  return {
    push(chunk) {
      reader.push(chunk);
      if (fault !== undefined) return;
      try {
        splitter.push(chunk);
      } catch (error) {
        if (error instanceof AnswerLimitError) throw error;
        // Told at the end, as by the other reader.
        fault = error;
      }
    },
    end() {
      const head = reader.end();
      if (fault !== undefined) throw fault as Error;
      if (head === undefined) return undefined;
      const summary = summaryWith(head, { stops, clusters: optimal.clusters(), asisClusters: asis.clusters() });
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

function createClusterList(
  intern: Intern,
  redact: Redact,
  budget: AnswerBudget,
): { readonly plan: ItemsPlan; clusters(): readonly ClusterDetail[] } {
  let clusters: ClusterDetail[] = [];
  let listId = '';
  let orderIds: string[] = [];
  let listed = 0;
  let distance: number | undefined;
  let picks: PickDetail[] = [];
  const fields = new Map<string, JsonPlan>([
    ['list_id', { take: 'scalar', value: (value) => (listId = intern(textOf(value)) ?? '') }],
    ['estimated_distance', { take: 'scalar', value: (value) => (distance = numberOf(value)) }],
    [
      'order_ids',
      {
        take: 'whole',
        value(value) {
          orderIds = textsOf(value).map((order) => intern(order));
          budget.list(orderIds.length);
          listed = Array.isArray(value) ? value.length : 0;
        },
      },
    ],
    [
      'picks',
      picksPlan(
        intern,
        redact,
        budget,
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
          listed = 0;
          distance = undefined;
          picks = [];
        },
        end() {
          const named = [...new Set(picks.flatMap(({ orderId }) => orderId ?? []))];
          const ids = orderIds.length > 0 ? orderIds : named;
          budget.object();
          budget.list(ids.length);
          budget.text(listId);
          clusters.push({ listId, orderIds: ids, orders: listed > 0 ? listed : named.length, distance, picks });
        },
      },
      begin: () => (clusters = []),
    },
    clusters: () => clusters,
  };
}

function picksPlan(
  intern: Intern,
  redact: Redact,
  budget: AnswerBudget,
  take: (pick: PickDetail) => void,
  begin: () => void,
): ItemsPlan {
  return {
    take: 'items',
    item: {
      take: 'whole',
      value(pick) {
        if (isRecord(pick)) take(pickOf(pick, intern, redact, budget));
      },
    },
    begin,
  };
}

function pickOf(pick: unknown, intern: Intern, redact: Redact, budget: AnswerBudget): PickDetail {
  const pickId = redact(textOf(fieldOf(pick, 'pick_id')) ?? '');
  const locations = textsOf(fieldOf(pick, 'location_id')).map((place) => intern(place));
  budget.object();
  budget.list(locations.length);
  budget.text(pickId);
  return {
    pickId,
    locations,
    orderId: intern(textOf(fieldOf(pick, 'order_id'))),
    listId: intern(textOf(fieldOf(pick, 'list_id'))),
    skuId: intern(textOf(fieldOf(pick, 'sku_id'))),
    quantity: numberOf(fieldOf(pick, 'quantity')),
    asisSequence: numberOf(fieldOf(pick, 'asis_sequence')),
    sequence: numberOf(fieldOf(pick, 'optim_sequence')),
  };
}
