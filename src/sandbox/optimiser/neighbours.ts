import type { Network } from './network.ts';
import type { Steps } from './steps.ts';

/** The `count` nearest nodes of the same group, nearest first, for every node. */
export function* nearestNodes(network: Network, count: number): Steps<readonly Int32Array[]> {
  const { size, groups, options, distances, width } = network;
  const nearness = new Float64Array(size);
  const near = (from: Int32Array, to: Int32Array): number => {
    let best = Number.POSITIVE_INFINITY;
    for (const row of from) {
      for (const other of to) {
        const there = distances[row * width + other] as number;
        const back = distances[other * width + row] as number;
        best = Math.min(best, there, back);
      }
    }
    return best;
  };
  const nearest: Int32Array[] = [];
  for (const [node, from] of options.entries()) {
    const others: number[] = [];
    for (const [other, to] of options.entries()) {
      if (other === node || groups[other] !== groups[node]) continue;
      nearness[other] = near(from, to);
      others.push(other);
    }
    others.sort((a, b) => (nearness[a] as number) - (nearness[b] as number));
    nearest.push(Int32Array.from(others.slice(0, count)));
    yield;
  }
  return nearest;
}
