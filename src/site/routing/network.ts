import type { Site } from '../model.ts';
import type { RouteProblem, RouteStop } from './problem.ts';
import type { Steps } from '../../lib/async/steps.ts';

/**
 * A route problem as numbers. Stops that can be picked at the same places in the same group are one
 * node. Row and column `places.length` of the distances is the best of all starts, the next the best
 * of all ends: which start a walk takes depends only on its first place, which end only on its last.
 */
export interface Network {
  /** Number of nodes. */
  readonly size: number;
  /** Stops of each node, as indexes into the problem's stops. */
  readonly members: readonly (readonly number[])[];
  /** Number of each node's group, counted from 0 in walking order. */
  readonly groups: Int32Array;
  /** Places where each node can be visited, as rows of `distances`. */
  readonly options: readonly Int32Array[];
  readonly places: readonly string[];
  /** Square, row by row: `distances[from * width + to]`. */
  readonly distances: Float64Array;
  readonly width: number;
  /** Whether every two places are as far apart both ways. */
  readonly symmetric: boolean;
}

function shortest(lengths: Iterable<number>): number {
  let best = Number.POSITIVE_INFINITY;
  for (const length of lengths) best = Math.min(best, length);
  return best === Number.POSITIVE_INFINITY ? 0 : best;
}

/** Walking distance between every two of the places, the best start before them and the best end behind. */
function* measure(
  site: Site,
  places: readonly string[],
  starts: readonly string[],
  ends: readonly string[],
): Steps<Pick<Network, 'width' | 'distances' | 'symmetric'>> {
  const width = places.length + 2;
  const distances = new Float64Array(width * width);
  const between = site.distancesAmong(places);
  let symmetric = true;
  for (const [row, place] of places.entries()) {
    yield;
    for (let column = 0; column < places.length; column += 1) {
      const length = row === column ? 0 : between(row, column);
      distances[row * width + column] = length;
      if (symmetric && column < row) symmetric = distances[column * width + row] === length;
    }
    distances[places.length * width + row] = shortest(starts.map((start) => site.distance(start, place)));
    distances[row * width + places.length + 1] = shortest(ends.map((end) => site.distance(place, end)));
  }
  const direct = starts.flatMap((start) => ends.map((end) => site.distance(start, end)));
  distances[places.length * width + places.length + 1] = shortest(direct);
  return { width, distances, symmetric };
}

/** With `merge` false every stop is a node of its own. */
export function* createNetwork(problem: RouteProblem, merge = true): Steps<Network> {
  const { site, stops, starts, ends } = problem;
  const places = [...new Set(stops.flatMap(({ alternatives }) => alternatives))];
  const rowOf = new Map(places.map((place, row): [string, number] => [place, row]));
  const rowsOf = ({ alternatives }: RouteStop): readonly number[] =>
    [...new Set(alternatives)].map((place) => rowOf.get(place) ?? 0);

  const nodes = new Map<string, { group: number; options: Int32Array; members: number[] }>();
  for (const [index, stop] of stops.entries()) {
    const options = Int32Array.from(rowsOf(stop)).toSorted();
    const key = merge ? `${stop.group}:${options.join(',')}` : String(index);
    const node = nodes.get(key);
    if (node === undefined) nodes.set(key, { group: stop.group, options, members: [index] });
    else node.members.push(index);
  }

  const list = [...nodes.values()].toSorted((a, b) => a.group - b.group);
  const ranks = [...new Set(list.map(({ group }) => group))];
  const rankOf = new Map(ranks.map((group, rank): [number, number] => [group, rank]));
  return {
    size: list.length,
    members: list.map(({ members }) => members),
    groups: Int32Array.from(list, ({ group }) => rankOf.get(group) ?? 0),
    options: list.map(({ options }) => options),
    places,
    ...(yield* measure(site, places, starts, ends)),
  };
}

/** A walk through a network. */
export interface Walk {
  /** Nodes in walking order. */
  readonly order: readonly number[];
  /** The row of the place chosen for each node. */
  readonly rows: readonly number[];
}
