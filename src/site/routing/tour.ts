import type { Network } from './network.ts';

/** A walk that is being improved: an array of nodes between the virtual start and end. */
export interface Tour {
  /** The start is node `size` at position 0, the end is node `size + 1` at the last position. */
  readonly order: Int32Array;
  readonly position: Int32Array;
  readonly size: number;
  /** The row of the place where each node is visited now, the virtual ends included. */
  readonly rows: Int32Array;
  /** From node to node, at the places chosen now. */
  readonly distance: (from: number, to: number) => number;
  /** The row of the place where a node is visited now. */
  readonly rowOf: (node: number) => number;
  /** From row to row. */
  readonly between: (row: number, otherRow: number) => number;
  /** What reversing positions `from` to `to` adds to the inner length; 0 when walks are as long both ways. */
  readonly reversalCost: (from: number, to: number) => number;
  /** Whether positions may be rearranged among themselves: one group, start and end left alone. */
  readonly within: (from: number, to: number) => boolean;
  readonly reverse: (from: number, to: number) => void;
  /** Exchanges the adjacent blocks `from..middle` and `middle+1..to`. */
  readonly exchange: (from: number, middle: number, to: number) => void;
  readonly visitAt: (node: number, row: number) => void;
  /** Makes the present state the one to return to. */
  readonly keep: () => void;
  /** Returns to the state last kept. */
  readonly restore: () => void;
}

export function createTour(network: Network, initial: readonly number[], initialRows: readonly number[]): Tour {
  const { size, width: rowWidth, distances: between, places, symmetric } = network;
  const width = size + 2;
  const order = Int32Array.from([size, ...initial, size + 1]);
  const kept = order.slice();
  const position = new Int32Array(width);
  const groups = Int32Array.from([...network.groups, -1, -2]);
  const rows = Int32Array.from([...initialRows, places.length, places.length + 1]);
  const ahead = new Float64Array(width);
  const back = new Float64Array(width);
  const keptRows = new Map<number, number>();
  let low = width;
  let high = -1;
  /** The first position whose sums are out of date. */
  let stale = 1;

  const cell = (row: number, otherRow: number): number => between[row * rowWidth + otherRow] as number;
  const distance = (from: number, to: number): number =>
    between[(rows[from] as number) * rowWidth + (rows[to] as number)] as number;

  /** Sums of distances ahead and back up to a position: only where they differ, and no further than needed. */
  function sumUpTo(last: number): void {
    for (; stale <= last; stale += 1) {
      const before = order[stale - 1] as number;
      const node = order[stale] as number;
      ahead[stale] = (ahead[stale - 1] as number) + distance(before, node);
      back[stale] = (back[stale - 1] as number) + distance(node, before);
    }
  }
  function reversalCost(from: number, to: number): number {
    if (symmetric) return 0;
    sumUpTo(to);
    return (back[to] as number) - (back[from] as number) - (ahead[to] as number) + (ahead[from] as number);
  }
  function touch(from: number, to: number): void {
    for (let at = from; at <= to; at += 1) position[order[at] as number] = at;
    low = Math.min(low, from);
    high = Math.max(high, to);
    stale = Math.min(stale, Math.max(from, 1));
  }
  function flip(from: number, to: number): void {
    for (let left = from, right = to; left < right; left += 1, right -= 1) {
      const node = order[left] as number;
      order[left] = order[right] as number;
      order[right] = node;
    }
  }
  function setRow(node: number, row: number): void {
    rows[node] = row;
    stale = Math.min(stale, Math.max(position[node] as number, 1));
  }

  touch(0, width - 1);
  low = width;
  high = -1;

  return {
    order,
    position,
    size,
    rows,
    distance,
    rowOf: (node) => rows[node] as number,
    between: cell,
    reversalCost,
    within: (from, to) => groups[order[from] as number] === groups[order[to] as number],
    reverse(from, to) {
      flip(from, to);
      touch(from, to);
    },
    exchange(from, middle, to) {
      flip(from, middle);
      flip(middle + 1, to);
      flip(from, to);
      touch(from, to);
    },
    visitAt(node, row) {
      if (!keptRows.has(node)) keptRows.set(node, rows[node] as number);
      setRow(node, row);
    },
    keep() {
      for (let at = low; at <= high; at += 1) kept[at] = order[at] as number;
      keptRows.clear();
      low = width;
      high = -1;
    },
    restore() {
      for (let at = low; at <= high; at += 1) {
        order[at] = kept[at] as number;
        position[order[at] as number] = at;
      }
      stale = Math.min(stale, Math.max(low, 1));
      for (const [node, row] of keptRows) setRow(node, row);
      keptRows.clear();
      low = width;
      high = -1;
    },
  };
}
