import { formatNumber } from '../lib/text/numbers.ts';

/** How many metres one of a unit is. `cm` is the API's documented default; which others it can send is not documented. */
const METRES: ReadonlyMap<string, number> = new Map([
  ['mm', 0.001],
  ['cm', 0.01],
  ['dm', 0.1],
  ['m', 1],
  ['km', 1000],
]);

/**
 * A distance of an answer for people: metres to the millimetre for metric units (`84.022 m`, `12,345.678 m`), anything
 * else as it was given (`123.4 ft`).
 */
export function formatDistance(value: number, unit: string): string {
  const metres = METRES.get(unit.trim().toLowerCase());
  if (metres === undefined) {
    const text = formatNumber(value, 3);
    return `${/\.\d{3}$/.test(text) ? text.replace(/\.?0+$/, '') : text} ${unit}`.trimEnd();
  }
  return `${formatNumber(value * metres, 3)} m`;
}

/**
 * The sum of the clusters' distances, for an answer without totals: in the one published answer both totals are these
 * sums. `undefined` when a cluster has no distance.
 */
export function totalDistance(clusters: readonly { readonly distance: number | undefined }[]): number | undefined {
  if (clusters.length === 0) return undefined;
  let total = 0;
  for (const { distance } of clusters) {
    if (distance === undefined) return undefined;
    total += distance;
  }
  return total;
}
