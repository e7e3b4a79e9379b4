import { parseSite } from '../../../src/site/layout.ts';
import type { Site } from '../../../src/site/model.ts';
import type { RouteProblem, RouteSolution } from '../../../src/site/routing/problem.ts';
import type { OrderPick } from '../../../src/sandbox/optimizer/problem.ts';
import type { Random } from '../../../src/lib/seeded-random.ts';

/** Aisles with as many blocks as there are cross aisles but one; bays of 100 cm, nine to a block. */
export function blocksSite(aisles: number, crossAisles: readonly number[]): Site {
  const bays = Math.max(...crossAisles) / 100;
  const locations: Record<string, { aisle: string; y: number }> = {};
  for (let aisle = 0; aisle < aisles; aisle += 1) {
    for (let bay = 1; bay < bays; bay += 1) {
      if (!crossAisles.includes(bay * 100)) locations[`${aisle}-${bay}`] = { aisle: String(aisle), y: bay * 100 };
    }
  }
  return parseSite({
    site_name: 'Blocks',
    aisles: Object.fromEntries(Array.from({ length: aisles }, (_, aisle) => [String(aisle), { x: aisle * 300 }])),
    cross_aisles: crossAisles,
    locations,
    points: { Start: { x: 0, y: -200 }, End: { x: (aisles - 1) * 300, y: -200 } },
  });
}

/** Distances drawn at random: different each way, and short cuts everywhere. */
export function directedSite(size: number, random: Random): Site {
  const names = Array.from({ length: size }, (_, index) => `p${index}`);
  const matrix = names.map(() => names.map(() => 1 + random.below(100)));
  return parseSite({ site_name: 'Directed', names, matrix });
}

export function anyOf<T>(values: readonly T[], random: Random): T {
  return values[random.below(values.length)] as T;
}

/** A pick with no size on no list. */
export function pickAt(orderId: string, location: string, more: Partial<OrderPick> = {}): OrderPick {
  return {
    orderId,
    alternatives: [location],
    listId: undefined,
    asisSequence: undefined,
    volume: 0,
    weight: 0,
    surface: 0,
    ...more,
  };
}

function permutations<T>(values: readonly T[]): readonly (readonly T[])[] {
  if (values.length === 0) return [[]];
  return values.flatMap((first, at) => permutations(values.toSpliced(at, 1)).map((rest) => [first].concat(rest)));
}

/** The length of the shortest walk, by trying every order, place, start and end. */
export function shortestByTrying({ site, starts, ends, stops }: RouteProblem): number {
  const froms = starts.length === 0 ? [undefined] : starts;
  const tos = ends.length === 0 ? [undefined] : ends;
  let best = Number.POSITIVE_INFINITY;
  const go = (at: string | undefined, rest: readonly number[], walked: number): void => {
    if (walked >= best) return;
    const [stop, ...others] = rest;
    if (stop === undefined) {
      for (const to of tos) {
        best = Math.min(best, walked + (at === undefined || to === undefined ? 0 : site.distance(at, to)));
      }
      return;
    }
    for (const place of stops[stop]?.alternatives ?? []) {
      go(place, others, walked + (at === undefined ? 0 : site.distance(at, place)));
    }
  };
  for (const order of permutations([...stops.keys()])) {
    const groups = order.map((stop) => stops[stop]?.group ?? 0);
    if (groups.some((group, at) => group < (groups[at - 1] ?? group))) continue;
    for (const from of froms) go(from, order, 0);
  }
  return best;
}

/** What a solution claims, measured again stop by stop. */
export function walkedDistance(problem: RouteProblem, { order, places, start, end }: RouteSolution): number {
  const visits = [start, ...order.map((stop) => places[stop]), end].filter((place) => place !== undefined);
  return visits.slice(1).reduce((sum, place, at) => sum + problem.site.distance(visits[at] ?? place, place), 0);
}
