import type { Network } from './network.ts';
import type { Tour } from './tour.ts';

/** Smaller gains are rounding errors. */
const EPSILON = 1e-7;

/** Nodes around which the search still has to look: the complement of "don't-look bits". */
export class WakeQueue {
  readonly #nodes: number[] = [];
  readonly #isWaiting: Uint8Array;

  /** `size`: nodes from here on are virtual ends, and never wake. */
  constructor(size: number) {
    this.#isWaiting = new Uint8Array(size);
  }

  wake(node: number): void {
    if (node >= this.#isWaiting.length || this.#isWaiting[node] === 1) return;
    this.#isWaiting[node] = 1;
    this.#nodes.push(node);
  }

  pop(): number | undefined {
    const node = this.#nodes.pop();
    if (node !== undefined) this.#isWaiting[node] = 0;
    return node;
  }
}

/**
 * Changes of a tour that are made only if they shorten it. Each method returns by how much the tour became longer: below 0,
 * or 0 when nothing was changed. Nodes next to a change are woken.
 */
export class Moves {
  readonly #network: Network;
  readonly #tour: Tour;
  readonly #queue: WakeQueue;

  constructor(network: Network, tour: Tour, queue: WakeQueue) {
    this.#network = network;
    this.#tour = tour;
    this.#queue = queue;
  }

  /** Reverses positions from..to. */
  reverse(from: number, to: number): number {
    const tour = this.#tour;
    if (from >= to || !tour.within(from, to)) return 0;
    const before = this.#node(from - 1);
    const after = this.#node(to + 1);
    const first = this.#node(from);
    const last = this.#node(to);
    const delta =
      tour.distance(before, last) +
      tour.distance(first, after) -
      tour.distance(before, first) -
      tour.distance(last, after) +
      tour.reversalCost(from, to);
    if (delta > -EPSILON) return 0;
    tour.reverse(from, to);
    this.#wakeAround(from - 1, from, to, to + 1);
    return delta;
  }

  /** Moves positions from..to to between `gap` and `gap + 1`, reversed or not. */
  move(from: number, to: number, gap: number, reversed: boolean): number {
    const tour = this.#tour;
    if (from < 1 || to > tour.size || (gap >= from - 1 && gap <= to)) return 0;
    const low = gap < from ? gap + 1 : from;
    const high = gap < from ? to : gap;
    if (!tour.within(low, high)) return 0;
    const first = this.#node(from);
    const last = this.#node(to);
    const before = this.#node(from - 1);
    const after = this.#node(to + 1);
    const left = this.#node(gap);
    const right = this.#node(gap + 1);
    let delta =
      tour.distance(before, after) -
      tour.distance(before, first) -
      tour.distance(last, after) -
      tour.distance(left, right);
    delta += reversed
      ? tour.distance(left, last) + tour.distance(first, right) + tour.reversalCost(from, to)
      : tour.distance(left, first) + tour.distance(last, right);
    if (delta > -EPSILON) return 0;
    if (reversed) tour.reverse(from, to);
    tour.exchange(low, gap < from ? from - 1 : to, high);
    const split = gap < from ? low + to - from : high - to + from - 1;
    this.#wakeAround(low - 1, low, split, split + 1, high, high + 1);
    return delta;
  }

  /** Visits a node at another of its places, at the same position. */
  visitElsewhere(node: number): number {
    const tour = this.#tour;
    const at = tour.position[node] as number;
    const before = this.#node(at - 1);
    const after = this.#node(at + 1);
    const old = tour.distance(before, node) + tour.distance(node, after);
    for (const row of this.#network.options[node] as Int32Array) {
      if (row === tour.rowOf(node)) continue;
      const delta = tour.between(tour.rowOf(before), row) + tour.between(row, tour.rowOf(after)) - old;
      if (delta > -EPSILON) continue;
      tour.visitAt(node, row);
      this.#wakeAround(at - 1, at, at + 1);
      return delta;
    }
    return 0;
  }

  /** Visits a node at another of its places, next to `neighbor`. */
  visitElsewhereNextTo(node: number, neighbor: number): number {
    const tour = this.#tour;
    const at = tour.position[node] as number;
    const before = this.#node(at - 1);
    const after = this.#node(at + 1);
    const old = tour.distance(before, node) + tour.distance(node, after);
    for (const row of this.#network.options[node] as Int32Array) {
      if (row === tour.rowOf(node)) continue;
      const beside = tour.position[neighbor] as number;
      for (const gap of [beside - 1, beside]) {
        if (gap === at || gap === at - 1 || !tour.within(Math.min(at, gap + 1), Math.max(at, gap))) continue;
        const left = this.#node(gap);
        const right = this.#node(gap + 1);
        const delta =
          tour.between(tour.rowOf(left), row) +
          tour.between(row, tour.rowOf(right)) -
          tour.distance(left, right) +
          tour.distance(before, after) -
          old;
        if (delta > -EPSILON) continue;
        tour.visitAt(node, row);
        if (gap < at) tour.exchange(gap + 1, at - 1, at);
        else tour.exchange(at, at, gap);
        this.#wakeAround(gap, gap + 1, at - 1, at, at + 1);
        this.#queue.wake(node);
        return delta;
      }
    }
    return 0;
  }

  #node(at: number): number {
    return this.#tour.order[at] as number;
  }

  #wakeAround(...positions: readonly number[]): void {
    for (const at of positions) this.#queue.wake(this.#node(at));
  }
}
