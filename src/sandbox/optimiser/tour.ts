import type { Network } from './network.ts';

/** A walk that is being improved: an array of nodes between the virtual start and end. */
export interface Tour {
  /** The start is node `size` at position 0, the end is node `size + 1` at the last position. */
  readonly order: Int32Array;
  readonly position: Int32Array;
  readonly size: number;
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
  /** Exchanges the neighbouring blocks `from..middle` and `middle+1..to`. */
  readonly exchange: (from: number, middle: number, to: number) => void;
  readonly visitAt: (node: number, row: number) => void;
  readonly length: () => number;
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
  const matrix = new Float64Array(width * width);
  const ahead = new Float64Array(width);
  const back = new Float64Array(width);
  const keptRows = new Map<number, number>();
  let low = width;
  let high = -1;

  const cell = (row: number, otherRow: number): number => between[row * rowWidth + otherRow] as number;

  function fill(node: number): void {
    const row = rows[node] as number;
    for (let other = 0; other < width; other += 1) {
      const otherRow = rows[other] as number;
      matrix[node * width + other] = cell(row, otherRow);
      matrix[other * width + node] = cell(otherRow, row);
    }
  }
  /** Sums of distances ahead and back up to each position, kept only where they differ. */
  function sum(from: number): void {
    if (symmetric) return;
    for (let at = Math.max(from, 1); at < width; at += 1) {
      const before = order[at - 1] as number;
      const node = order[at] as number;
      ahead[at] = (ahead[at - 1] as number) + (matrix[before * width + node] as number);
      back[at] = (back[at - 1] as number) + (matrix[node * width + before] as number);
    }
  }
  function touch(from: number, to: number): void {
    for (let at = from; at <= to; at += 1) position[order[at] as number] = at;
    low = Math.min(low, from);
    high = Math.max(high, to);
    sum(from);
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
    fill(node);
    sum((position[node] as number) || 1);
  }
  const length = (): number => {
    let total = 0;
    for (let at = 1; at < width; at += 1) {
      total += matrix[(order[at - 1] as number) * width + (order[at] as number)] as number;
    }
    return total;
  };

  for (let node = 0; node < width; node += 1) fill(node);
  touch(0, width - 1);
  low = width;
  high = -1;

  return {
    order,
    position,
    size,
    distance: (from, to) => matrix[from * width + to] as number,
    rowOf: (node) => rows[node] as number,
    between: cell,
    reversalCost: (from, to) =>
      symmetric ? 0 : (back[to] as number) - (back[from] as number) - (ahead[to] as number) + (ahead[from] as number),
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
    length,
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
      for (const [node, row] of keptRows) setRow(node, row);
      sum(low);
      keptRows.clear();
      low = width;
      high = -1;
    },
  };
}
