/** The part of an answer that only routes have. Fields: the OptiPick documentation, "Get Route Response". */
import type { PickDocument } from '../../requests/schema.ts';
import { hallwaysBetween } from '../../site/hallways.ts';
import { repeatedFields, type ValidPick } from './invalid-picks.ts';
import type { Site } from '../../site/model.ts';
import type { RouteProblem, RouteSolution } from '../../site/routing/problem.ts';
import { optimizeRoute, walkAsis } from '../../site/routing/route.ts';
import type { Steps } from '../../lib/async/steps.ts';
import type { JobInput } from './job-input.ts';

/** Fields of the answer behind its head. */
export type Result = Readonly<Record<string, unknown>>;

/** The route fields of a failed job. */
export const NO_ROUTE: Result = { picks: [], asis_distance: null, optimal_distance: null };

/**
 * Orders the picks. `optim_sequence` counts from 0. `asis_distance` is null unless every pick has
 * an `asis_sequence`.
 */
export function* answerRoute(input: JobInput, site: Site, seed: number): Steps<Result> {
  const groups = groupsOf(input.picks.map((pick) => pick.input));
  const problem: RouteProblem = {
    site,
    starts: input.starts,
    ends: input.ends,
    stops: input.picks.map(({ options }, index) => ({
      alternatives: options.map(({ place }) => place),
      group: groups[index] ?? 0,
    })),
  };
  const given = givenOrder(input.picks);
  const asis = input.picks.every((pick) => typeof pick.input.asis_sequence === 'number')
    ? walkAsis(problem, given)
    : undefined;
  const solution = input.asisRouting ? walkAsis(problem, given) : yield* optimizeRoute(problem, { seed }, given);
  return {
    route_id: input.routeId,
    picks: solution.order.flatMap((index, sequence) => routedPick(input, site, solution, index, sequence)),
    asis_distance: asis?.distance ?? null,
    optimal_distance: solution.distance,
  };
}

/** The order in use today: by `asis_sequence`, and as sent where that is missing or equal. Indexes into `picks`. */
function givenOrder(picks: readonly ValidPick[]): readonly number[] {
  const sequence = (index: number): number => picks[index]?.input.asis_sequence ?? Number.MAX_VALUE;
  return picks.map((_, index) => index).toSorted((a, b) => sequence(a) - sequence(b));
}

/**
 * Groups that are walked one after the other: a low `sequence_priority` first, those without one
 * last; among equals, a high `priority` first (absent: 0).
 */
function groupsOf(picks: readonly PickDocument[]): readonly number[] {
  const first = ({ sequence_priority: rank }: PickDocument): number => rank ?? Number.MAX_VALUE;
  const second = ({ priority }: PickDocument): number => -(priority ?? 0);
  const compare = (a: PickDocument, b: PickDocument): number => first(a) - first(b) || second(a) - second(b);
  const groups = Array.from({ length: picks.length }, () => 0);
  let group = 0;
  let previous: PickDocument | undefined;
  for (const [index, pick] of [...picks.entries()].sort(([, a], [, b]) => compare(a, b))) {
    if (previous !== undefined && compare(previous, pick) !== 0) group += 1;
    groups[index] = group;
    previous = pick;
  }
  return groups;
}

function routedPick(
  job: JobInput,
  site: Site,
  solution: RouteSolution,
  index: number,
  sequence: number,
): readonly object[] {
  const pick = job.picks[index];
  if (pick === undefined) return [];
  const { input, options } = pick;
  const place = solution.places[index];
  const before = sequence === 0 ? solution.start : solution.places[solution.order[sequence - 1] ?? -1];
  return [
    {
      pick_id: input.pick_id,
      // As the request names it: the caller may not know the site's name of it.
      location_id: (options.find((option) => option.place === place) ?? options[0])?.name,
      ...repeatedFields(input),
      optim_sequence: sequence,
      path: null,
      instructions: job.instructions
        ? { hallways: hallwaysBetween(site, before, place), end_loop: false, start_loop: false }
        : null,
    },
  ];
}
