import type { Bulk, ClusterLimits, ClusterProblem } from './problem.ts';
import { routeOf } from './asis.ts';
import { totalBulk } from './limits.ts';
import { createNetwork, type Network } from '../../site/routing/network.ts';
import type { Steps } from '../../lib/async/steps.ts';

/** An order as the search sees it. */
export interface Order extends Bulk {
  /** Indexes into the problem's picks. */
  readonly picks: readonly number[];
  /** Different nodes of the network where its picks are. */
  readonly nodes: Int32Array;
}

export interface OrderBook {
  readonly network: Network;
  readonly orders: readonly Order[];
  readonly limits: ClusterLimits;
}

/** The orders of a cluster problem, in order of first appearance, over one network of all picks. */
export function* createOrderBook(problem: ClusterProblem): Steps<OrderBook> {
  const network = yield* createNetwork(
    routeOf(
      problem,
      problem.picks.map((_, pick) => pick),
    ),
  );
  const nodeOf = new Map(network.members.flatMap((picks, node) => picks.map((pick): [number, number] => [pick, node])));
  const byId = Map.groupBy(problem.picks.keys(), (pick) => problem.picks[pick]?.orderId);
  const orders = Array.from(byId.values(), (picks) => ({
    picks,
    nodes: Int32Array.from(new Set(picks.map((pick) => nodeOf.get(pick) ?? 0))),
    ...totalBulk(picks.flatMap((pick) => problem.picks[pick] ?? [])),
  }));
  return { network, orders, limits: problem.limits };
}
