import { Moves, WakeQueue } from './moves.ts';
import type { Network } from './network.ts';
import type { Tour } from './tour.ts';

const LONGEST_SEGMENT = 3;
const STEPS = [1, -1] as const;

/**
 * 2-opt and Or-opt (segments of up to three, either way round) with neighbor lists and don't-look bits; a node with
 * alternatives is also moved to its other places. Distances may differ each way.
 *
 * The distance from row x on to row y in the direction of a `step` (1: ahead, -1: back) is at `x * out + y * to`, where
 * `out` and `to` are the width of the distances and 1, or the other way round.
 */
export class LocalSearch {
  readonly #network: Network;
  readonly #tour: Tour;
  readonly #neighbors: readonly Int32Array[];
  readonly #queue: WakeQueue;
  readonly #moves: Moves;
  /** See {@link LocalSearch.#measureLeaving}. */
  readonly #leaving = new Float64Array(LONGEST_SEGMENT);

  /** `neighbors`: of each node those that may become its neighbors in the tour, nearest first. */
  constructor(network: Network, tour: Tour, neighbors: readonly Int32Array[]) {
    this.#network = network;
    this.#tour = tour;
    this.#neighbors = neighbors;
    this.#queue = new WakeQueue(tour.size);
    this.#moves = new Moves(network, tour, this.#queue);
  }

  /** Marks a node as worth looking at. */
  wake(node: number): void {
    this.#queue.wake(node);
  }

  /** Improves around the marked nodes until no move helps; returns by how much the tour became longer (never above 0). */
  settle(): number {
    let total = 0;
    for (let node = this.#queue.pop(); node !== undefined; node = this.#queue.pop()) {
      for (let delta = this.#improve(node); delta < 0; delta = this.#improve(node)) total += delta;
    }
    return total;
  }

  /** Makes the first move found that helps. Returns by how much the tour became longer, here and below: 0 for no move. */
  #improve(a: number): number {
    const { symmetric, distances, width, options } = this.#network;
    const { position, rows } = this.#tour;
    const hasChoice = (options[a] as Int32Array).length > 1;
    if (hasChoice) {
      const delta = this.#moves.visitElsewhere(a);
      if (delta < 0) return delta;
    }
    const nearby = this.#neighbors[a] as Int32Array;
    for (const step of STEPS) {
      const at = position[a] as number;
      const row = rows[a] as number;
      const next = this.#rowAt(at + step);
      const removed = distances[step === 1 ? row * width + next : next * width + row] as number;
      let isMeasured = false;
      for (const c of nearby) {
        const other = rows[c] as number;
        let nearest = distances[row * width + other] as number;
        if (!symmetric) nearest = Math.min(nearest, distances[other * width + row] as number);
        if (nearest >= removed) break;
        if (!isMeasured) this.#measureLeaving(at, step);
        isMeasured = true;
        const delta = this.#join(a, c, step, removed);
        if (delta < 0) return delta;
      }
    }
    if (hasChoice) {
      for (const c of nearby) {
        const delta = this.#moves.visitElsewhereNextTo(a, c);
        if (delta < 0) return delta;
      }
    }
    return 0;
  }

  /**
   * Makes `c` the neighbor of `a` in place of the node after (`step` 1) or before (-1) it: 2-opt reverses what lies
   * between; Or-opt takes a segment that ends with one of the two to the other.
   *
   * Only new steps shorter than the one they replace (`removed`) are tried, `a` to `c` and `c` to `a` each on its own. Most
   * moves that do not help are ruled out by two or three distances, before they are weighed as a whole.
   */
  #join(a: number, c: number, step: 1 | -1, removed: number): number {
    const { symmetric, distances, width } = this.#network;
    const { position, rows } = this.#tour;
    const i = position[a] as number;
    const j = position[c] as number;
    const out = step === 1 ? width : 1;
    const to = step === 1 ? 1 : width;
    const rowA = rows[a] as number;
    const rowC = rows[c] as number;
    const joined = distances[rowA * out + rowC * to] as number;
    const joinedBack = distances[rowC * out + rowA * to] as number;
    const isOut = joined < removed;
    const isBack = joinedBack < removed;
    if (i < j === (step === 1) ? isOut : isBack) {
      const delta = this.#reverseBetween(i, j, step);
      if (delta < 0) return delta;
    }
    const toNext = this.#rowAt(i + step) * to;
    const outBefore = this.#rowAt(j - step) * out;
    const toAfter = this.#rowAt(j + step) * to;
    const opened = distances[outBefore + rowC * to] as number;
    const openedBehind = distances[rowC * out + toAfter] as number;
    for (let more = 0; more < LONGEST_SEGMENT; more += 1) {
      const far = step * more;
      const left = this.#leaving[more] as number;
      if (isOut) {
        const first = this.#rowAt(i - far);
        if (left + joined + (distances[outBefore + first * to] as number) < opened) {
          const delta = this.#moveAlong(step, i - far, i, j - step, false);
          if (delta < 0) return delta;
        }
        const last = this.#rowAt(j + far) * out;
        const beyond = this.#rowAt(j + far + step) * to;
        if (joined + (distances[last + toNext] as number) < removed + opened + (distances[last + beyond] as number)) {
          const delta = this.#moveAlong(step, j, j + far, i, false);
          if (delta < 0) return delta;
        }
        const start = this.#rowAt(j - far);
        const ahead = distances[this.#rowAt(j - far - step) * out + start * to] as number;
        if (!symmetric || joined + (distances[start * out + toNext] as number) < removed + openedBehind + ahead) {
          const delta = this.#moveAlong(step, j - far, j, i, true);
          if (delta < 0) return delta;
        }
      }
      if (isBack) {
        const reached = distances[this.#rowAt(i - far) * out + toAfter] as number;
        if (!symmetric || left + joinedBack + reached < openedBehind) {
          const delta = this.#moveAlong(step, i - far, i, j, true);
          if (delta < 0) return delta;
        }
      }
    }
    return 0;
  }

  /** Of each segment length, what closing the gap costs behind a segment that ends at `i` and goes on away from `step`. */
  #measureLeaving(i: number, step: 1 | -1): void {
    const { distances, width } = this.#network;
    const [out, to] = step === 1 ? [width, 1] : [1, width];
    const next = this.#rowAt(i + step) * to;
    const removed = distances[this.#rowAt(i) * out + next] as number;
    for (let more = 0; more < LONGEST_SEGMENT; more += 1) {
      const before = this.#rowAt(i - step * (more + 1)) * out;
      this.#leaving[more] =
        (distances[before + next] as number) -
        (distances[before + this.#rowAt(i - step * more) * to] as number) -
        removed;
    }
  }

  /** Reverses what has to be turned for positions `i` and `j` to become neighbors in the direction of `step`. */
  #reverseBetween(i: number, j: number, step: 1 | -1): number {
    if (step === 1) return i < j ? this.#moves.reverse(i + 1, j) : this.#moves.reverse(j + 1, i);
    return i < j ? this.#moves.reverse(i, j - 1) : this.#moves.reverse(j, i - 1);
  }

  /** Moves what lies from one position to the other to between `gap` and the position after it in the direction of `step`. */
  #moveAlong(step: 1 | -1, one: number, other: number, gap: number, reversed: boolean): number {
    return this.#moves.move(Math.min(one, other), Math.max(one, other), step === 1 ? gap : gap - 1, reversed);
  }

  /** Row of the node at a position; of the virtual ends beyond them. */
  #rowAt(at: number): number {
    const { order, rows, size } = this.#tour;
    return rows[order[Math.min(Math.max(at, 0), size + 1)] as number] as number;
  }
}
