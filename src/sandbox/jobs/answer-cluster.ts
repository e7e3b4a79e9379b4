/** The part of an answer that only clusters have. Fields: the OptiPick documentation, "Get Cluster Response". */
import type { PickDocument } from '../../requests/schema.ts';
import type { Result } from './answer-route.ts';
import { namesOf, repeatedFields, type ValidPick } from './invalid-picks.ts';
import type { Site } from '../../site/model.ts';
import type { OrderPick, ClusterProblem, ClusterSolution, SolvedCluster } from '../optimizer/problem.ts';
import { asisClusters } from '../optimizer/asis.ts';
import { optimizeClusters } from '../optimizer/cluster.ts';
import { withinLimits } from '../optimizer/limits.ts';
import type { Steps } from '../../lib/async/steps.ts';
import type { JobInput } from './job-input.ts';

/** The cluster fields of a failed job. */
export const NO_CLUSTERS: Result = {
  asis_clusters: [],
  optimal_clusters: [],
  asis_distance: null,
  optimal_distance: null,
};

/**
 * Groups the orders. A pick without `order_id` is an order of its own. `asis_clusters` is empty and
 * `asis_distance` null when a pick has no `list_id`, or one of today's lists exceeds the limits.
 */
export function* answerCluster(input: JobInput, site: Site, seed: number): Steps<Result> {
  const { starts, ends, limits, picks } = input;
  const problem: ClusterProblem = { site, starts, ends, limits, picks: picks.map(clusterPick) };
  const lists = asisClusters(problem);
  const asis = lists !== undefined && withinLimits(problem, lists) ? lists : undefined;
  const found = yield* optimizeClusters(problem, { seed });
  const optimal = input.asisRouting ? walkedAsis(problem, found, asis) : found;
  const render = ({ picks: members, distance }: SolvedCluster, listId: string): object => ({
    list_id: listId,
    picks: members.flatMap((member) => echo(picks[member])),
    order_ids: [...new Set(members.flatMap((member) => orderIdOf(picks[member]?.input)))],
    estimated_distance: distance,
  });
  return {
    asis_clusters: asis?.clusters.map((cluster, index) => render(cluster, asis.listIds[index] ?? '')) ?? [],
    optimal_clusters: optimal.clusters.map((cluster, index) => render(cluster, `cluster_${index}`)),
    asis_distance: asis?.distance ?? null,
    optimal_distance: optimal.distance,
  };
}

/**
 * `routing_policy` ASIS: orders are grouped, but walked in today's order, and today's lists stay
 * when they are shorter.
 */
function walkedAsis(
  problem: ClusterProblem,
  found: ClusterSolution,
  asis: ClusterSolution | undefined,
): ClusterSolution {
  const clusters = found.clusters.map((cluster) => {
    const group = cluster.picks.flatMap((member) => {
      const pick = problem.picks[member];
      return pick === undefined ? [] : [{ ...pick, listId: '' }];
    });
    return { ...cluster, distance: asisClusters({ ...problem, picks: group })?.distance ?? cluster.distance };
  });
  const distance = clusters.reduce((sum, cluster) => sum + cluster.distance, 0);
  return asis !== undefined && asis.distance < distance ? asis : { clusters, distance };
}

function clusterPick({ input, options }: ValidPick): OrderPick {
  const quantity = input.quantity ?? 1;
  const surface = (input.sku_width ?? 0) * (input.sku_depth ?? 0) * quantity;
  return {
    // A zero byte: no order that was sent has the same id.
    orderId: input.order_id ?? `\0${input.pick_id}`,
    alternatives: options.map(({ place }) => place),
    listId: input.list_id ?? undefined,
    asisSequence: input.asis_sequence ?? undefined,
    volume: surface * (input.sku_height ?? 0),
    weight: (input.sku_weight ?? 0) * quantity,
    surface,
  };
}

function orderIdOf(input: PickDocument | undefined): readonly string[] {
  return input === undefined ? [] : [input.order_id ?? input.pick_id];
}

/** A pick as the answer repeats it: with its own `list_id`, and all its locations as they were sent. */
function echo(pick: ValidPick | undefined): readonly object[] {
  if (pick === undefined) return [];
  const { input } = pick;
  return [
    {
      pick_id: input.pick_id,
      location_id: namesOf(input),
      ...repeatedFields({ ...input, order_id: input.order_id ?? input.pick_id }),
      list_id: input.list_id ?? null,
      sku_width: input.sku_width ?? null,
      sku_height: input.sku_height ?? null,
      sku_depth: input.sku_depth ?? null,
      sku_weight: input.sku_weight ?? null,
    },
  ];
}
