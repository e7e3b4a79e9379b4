/** The floor plan of a report, and the walks on it. */
import type { Context } from '../../context/context.ts';
import { isLoopback } from '../../lib/net/loopback.ts';
import type { ReportPlan } from '../../output/html/floor-walks.ts';
import type { Site } from '../../site/model.ts';
import type { RouteProblem } from '../../site/routing/problem.ts';

/** A short search is enough for a picture; seeded, so that reports are reproducible. */
const SEARCH = { seed: 1, kicks: 300 };

/** The plan of the site that an answer names; `undefined` when it is not known. */
type PlanSource = (siteName: string | undefined) => ReportPlan | undefined;

/**
 * The layout of `--site-file`, for answers of any site: the user knows which site it is. Without one, the sandbox's own
 * `Example`, when the API is on this machine: the site of that name in an account may look different.
 * Throws `CliError` `usage` (`bad_site_file`).
 */
export async function openPlans(context: Context, siteFile: string | undefined): Promise<PlanSource> {
  if (siteFile !== undefined) {
    const { readSite } = await import('./site-file.ts');
    const plan = await createReportPlan(await readSite(context, siteFile));
    if (plan === undefined) {
      await context.output.warn(`${siteFile} gives distances and no positions: the report has no floor plan`);
    }
    return () => plan;
  }
  if (!isLoopback(hostOf((await context.settings()).baseUrl.value))) return () => undefined;
  const { exampleSite } = await import('../../site/example-site.ts');
  const plan = await createReportPlan(exampleSite());
  return (siteName) => (siteName === plan?.siteName ? plan : undefined);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}

/** `undefined` for a site without positions: a matrix of distances cannot be drawn. */
async function createReportPlan(site: Site): Promise<ReportPlan | undefined> {
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
