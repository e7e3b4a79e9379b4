import { describe, expect, it } from 'vitest';
import { exampleSite } from '../../../src/site/example-site.ts';
import { parseSite } from '../../../src/site/layout.ts';
import type {
  ClusterLimits,
  OrderPick,
  ClusterProblem,
  ClusterSolution,
} from '../../../src/sandbox/optimizer/problem.ts';
import { asisClusters } from '../../../src/sandbox/optimizer/asis.ts';
import { optimizeClusters as clusterSteps } from '../../../src/sandbox/optimizer/cluster.ts';
import { withinLimits } from '../../../src/sandbox/optimizer/limits.ts';
import { createRandom } from '../../../src/lib/seeded-random.ts';
import { optimizeRoute as routeSteps } from '../../../src/site/routing/route.ts';
import { runSteps } from '../../../src/lib/async/steps.ts';
import { anyOf, directedSite, pickAt } from './instances.ts';

const optimizeRoute = (...facts: Parameters<typeof routeSteps>) => runSteps(routeSteps(...facts));
const optimizeClusters = (...facts: Parameters<typeof clusterSteps>) => runSteps(clusterSteps(...facts));

const SITE = exampleSite();
const LOCATIONS = SITE.names.filter((name) => name !== 'Start' && name !== 'End');
const SEEDS = Array.from({ length: 6 }, (_, seed) => seed);

function problemOf(picks: readonly OrderPick[], limits: ClusterLimits = {}): ClusterProblem {
  return { site: SITE, starts: ['Start'], ends: ['End'], picks, limits };
}

/** Orders of one to three picks, of all sizes, on lists of three orders. */
function waveOf(orders: number, seed: number): readonly OrderPick[] {
  const random = createRandom(seed);
  return Array.from({ length: orders }, (_, order) =>
    Array.from({ length: 1 + random.below(3) }, () =>
      pickAt(`order ${order}`, anyOf(LOCATIONS, random), {
        listId: `list ${Math.floor(order / 3)}`,
        asisSequence: random.below(100),
        volume: 1 + random.below(5),
        weight: random.below(10),
        surface: random.next(),
      }),
    ),
  ).flat();
}

function withoutLists(picks: readonly OrderPick[]): readonly OrderPick[] {
  return picks.map((pick) => Object.assign({}, pick, { listId: undefined }));
}

function idsOf(picks: readonly OrderPick[]): readonly string[] {
  return [...new Set(picks.map(({ orderId }) => orderId))];
}

/** The shortest walk past all picks of some orders, proven (they are few). */
function walkOf(problem: ClusterProblem, orderIds: readonly string[]): number {
  const stops = problem.picks
    .filter(({ orderId }) => orderIds.includes(orderId))
    .map(({ alternatives }) => ({ alternatives, group: 0 }));
  return optimizeRoute({ ...problem, stops }, { seed: 1 }).distance;
}

/** The best of all ways to put the orders into clusters of at most `cap`. */
function bestByTrying(problem: ClusterProblem, cap: number): number {
  const known = new Map<string, number>();
  const go = (rest: readonly string[]): number => {
    const [first, ...others] = rest;
    if (first === undefined) return 0;
    let best = Number.POSITIVE_INFINITY;
    for (let subset = 0; subset < 2 ** others.length; subset += 1) {
      const mates = others.filter((_, bit) => (subset >> bit) % 2 === 1);
      if (mates.length >= cap) continue;
      const key = [first, ...mates].join();
      const walk = known.get(key) ?? walkOf(problem, [first, ...mates]);
      known.set(key, walk);
      best = Math.min(best, walk + go(others.filter((id) => !mates.includes(id))));
    }
    return best;
  };
  return go(idsOf(problem.picks));
}

/** Every order whole in one cluster, every pick once, the sum right. */
function expectWhole({ picks }: ClusterProblem, { clusters, distance }: ClusterSolution): void {
  expect(clusters.flatMap((cluster) => cluster.picks).toSorted((a, b) => a - b)).toEqual([...picks.keys()]);
  expect(clusters.flatMap(({ orderIds }) => orderIds).toSorted()).toEqual(idsOf(picks).toSorted());
  for (const cluster of clusters) {
    expect(cluster.orderIds).toEqual([...new Set(cluster.picks.map((pick) => picks[pick]?.orderId))]);
    expect(cluster.picks).toEqual(cluster.picks.toSorted((a, b) => a - b));
  }
  expect(distance).toBe(clusters.reduce((sum, cluster) => sum + cluster.distance, 0));
}

describe('clusters', () => {
  it.each(SEEDS)('are the best of all that seven orders can form, three to a cluster (wave %d)', (seed) => {
    const picks = withoutLists(waveOf(7, seed));
    const problem = problemOf(picks, { orders: 3 });
    const solution = optimizeClusters(problem, { seed: 1 });
    expectWhole(problem, solution);
    expect(solution.distance).toBe(bestByTrying(problem, 3));
  });

  it.each([
    { orders: 4 },
    { locations: 9 },
    { distance: 4000 },
    { volume: 25 },
    { weight: 40 },
    { surface: 5.5 },
    { orders: 5, locations: 12, distance: 9000, volume: 30, weight: 50, surface: 7 },
  ] satisfies readonly ClusterLimits[])('keep the limits %j', (limits) => {
    const problem = problemOf(withoutLists(waveOf(40, 3)), limits);
    const solution = optimizeClusters(problem, { seed: 1, kicks: 100 });
    expectWhole(problem, solution);
    expect(withinLimits(problem, solution)).toBe(true);
    expect(solution.clusters.length).toBeGreaterThan(3);
  });

  it('are one when there is no limit and one walk is shortest', () => {
    const problem = problemOf(waveOf(30, 1));
    const solution = optimizeClusters(problem, { seed: 1, kicks: 100 });
    expectWhole(problem, solution);
    expect(solution.clusters).toHaveLength(1);
    expect(solution.distance).toBeLessThanOrEqual(4 * 1100 + 900 + 400 + 900);
  });

  it('leave an order that alone breaks a limit on its own', () => {
    const heavy = pickAt('heavy', 'A02', { weight: 100 });
    const problem = problemOf([pickAt('a', 'A01', { weight: 1 }), heavy, pickAt('b', 'A03', { weight: 1 })], {
      weight: 10,
    });
    const { clusters } = optimizeClusters(problem, { seed: 1 });
    expect(clusters.map(({ orderIds }) => orderIds).toSorted((a, b) => a.length - b.length)).toEqual([
      ['heavy'],
      ['a', 'b'],
    ]);
  });

  it('keep the limit on locations with alternatives, counting the places gone to', () => {
    const random = createRandom(4);
    const picks = Array.from({ length: 40 }, (_, index) => ({
      ...pickAt(`order ${index >> 1}`, anyOf(LOCATIONS, random)),
      alternatives: [anyOf(LOCATIONS, random), anyOf(LOCATIONS, random), 'B05'],
    }));
    const { clusters } = optimizeClusters(problemOf(picks, { locations: 1 }), { seed: 1, kicks: 100 });
    // Everything lies at B05 too: one place, one walk, although no first alternatives agree.
    expect(clusters.map(({ orderIds, distance }) => [orderIds.length, distance])).toEqual([
      [20, SITE.distance('Start', 'B05') + SITE.distance('B05', 'End')],
    ]);
  });

  it('are none without picks', () => {
    expect(optimizeClusters(problemOf([]), { seed: 1 })).toEqual({ clusters: [], distance: 0 });
  });

  it('are the same for the same seed', () => {
    const problem = problemOf(waveOf(40, 5), { orders: 5 });
    expect(optimizeClusters(problem, { seed: 6, kicks: 50 })).toEqual(
      optimizeClusters(problem, { seed: 6, kicks: 50 }),
    );
  });

  it.each(SEEDS)("are never longer than today's lists (wave %d)", (seed) => {
    const random = createRandom(seed);
    const site = directedSite(30, random);
    const picks = waveOf(12, seed).map((pick) =>
      Object.assign({}, pick, { alternatives: [anyOf(site.names, random)] }),
    );
    const problem = { site, starts: ['p0'], ends: ['p1', 'p2'], picks, limits: { orders: 3 } };
    const asis = asisClusters(problem)?.distance ?? 0;
    expect(asis).toBeGreaterThan(0);
    expect(optimizeClusters(problem, { seed, kicks: 0 }).distance).toBeLessThanOrEqual(asis);
  });

  it("are today's lists where those split an order and nothing is shorter", () => {
    const picks = [
      pickAt('x', 'A01', { listId: 'left' }),
      pickAt('x', 'D10', { listId: 'right' }),
      pickAt('y', 'A01', { listId: 'left' }),
      pickAt('y', 'D10', { listId: 'right' }),
    ];
    const problem = { ...problemOf(picks, { locations: 1 }), ends: ['Start', 'End'] };
    const solution = optimizeClusters({ ...problem, site: SITE }, { seed: 1 });
    expect(solution.clusters.map(({ picks }) => picks)).toEqual([
      [0, 2],
      [1, 3],
    ]);
    expect(solution.distance).toBe(asisClusters(problem)?.distance);
  });

  describe("when today's lists split the orders", () => {
    const site = parseSite({
      site_name: 'Corner',
      names: ['start', 'a near', 'a far', 'b near', 'b far'],
      matrix: [
        [0, 1, 10, 1, 10],
        [1, 0, 1, 5, 5],
        [10, 1, 0, 5, 5],
        [1, 5, 5, 0, 1],
        [10, 5, 5, 1, 0],
      ],
    });
    const clustersFor = (nearSequence: number) => {
      const picks = [
        pickAt('x', 'a near', { listId: 'a', asisSequence: nearSequence }),
        pickAt('x', 'b near', { listId: 'b', asisSequence: nearSequence }),
        pickAt('y', 'a far', { listId: 'a', asisSequence: 2 }),
        pickAt('y', 'b far', { listId: 'b', asisSequence: 2 }),
      ];
      const problem = { site, starts: ['start'], ends: [], picks, limits: { locations: 2 } };
      const { clusters, distance } = optimizeClusters(problem, { seed: 1 });
      return { asis: asisClusters(problem)?.distance, distance, picks: clusters.map((cluster) => cluster.picks) };
    };

    it('and are shorter as they are walked, they stay', () => {
      expect(clustersFor(1)).toEqual({
        asis: 4,
        distance: 4,
        picks: [
          [0, 2],
          [1, 3],
        ],
      });
    });

    it('and would be shorter only if they were walked better, orders are kept whole', () => {
      expect(clustersFor(3)).toEqual({
        asis: 22,
        distance: 21,
        picks: [
          [0, 1],
          [2, 3],
        ],
      });
    });
  });
});

describe("today's lists", () => {
  it('are walked in their sequence, picks without one last, each at its first place', () => {
    const picks = [
      pickAt('x', 'A05', { listId: 'one', asisSequence: 2 }),
      { ...pickAt('y', 'D01', { listId: 'two' }), alternatives: ['D01', 'A01'] },
      pickAt('x', 'A09', { listId: 'one' }),
      pickAt('z', 'A07', { listId: 'one', asisSequence: 1 }),
    ];
    const one = 900 + 200 + 400 + (900 + 900 + 200);
    expect(asisClusters(problemOf(picks))).toEqual({
      clusters: [
        { orderIds: ['x', 'z'], picks: [0, 2, 3], distance: one },
        { orderIds: ['y'], picks: [1], distance: 1500 },
      ],
      distance: one + 1500,
      listIds: ['one', 'two'],
    });
  });

  it('are unknown when one pick has no list', () => {
    expect(asisClusters(problemOf([pickAt('x', 'A01', { listId: 'one' }), pickAt('x', 'A02')]))).toBeUndefined();
  });

  it('break a limit when any of them does, but for an order on its own', () => {
    const lists = (limits: ClusterLimits) => {
      const problem = problemOf(
        [
          pickAt('x', 'A01', { listId: 'one', volume: 3 }),
          pickAt('y', 'A02', { listId: 'one', volume: 3 }),
          pickAt('z', 'A03', { listId: 'two', volume: 9 }),
        ],
        limits,
      );
      const asis = asisClusters(problem);
      return asis === undefined ? undefined : withinLimits(problem, asis);
    };
    expect([
      lists({ volume: 6 }),
      lists({ volume: 5 }),
      lists({ orders: 1 }),
      lists({ locations: 1 }),
      lists({}),
    ]).toEqual([true, false, false, false, true]);
  });
});
