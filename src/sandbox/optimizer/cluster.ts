import type { SolveOptions } from '../../site/routing/problem.ts';
import type { ClusterProblem, ClusterSolution, SolvedCluster } from './problem.ts';
import { asisClusters, asisOrder, clusterOf, routeOf } from './asis.ts';
import type { Cart } from './cart.ts';
import { searchClusters } from './cluster-search.ts';
import { withinLimits } from './limits.ts';
import { createOrderBook, type OrderBook } from './order-book.ts';
import { createRandom } from '../../lib/seeded-random.ts';
import { optimizeRoute } from '../../site/routing/route.ts';
import type { Steps } from '../../lib/async/steps.ts';

/** Kicks of the grouping: at least, and for each order. */
const KICKS = 1000;
const KICKS_PER_ORDER = 3;
/** Kicks for the walk of each cluster, once the clusters are chosen. */
const ROUTE_KICKS = 300;
/** More orders than this are grouped part by part, in the given order. */
const MOST_ORDERS = 1200;

function solutionOf(clusters: readonly SolvedCluster[]): ClusterSolution {
  return { clusters, distance: clusters.reduce((sum, { distance }) => sum + distance, 0) };
}

/** The cluster that a cart stands for, its walk optimized; not longer than the trip that the search found. */
function* clusterOfCart(
  problem: ClusterProblem,
  { network, orders }: OrderBook,
  { orders: inside, trip }: Cart,
  seed: number,
): Steps<SolvedCluster> {
  const members = inside.flatMap((order) => orders[order]?.picks ?? []).toSorted((a, b) => a - b);
  const memberOf = new Map(members.map((pick, member): [number, number] => [pick, member]));
  const chosen = new Map<number, string>();
  const initial: number[] = [];
  for (const [at, node] of trip.nodes.entries()) {
    for (const pick of network.members[node] ?? []) {
      const member = memberOf.get(pick);
      if (member === undefined) continue;
      initial.push(member);
      chosen.set(member, network.places[trip.rows[at] ?? 0] ?? '');
    }
  }
  const { stops, ...rest } = routeOf(problem, members);
  const route = {
    ...rest,
    stops: stops.map(({ alternatives, group }, member) => {
      const place = chosen.get(member) ?? '';
      // Where the number of places is limited, those chosen stay; else the chosen one only comes first.
      const others = problem.limits.locations === undefined ? alternatives.filter((other) => other !== place) : [];
      return { alternatives: [place, ...others], group };
    }),
  };
  const { distance } = yield* optimizeRoute(route, { seed, kicks: ROUTE_KICKS }, initial);
  return clusterOf(problem.picks, members, distance);
}

/** Whether no order is on two lists. */
function keepsOrdersWhole({ clusters }: ClusterSolution): boolean {
  const orders = clusters.flatMap(({ orderIds }) => orderIds);
  return new Set(orders).size === orders.length;
}

/** The lists of today with better walks. */
function* improvedAsis(problem: ClusterProblem, asis: ClusterSolution, seed: number): Steps<ClusterSolution> {
  const clusters: SolvedCluster[] = [];
  for (const { picks } of asis.clusters) {
    const initial = asisOrder(problem.picks, picks);
    const { distance } = yield* optimizeRoute(routeOf(problem, picks), { seed, kicks: ROUTE_KICKS }, initial);
    clusters.push(clusterOf(problem.picks, picks, distance));
  }
  return solutionOf(clusters);
}

/**
 * Groups whole orders into clusters that together need little walking, each within the limits (an
 * order that alone exceeds one is a cluster of its own; without limits one cluster may hold everything). Every place must be known to the site. The same problem and seed give the same clusters.
 *
 * Never longer than today's lists as {@link asisClusters} walks them, if those are within the limits: when the search finds
 * nothing better, they stay, with better walks. Lists that split an order stay only when they are shorter than what was
 * found even as they are walked today: every other answer keeps orders whole.
 */
export function* optimizeClusters(problem: ClusterProblem, { seed, kicks }: SolveOptions): Steps<ClusterSolution> {
  const book = yield* createOrderBook(problem);
  const most = kicks ?? Math.max(KICKS, KICKS_PER_ORDER * book.orders.length);
  const clusters: SolvedCluster[] = [];
  for (let from = 0; from < book.orders.length; from += MOST_ORDERS) {
    const part = { ...book, orders: book.orders.slice(from, from + MOST_ORDERS) };
    for (const cart of yield* searchClusters(part, createRandom(seed), most)) {
      clusters.push(yield* clusterOfCart(problem, part, cart, seed));
    }
  }
  const found = solutionOf(clusters);
  const asis = asisClusters(problem);
  if (asis === undefined || !withinLimits(problem, asis)) return found;
  if (!keepsOrdersWhole(asis) && asis.distance >= found.distance) return found;
  const improved = yield* improvedAsis(problem, asis, seed);
  return improved.distance < found.distance ? improved : found;
}
