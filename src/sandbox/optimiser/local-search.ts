import type { Network } from './network.ts';
import type { Tour } from './tour.ts';

/** Smaller gains are rounding errors. */
const EPSILON = 1e-7;
const LONGEST_SEGMENT = 3;
const STEPS = [1, -1] as const;

export interface LocalSearch {
  /** Marks a node as worth looking at. */
  wake(node: number): void;
  /** Improves around the marked nodes until no move helps; returns by how much the tour became longer (never above 0). */
  settle(): number;
}

/**
 * 2-opt and Or-opt (segments of up to three, either way round) with neighbour lists and don't-look
 * bits; a node with alternatives is also moved to its other places. Distances may differ each way.
 */
export function createLocalSearch(network: Network, tour: Tour, neighbours: readonly Int32Array[]): LocalSearch {
  const { order, position, size, distance, reversalCost, within } = tour;
  const waiting: number[] = [];
  const isWaiting = new Uint8Array(size + 2);

  function wake(node: number): void {
    if (node >= size || isWaiting[node] === 1) return;
    isWaiting[node] = 1;
    waiting.push(node);
  }
  function wakeAround(...positions: readonly number[]): void {
    for (const at of positions) wake(order[at] as number);
  }
  const node = (at: number): number => order[at] as number;

  /** Reverses positions from..to if that helps. */
  function tryReversal(from: number, to: number): number {
    if (from >= to || !within(from, to)) return 0;
    const before = node(from - 1);
    const after = node(to + 1);
    const first = node(from);
    const last = node(to);
    const delta =
      distance(before, last) +
      distance(first, after) -
      distance(before, first) -
      distance(last, after) +
      reversalCost(from, to);
    if (delta > -EPSILON) return 0;
    tour.reverse(from, to);
    wakeAround(from - 1, from, to, to + 1);
    return delta;
  }

  /** Moves positions from..to to between `gap` and `gap + 1`, turned round or not, if that helps. */
  function tryMove(from: number, to: number, gap: number, turned: boolean): number {
    if (from < 1 || to > size || (gap >= from - 1 && gap <= to)) return 0;
    const low = gap < from ? gap + 1 : from;
    const high = gap < from ? to : gap;
    if (!within(low, high)) return 0;
    const first = node(from);
    const last = node(to);
    const before = node(from - 1);
    const after = node(to + 1);
    const left = node(gap);
    const right = node(gap + 1);
    let delta = distance(before, after) - distance(before, first) - distance(last, after) - distance(left, right);
    delta += turned
      ? distance(left, last) + distance(first, right) + reversalCost(from, to)
      : distance(left, first) + distance(last, right);
    if (delta > -EPSILON) return 0;
    if (turned) tour.reverse(from, to);
    tour.exchange(low, gap < from ? from - 1 : to, high);
    const split = gap < from ? low + to - from : high - to + from - 1;
    wakeAround(low - 1, low, split, split + 1, high, high + 1);
    return delta;
  }

  /**
   * Moves that make `c` the neighbour of `a` instead of the node behind (`step` 1) or before (-1) it:
   * 2-opt turns round what lies between; Or-opt takes a segment that ends with one of the two to the other.
   * Only new steps shorter than the one they replace are tried, `a` to `c` and `c` to `a` each on its own.
   */
  function tryJoin(a: number, c: number, step: 1 | -1, removed: number): number {
    const i = position[a] as number;
    const j = position[c] as number;
    const out = distance(a, c) < removed;
    const back = distance(c, a) < removed;
    let delta = 0;
    if (i < j ? out : back) {
      if (step === 1) delta = i < j ? tryReversal(i + 1, j) : tryReversal(j + 1, i);
      else delta = i < j ? tryReversal(i, j - 1) : tryReversal(j, i - 1);
      if (delta < 0) return delta;
    }
    for (let more = 0; more < LONGEST_SEGMENT; more += 1) {
      if (step === 1) {
        if (out) {
          delta = tryMove(i - more, i, j - 1, false) || tryMove(j, j + more, i, false) || tryMove(j - more, j, i, true);
        }
        if (delta === 0 && back) delta = tryMove(i - more, i, j, true);
      } else {
        if (back) {
          delta =
            tryMove(i, i + more, j, false) || tryMove(j - more, j, i - 1, false) || tryMove(j, j + more, i - 1, true);
        }
        if (delta === 0 && out) delta = tryMove(i, i + more, j - 1, true);
      }
      if (delta < 0) return delta;
    }
    return 0;
  }

  /** Visits a node at another of its places, where it is in the walk or next to `c`. */
  function tryPlaces(a: number, c: number | undefined): number {
    const i = position[a] as number;
    const before = node(i - 1);
    const after = node(i + 1);
    const there = tour.rowOf(before);
    const then = tour.rowOf(after);
    const gain = distance(before, a) + distance(a, after);
    for (const row of network.options[a] as Int32Array) {
      if (row === tour.rowOf(a)) continue;
      if (c === undefined) {
        const delta = tour.between(there, row) + tour.between(row, then) - gain;
        if (delta > -EPSILON) continue;
        tour.visitAt(a, row);
        wakeAround(i - 1, i, i + 1);
        return delta;
      }
      const j = position[c] as number;
      for (const gap of [j - 1, j]) {
        if (gap === i || gap === i - 1 || !within(Math.min(i, gap + 1), Math.max(i, gap))) continue;
        const left = node(gap);
        const right = node(gap + 1);
        const delta =
          tour.between(tour.rowOf(left), row) +
          tour.between(row, tour.rowOf(right)) -
          distance(left, right) +
          distance(before, after) -
          gain;
        if (delta > -EPSILON) continue;
        tour.visitAt(a, row);
        if (gap < i) tour.exchange(gap + 1, i - 1, i);
        else tour.exchange(i, i, gap);
        wakeAround(gap, gap + 1, i - 1, i, i + 1);
        wake(a);
        return delta;
      }
    }
    return 0;
  }

  function improve(a: number): number {
    const hasChoice = (network.options[a] as Int32Array).length > 1;
    if (hasChoice) {
      const delta = tryPlaces(a, undefined);
      if (delta < 0) return delta;
    }
    const nearby = neighbours[a] as Int32Array;
    for (const step of STEPS) {
      const at = position[a] as number;
      const removed = step === 1 ? distance(a, node(at + 1)) : distance(node(at - 1), a);
      for (const c of nearby) {
        if (Math.min(distance(a, c), distance(c, a)) >= removed) break;
        const delta = tryJoin(a, c, step, removed);
        if (delta < 0) return delta;
      }
    }
    if (hasChoice) {
      for (const c of nearby) {
        const delta = tryPlaces(a, c);
        if (delta < 0) return delta;
      }
    }
    return 0;
  }

  return {
    wake,
    settle() {
      let total = 0;
      for (let a = waiting.pop(); a !== undefined; a = waiting.pop()) {
        isWaiting[a] = 0;
        for (let delta = improve(a); delta < 0; delta = improve(a)) total += delta;
      }
      return total;
    },
  };
}
