import { LocalSearch } from './local-search.ts';
import { nearestNodes } from './nearest-nodes.ts';
import type { Network, Walk } from './network.ts';
import type { Random } from '../../lib/seeded-random.ts';
import type { Steps } from '../../lib/async/steps.ts';
import { createTour, type Tour } from './tour.ts';

/** Nodes that may come next to a node. Where picks are dense, ten are all in one aisle; a matrix that differs each way has no aisles. */
const NEIGHBORS = 20;
const DIRECTED_NEIGHBORS = 10;
/** Shortest, and least longest, stretch of the walk that one kick rearranges. */
const SHORT_STRETCH = 8;
const LONG_STRETCH = 50;
const EPSILON = 1e-7;

/** Group after group, always on to the nearest node not yet visited, at its nearest place. */
export function* nearestNeighborWalk({ size, groups, options, distances, width, places }: Network): Steps<Walk> {
  const order: number[] = [];
  const rows = Array.from<number>({ length: size }).fill(0);
  let at = places.length;
  for (let first = 0; first < size;) {
    let last = first;
    while (last < size && groups[last] === groups[first]) last += 1;
    const left = new Set(Array.from({ length: last - first }, (_, index) => first + index));
    while (left.size > 0) {
      yield;
      let best = -1;
      let bestRow = 0;
      let nearest = Number.POSITIVE_INFINITY;
      for (const node of left) {
        for (const row of options[node] as Int32Array) {
          const length = distances[at * width + row] as number;
          if (length < nearest) {
            nearest = length;
            best = node;
            bestRow = row;
          }
        }
      }
      left.delete(best);
      order.push(best);
      rows[best] = bestRow;
      at = bestRow;
    }
    first = last;
  }
  return { order, rows };
}

/** The length of a stretch to rearrange: every order of magnitude is as likely, since whole aisles matter as much as neighbors. */
function stretchOf(size: number, random: Random): number {
  const longest = Math.max(LONG_STRETCH, size / 3);
  return Math.round(SHORT_STRETCH * (longest / SHORT_STRETCH) ** random.next());
}

/** Visits a node at any of its places, and wakes it. Returns by how much the tour became longer. */
function visitElsewhere(tour: Tour, { options }: Network, node: number, search: LocalSearch, random: Random): number {
  search.wake(node);
  const rows = options[node];
  // The virtual start and end have none.
  if (rows === undefined || rows.length === 1) return 0;
  const at = tour.position[node] as number;
  const before = tour.order[at - 1] as number;
  const after = tour.order[at + 1] as number;
  const length = (): number => tour.distance(before, node) + tour.distance(node, after);
  const old = length();
  tour.visitAt(node, rows[random.below(rows.length)] as number);
  return length() - old;
}

/**
 * Exchanges two neighboring blocks somewhere in one group (a double bridge), and now and then
 * visits nodes at the seams at other places; wakes them all. Returns by how much the tour became longer.
 */
function kick(tour: Tour, search: LocalSearch, network: Network, random: Random): number {
  const stretch = stretchOf(tour.size, random);
  const at = 1 + random.below(tour.size);
  let low = Math.max(1, at - (stretch >> 1));
  while (!tour.within(low, at)) low += 1;
  let high = Math.min(tour.size, low + stretch);
  while (!tour.within(at, high)) high -= 1;
  if (high === low) return visitElsewhere(tour, network, tour.order[at] as number, search, random);
  const cuts = [0, 0, 0];
  while (cuts[0] === cuts[1] || cuts[1] === cuts[2]) {
    for (const cut of cuts.keys()) cuts[cut] = low + random.below(high - low + 2);
    cuts.sort((a, b) => a - b);
  }
  const [from = 0, middle = 0, to = 0] = cuts;
  const node = (position: number): number => tour.order[position] as number;
  const seam = (position: number): number => tour.distance(node(position - 1), node(position));
  let longer = -seam(from) - seam(middle) - seam(to);
  tour.exchange(from, middle - 1, to - 1);
  const seams = [from, from + to - middle, to];
  for (const position of seams) longer += seam(position);
  for (const woken of seams.flatMap((position) => [node(position - 1), node(position)])) {
    if (random.below(2) === 0) longer += visitElsewhere(tour, network, woken, search, random);
    else search.wake(woken);
  }
  return longer;
}

/** A short walk: local search from the given walk, then `kicks` kicks, each kept unless it made the walk longer. */
export function* iterateSearch(network: Network, initial: Walk, random: Random, kicks: number): Steps<Walk> {
  const tour = createTour(network, initial.order, initial.rows);
  const neighbors = yield* nearestNodes(network, network.symmetric ? NEIGHBORS : DIRECTED_NEIGHBORS);
  const search = new LocalSearch(network, tour, neighbors);
  for (const node of initial.order.toReversed()) search.wake(node);
  search.settle();
  tour.keep();

  for (let made = 0; made < kicks; made += 1) {
    const longer = kick(tour, search, network, random) + search.settle();
    if (longer <= EPSILON) tour.keep();
    else tour.restore();
    yield;
  }
  return {
    order: Array.from(tour.order.subarray(1, tour.size + 1)),
    rows: Array.from({ length: tour.size }, (_, node) => tour.rowOf(node)),
  };
}
