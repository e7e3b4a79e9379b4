import type { Site } from './model.ts';

export interface MatrixSiteSpec {
  readonly name: string;
  readonly unit: string;
  readonly names: readonly string[];
  /** `matrix[i][j]` is the distance from `names[i]` to `names[j]`; it may differ each way. */
  readonly matrix: readonly (readonly number[])[];
}

/** A site whose distances are taken as given, except that a place is at no distance from itself. */
export function createMatrixSite({ name, unit, names, matrix }: MatrixSiteSpec): Site {
  const indexes = new Map(names.map((place, index): [string, number] => [place, index]));
  const indexOf = (place: string): number => {
    const index = indexes.get(place);
    if (index === undefined) throw new RangeError(`site ${name} has no place ${place}`);
    return index;
  };
  const between = (row: number, column: number): number => (row === column ? 0 : (matrix[row]?.[column] ?? 0));
  return {
    name,
    unit,
    names,
    has: (place) => indexes.has(place),
    distance: (from, to) => between(indexOf(from), indexOf(to)),
    distancesAmong(places) {
      const known = places.map(indexOf);
      return (from, to) => between(known[from] as number, known[to] as number);
    },
    plan: undefined,
    path: () => undefined,
  };
}
