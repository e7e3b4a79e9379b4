import { describe, expect, it } from 'vitest';
import { singleBlockOptimum } from '../../../bench/single-block-optimum.ts';
import { exampleSite } from '../../../src/site/example-site.ts';
import type { RouteProblem, RouteStop } from '../../../src/site/routing/problem.ts';
import { parseSite } from '../../../src/site/layout.ts';
import { nearestNeighborWalk } from '../../../src/site/routing/iterated-search.ts';
import { createNetwork } from '../../../src/site/routing/network.ts';
import { createRandom } from '../../../src/lib/seeded-random.ts';
import { optimizeRoute as routeSteps, walkAsis } from '../../../src/site/routing/route.ts';
import { runSteps } from '../../../src/lib/async/steps.ts';
import {
  anyOf,
  blocksSite,
  directedSite,
  shortestByTrying,
  walkedDistance,
} from '../../sandbox/optimizer/instances.ts';

const optimizeRoute = (...facts: Parameters<typeof routeSteps>) => runSteps(routeSteps(...facts));

const SEEDS = Array.from({ length: 12 }, (_, seed) => seed);

function stopsAt(...places: readonly string[]): readonly RouteStop[] {
  return places.map((place) => ({ alternatives: [place], group: 0 }));
}

/** Six stops with alternatives in up to three groups, several starts and ends, or none. */
function smallProblem(seed: number, directed: boolean): RouteProblem {
  const random = createRandom(seed);
  const site = directed ? directedSite(9, random) : exampleSite();
  const some = (most: number) => Array.from({ length: random.below(most + 1) }, () => anyOf(site.names, random));
  return {
    site,
    starts: some(2),
    ends: some(2),
    stops: Array.from({ length: 6 }, () => ({
      alternatives: [anyOf(site.names, random), ...some(2)],
      group: random.below(3),
    })),
  };
}

describe('a small route', () => {
  it.each(SEEDS)('is the shortest of all walks in a warehouse (problem %d)', (seed) => {
    const problem = smallProblem(seed, false);
    const solution = optimizeRoute(problem, { seed: 1 });
    expect([solution.distance, walkedDistance(problem, solution)]).toEqual([
      shortestByTrying(problem),
      solution.distance,
    ]);
  });

  it.each(SEEDS)('is the shortest of all walks where distances differ each way (problem %d)', (seed) => {
    const problem = smallProblem(seed, true);
    const solution = optimizeRoute(problem, { seed: 1 });
    expect([solution.distance, walkedDistance(problem, solution)]).toEqual([
      shortestByTrying(problem),
      solution.distance,
    ]);
  });

  it('chooses the best pair of several starts and ends, and names it', () => {
    const problem = {
      site: exampleSite(),
      starts: ['Start', 'End'],
      ends: ['Start', 'BIG Location'],
      stops: stopsAt('D01', 'A01'),
    };
    expect(optimizeRoute(problem, { seed: 1 })).toEqual({
      order: [0, 1],
      places: ['D01', 'A01'],
      start: 'End',
      end: 'Start',
      distance: 1700,
    });
  });

  it('picks at the alternative that is on the way', () => {
    const stops = [...stopsAt('A01', 'A03'), { alternatives: ['D10', 'A02'], group: 0 }];
    expect(optimizeRoute({ site: exampleSite(), starts: ['Start'], ends: ['Start'], stops }, { seed: 1 })).toEqual({
      order: expect.arrayContaining([0, 1, 2]),
      places: ['A01', 'A03', 'A02'],
      start: 'Start',
      end: 'Start',
      distance: 1000,
    });
  });

  it('walks groups one after another, whatever it costs', () => {
    const stops = [
      { alternatives: ['A01'], group: 5 },
      { alternatives: ['D10'], group: -1 },
      { alternatives: ['A02'], group: 5 },
      { alternatives: ['D09'], group: -1 },
    ];
    const { order } = optimizeRoute({ site: exampleSite(), starts: ['Start'], ends: [], stops }, { seed: 1 });
    expect(order).toEqual([3, 1, 2, 0]);
  });

  it('leads from start to end when there is nothing to pick', () => {
    const problem = { site: exampleSite(), starts: ['A10', 'Start'], ends: ['End'], stops: [] };
    expect(optimizeRoute(problem, { seed: 1 })).toEqual({
      order: [],
      places: [],
      start: 'Start',
      end: 'End',
      distance: 900,
    });
  });

  it('picks everything of one place at once', () => {
    const stops = stopsAt('A05', 'B02', 'A05', 'B02', 'A05');
    const { order, distance } = optimizeRoute({ site: exampleSite(), starts: [], ends: [], stops }, { seed: 1 });
    expect([order.map((stop) => stops[stop]?.alternatives[0]), distance]).toEqual([
      expect.toSatisfy((places: string[]) => /^(A05,){3}B02,B02$|^B02,B02(,A05){3}$/.test(places.join(','))),
      1000,
    ]);
  });
});

describe('a longer route', () => {
  it.each([1, 2, 3])('of 50 stops in one block is the shortest there is (problem %d)', (seed) => {
    const random = createRandom(seed);
    const site = blocksSite(10, [0, 3000]);
    const places = [...new Set(Array.from({ length: 50 }, () => `${random.below(10)}-${1 + random.below(29)}`))];
    const problem = { site, starts: ['Start'], ends: ['Start'], stops: stopsAt(...places) };
    const aisles = Array.from({ length: 10 }, (_, aisle) => ({
      x: aisle * 300,
      picks: places
        .map((place) => place.split('-').map(Number))
        .filter(([at]) => at === aisle)
        .map(([, bay = 0]) => bay * 100)
        .concat(aisle === 0 ? [0] : []),
    }));
    expect(optimizeRoute(problem, { seed: 1 }).distance).toBe(400 + singleBlockOptimum(aisles, 3000));
  });

  it('visits every stop once, at one of its places, group after group', () => {
    const random = createRandom(7);
    const site = blocksSite(8, [0, 1000, 2000]);
    const stops = Array.from({ length: 150 }, () => ({
      alternatives: [anyOf(site.names, random), anyOf(site.names, random)],
      group: random.below(4),
    }));
    const problem = { site, starts: ['Start'], ends: ['End'], stops };
    const solution = optimizeRoute(problem, { seed: 1, kicks: 500 });
    const groups = solution.order.map((stop) => stops[stop]?.group ?? 0);
    expect(solution.order.toSorted((a, b) => a - b)).toEqual([...stops.keys()]);
    expect(groups).toEqual(groups.toSorted((a, b) => a - b));
    expect(stops.filter(({ alternatives }, stop) => !alternatives.includes(solution.places[stop] ?? ''))).toEqual([]);
    expect(walkedDistance(problem, solution)).toBe(solution.distance);
  });

  it('is the same for the same seed', () => {
    const random = createRandom(9);
    const site = directedSite(60, random);
    const problem = { site, starts: ['p0'], ends: ['p0'], stops: stopsAt(...site.names) };
    const once = optimizeRoute(problem, { seed: 3, kicks: 200 });
    expect(optimizeRoute(problem, { seed: 3, kicks: 200 })).toEqual(once);
    expect(optimizeRoute(problem, { seed: 4, kicks: 0 }).distance).toBeGreaterThan(once.distance);
  });

  it('is never longer than the initial order', () => {
    const random = createRandom(11);
    const site = directedSite(40, random);
    const stops = stopsAt(...site.names);
    const problem = { site, starts: [], ends: [], stops };
    const short = optimizeRoute(problem, { seed: 1 });
    const found = optimizeRoute(problem, { seed: 2, kicks: 0 }, short.order);
    expect(optimizeRoute(problem, { seed: 2, kicks: 0 }).distance).toBeGreaterThan(short.distance);
    expect(found).toEqual(short);
  });

  it('does not use an initial order that breaks the groups', () => {
    const stops = [
      { alternatives: ['A10'], group: 2 },
      { alternatives: ['A01'], group: 3 },
      { alternatives: ['A05'], group: 1 },
    ];
    const problem = { site: exampleSite(), starts: ['Start'], ends: [], stops };
    expect(optimizeRoute(problem, { seed: 1 }, [1, 2, 0]).order).toEqual([2, 0, 1]);
  });
});

describe('a route of 2,500 places', () => {
  it('in one block is within 0.1 % of the shortest, which walks every aisle through', { timeout: 120_000 }, () => {
    const site = blocksSite(50, [0, 5100]);
    const random = createRandom(4);
    const stops = stopsAt(...site.names.filter((name) => name.includes('-')))
      .map((stop) => ({ stop, at: random.next() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ stop }) => stop);
    const problem = { site, starts: ['Start'], ends: ['Start'], stops };
    const solution = optimizeRoute(problem, { seed: 1 });
    const shortest = 50 * 5100 + 2 * 49 * 300 + 2 * 200;
    expect(stops).toHaveLength(2500);
    expect(walkedDistance(problem, solution)).toBe(solution.distance);
    expect(new Set(solution.order).size).toBe(2500);
    expect(solution.distance).toBeGreaterThanOrEqual(shortest);
    expect(solution.distance).toBeLessThanOrEqual(shortest * 1.001);
  });

  it('whose distances differ each way is shorter by 15 % than from one to the nearest', { timeout: 120_000 }, () => {
    const random = createRandom(5);
    const spots = Array.from({ length: 2500 }, () => [random.next() * 10_000, random.next() * 5000] as const);
    const names = spots.map((_, index) => `p${index}`);
    const matrix = spots.map(([x, y]) => spots.map(([u, v]) => Math.hypot(x - u, y - v) * (1 + 0.3 * random.next())));
    const site = parseSite({ site_name: 'Field', names, matrix });
    const problem = { site, starts: ['p0'], ends: ['p0'], stops: stopsAt(...names) };
    const network = runSteps(createNetwork(problem));
    const { order, rows } = runSteps(nearestNeighborWalk(network));
    const nearest = walkAsis(
      problem,
      order.map((node) => rows[node] ?? 0),
    );
    const found = optimizeRoute(problem, { seed: 1 });
    expect(walkedDistance(problem, found)).toBeCloseTo(found.distance, 3);
    expect(found.distance).toBeLessThan(0.85 * nearest.distance);
  });
});

describe('a route as it is', () => {
  it('is walked in the given order, at the first place of each stop', () => {
    const stops = [
      { alternatives: ['A01', 'B01'], group: 0 },
      { alternatives: ['B01'], group: 9 },
    ];
    const problem = { site: exampleSite(), starts: ['End', 'Start'], ends: ['End', 'Start'], stops };
    expect(walkAsis(problem, [1, 0])).toEqual({
      order: [1, 0],
      places: ['A01', 'B01'],
      start: 'Start',
      end: 'Start',
      distance: 600 + 500 + 300,
    });
  });
});
