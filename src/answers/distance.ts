import { formatNumber } from '../lib/text/numbers.ts';
import { convertLength, lengthUnitOf } from './length-unit.ts';

/**
 * A distance of an answer for people: `84.0 m`, from 100 m on `428 m`, from 1000 m on `4.28 km`; below 10 cm, which only
 * a difference is, `1.8 cm`. Of units that are not metric `84.0 ft`, `428 ft`.
 */
export function formatDistance(value: number, unit: string): string {
  const known = lengthUnitOf(unit);
  if (known === undefined || known === 'in' || known === 'ft') return `${threeDigits(value)} ${unit.trim()}`.trimEnd();
  const meters = convertLength(value, known, 'm');
  const size = Math.abs(meters);
  if (size >= 999.5) return `${formatNumber(meters / 1000, 2)} km`;
  if (size > 0 && size < 0.095) return `${Number((meters * 100).toPrecision(2))} cm`;
  return `${threeDigits(meters)} m`;
}

/** `84.0`, `428` */
function threeDigits(value: number): string {
  return formatNumber(value, Math.abs(value) < 99.95 ? 1 : 0);
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
