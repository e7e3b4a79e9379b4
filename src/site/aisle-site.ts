import type { FloorPlan, Position, Site } from './model.ts';
import { createWalkway, type Access } from './walkway.ts';

/** A place: in a named aisle, or anywhere on the floor. */
export type PlaceSpec = { readonly aisle: string; readonly y: number } | { readonly x: number; readonly y: number };

export interface AisleSiteSpec {
  readonly name: string;
  readonly unit: string;
  /** Position of each aisle on the x axis; aisles run along y. */
  readonly aisles: ReadonlyMap<string, number>;
  /** At least one, when there is an aisle. */
  readonly crossAisles: readonly number[];
  /** Every aisle named here must be in `aisles`. */
  readonly places: ReadonlyMap<string, PlaceSpec>;
}

function extentOf(values: readonly number[]): { readonly from: number; readonly to: number } {
  return { from: Math.min(...values), to: Math.max(...values) };
}

/** A site of aisles and cross aisles. Which ways can be walked: see `createWalkway`. */
export function createAisleSite({ name, unit, aisles, crossAisles, places }: AisleSiteSpec): Site {
  const aislePlaces = [...places.values()].filter((place) => 'aisle' in place);
  const levels = [...new Set(crossAisles)].toSorted((a, b) => a - b);
  const walkway = createWalkway({
    aisles: [...aisles.values()].toSorted((a, b) => a - b),
    crossAisles: levels,
    reach: extentOf(aislePlaces.map(({ y }) => y)),
  });

  const accesses = new Map<string, Access>();
  for (const [place, spec] of places) {
    if ('aisle' in spec) {
      const x = aisles.get(spec.aisle) ?? 0;
      accesses.set(place, { position: { x, y: spec.y }, x, inAisle: true });
    } else {
      accesses.set(place, walkway.accessOf({ x: spec.x, y: spec.y }));
    }
  }
  const accessOf = (place: string): Access => {
    const access = accesses.get(place);
    if (access === undefined) throw new RangeError(`site ${name} has no place ${place}`);
    return access;
  };

  const plan: FloorPlan = {
    aisles: [...aisles].map(([aisle, x]) => {
      const inside = aislePlaces.filter((place) => place.aisle === aisle).map(({ y }) => y);
      const { from, to } = extentOf([...levels, ...inside]);
      return { name: aisle, x, fromY: from, toY: to };
    }),
    crossAisles: levels,
    positions: new Map([...accesses].map(([place, { position }]): [string, Position] => [place, position])),
  };

  return {
    name,
    unit,
    names: [...places.keys()],
    has: (place) => accesses.has(place),
    distance: (from, to) => walkway.distance(accessOf(from), accessOf(to)),
    distancesAmong(some) {
      const known = some.map(accessOf);
      return (from, to) => walkway.distance(known[from] as Access, known[to] as Access);
    },
    plan,
    path: (from, to) => walkway.path(accessOf(from), accessOf(to)),
  };
}
