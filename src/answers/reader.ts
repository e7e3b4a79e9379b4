import { AnswerLimitError, createAnswerBudget, type AnswerBudget } from './limit.ts';
import type { AnswerReader, AnswerSummary, ClusterSummary, Stop } from './answer.ts';
import { createJsonSplitter, type FieldsPlan, type ItemsPlan, type JsonPlan } from './json-splitter.ts';
import { createIntern, type Intern } from './intern.ts';
import { JsonDepthError } from '../lib/json/scanner.ts';
import { MAX_JSON_DEPTH } from '../limits.ts';
import { createInvalidPicks } from './invalid-picks.ts';
import { type Kind, KINDS } from '../kinds.ts';
import type { Redact } from '../settings/redaction.ts';
import { errorOf, fieldOf, isRecord, numberOf, placeOf, textOf } from '../lib/json/loose-fields.ts';

/** Top-level fields that are read as they are. */
const HEAD = [
  'type',
  'request_id',
  'id',
  '_id',
  'site_name',
  'wave_id',
  'route_id',
  'timestamp',
  'computation_time',
  'error',
  'status',
  'message',
  'detail',
  'unit',
  'asis_distance',
  'optimal_distance',
  'visualization_url',
] as const;

/** Those that may come as an object and still say something. */
const WHOLE: ReadonlySet<string> = new Set(['error', 'message', 'detail']);

/** The documented default of the answer's `unit`. */
const DEFAULT_UNIT = 'cm';

export interface AnswerReaderOptions {
  /** `false`: the lists of picks and clusters are checked and passed over, which costs half the time and memory. */
  readonly details?: boolean | undefined;
  /** Strikes secrets out of every text. An id that holds one is none. Default: texts are as they came. */
  readonly redact?: Redact | undefined;
}

const asItCame: Redact = (text) => text;

/**
 * Reads the answer of either kind, in the current and the older edition, while it comes in. Nothing is required: a
 * field of another type than documented counts as absent, an unknown field is passed over, of two equal keys the last
 * one counts. Memory goes to the stops of a route (one small object each) and to one element at a time, never to the
 * document.
 */
export function createAnswerReader({ details = true, redact = asItCame }: AnswerReaderOptions = {}): AnswerReader {
  const budget = createAnswerBudget(details);
  const intern = createIntern(redact, budget);
  const head = new Map<string, unknown>();
  const stops = createStops(intern, redact, budget);
  const optimal = createClusters(intern, budget);
  const asis = createClusters(intern, budget);
  const invalid = createInvalidPicks(redact, budget);
  let isObject = false;

  const fields = new Map<string, JsonPlan>([
    ...HEAD.map((name): [string, JsonPlan] => [
      name,
      WHOLE.has(name)
        ? { take: 'whole', value: (value) => head.set(name, errorOf(value)) }
        : { take: 'scalar', value: (value) => head.set(name, value) },
    ]),
    [KINDS.route.result, details ? stops.plan : presenceOf(stops.plan)],
    [KINDS.cluster.result, details ? optimal.plan : presenceOf(optimal.plan)],
    ['asis_clusters', details ? asis.plan : presenceOf(asis.plan)],
    ['invalid_picks', invalid.plan],
  ]);
  const splitter = createJsonSplitter({
    take: 'fields',
    fields,
    begin: (matches) => {
      isObject = matches;
    },
  });
  let fault: unknown;

  return {
    push(chunk) {
      if (fault !== undefined) return;
      try {
        splitter.push(chunk);
      } catch (error) {
        if (error instanceof AnswerLimitError) throw error;
        if (error instanceof JsonDepthError) {
          throw new AnswerLimitError(`the answer has more than ${MAX_JSON_DEPTH} levels of nesting`);
        }
        // Told at the end: the one who pushes is copying the bytes on, and those are not at fault.
        fault = error;
      }
    },
    field: (name) => head.get(name),
    end() {
      if (fault !== undefined) throw fault as Error;
      return splitter.end() && isObject ? summary() : undefined;
    },
  };

  function summary(): AnswerSummary {
    const computationTime = numberOf(head.get('computation_time'));
    const clusters = optimal.clusters();
    const asisClusters = asis.clusters();
    const route = stops.stops();
    return {
      kind: kindOf(),
      requestId: unredacted(textOf(head.get('request_id')), redact),
      siteName: intern(textOf(head.get('site_name'))),
      waveId: intern(textOf(head.get('wave_id'))),
      routeId: intern(textOf(head.get('route_id'))),
      timestamp: intern(textOf(head.get('timestamp'))),
      computationTime,
      error: intern(errorOf(head.get('error'))),
      status: intern(textOf(head.get('status'))),
      message: intern(errorOf(head.get('message')) ?? errorOf(head.get('detail'))),
      unit: intern(textOf(head.get('unit'))) ?? DEFAULT_UNIT,
      asisDistance: numberOf(head.get('asis_distance')) ?? totalOf(asisClusters),
      optimalDistance: numberOf(head.get('optimal_distance')) ?? totalOf(clusters),
      visualizationUrl: intern(textOf(head.get('visualization_url'))),
      hasResult: stops.isThere() || optimal.isThere() || computationTime !== undefined,
      stops: route,
      clusters,
      asisClusters: asisClusters.length === 0 ? undefined : asisClusters.length,
      picks: route.length + clusters.reduce((sum, cluster) => sum + cluster.picks, 0),
      invalidPicks: invalid.groups(),
    };
  }

  function kindOf(): Kind | undefined {
    const type = textOf(head.get('type'))?.toUpperCase();
    if (type === KINDS.cluster.type) return 'cluster';
    if (type === KINDS.route.type) return 'route';
    if (optimal.isThere() || asis.isThere()) return 'cluster';
    return stops.isThere() || textOf(head.get('route_id')) !== undefined ? 'route' : undefined;
  }
}

/** What names a job must be whole to be of use. */
export function unredacted(id: string | undefined, redact: Redact): string | undefined {
  return id !== undefined && redact(id) === id ? id : undefined;
}

/** Only whether the list is there. */
function presenceOf(plan: ItemsPlan): ItemsPlan {
  return {
    take: 'items',
    item: { take: 'scalar', value: () => undefined },
    begin: (matches) => plan.begin?.(matches),
  };
}

/** The top-level `picks` of a route answer. */
function createStops(
  intern: Intern,
  redact: Redact,
  budget: AnswerBudget,
): { plan: ItemsPlan; isThere(): boolean; stops(): Stop[] } {
  let there = false;
  let stops: Stop[] = [];
  return {
    plan: {
      take: 'items',
      item: {
        take: 'whole',
        value(pick) {
          if (!isRecord(pick)) return;
          const pickId = redact(textOf(fieldOf(pick, 'pick_id')) ?? '');
          budget.object();
          budget.text(pickId);
          stops.push({
            sequence: numberOf(fieldOf(pick, 'optim_sequence')),
            pickId,
            locationId: intern(placeOf(pick) ?? ''),
            orderId: intern(textOf(fieldOf(pick, 'order_id'))),
            skuId: intern(textOf(fieldOf(pick, 'sku_id'))),
            quantity: numberOf(fieldOf(pick, 'quantity')),
          });
        },
      },
      begin(matches) {
        there = matches;
        stops = [];
      },
    },
    isThere: () => there,
    stops: () => inWalkingOrder(stops),
  };
}

/** As sent, unless every stop tells its place. */
export function inWalkingOrder<T extends { readonly sequence: number | undefined }>(stops: readonly T[]): T[] {
  const isOrdered = stops.every(({ sequence }) => sequence !== undefined);
  return isOrdered ? stops.toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0)) : [...stops];
}

/** `optimal_clusters` or `asis_clusters`: counted pick by pick, because one cluster can hold a whole wave. */
function createClusters(
  intern: Intern,
  budget: AnswerBudget,
): { plan: ItemsPlan; isThere(): boolean; clusters(): ClusterSummary[] } {
  let there = false;
  let clusters: ClusterSummary[] = [];
  let listId: string | undefined;
  let distance: number | undefined;
  let orderIds: number | undefined;
  let picks = 0;
  const locations = new Set<string>();
  const orders = new Set<string>();

  function forgetPicks(): void {
    picks = 0;
    locations.clear();
    orders.clear();
  }

  const cluster: FieldsPlan = {
    take: 'fields',
    fields: new Map<string, JsonPlan>([
      ['list_id', { take: 'scalar', value: (value) => (listId = intern(textOf(value))) }],
      ['estimated_distance', { take: 'scalar', value: (value) => (distance = numberOf(value)) }],
      ['order_ids', { take: 'whole', value: (value) => (orderIds = Array.isArray(value) ? value.length : undefined) }],
      [
        'picks',
        {
          take: 'items',
          item: {
            take: 'whole',
            value(pick) {
              if (!isRecord(pick)) return;
              picks += 1;
              const place = placeOf(pick);
              if (place !== undefined) locations.add(intern(place));
              const order = textOf(fieldOf(pick, 'order_id'));
              if (order !== undefined) orders.add(intern(order));
            },
          },
          begin: forgetPicks,
        },
      ],
    ]),
    begin() {
      listId = undefined;
      distance = undefined;
      orderIds = undefined;
      forgetPicks();
    },
    end() {
      budget.object();
      // For what was parsed of its picks: that is garbage by now, which takes memory until it is collected.
      budget.list(0);
      budget.text(listId);
      clusters.push({
        listId: listId ?? '',
        // `order_ids` has an empty list for its documented default: then the picks tell.
        orders: orderIds === undefined || orderIds === 0 ? orders.size : orderIds,
        picks,
        locations: locations.size,
        distance,
      });
    },
  };
  return {
    plan: {
      take: 'items',
      item: cluster,
      begin(matches) {
        there = matches;
        clusters = [];
      },
    },
    isThere: () => there,
    clusters: () => clusters,
  };
}

/**
 * The sum of the clusters' distances, for an answer without totals: in the one published answer both totals are these
 * sums. `undefined` when a cluster has no distance.
 */
export function totalOf(clusters: readonly Pick<ClusterSummary, 'distance'>[]): number | undefined {
  if (clusters.length === 0) return undefined;
  let total = 0;
  for (const { distance } of clusters) {
    if (distance === undefined) return undefined;
    total += distance;
  }
  return total;
}
