/** How often each stretch of the floor is walked. */
import type { Position } from '../../site/model.ts';

/** A straight stretch that is walked the same number of times all along. */
export interface Stretch {
  readonly from: Position;
  readonly to: Position;
  readonly passes: number;
}

/** Stretches along either axis; the walks of a floor plan are at right angles, anything else is left out. */
export function trafficOf(walks: readonly (readonly Position[])[]): readonly Stretch[] {
  const along = new Map<string, { readonly vertical: boolean; readonly at: number; changes: Map<number, number> }>();
  for (const corners of walks) {
    for (const [index, to] of corners.entries()) {
      const from = corners[index - 1];
      if (from === undefined || (from.x === to.x && from.y === to.y)) continue;
      const vertical = from.x === to.x;
      if (!vertical && from.y !== to.y) continue;
      const at = vertical ? from.x : from.y;
      const key = `${vertical ? 'x' : 'y'}${at}`;
      const line = along.get(key) ?? { vertical, at, changes: new Map<number, number>() };
      along.set(key, line);
      const [one, other] = vertical ? [from.y, to.y] : [from.x, to.x];
      change(line.changes, Math.min(one, other), 1);
      change(line.changes, Math.max(one, other), -1);
    }
  }
  return [...along.values()].flatMap(({ vertical, at, changes }) => {
    const stretches: Stretch[] = [];
    let passes = 0;
    let begin = 0;
    for (const [place, difference] of [...changes].sort(([one], [other]) => one - other)) {
      if (passes > 0 && difference !== 0) stretches.push(stretch(vertical, at, begin, place, passes));
      if (difference !== 0) begin = place;
      passes += difference;
    }
    return stretches;
  });
}

function change(changes: Map<number, number>, at: number, by: number): void {
  changes.set(at, (changes.get(at) ?? 0) + by);
}

function stretch(vertical: boolean, at: number, begin: number, end: number, passes: number): Stretch {
  return vertical
    ? { from: { x: at, y: begin }, to: { x: at, y: end }, passes }
    : { from: { x: begin, y: at }, to: { x: end, y: at }, passes };
}
