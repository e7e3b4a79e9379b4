import type { ClusterLimits, ClusterProblem } from './problem.ts';
import { routeOf } from './asis.ts';
import { createNetwork, type Network } from '../../site/routing/network.ts';
import type { Steps } from '../../lib/async/steps.ts';

/** An order as the search sees it. */
export interface Order {
  /** Indexes into the problem's picks. */
  readonly picks: readonly number[];
  /** Different nodes of the network where its picks are. */
  readonly nodes: Int32Array;
  readonly volume: number;
  readonly weight: number;
  readonly surface: number;
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
  const byId = new Map<string, number[]>();
  for (const [index, { orderId }] of problem.picks.entries()) {
    const picks = byId.get(orderId);
    if (picks === undefined) byId.set(orderId, [index]);
    else picks.push(index);
  }
  const orders = [...byId.values()].map((picks) => {
    const total = (of: 'volume' | 'weight' | 'surface'): number =>
      picks.reduce((sum, pick) => sum + (problem.picks[pick]?.[of] ?? 0), 0);
    return {
      picks,
      nodes: Int32Array.from(new Set(picks.map((pick) => nodeOf.get(pick) ?? 0))),
      volume: total('volume'),
      weight: total('weight'),
      surface: total('surface'),
    };
  });
  return { network, orders, limits: problem.limits };
}
