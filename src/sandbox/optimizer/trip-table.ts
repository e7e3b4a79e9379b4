import type { Network } from '../../site/routing/network.ts';

/** The walk of one cluster, as the search estimates it: nodes in walking order, the row of each, the length. */
export interface Trip {
  readonly nodes: Int32Array;
  readonly rows: Int32Array;
  readonly length: number;
}

/** Looking at any trip costs as much work as this many insertions. */
const OVERHEAD = 20;

/** The one trip that is being changed. Its arrays are reused from trip to trip: millions of them are weighed. */
export class TripTable {
  /** Nodes at positions 1 to `count`. */
  readonly nodes: Int32Array;
  /** Rows at positions 1 to `count`, between the start at 0 and the end at `count + 1`. */
  readonly rows: Int32Array;
  count = 0;
  length = 0;
  /** How many insertions, or as much other work, were weighed so far. */
  work = 0;
  readonly #network: Network;
  /** The nodes whose entry is `#stamp` are on the table. */
  readonly #present: Int32Array;
  #stamp = 0;

  constructor(network: Network) {
    this.nodes = new Int32Array(network.size + 2);
    this.rows = new Int32Array(network.size + 2);
    this.#network = network;
    this.#present = new Int32Array(network.size);
  }

  /** From row to row. */
  distance(from: number, to: number): number {
    const { distances, width } = this.#network;
    return distances[from * width + to] as number;
  }

  /** Puts a trip on the table, in place of the one before. */
  lay(trip: Trip): void {
    const { nodes, rows } = this;
    const present = this.#present;
    const stamp = (this.#stamp += 1);
    const count = trip.nodes.length;
    this.count = count;
    this.length = trip.length;
    this.work += count + OVERHEAD;
    rows[0] = this.#network.places.length;
    for (let at = 0; at < count; at += 1) {
      const node = trip.nodes[at] as number;
      nodes[at + 1] = node;
      rows[at + 1] = trip.rows[at] as number;
      present[node] = stamp;
    }
    rows[count + 1] = this.#network.places.length + 1;
  }

  /** A copy of what is on the table. */
  taken(): Trip {
    const end = this.count + 1;
    return { nodes: this.nodes.slice(1, end), rows: this.rows.slice(1, end), length: this.length };
  }

  /** Inserts nodes one after another, each where it costs least; those already there cost nothing. */
  insertAll(added: Int32Array): void {
    for (const node of added) if (this.#present[node] !== this.#stamp) this.length += this.#insert(node);
  }

  /** Inserts a node where it costs least; returns what it costs. */
  #insert(node: number): number {
    this.#present[node] = this.#stamp;
    const { rows, count } = this;
    const { options, distances, width, places } = this.#network;
    let best = Number.POSITIVE_INFINITY;
    let bestAt = 1;
    let bestRow = 0;
    for (const row of options[node] as Int32Array) {
      let before = places.length;
      this.work += count + 1;
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
    this.put(node, bestRow, bestAt);
    return best;
  }

  put(node: number, row: number, at: number): void {
    const { nodes, rows } = this;
    // By hand: a call of copyWithin costs more than moving the few dozen numbers of a trip.
    for (let to = this.count + 2; to > at; to -= 1) {
      rows[to] = rows[to - 1] as number;
      nodes[to] = nodes[to - 1] as number;
    }
    rows[at] = row;
    nodes[at] = node;
    this.count += 1;
  }

  removeAt(at: number): void {
    const { nodes, rows, count } = this;
    for (let to = at; to <= count; to += 1) {
      rows[to] = rows[to + 1] as number;
      nodes[to] = nodes[to + 1] as number;
    }
    this.count -= 1;
  }

  /** Removes several nodes, and measures what is left. */
  removeAll(removed: ReadonlySet<number>): void {
    const { nodes, rows, count } = this;
    let left = 0;
    for (let at = 1; at <= count; at += 1) {
      if (removed.has(nodes[at] as number)) continue;
      left += 1;
      nodes[left] = nodes[at] as number;
      rows[left] = rows[at] as number;
    }
    this.count = left;
    rows[left + 1] = this.#network.places.length + 1;
    this.measure();
  }

  /** Takes the node at a position out and inserts it where it costs least; returns what that costs, beside `length`. */
  reinsertAt(at: number): number {
    const node = this.nodes[at] as number;
    this.removeAt(at);
    return this.#insert(node);
  }

  measure(): void {
    const { rows, count } = this;
    let total = 0;
    if (count > 0)
      for (let at = 0; at <= count; at += 1) total += this.distance(rows[at] as number, rows[at + 1] as number);
    this.length = total;
  }
}
