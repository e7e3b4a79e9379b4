/** Distances: none negative, totals the sums of their clusters, the optimized walk not longer than the as-is walk. */
import type { AnswerDetails } from '../details.ts';

import { formatDistance, totalDistance } from '../distance.ts';
import type { FindingList } from './finding.ts';
import type { PickMatch } from './pick-match.ts';
import type { RequestDetails } from '../../requests/details.ts';

/** In the one published answer the totals are the sums to the last digit; another server may add up in another order. */
const TOLERANCE = 1e-6;

export function auditDistances(
  request: RequestDetails,
  answer: AnswerDetails,
  { picks }: PickMatch,
  found: FindingList,
): void {
  const { unit } = answer.summary;
  const totals = [
    ['asis_distance', answer.sentAsisDistance, answer.asisClusters],
    ['optimal_distance', answer.sentOptimalDistance, answer.clusters],
  ] as const;
  for (const [name, total, clusters] of totals) {
    for (const { listId, distance } of clusters) {
      if (distance !== undefined && distance < 0) found.add('bad_distance', `${listId}: ${distance}`);
    }
    if (total !== undefined && total < 0) found.add('bad_distance', `${name}: ${total}`);
    const sum = totalDistance(clusters);
    if (total === undefined || sum === undefined || isNear(total, sum)) continue;
    found.add('distance_sum', `${name} is ${formatDistance(total, unit)}, ${apart(total, sum, unit)} than the sum`);
  }
  // Figures that do not hold are compared with nothing.
  if (found.has('bad_distance') || found.has('distance_sum') || found.has('asis_picks') || isBound(request)) return;
  const { asisDistance: asis, optimalDistance: optimal } = answer.summary;
  if (asis === undefined || optimal === undefined || picks.length === 0) return;
  if (optimal <= asis || isNear(optimal, asis)) return;
  found.add('longer_than_asis', `${formatDistance(optimal, unit)}, ${apart(optimal, asis, unit)} than as-is`);
}

/** `3.0 m more`: rounded as they are, both may look the same. */
function apart(one: number, other: number, unit: string): string {
  return `${formatDistance(Math.abs(one - other), unit)} ${one > other ? 'more' : 'less'}`;
}

function isNear(one: number, other: number): boolean {
  return Math.abs(one - other) <= TOLERANCE * Math.max(Math.abs(one), Math.abs(other));
}

/** Rules that only the optimized walk must follow: with them it may well be longer than the walk of today. */
const BINDING = ['priority', 'sequence_priority', 'release_time', 'due_time'];

function isBound({ picks }: RequestDetails): boolean {
  return BINDING.some((field) => new Set(picks.map(({ fields }) => fields[field] ?? null)).size > 1);
}
