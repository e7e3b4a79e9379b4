/** The known word that a mistyped one was meant to be. */
import { foldName } from './fold-name.ts';

/**
 * Edit distance between two words: insertions, deletions, substitutions and swaps of two adjacent characters each
 * cost 1 (optimal string alignment), counted in UTF-16 code units. Gives up above `limit` and then returns a number
 * larger than it.
 */
export function editDistance(left: string, right: string, limit = Number.POSITIVE_INFINITY): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1;
  let before: number[] = [];
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const here = [row];
    let best = row;
    for (let column = 1; column <= right.length; column += 1) {
      const same = left.charCodeAt(row - 1) === right.charCodeAt(column - 1);
      let cost = Math.min(at(above, column) + 1, at(here, column - 1) + 1, at(above, column - 1) + (same ? 0 : 1));
      const swapped =
        row > 1 &&
        column > 1 &&
        left.charCodeAt(row - 1) === right.charCodeAt(column - 2) &&
        left.charCodeAt(row - 2) === right.charCodeAt(column - 1);
      if (swapped) cost = Math.min(cost, at(before, column - 2) + 1);
      here.push(cost);
      best = Math.min(best, cost);
    }
    if (best > limit) return limit + 1;
    before = above;
    above = here;
  }
  return at(above, right.length);
}

/**
 * The known word nearest to `word`, or `undefined` when none is near enough to be meant. Case, `_`, `-` and spaces do
 * not count (`locationId` is `location_id`). Near enough is a third of the longer word; else a word that is one part
 * of a known one (`location` of `location_id`). Of several equally near the first known wins.
 */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  const wanted = foldName(word);
  // Nobody mistypes a key of a thousand characters, and its distance is expensive.
  if (wanted === '' || wanted.length > 64) return undefined;
  let nearest: string | undefined;
  let nearestDistance = Number.POSITIVE_INFINITY;
  let partOf: string | undefined;
  for (const candidate of known) {
    const folded = foldName(candidate);
    const limit = Math.min(Math.floor(Math.max(wanted.length, folded.length) / 3), nearestDistance - 1);
    const distance = limit < 0 ? Number.POSITIVE_INFINITY : editDistance(wanted, folded, limit);
    if (distance <= limit) {
      nearest = candidate;
      nearestDistance = distance;
    }
    if (partOf === undefined && candidate.toLowerCase().split('_').includes(wanted)) partOf = candidate;
  }
  return nearest ?? partOf;
}

/** Distance between two words with case and separators left out, as {@link nearestWord} counts it. */
export function foldedDistance(left: string, right: string, limit?: number): number {
  return editDistance(foldName(left), foldName(right), limit);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
