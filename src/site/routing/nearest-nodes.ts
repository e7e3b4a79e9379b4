import type { Network } from './network.ts';
import type { Steps } from '../../lib/async/steps.ts';

/** The `count` nearest nodes of the same group, nearest first, for every node. */
export function* nearestNodes(network: Network, count: number): Steps<readonly Int32Array[]> {
  const { size, groups, options, distances, width, symmetric } = network;
  const near = (from: Int32Array, to: Int32Array): number => {
    let best = Number.POSITIVE_INFINITY;
    for (const row of from) {
      for (const other of to) {
        best = Math.min(best, distances[row * width + other] as number);
        if (!symmetric) best = Math.min(best, distances[other * width + row] as number);
      }
    }
    return best;
  };
  const nearest: Int32Array[] = [];
  const nodes = new Int32Array(count);
  const lengths = new Float64Array(count);
  for (const [node, from] of options.entries()) {
    let found = 0;
    for (let other = 0; other < size; other += 1) {
      if (other === node || groups[other] !== groups[node]) continue;
      const length = near(from, options[other] as Int32Array);
      if (found === count && length >= (lengths[count - 1] as number)) continue;
      let at = found === count ? count - 1 : found;
      for (; at > 0 && (lengths[at - 1] as number) > length; at -= 1) {
        lengths[at] = lengths[at - 1] as number;
        nodes[at] = nodes[at - 1] as number;
      }
      lengths[at] = length;
      nodes[at] = other;
      if (found < count) found += 1;
    }
    nearest.push(nodes.slice(0, found));
    yield;
  }
  return nearest;
}
