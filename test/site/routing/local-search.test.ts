import { describe, expect, it } from 'vitest';
import { solveExactly } from '../../../src/site/routing/exact.ts';
import { iterateSearch, nearestNeighborWalk } from '../../../src/site/routing/iterated-search.ts';
import { LocalSearch } from '../../../src/site/routing/local-search.ts';
import { nearestNodes } from '../../../src/site/routing/nearest-nodes.ts';
import { createNetwork, type Network, type Walk } from '../../../src/site/routing/network.ts';
import { createRandom } from '../../../src/lib/seeded-random.ts';
import { runSteps } from '../../../src/lib/async/steps.ts';
import { createTour, type Tour } from '../../../src/site/routing/tour.ts';
import { anyOf, blocksSite, directedSite } from '../../sandbox/optimizer/instances.ts';

const SEEDS = Array.from({ length: 8 }, (_, seed) => seed);

function lengthOf({ distances, width, places }: Network, { order, rows }: Walk): number {
  const visits = [places.length, ...order.map((node) => rows[node] ?? 0), places.length + 1];
  return visits.slice(1).reduce((sum, to, at) => sum + (distances[(visits[at] ?? 0) * width + to] ?? 0), 0);
}

function tourLength({ order, distance }: Tour): number {
  return Array.from(order.subarray(1)).reduce((sum, to, at) => sum + distance(order[at] ?? 0, to), 0);
}

function networkOf(kind: 'two blocks' | 'directed', stops: number, alternatives: number, seed: number): Network {
  const random = createRandom(seed + 1);
  const site = kind === 'directed' ? directedSite(40, random) : blocksSite(5, [0, 1000, 2000]);
  return runSteps(
    createNetwork({
      site,
      starts: [anyOf(site.names, random), anyOf(site.names, random)],
      ends: [anyOf(site.names, random)],
      stops: Array.from({ length: stops }, () => ({
        alternatives: Array.from({ length: alternatives }, () => anyOf(site.names, random)),
        group: 0,
      })),
    }),
  );
}

describe('the local search with kicks', () => {
  it.each(SEEDS)('finds the proven optimum of 12 stops in two blocks (problem %d)', (seed) => {
    const network = networkOf('two blocks', 12, 1, seed);
    const found = runSteps(iterateSearch(network, runSteps(nearestNeighborWalk(network)), createRandom(1), 3000));
    expect(lengthOf(network, found)).toBe(lengthOf(network, runSteps(solveExactly(network))));
  });

  it.each(SEEDS)('finds the proven optimum of 8 stops with three places each (problem %d)', (seed) => {
    const network = networkOf('two blocks', 8, 3, seed);
    const found = runSteps(iterateSearch(network, runSteps(nearestNeighborWalk(network)), createRandom(1), 3000));
    expect(lengthOf(network, found)).toBe(lengthOf(network, runSteps(solveExactly(network))));
  });

  it.each(SEEDS)('finds the proven optimum of 9 stops where distances differ each way (problem %d)', (seed) => {
    const network = networkOf('directed', 9, 1, seed);
    const found = runSteps(iterateSearch(network, runSteps(nearestNeighborWalk(network)), createRandom(1), 3000));
    expect(lengthOf(network, found)).toBe(lengthOf(network, runSteps(solveExactly(network))));
  });
});

describe('one descent', () => {
  it.each(['two blocks', 'directed'] as const)('returns exactly by how much it shortened the tour: %s', (kind) => {
    const network = networkOf(kind, 38, 2, 5);
    const order = Array.from({ length: network.size }, (_, node) => node);
    const tour = createTour(
      network,
      order,
      order.map((node) => network.options[node]?.[0] ?? 0),
    );
    const search = new LocalSearch(network, tour, runSteps(nearestNodes(network, 20)));
    const before = tourLength(tour);
    for (const node of order) search.wake(node);
    const shortened = search.settle();
    expect(shortened).toBeLessThan(-0.2 * before);
    expect(tourLength(tour)).toBeCloseTo(before + shortened, 6);
    expect(Array.from(tour.order.subarray(1, -1)).toSorted((a, b) => a - b)).toEqual(order);
  });
});

describe('a tour', () => {
  it.each(['two blocks', 'directed'] as const)('restores what was kept, places included: %s', (kind) => {
    const network = networkOf(kind, 10, 2, 3);
    const initial = runSteps(nearestNeighborWalk(network));
    const tour = createTour(network, initial.order, initial.rows);
    tour.keep();
    const state = () => [
      [...tour.order],
      [...tour.position],
      tourLength(tour),
      tour.reversalCost(2, 7),
      Array.from({ length: network.size }, (_, node) => tour.rowOf(node)),
    ];
    const kept = state();
    tour.reverse(2, 6);
    tour.visitAt(4, network.options[4]?.find((row) => row !== tour.rowOf(4)) ?? 0);
    tour.exchange(1, 3, 8);
    const changed = state();
    tour.restore();
    expect(state()).toEqual(kept);
    expect(changed[4]).not.toEqual(kept[4]);
  });
});
