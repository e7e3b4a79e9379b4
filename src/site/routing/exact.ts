import type { Network, Walk } from './network.ts';
import type { Steps } from '../../lib/async/steps.ts';

/** Most nodes that one group may have for an exact solution: 2^12 subsets. */
const MOST_NODES = 12;
/** Most steps (subsets times pairs of places) for one group; they take far less than a second. */
const MOST_STEPS = 40_000_000;

/** A node at one of its places. */
interface State {
  readonly node: number;
  readonly row: number;
}

interface Layer {
  readonly states: readonly State[];
  /** `costs[subset * states.length + state]`: shortest walk up to here through the subset, ending in the state. */
  readonly costs: Float64Array;
  /** The state before, in the same layout; in the layer before when the subset has one node. -1: the start. */
  readonly before: Int32Array;
  readonly full: number;
}

function groupsOf({ groups }: Network): number[][] {
  const lists: number[][] = [];
  for (const [node, group] of groups.entries()) (lists[group] ??= []).push(node);
  return lists;
}

/** Whether {@link solveExactly} can do it in bounded time. */
export function canSolveExactly(network: Network): boolean {
  return groupsOf(network).every((nodes) => {
    let states = 0;
    for (const node of nodes) states += network.options[node]?.length ?? 0;
    return nodes.length <= MOST_NODES && 2 ** nodes.length * states * states <= MOST_STEPS;
  });
}

function* solveGroup(network: Network, nodes: readonly number[], previous: Layer | undefined): Steps<Layer> {
  const { distances, width, places } = network;
  const states = nodes.flatMap((node, bit) =>
    Array.from(network.options[node] ?? [], (row) => ({ node, row, bit: 1 << bit })),
  );
  const count = states.length;
  const full = (1 << nodes.length) - 1;
  const costs = new Float64Array((full + 1) * count).fill(Number.POSITIVE_INFINITY);
  const before = new Int32Array((full + 1) * count).fill(-1);

  for (const [at, { row, bit }] of states.entries()) {
    const slot = bit * count + at;
    if (previous === undefined) {
      costs[slot] = distances[places.length * width + row] ?? 0;
      continue;
    }
    const offset = previous.full * previous.states.length;
    for (const [from, state] of previous.states.entries()) {
      const cost = (previous.costs[offset + from] ?? 0) + (distances[state.row * width + row] ?? 0);
      if (cost < (costs[slot] ?? 0)) {
        costs[slot] = cost;
        before[slot] = from;
      }
    }
  }

  const rows = Int32Array.from(states, ({ row }) => row);
  const bits = Int32Array.from(states, ({ bit }) => bit);
  for (let subset = 1; subset <= full; subset += 1) {
    yield;
    for (let from = 0; from < count; from += 1) {
      const cost = costs[subset * count + from] as number;
      if (cost === Number.POSITIVE_INFINITY) continue;
      const offset = (rows[from] as number) * width;
      for (let to = 0; to < count; to += 1) {
        const bit = bits[to] as number;
        if ((subset & bit) !== 0) continue;
        const slot = (subset | bit) * count + to;
        const reached = cost + (distances[offset + (rows[to] as number)] as number);
        if (reached < (costs[slot] as number)) {
          costs[slot] = reached;
          before[slot] = from;
        }
      }
    }
  }
  return { states, costs, before, full };
}

/**
 * The shortest walk, proven: the dynamic program over subsets of Held and Karp (1962), with a
 * state for each alternative place, and one group after another.
 */
export function* solveExactly(network: Network): Steps<Walk> {
  const { distances, width, places } = network;
  const groups = groupsOf(network);
  const layers: Layer[] = [];
  for (const nodes of groups) layers.push(yield* solveGroup(network, nodes, layers.at(-1)));

  const order: number[] = [];
  const rows = Array.from<number>({ length: network.size }).fill(0);
  let at = -1;
  for (const [index, layer] of [...layers.entries()].toReversed()) {
    const count = layer.states.length;
    let subset = layer.full;
    if (index === layers.length - 1) {
      let best = Number.POSITIVE_INFINITY;
      for (const [last, { row }] of layer.states.entries()) {
        const cost = (layer.costs[subset * count + last] ?? 0) + (distances[row * width + places.length + 1] ?? 0);
        if (cost < best) {
          best = cost;
          at = last;
        }
      }
    }
    const nodes = groups[index] ?? [];
    while (subset > 0) {
      const state = layer.states[at];
      if (state === undefined) throw new Error('a walk leads back to no state');
      order.push(state.node);
      rows[state.node] = state.row;
      at = layer.before[subset * count + at] ?? -1;
      subset &= ~(1 << nodes.indexOf(state.node));
    }
  }
  return { order: order.reverse(), rows };
}
