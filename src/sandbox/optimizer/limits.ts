import type { Bulk, ClusterLimits, ClusterProblem, ClusterSolution } from './problem.ts';

/** What a set of picks needs of a cart, a picker and a walk. */
type Load = Readonly<Record<keyof ClusterLimits, number>>;

/** Room for the rounding of sums such as 0.1 + 0.2. */
const SLACK = 1 + 1e-9;

/** Whether a load stays within every limit that is set. */
export function fits(limits: ClusterLimits, load: Load): boolean {
  const within = (needed: number, most = Number.POSITIVE_INFINITY): boolean => needed <= most * SLACK;
  return (
    within(load.orders, limits.orders) &&
    within(load.locations, limits.locations) &&
    within(load.distance, limits.distance) &&
    within(load.volume, limits.volume) &&
    within(load.weight, limits.weight) &&
    within(load.surface, limits.surface)
  );
}

/** What several picks or orders take up together, summed in their order. */
export function totalBulk(items: readonly Bulk[]): Bulk {
  const total = (of: keyof Bulk): number => items.reduce((sum, item) => sum + item[of], 0);
  return { volume: total('volume'), weight: total('weight'), surface: total('surface') };
}

/**
 * Whether every cluster is within the limits. One order alone may exceed them: it cannot be
 * split. `locations` counts different places, each pick at its first one.
 */
export function withinLimits({ picks, limits }: ClusterProblem, { clusters }: ClusterSolution): boolean {
  return clusters.every(({ orderIds, picks: members, distance }) => {
    const inside = members.flatMap((member) => picks[member] ?? []);
    const load = {
      orders: orderIds.length,
      locations: new Set(inside.map(({ alternatives }) => alternatives[0])).size,
      distance,
      ...totalBulk(inside),
    };
    return orderIds.length <= 1 || fits(limits, load);
  });
}
