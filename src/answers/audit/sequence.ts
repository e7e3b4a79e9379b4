/** `optim_sequence` of a route: whole numbers from 0 or 1 (which, is not documented), each once, with no gap. */
import type { FindingList } from './finding.ts';
import type { PickMatch } from './pick-match.ts';

export function auditSequence({ picks, missing }: PickMatch, found: FindingList): void {
  const taken = new Set<number>();
  for (const { answered, sent, isRepeat } of picks) {
    const { pickId, sequence } = answered;
    if (isRepeat || sent === undefined) continue;
    if (!isPlace(sequence)) found.add('broken_sequence', `${pickId}: ${sequence ?? 'no place'}`);
    else if (taken.has(sequence)) found.add('broken_sequence', `${pickId}: ${sequence} again`);
    else taken.add(sequence);
  }
  // Repeated and invented picks are findings of their own; they may share a place with another pick or have one.
  for (const { answered, sent, isRepeat } of picks) {
    if ((isRepeat || sent === undefined) && isPlace(answered.sequence)) taken.add(answered.sequence);
  }
  if (!found.has('broken_sequence')) findGaps(taken, missing.length, found);
}

function isPlace(sequence: number | undefined): sequence is number {
  return sequence !== undefined && Number.isSafeInteger(sequence) && sequence >= 0;
}

/** A pick that is missing may leave a hole: that is no fault of its own. */
function findGaps(taken: ReadonlySet<number>, missing: number, found: FindingList): void {
  const first = taken.has(0) ? 0 : 1;
  const end = first + taken.size + missing;
  // As many places as lie beyond the end are free before it, besides those of the missing picks.
  let gaps = [...taken].filter((place) => place >= end).length;
  for (let place = first; place < end && gaps > 0; place += 1) {
    if (taken.has(place)) continue;
    found.add('broken_sequence', `no stop has ${place}`);
    gaps -= 1;
  }
}
