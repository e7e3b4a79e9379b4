import type { Network } from '../../site/routing/network.ts';
import type { Steps } from '../../lib/async/steps.ts';

/** The walk of one cluster, as the search estimates it: nodes in walking order, the row of each, the length. */
export interface Trip {
  readonly nodes: Int32Array;
  readonly rows: Int32Array;
  readonly length: number;
}

export interface TripPlanner {
  /** The trip that visits nothing. */
  readonly empty: Trip;
  /** Length with the nodes put in one after another, each where it costs least; those already there cost nothing. */
  lengthWith(trip: Trip, nodes: Int32Array): number;
  /** How many different places the trip last weighed by `lengthWith` goes to. */
  placesOnTable(): number;
  with(trip: Trip, nodes: Int32Array): Trip;
  without(trip: Trip, nodes: ReadonlySet<number>): Trip;
  /** For every list of nodes the length without those that are on no other list. */
  lengthsWithout(trip: Trip, lists: readonly Int32Array[]): readonly number[];
  /** Shortened by moving single nodes and turning stretches round, until neither helps. */
  polish(trip: Trip): Steps<Trip>;
  /** How many insertions, or as much other work, were weighed so far. */
  work(): number;
}

const EPSILON = 1e-7;
/** What looking at any trip costs, next to one insertion. */
const OVERHEAD = 20;
/** Longer trips are polished in steps; nothing else may be weighed between them. */
const LONG = 100;
/** Owners of a node that is on no list, and on several. */
const NOBODY = -1;
const SEVERAL = -2;

export function createTripPlanner({ size, options, distances, width, places }: Network): TripPlanner {
  const start = places.length;
  const end = places.length + 1;
  const nodes = new Int32Array(size + 2);
  const rows = new Int32Array(size + 2);
  const present = new Int32Array(size);
  const owner = new Int32Array(size + 2).fill(NOBODY);
  let stamp = 0;
  let count = 0;
  let length = 0;
  let work = 0;

  const between = (from: number, to: number): number => distances[from * width + to] as number;

  /** Puts a trip on the table: `nodes` and `rows` between the start and the end. */
  function lay(trip: Trip): void {
    stamp += 1;
    count = trip.nodes.length;
    work += count + OVERHEAD;
    length = trip.length;
    rows[0] = start;
    for (let at = 0; at < count; at += 1) {
      const node = trip.nodes[at] as number;
      nodes[at + 1] = node;
      rows[at + 1] = trip.rows[at] as number;
      present[node] = stamp;
    }
    rows[count + 1] = end;
  }
  function put(node: number, row: number, at: number): void {
    // By hand: a call of copyWithin costs more than moving the few dozen numbers of a trip.
    for (let to = count + 2; to > at; to -= 1) {
      rows[to] = rows[to - 1] as number;
      nodes[to] = nodes[to - 1] as number;
    }
    rows[at] = row;
    nodes[at] = node;
    count += 1;
  }
  function take(at: number): void {
    for (let to = at; to <= count; to += 1) {
      rows[to] = rows[to + 1] as number;
      nodes[to] = nodes[to + 1] as number;
    }
    count -= 1;
  }
  function insert(node: number): void {
    if (present[node] === stamp) return;
    present[node] = stamp;
    let best = Number.POSITIVE_INFINITY;
    let bestAt = 1;
    let bestRow = 0;
    for (const row of options[node] as Int32Array) {
      let before = start;
      work += count + 1;
      for (let at = 1; at <= count + 1; at += 1) {
        const after = rows[at] as number;
        const longer =
          (distances[before * width + row] as number) +
          (distances[row * width + after] as number) -
          (count === 0 ? 0 : (distances[before * width + after] as number));
        // Of equals, a place where the trip goes anyway: the number of places may be limited.
        if (longer < best || (longer === best && row === before)) {
          best = longer;
          bestAt = at;
          bestRow = row;
        }
        before = after;
      }
    }
    put(node, bestRow, bestAt);
    length += best;
  }
  function taken(): Trip {
    return { nodes: nodes.slice(1, count + 1), rows: rows.slice(1, count + 1), length };
  }
  function measured(): number {
    if (count === 0) return 0;
    let total = between(start, rows[1] as number);
    for (let at = 1; at <= count; at += 1) total += between(rows[at] as number, rows[at + 1] as number);
    return total;
  }
  function turnRound(): boolean {
    let changed = false;
    for (let from = 1; from < count; from += 1) {
      let inner = 0;
      for (let to = from + 1; to <= count; to += 1) {
        const before = rows[from - 1] as number;
        const first = rows[from] as number;
        const last = rows[to] as number;
        const after = rows[to + 1] as number;
        inner += between(last, rows[to - 1] as number) - between(rows[to - 1] as number, last);
        const longer = between(before, last) + between(first, after) - between(before, first) - between(last, after);
        if (longer + inner >= -EPSILON) continue;
        rows.subarray(from, to + 1).reverse();
        nodes.subarray(from, to + 1).reverse();
        changed = true;
        inner = -inner;
      }
    }
    return changed;
  }
  function moveSingles(): boolean {
    let changed = false;
    for (let at = 1; at <= count; at += 1) {
      const node = nodes[at] as number;
      const row = rows[at] as number;
      const before = rows[at - 1] as number;
      const after = rows[at + 1] as number;
      const gain = between(before, row) + between(row, after) - (count === 1 ? 0 : between(before, after));
      take(at);
      const old = length;
      length = 0;
      present[node] = 0;
      insert(node);
      if (length < gain - EPSILON) {
        changed = true;
      } else {
        take(nodes.indexOf(node, 1));
        put(node, row, at);
      }
      length = old;
    }
    return changed;
  }

  return {
    empty: { nodes: new Int32Array(0), rows: new Int32Array(0), length: 0 },
    lengthWith(trip, added) {
      lay(trip);
      for (const node of added) insert(node);
      return length;
    },
    placesOnTable: () => new Set(rows.subarray(1, count + 1)).size,
    with(trip, added) {
      lay(trip);
      for (const node of added) insert(node);
      return taken();
    },
    without(trip, removed) {
      lay(trip);
      let left = 0;
      for (let at = 1; at <= trip.nodes.length; at += 1) {
        if (removed.has(nodes[at] as number)) continue;
        left += 1;
        nodes[left] = nodes[at] as number;
        rows[left] = rows[at] as number;
      }
      count = left;
      rows[count + 1] = end;
      length = measured();
      return taken();
    },
    lengthsWithout(trip, lists) {
      lay(trip);
      for (const [index, list] of lists.entries()) {
        for (const node of list) owner[node] = owner[node] === NOBODY ? index : SEVERAL;
      }
      const lengths = lists.map(() => trip.length);
      for (let from = 1; from <= count;) {
        const mine = owner[nodes[from] as number] as number;
        let to = from;
        let along = between(rows[from - 1] as number, rows[from] as number);
        for (; to < count && owner[nodes[to + 1] as number] === mine; to += 1) {
          along += between(rows[to] as number, rows[to + 1] as number);
        }
        if (mine >= 0) {
          const all = to - from + 1 === count;
          along += between(rows[to] as number, rows[to + 1] as number);
          const direct = between(rows[from - 1] as number, rows[to + 1] as number);
          lengths[mine] = all ? 0 : (lengths[mine] as number) - along + direct;
        }
        from = to + 1;
      }
      for (const list of lists) for (const node of list) owner[node] = NOBODY;
      return lengths;
    },
    *polish(trip) {
      lay(trip);
      for (let changed = true; changed;) {
        changed = turnRound();
        if (count > LONG) yield;
        changed = moveSingles() || changed;
        if (count > LONG) yield;
        work += count * count;
      }
      length = measured();
      return taken();
    },
    work: () => work,
  };
}
