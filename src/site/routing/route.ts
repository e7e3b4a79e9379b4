import type { RouteProblem, RouteSolution, SolveOptions } from './problem.ts';
import { canSolveExactly, solveExactly } from './exact.ts';
import { iterateSearch, nearestNeighborWalk } from './iterated-search.ts';
import { createNetwork, type Network, type Walk } from './network.ts';
import { createRandom } from '../../lib/seeded-random.ts';
import type { Steps } from '../../lib/async/steps.ts';

/** Kicks at least, and for each stop where a kick is cheap (distances do not differ each way). */
const KICKS = 5000;
const KICKS_PER_STOP = 10;
/**
 * Stops of a long walk beyond this number add fewer: 2,500 stops come within 0.1 % of what four times the kicks find.
 * Where stops have several places, fewer kicks would cost more than 1 %.
 */
const LONG_WALK = 1000;
const KICKS_PER_FURTHER_STOP = 4;
/** With up to this many stops, visiting a place twice is considered: it pays where distances break the triangle inequality. */
const MOST_UNMERGED = 12;

function closest(candidates: readonly string[], lengthOf: (candidate: string) => number): string | undefined {
  let best: string | undefined;
  for (const candidate of candidates) {
    if (best === undefined || lengthOf(candidate) < lengthOf(best)) best = candidate;
  }
  return best;
}

/** The best start, the given stops at the given places, the best end. */
function walk(
  { site, starts, ends }: RouteProblem,
  order: readonly number[],
  places: readonly string[],
): RouteSolution {
  const visits = order.map((stop) => places[stop] ?? '');
  const first = visits[0];
  const last = visits.at(-1);
  let start: string | undefined;
  let end: string | undefined;
  if (first === undefined || last === undefined) {
    start = closest(starts, (from) => Math.min(...ends.map((to) => site.distance(from, to))));
    end = closest(ends, (to) => (start === undefined ? 0 : site.distance(start, to)));
  } else {
    start = closest(starts, (from) => site.distance(from, first));
    end = closest(ends, (to) => site.distance(last, to));
  }
  let distance = 0;
  let at = start;
  for (const place of end === undefined ? visits : [...visits, end]) {
    if (at !== undefined && at !== place) distance += site.distance(at, place);
    at = place;
  }
  return { order, places, start, end, distance };
}

/** The walk in the given order (indexes into `stops`), each stop at the first of its places, best start and end. */
export function walkAsis(problem: RouteProblem, order: readonly number[]): RouteSolution {
  return walk(
    problem,
    order,
    problem.stops.map(({ alternatives }) => alternatives[0] ?? ''),
  );
}

function solutionOf(problem: RouteProblem, network: Network, { order, rows }: Walk): RouteSolution {
  const places = problem.stops.map(() => '');
  for (const [node, members] of network.members.entries()) {
    for (const stop of members) places[stop] = network.places[rows[node] ?? 0] ?? '';
  }
  return walk(
    problem,
    order.flatMap((node) => network.members[node] ?? []),
    places,
  );
}

function keepsGroups({ stops }: RouteProblem, order: readonly number[]): boolean {
  return order.every((stop, at) => {
    const next = order[at + 1];
    return next === undefined || (stops[stop]?.group ?? 0) <= (stops[next]?.group ?? 0);
  });
}

function kicksFor({ size, places, symmetric }: Network): number {
  if (!symmetric) return KICKS;
  const further = places.length > size ? 0 : Math.max(0, size - LONG_WALK);
  return Math.max(KICKS, KICKS_PER_STOP * (size - further) + KICKS_PER_FURTHER_STOP * further);
}

function* solve(problem: RouteProblem, { seed, kicks }: SolveOptions, merge: boolean): Steps<RouteSolution> {
  const network = yield* createNetwork(problem, merge);
  const found = canSolveExactly(network)
    ? yield* solveExactly(network)
    : yield* iterateSearch(
        network,
        yield* nearestNeighborWalk(network),
        createRandom(seed),
        kicks ?? kicksFor(network),
      );
  return solutionOf(problem, network, found);
}

/**
 * A short walk past all stops: proven shortest when no group has more than 12 different stops (and
 * their alternatives are not extremely many), else found by seeded local search. Every place must be
 * known to the site. The same problem and seed give the same walk.
 *
 * The walk is never longer than that of `initial` (indexes into `stops`, as {@link walkAsis} walks
 * them; default: the order of `stops`), if that order keeps the groups.
 */
export function* optimizeRoute(
  problem: RouteProblem,
  options: SolveOptions,
  initial: readonly number[] = problem.stops.map((_, index) => index),
): Steps<RouteSolution> {
  const candidates = [yield* solve(problem, options, true)];
  if (problem.site.plan === undefined && problem.stops.length <= MOST_UNMERGED) {
    candidates.push(yield* solve(problem, options, false));
  }
  if (keepsGroups(problem, initial)) candidates.push(walkAsis(problem, initial));
  return candidates.reduce((best, candidate) => (candidate.distance < best.distance ? candidate : best));
}
