import type { Steps } from '../../lib/async/steps.ts';
import type { Network } from '../../site/routing/network.ts';
import { type Trip, TripTable } from './trip-table.ts';

const EPSILON = 1e-7;
/** Longer trips are polished in steps; nothing else may be weighed between them. */
const LONG = 100;
/** Owners of a node that is on no list, and on several. */
const NOBODY = -1;
const SEVERAL = -2;

export function createTripPlanner(network: Network) {
  const table = new TripTable(network);
  const owner = new Int32Array(network.size + 2).fill(NOBODY);

  return {
    /** The trip that visits nothing. */
    empty: { nodes: new Int32Array(0), rows: new Int32Array(0), length: 0 } as Trip,
    /** Length with the nodes put in one after another, each where it costs least; those already there cost nothing. */
    lengthWith(trip: Trip, added: Int32Array) {
      table.lay(trip);
      table.insertAll(added);
      return table.length;
    },
    /** How many different places the trip last weighed by `lengthWith` goes to. */
    placesOnTable: () => new Set(table.rows.subarray(1, table.count + 1)).size,
    with(trip: Trip, added: Int32Array) {
      table.lay(trip);
      table.insertAll(added);
      return table.taken();
    },
    without(trip: Trip, removed: ReadonlySet<number>) {
      table.lay(trip);
      table.removeAll(removed);
      return table.taken();
    },
    /** For every list of nodes the length without those that are on no other list. */
    lengthsWithout(trip: Trip, lists: readonly Int32Array[]) {
      table.lay(trip);
      for (const [index, list] of lists.entries()) {
        for (const node of list) owner[node] = owner[node] === NOBODY ? index : SEVERAL;
      }
      const lengths = lengthsByOwner(table, owner, lists.length);
      for (const list of lists) for (const node of list) owner[node] = NOBODY;
      return lengths;
    },
    /** Shortened by moving single nodes and reversing stretches, until neither helps. */
    *polish(trip: Trip): Steps<Trip> {
      table.lay(trip);
      for (let changed = true; changed;) {
        changed = reverseStretches(table);
        if (table.count > LONG) yield;
        changed = moveSingles(table) || changed;
        if (table.count > LONG) yield;
        table.work += table.count * table.count;
      }
      table.measure();
      return table.taken();
    },
    /** How many insertions, or as much other work, were weighed so far. */
    work: () => table.work,
  };
}

export type TripPlanner = ReturnType<typeof createTripPlanner>;

/** For every owner the length of the trip without the nodes that are its own. */
function lengthsByOwner(table: TripTable, owner: Int32Array, owners: number): readonly number[] {
  const { nodes, rows, count } = table;
  const lengths = Array.from<number>({ length: owners }).fill(table.length);
  for (let from = 1; from <= count;) {
    const mine = owner[nodes[from] as number] as number;
    let to = from;
    let along = table.distance(rows[from - 1] as number, rows[from] as number);
    for (; to < count && owner[nodes[to + 1] as number] === mine; to += 1) {
      along += table.distance(rows[to] as number, rows[to + 1] as number);
    }
    if (mine >= 0) {
      const isAll = to - from + 1 === count;
      along += table.distance(rows[to] as number, rows[to + 1] as number);
      const direct = table.distance(rows[from - 1] as number, rows[to + 1] as number);
      lengths[mine] = isAll ? 0 : (lengths[mine] as number) - along + direct;
    }
    from = to + 1;
  }
  return lengths;
}

/** 2-opt: reverses every stretch whose reversal shortens the trip. Returns whether there was one. */
function reverseStretches(table: TripTable): boolean {
  const { nodes, rows, count } = table;
  let changed = false;
  for (let from = 1; from < count; from += 1) {
    let inner = 0;
    for (let to = from + 1; to <= count; to += 1) {
      const before = rows[from - 1] as number;
      const first = rows[from] as number;
      const previous = rows[to - 1] as number;
      const last = rows[to] as number;
      const after = rows[to + 1] as number;
      inner += table.distance(last, previous) - table.distance(previous, last);
      const longer =
        table.distance(before, last) +
        table.distance(first, after) -
        table.distance(before, first) -
        table.distance(last, after);
      if (longer + inner >= -EPSILON) continue;
      rows.subarray(from, to + 1).reverse();
      nodes.subarray(from, to + 1).reverse();
      changed = true;
      inner = -inner;
    }
  }
  return changed;
}

/** Moves every node that costs less elsewhere. Returns whether there was one. */
function moveSingles(table: TripTable): boolean {
  const { nodes, rows, count } = table;
  let changed = false;
  for (let at = 1; at <= count; at += 1) {
    const node = nodes[at] as number;
    const row = rows[at] as number;
    const before = rows[at - 1] as number;
    const after = rows[at + 1] as number;
    const gain =
      table.distance(before, row) + table.distance(row, after) - (count === 1 ? 0 : table.distance(before, after));
    if (table.reinsertAt(at) < gain - EPSILON) {
      changed = true;
    } else {
      table.removeAt(nodes.indexOf(node, 1));
      table.put(node, row, at);
    }
  }
  return changed;
}
