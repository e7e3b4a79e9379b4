/** The floor plans of a report. */
import type { Context } from '../../context/context.ts';
import { isLoopback } from '../../lib/net/loopback.ts';
import type { ReportPlan } from '../../output/html/floor-walks.ts';
import { createReportPlan } from '../../output/html/site-plan.ts';

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
