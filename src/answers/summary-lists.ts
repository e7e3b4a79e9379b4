/** The lists of an answer, reduced to what tables show. */
import type { ClusterSummary, InvalidPickGroup, Stop } from './answer.ts';
import type { FieldsPlan, JsonPlan } from './json-splitter.ts';
import type { AnswerTexts } from './texts.ts';
import { fieldOf, isRecord, numberOf, placeOf, textOf } from '../lib/json/loose-fields.ts';

/** Collects the items of one list while the answer is read. */
export interface ListCollector<Item> {
  readonly plan: JsonPlan;
  /** The list begins. The same key can come again: the last list counts. */
  readonly reset: () => void;
  readonly items: () => readonly Item[];
}

/** The four lists of an answer, whatever is stored of them, and what the summary needs. */
export interface AnswerLists {
  readonly stops: ListCollector<unknown>;
  readonly clusters: ListCollector<unknown>;
  readonly asisClusters: ListCollector<unknown>;
  readonly invalidPicks: ListCollector<unknown>;
  summarize(): {
    readonly stops: readonly Stop[];
    readonly clusters: readonly ClusterSummary[];
    readonly asisClusters: readonly Pick<ClusterSummary, 'distance'>[];
    readonly invalidPicks: readonly InvalidPickGroup[];
  };
}

export function createSummaryLists(texts: AnswerTexts): AnswerLists {
  const stops = createStops(texts);
  const clusters = createClusters(texts);
  const asisClusters = createClusters(texts);
  const invalidPicks = createInvalidPickGroups(texts);
  return {
    stops,
    clusters,
    asisClusters,
    invalidPicks,
    summarize: () => ({
      stops: stops.items(),
      clusters: clusters.items(),
      asisClusters: asisClusters.items(),
      invalidPicks: invalidPicks.items(),
    }),
  };
}

/** Items are checked and passed over, which costs half the time and memory. */
const SKIPPED: ListCollector<never> = {
  plan: { take: 'scalar', value: () => undefined },
  reset: () => undefined,
  items: () => [],
};

/** Only the invalid picks. */
export function createSkippedLists(texts: AnswerTexts): AnswerLists {
  const invalidPicks = createInvalidPickGroups(texts);
  return {
    stops: SKIPPED,
    clusters: SKIPPED,
    asisClusters: SKIPPED,
    invalidPicks,
    summarize: () => ({ stops: [], clusters: [], asisClusters: [], invalidPicks: invalidPicks.items() }),
  };
}

function createStops({ unique, shared, budget }: AnswerTexts): ListCollector<Stop> {
  let stops: Stop[] = [];
  return {
    plan: {
      take: 'whole',
      value(pick) {
        if (!isRecord(pick)) return;
        budget.object();
        stops.push({
          sequence: numberOf(fieldOf(pick, 'optim_sequence')),
          pickId: unique(textOf(fieldOf(pick, 'pick_id')) ?? ''),
          locationId: shared(placeOf(pick) ?? ''),
          orderId: shared(textOf(fieldOf(pick, 'order_id'))),
          skuId: shared(textOf(fieldOf(pick, 'sku_id'))),
          quantity: numberOf(fieldOf(pick, 'quantity')),
        });
      },
    },
    reset: () => (stops = []),
    items: () => stops,
  };
}

/** Counted pick by pick, because one cluster can hold a whole wave. */
function createClusters({ shared, budget }: AnswerTexts): ListCollector<ClusterSummary> {
  let clusters: ClusterSummary[] = [];
  let listId: string | undefined;
  let distance: number | undefined;
  let orderIds = 0;
  let picks = 0;
  const locations = new Set<string>();
  const orders = new Set<string>();

  function resetPicks(): void {
    picks = 0;
    locations.clear();
    orders.clear();
  }

  const plan: FieldsPlan = {
    take: 'fields',
    fields: new Map<string, JsonPlan>([
      ['list_id', { take: 'scalar', value: (value) => (listId = shared(textOf(value))) }],
      ['estimated_distance', { take: 'scalar', value: (value) => (distance = numberOf(value)) }],
      ['order_ids', { take: 'whole', value: (value) => (orderIds = Array.isArray(value) ? value.length : 0) }],
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
              if (place !== undefined) locations.add(shared(place));
              const order = textOf(fieldOf(pick, 'order_id'));
              if (order !== undefined) orders.add(shared(order));
            },
          },
          begin: resetPicks,
        },
      ],
    ]),
    begin() {
      listId = undefined;
      distance = undefined;
      orderIds = 0;
      resetPicks();
    },
    end() {
      budget.object();
      // For what was parsed of its picks: garbage by now, which takes memory until it is collected.
      budget.list(0);
      budget.text(listId);
      clusters.push({
        listId: listId ?? '',
        // An empty list is the documented default of `order_ids`: then the orders of the picks count.
        orders: orderIds > 0 ? orderIds : orders.size,
        picks,
        locations: locations.size,
        distance,
      });
    },
  };
  return { plan, reset: () => (clusters = []), items: () => clusters };
}

/** As many as a person needs to recognize what is wrong. */
const EXAMPLES = 3;

/** Grouped by reason, the most frequent first. */
export function createInvalidPickGroups({ redact, unique, budget }: AnswerTexts): ListCollector<InvalidPickGroup> & {
  add(pick: unknown): void;
} {
  const groups = new Map<string, { readonly reason: string; count: number; readonly examples: string[] }>();
  const createGroup = (reason: string) => {
    const group = { reason, count: 0, examples: [] as string[] };
    budget.object();
    budget.text(reason);
    groups.set(reason, group);
    return group;
  };
  const add = (pick: unknown): void => {
    const reason = redact(textOf(fieldOf(pick, 'reason')) ?? 'no reason given');
    const group = groups.get(reason) ?? createGroup(reason);
    group.count += 1;
    if (group.examples.length < EXAMPLES) group.examples.push(unique(exampleOf(pick)));
  };
  return {
    add,
    plan: { take: 'whole', value: add },
    reset: () => groups.clear(),
    items: () => [...groups.values()].sort((one, other) => other.count - one.count),
  };
}

/** `p17 (A01|B07)` */
function exampleOf(pick: unknown): string {
  const id = textOf(fieldOf(pick, 'pick_id')) ?? '?';
  const place = placeOf(pick);
  return place === undefined ? id : `${id} (${place})`;
}
