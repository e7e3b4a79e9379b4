import type { Position } from './model.ts';

/** A place, and where the walkways reach it: in an aisle, or on the floor (cross aisle or open floor). */
export interface Access {
  readonly position: Position;
  /** `x` of the aisle, or of the place itself when it is on the floor. */
  readonly x: number;
  readonly inAisle: boolean;
}

interface WalkwayPlan {
  /** Positions of the aisles on the x axis. */
  readonly aisles: readonly number[];
  /** Positions of the cross aisles on the y axis. */
  readonly crossAisles: readonly number[];
  /** Lowest and highest `y` of any location in an aisle. */
  readonly reach: { readonly from: number; readonly to: number };
}

function by(value: number, from: number, to: number): number {
  return Math.abs(from - value) + Math.abs(value - to);
}

/** The value with the smallest detour when walking from one coordinate to the other by way of it. */
function onTheWay(values: readonly number[], from: number, to: number): number {
  let best = from;
  let shortest = Number.POSITIVE_INFINITY;
  for (const value of values) {
    const length = by(value, from, to);
    if (length < shortest) {
      best = value;
      shortest = length;
    }
  }
  return best;
}

/** Whether two places at the same spot of an aisle are on the same side of it. */
function sameSide(a: Access, b: Access): boolean {
  return a.position.x > a.x === b.position.x > b.x;
}

function withoutRepeats(path: readonly Position[]): readonly Position[] {
  return path.filter((at, index) => {
    const before = path[index - 1];
    return before === undefined || before.x !== at.x || before.y !== at.y;
  });
}

/**
 * The shortest ways through a warehouse of parallel aisles joined by cross aisles, walking at
 * right angles only. Every aisle meets every cross aisle. The floor before the first and behind
 * the last cross aisle is open, unless an aisle goes on there (a dead end: its racks are in the way).
 * A place off the aisles that is neither on a cross aisle nor on the open floor is reached from the
 * nearest aisle, straight across. Without aisles everything is open floor.
 */
export function createWalkway({ aisles, crossAisles, reach }: WalkwayPlan) {
  const first = Math.min(...crossAisles);
  const last = Math.max(...crossAisles);
  const clamp = (y: number): number => Math.min(Math.max(y, first), last);

  const onFloor = ({ y }: Position): boolean =>
    aisles.length === 0 ||
    crossAisles.includes(y) ||
    (y < first && reach.from >= first) ||
    (y > last && reach.to <= last);

  /** Both on the floor, and no block of racks between them. */
  const open = (a: number, b: number): boolean =>
    aisles.length === 0 || a === b || (a <= first && b <= first) || (a >= last && b >= last);

  function distance(from: Access, to: Access): number {
    const a = from.position;
    const b = to.position;
    const across = Math.abs(from.x - to.x);
    const along = Math.abs(a.y - b.y);
    if (!from.inAisle && !to.inAisle) {
      return along + (open(a.y, b.y) ? across : by(onTheWay(aisles, a.x, b.x), a.x, b.x));
    }
    const steps = Math.abs(a.x - from.x) + Math.abs(b.x - to.x);
    if (!from.inAisle || !to.inAisle) return steps + across + along;
    if (across > 0) return steps + across + by(onTheWay(crossAisles, a.y, b.y), a.y, b.y);
    return along === 0 && sameSide(from, to) ? Math.abs(a.x - b.x) : steps + along;
  }

  /** The corners between two places, in order; some may repeat the one before. */
  function corners(from: Access, to: Access): readonly Position[] {
    const a = { x: from.x, y: from.position.y };
    const b = { x: to.x, y: to.position.y };
    if (!from.inAisle && !to.inAisle) {
      if (open(a.y, b.y)) return [{ x: b.x, y: a.y }];
      const x = onTheWay(aisles, a.x, b.x);
      const leave = clamp(a.y);
      const enter = clamp(b.y);
      return [
        { x: a.x, y: leave },
        { x, y: leave },
        { x, y: enter },
        { x: b.x, y: enter },
      ];
    }
    if (from.inAisle && to.inAisle && a.x === b.x) return a.y === b.y && sameSide(from, to) ? [] : [a, b];
    let level = onTheWay(crossAisles, a.y, b.y);
    if (!from.inAisle) level = clamp(a.y);
    if (!to.inAisle) level = clamp(b.y);
    return [a, { x: a.x, y: level }, { x: b.x, y: level }, b];
  }

  return {
    /** Where a place that names no aisle is reached. */
    accessOf(position: Position): Access {
      const inAisle = !onFloor(position);
      return { position, x: inAisle ? onTheWay(aisles, position.x, position.x) : position.x, inAisle };
    },
    distance,
    /** First and last are the places themselves, corners between; as long as `distance` says. */
    path: (from: Access, to: Access) => withoutRepeats([from.position, ...corners(from, to), to.position]),
  };
}
