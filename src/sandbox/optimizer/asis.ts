import type { RouteProblem } from '../../site/routing/problem.ts';
import type { OrderPick, ClusterProblem, ClusterSolution, SolvedCluster } from './problem.ts';
import { walkAsis } from '../../site/routing/route.ts';

/** Today's lists as clusters; `listIds[i]` is the name of `clusters[i]`, in order of first appearance. */
export interface AsisClusters extends ClusterSolution {
  readonly listIds: readonly string[];
}

/** The walk past some picks of a cluster problem, as a route problem. */
export function routeOf({ site, starts, ends, picks }: ClusterProblem, members: readonly number[]): RouteProblem {
  const stops = members.map((pick) => ({ alternatives: picks[pick]?.alternatives ?? [], group: 0 }));
  return { site, starts, ends, stops };
}

/** Positions in `members` in today's order: by `asis_sequence`; those without one last, in the given order. */
export function asisOrder(picks: readonly OrderPick[], members: readonly number[]): readonly number[] {
  const sequence = (member: number): number => picks[members[member] ?? 0]?.asisSequence ?? Number.MAX_VALUE;
  return members.map((_, member) => member).toSorted((a, b) => sequence(a) - sequence(b));
}

/** A cluster of the given picks (indexes, ascending) that is walked in the given distance. */
export function clusterOf(picks: readonly OrderPick[], members: readonly number[], distance: number): SolvedCluster {
  return { orderIds: [...new Set(members.map((pick) => picks[pick]?.orderId ?? ''))], picks: members, distance };
}

/**
 * Today's lists, each walked in its `asis_sequence`, at the first place of each pick.
 * `undefined` when a pick has no list: then there is nothing to compare with.
 */
export function asisClusters(problem: ClusterProblem): AsisClusters | undefined {
  if (problem.picks.some(({ listId }) => listId === undefined)) return undefined;
  const lists = Map.groupBy(problem.picks.keys(), (pick) => problem.picks[pick]?.listId ?? '');
  const clusters = [...lists.values()].map((members) => {
    const { distance } = walkAsis(routeOf(problem, members), asisOrder(problem.picks, members));
    return clusterOf(problem.picks, members, distance);
  });
  const distance = clusters.reduce((sum, cluster) => sum + cluster.distance, 0);
  return { clusters, distance, listIds: [...lists.keys()] };
}
