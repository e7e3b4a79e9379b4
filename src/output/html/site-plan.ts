/** The floor plan of a site, and the walks on it. */
import type { Site } from '../../site/model.ts';
import type { RouteProblem } from '../../site/routing/problem.ts';
import type { ReportPlan } from './floor-walks.ts';

/** A short search is enough for a picture; seeded, so that reports are reproducible. */
const SEARCH = { seed: 1, kicks: 300 };

/** `undefined` for a site without positions: a matrix of distances cannot be drawn. */
export async function createReportPlan(site: Site): Promise<ReportPlan | undefined> {
  const { plan: floor } = site;
  if (floor === undefined) return undefined;
  const { optimizeRoute, walkAsis } = await import('../../site/routing/route.ts');
  const { runSteps } = await import('../../lib/async/steps.ts');
  return {
    siteName: site.name,
    unit: site.unit,
    floor,
    walk(stops, { starts, ends }, order) {
      const problem: RouteProblem = {
        site,
        starts,
        ends,
        stops: stops.map((alternatives) => ({ alternatives, group: 0 })),
      };
      const solution =
        order === 'given' ? walkAsis(problem, [...stops.keys()]) : runSteps(optimizeRoute(problem, SEARCH));
      const visits = solution.order.map((stop) => solution.places[stop]);
      const places = [solution.start, ...visits, solution.end].filter((place) => place !== undefined);
      return { places: places.filter((place, at) => place !== places[at - 1]), distance: solution.distance };
    },
    path: (places) => places.slice(1).flatMap((to, index) => site.path(places[index] ?? to, to) ?? []),
  };
}
