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
  const { symmetric, distances, width } = network;
  const { rows } = tour;
  const leaving = new Float64Array(LONGEST_SEGMENT);
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

  /** Moves what lies from one position to the other to between `gap` and the position after it in the direction of `step`. */
  function tryMoveAlong(step: 1 | -1, one: number, other: number, gap: number, turned: boolean): number {
    return tryMove(Math.min(one, other), Math.max(one, other), step === 1 ? gap : gap - 1, turned);
  }

  /** Row of the node at a position, of the virtual ends beyond them. */
  const rowAt = (at: number): number => rows[order[Math.min(Math.max(at, 0), size + 1)] as number] as number;

  /** Of each length, what closing the gap costs behind a segment that ends with the node at `i` and goes on away from `step`. */
  function measureLeaving(i: number, step: 1 | -1): void {
    const [out, to] = step === 1 ? [width, 1] : [1, width];
    const next = rowAt(i + step) * to;
    const removed = distances[rowAt(i) * out + next] as number;
    for (let more = 0; more < LONGEST_SEGMENT; more += 1) {
      const before = rowAt(i - step * (more + 1)) * out;
      leaving[more] =
        (distances[before + next] as number) - (distances[before + rowAt(i - step * more) * to] as number) - removed;
    }
  }

  /**
   * Moves that make `c` the neighbour of `a` instead of the node behind (`step` 1) or before (-1) it:
   * 2-opt turns round what lies between; Or-opt takes a segment that ends with one of the two to the other.
   * Only new steps shorter than the one they replace are tried, `a` to `c` and `c` to `a` each on its own.
   * Most moves that do not help are passed over after two or three distances, before they are weighed as a whole.
   */
  function tryJoin(a: number, c: number, step: 1 | -1, removed: number): number {
    const i = position[a] as number;
    const j = position[c] as number;
    // The distance from x on to y in the direction of `step` is that at x * out + y * to.
    const out = step === 1 ? width : 1;
    const to = step === 1 ? 1 : width;
    const rowA = rows[a] as number;
    const rowC = rows[c] as number;
    const joined = distances[rowA * out + rowC * to] as number;
    const joinedBack = distances[rowC * out + rowA * to] as number;
    const isOut = joined < removed;
    const isBack = joinedBack < removed;
    if (i < j === (step === 1) ? isOut : isBack) {
      let delta = 0;
      if (step === 1) delta = i < j ? tryReversal(i + 1, j) : tryReversal(j + 1, i);
      else delta = i < j ? tryReversal(i, j - 1) : tryReversal(j, i - 1);
      if (delta < 0) return delta;
    }
    const toNext = rowAt(i + step) * to;
    const outBefore = rowAt(j - step) * out;
    const toAfter = rowAt(j + step) * to;
    const opened = distances[outBefore + rowC * to] as number;
    const openedBehind = distances[rowC * out + toAfter] as number;
    for (let more = 0; more < LONGEST_SEGMENT; more += 1) {
      const far = step * more;
      const left = leaving[more] as number;
      if (isOut) {
        const first = rowAt(i - far);
        if (left + joined + (distances[outBefore + first * to] as number) < opened) {
          const delta = tryMoveAlong(step, i - far, i, j - step, false);
          if (delta < 0) return delta;
        }
        const last = rowAt(j + far) * out;
        const beyond = rowAt(j + far + step) * to;
        if (joined + (distances[last + toNext] as number) < removed + opened + (distances[last + beyond] as number)) {
          const delta = tryMoveAlong(step, j, j + far, i, false);
          if (delta < 0) return delta;
        }
        const start = rowAt(j - far);
        const ahead = distances[rowAt(j - far - step) * out + start * to] as number;
        if (!symmetric || joined + (distances[start * out + toNext] as number) < removed + openedBehind + ahead) {
          const delta = tryMoveAlong(step, j - far, j, i, true);
          if (delta < 0) return delta;
        }
      }
      if (isBack) {
        const reached = distances[rowAt(i - far) * out + toAfter] as number;
        if (!symmetric || left + joinedBack + reached < openedBehind) {
          const delta = tryMoveAlong(step, i - far, i, j, true);
          if (delta < 0) return delta;
        }
      }
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
      const row = rows[a] as number;
      const next = rowAt(at + step);
      const removed = distances[step === 1 ? row * width + next : next * width + row] as number;
      let isMeasured = false;
      for (const c of nearby) {
        const other = rows[c] as number;
        let nearest = distances[row * width + other] as number;
        if (!symmetric) nearest = Math.min(nearest, distances[other * width + row] as number);
        if (nearest >= removed) break;
        if (!isMeasured) measureLeaving(at, step);
        isMeasured = true;
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
