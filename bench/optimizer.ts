import { pathToFileURL } from 'node:url';
import { parseSite } from '../src/site/layout.ts';
import type { Site } from '../src/site/model.ts';
import type { RouteProblem } from '../src/site/routing/problem.ts';
import type { OrderPick, ClusterProblem } from '../src/sandbox/optimizer/problem.ts';
import { clusterOf, routeOf } from '../src/sandbox/optimizer/asis.ts';
import { optimizeClusters as clusterSteps } from '../src/sandbox/optimizer/cluster.ts';
import { createRandom, type Random } from '../src/lib/seeded-random.ts';
import { optimizeRoute as routeSteps } from '../src/site/routing/route.ts';
import { runSteps } from '../src/lib/async/steps.ts';
import { singleBlockOptimum } from './single-block-optimum.ts';

const optimizeRoute = (...facts: Parameters<typeof routeSteps>) => runSteps(routeSteps(...facts));
const optimizeClusters = (...facts: Parameters<typeof clusterSteps>) => runSteps(clusterSteps(...facts));

const AISLE_WIDTH = 300;
const BAY_LENGTH = 100;
const DEPOT = 'Depot';

interface Warehouse {
  readonly site: Site;
  readonly depth: number;
  readonly locations: readonly { readonly name: string; readonly aisle: number; readonly y: number }[];
}

/** One block of parallel aisles, the depot at the front of the first one. */
function createWarehouse(aisles: number, bays: number): Warehouse {
  const depth = (bays + 1) * BAY_LENGTH;
  const locations = Array.from({ length: aisles * bays }, (_, index) => {
    const aisle = Math.floor(index / bays);
    const bay = (index % bays) + 1;
    return { name: `${aisle}-${bay}`, aisle, y: bay * BAY_LENGTH };
  });
  const site = parseSite({
    site_name: `${aisles} x ${bays}`,
    aisles: Object.fromEntries(Array.from({ length: aisles }, (_, aisle) => [aisle, { x: aisle * AISLE_WIDTH }])),
    cross_aisles: [0, depth],
    locations: Object.fromEntries(locations.map(({ name, aisle, y }) => [name, { aisle: String(aisle), y }])),
    points: { [DEPOT]: { x: 0, y: 0 } },
  });
  return { site, depth, locations };
}

function sample<T>(values: readonly T[], count: number, random: Random): readonly T[] {
  const list = [...values];
  for (let at = 0; at < count; at += 1) {
    const other = at + random.below(list.length - at);
    const value = list[at] as T;
    list[at] = list[other] as T;
    list[other] = value;
  }
  return list.slice(0, count);
}

/** How far walks are above the proven optimum, and how long they took. */
function benchRoutes(print: (line: string) => void): void {
  print('walks in one block, above the proven optimum (Ratliff and Rosenthal)');
  print('stops  aisles x bays  walks  mean gap %  worst gap %  mean ms');
  const sizes = [
    [12, 6, 20, 20],
    [50, 10, 30, 20],
    [200, 12, 40, 10],
    [200, 20, 30, 10],
    [1000, 25, 60, 5],
    [1000, 15, 90, 5],
    [2500, 40, 100, 2],
  ] as const;
  for (const [stops, aisles, bays, walks] of sizes) {
    const { site, depth, locations } = createWarehouse(aisles, bays);
    const gaps: number[] = [];
    let elapsed = 0;
    for (let seed = 1; seed <= walks; seed += 1) {
      const chosen = sample(locations, stops, createRandom(seed));
      const problem: RouteProblem = {
        site,
        starts: [DEPOT],
        ends: [DEPOT],
        stops: chosen.map(({ name }) => ({ alternatives: [name], group: 0 })),
      };
      const began = performance.now();
      const { distance } = optimizeRoute(problem, { seed: 1 });
      elapsed += performance.now() - began;
      const picks = Array.from({ length: aisles }, (_, aisle) => ({
        x: aisle * AISLE_WIDTH,
        picks: [...(aisle === 0 ? [0] : []), ...chosen.filter((place) => place.aisle === aisle).map(({ y }) => y)],
      }));
      const optimum = singleBlockOptimum(picks, depth);
      if (distance < optimum * (1 - 1e-9)) throw new Error(`a walk of ${distance} is below the optimum ${optimum}`);
      gaps.push(100 * (distance / optimum - 1));
    }
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / walks;
    print(
      [
        String(stops).padStart(5),
        `${aisles} x ${bays}`.padStart(13),
        String(walks).padStart(5),
        mean.toFixed(3).padStart(10),
        Math.max(...gaps)
          .toFixed(3)
          .padStart(11),
        (elapsed / walks).toFixed(0).padStart(7),
      ].join('  '),
    );
  }
}

/** Orders of one to five picks anywhere in the warehouse. */
function createWave({ site, locations }: Warehouse, orders: number, cap: number, random: Random): ClusterProblem {
  const picks = Array.from({ length: orders }, (_, order) =>
    sample(locations, 1 + random.below(5), random).map(({ name }): OrderPick => ({
      orderId: `order ${order}`,
      alternatives: [name],
      listId: undefined,
      asisSequence: undefined,
      volume: 0,
      weight: 0,
      surface: 0,
    })),
  ).flat();
  return { site, starts: [DEPOT], ends: [DEPOT], picks, limits: { orders: cap } };
}

/** The orders in lists as they come, every list walked as well as can be. */
function firstCome(problem: ClusterProblem, cap: number): number {
  const ids = [...new Set(problem.picks.map(({ orderId }) => orderId))];
  let distance = 0;
  for (let from = 0; from < ids.length; from += cap) {
    const inside = new Set(ids.slice(from, from + cap));
    const members = [...problem.picks.keys()].filter((pick) => inside.has(problem.picks[pick]?.orderId ?? ''));
    distance += clusterOf(
      problem.picks,
      members,
      optimizeRoute(routeOf(problem, members), { seed: 1, kicks: 1000 }).distance,
    ).distance;
  }
  return distance;
}

/** How much shorter clusters are than lists as the orders come, and how far from those of a ten times longer search. */
function benchClusters(print: (line: string) => void): void {
  print('clusters, against first-come lists that are walked as well as can be, and against a search ten times as long');
  print('orders  cap  waves  shorter than first-come %  above long search %  mean ms');
  const warehouse = createWarehouse(12, 36);
  const sizes = [
    [20, 4, 5, true],
    [20, 6, 5, true],
    [100, 10, 3, false],
    [100, 20, 3, false],
    [850, 20, 1, false],
  ] as const;
  for (const [orders, cap, waves, long] of sizes) {
    let found = 0;
    let come = 0;
    let best = 0;
    let elapsed = 0;
    for (let seed = 1; seed <= waves; seed += 1) {
      const problem = createWave(warehouse, orders, cap, createRandom(seed));
      const began = performance.now();
      found += optimizeClusters(problem, { seed: 1 }).distance;
      elapsed += performance.now() - began;
      come += firstCome(problem, cap);
      if (long) best += optimizeClusters(problem, { seed: 2, kicks: 10_000 }).distance;
    }
    print(
      [
        String(orders).padStart(6),
        String(cap).padStart(3),
        String(waves).padStart(5),
        (100 * (1 - found / come)).toFixed(1).padStart(25),
        (long ? (100 * (found / best - 1)).toFixed(2) : '-').padStart(19),
        (elapsed / waves).toFixed(0).padStart(7),
      ].join('  '),
    );
  }
}

/** Measures the sandbox's optimizer: quality of walks and clusters, and time. Takes about half a minute. */
export function benchOptimizer(print: (line: string) => void): void {
  benchRoutes(print);
  print('');
  benchClusters(print);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) benchOptimizer((line) => console.log(line));
