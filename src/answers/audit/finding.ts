/** What can be wrong with an answer, measured against its request. */
import { formatNumber } from '../../lib/text/numbers.ts';

interface FindingSpec {
  /** What is so when nothing is wrong: the name of the check. */
  readonly check: string;
  /** What is wrong, said of one and of several. */
  readonly one: string;
  readonly many: string;
}

/** In the order in which findings are listed: what matters most to a warehouse first. */
export const FINDING_CHECKS = {
  wrong_kind: {
    check: 'the answer is of the kind that was asked for',
    one: 'the answer is of another kind than the request',
    many: 'the answer is of another kind than the request',
  },
  wrong_site: {
    check: 'the answer is about the site of the request',
    one: 'the answer is about another site',
    many: 'the answer is about another site',
  },
  wrong_wave: {
    check: 'the answer is about the wave of the request',
    one: 'the answer is about another wave',
    many: 'the answer is about another wave',
  },
  missing_pick: {
    check: 'every pick is answered, or invalid with a reason',
    one: '1 pick of the request is missing from the answer',
    many: '# picks of the request are missing from the answer',
  },
  repeated_pick: {
    check: 'no pick is answered twice',
    one: '1 pick is answered more than once',
    many: '# picks are answered more than once',
  },
  invented_pick: {
    check: 'no pick is answered that was not sent',
    one: '1 pick of the answer is not in the request',
    many: '# picks of the answer are not in the request',
  },
  used_invalid_pick: {
    check: 'no pick is both optimized and invalid',
    one: '1 pick is optimized although the answer lists it as invalid',
    many: '# picks are optimized although the answer lists them as invalid',
  },
  changed_pick: {
    check: 'order, list, SKU and quantity of each pick are those of the request',
    one: '1 pick has another order, list, SKU or quantity than in the request',
    many: '# picks have another order, list, SKU or quantity than in the request',
  },
  wrong_location: {
    check: 'each pick is at a location that was sent for it',
    one: '1 pick is at a location that was not sent for it',
    many: '# picks are at a location that was not sent for them',
  },
  order_split: {
    check: 'each order is in one cluster',
    one: '1 order is split over several clusters',
    many: '# orders are split over several clusters',
  },
  wrong_order_ids: {
    check: 'the order_ids of each cluster are those of its picks',
    one: '1 order differs between the order_ids of a cluster and its picks',
    many: '# orders differ between the order_ids of a cluster and its picks',
  },
  cluster_limit: {
    check: 'each cluster is within the limits that were sent',
    one: '1 limit that was sent is exceeded',
    many: 'limits that were sent are exceeded # times',
  },
  broken_sequence: {
    check: 'optim_sequence counts the stops without gaps',
    one: 'optim_sequence does not count the stops: 1 place is missing or taken twice',
    many: 'optim_sequence does not count the stops: # places are missing or taken twice',
  },
  bad_distance: {
    check: 'no distance is negative',
    one: '1 distance is negative',
    many: '# distances are negative',
  },
  distance_sum: {
    check: 'the distances of the clusters add up to the totals',
    one: '1 total is not the sum of the distances of its clusters',
    many: '# totals are not the sum of the distances of their clusters',
  },
  asis_picks: {
    check: 'the as-is clusters hold the same picks as the optimized ones',
    one: 'the as-is clusters do not hold the same picks: 1 differs, and so the saving compares different work',
    many: 'the as-is clusters do not hold the same picks: # differ, and so the saving compares different work',
  },
  longer_than_asis: {
    check: 'the optimized walk is not longer than the as-is walk',
    one: 'the optimized walk is longer than the as-is walk',
    many: 'the optimized walk is longer than the as-is walk',
  },
} as const satisfies Readonly<Record<string, FindingSpec>>;

export type FindingClass = keyof typeof FINDING_CHECKS;

/** All classes, in the order in which they are listed. */
export const FINDING_CLASSES = Object.keys(FINDING_CHECKS) as readonly FindingClass[];

export interface Finding {
  readonly class: FindingClass;
  /** One line that says how many and what, without the examples. */
  readonly message: string;
  /** How many picks, orders, clusters or totals it is about; at least 1. */
  readonly count: number;
  /** The first few, worded for a person. They hold text of the request and the answer: clean it before it is shown. */
  readonly examples: readonly string[];
}

/** As many as a person needs to recognize what is wrong. */
const EXAMPLES = 5;

export interface FindingList {
  add(name: FindingClass, example: string): void;
  has(name: FindingClass): boolean;
  findings(): readonly Finding[];
}

/** Gathers what is found, one finding a class. */
export function createFindingList(): FindingList {
  const found = new Map<FindingClass, { count: number; readonly examples: string[] }>();
  return {
    add(name, example) {
      const entry = found.get(name) ?? { count: 0, examples: [] };
      found.set(name, entry);
      entry.count += 1;
      if (entry.examples.length < EXAMPLES) entry.examples.push(example);
    },
    has: (name) => found.has(name),
    findings: () =>
      FINDING_CLASSES.flatMap((name) => {
        const entry = found.get(name);
        if (entry === undefined) return [];
        const { count, examples } = entry;
        const { one, many } = FINDING_CHECKS[name];
        return { class: name, message: count === 1 ? one : many.replace('#', formatNumber(count, 0)), count, examples };
      }),
  };
}
