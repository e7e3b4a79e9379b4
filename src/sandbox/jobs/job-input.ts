/** What a job works on: a submitted request, checked against the site. */
import type { Kind } from '../../kinds.ts';
import type { ClusterDocument, PickDocument, RouteDocument } from '../../requests/schema.ts';
import { type InvalidPickEntry, type ValidPick, sortPicks } from './invalid-picks.ts';
import { readLocationRules } from './location-rules.ts';
import type { Site } from '../../site/model.ts';
import type { ClusterLimits } from '../optimizer/problem.ts';
import { HttpError, type ValidationIssue, valueIssue } from '../http/http-error.ts';
import { exactExtra, type JsonBody } from '../http/request-body.ts';
import { validateRequest } from '../http/request-check.ts';

export interface JobInput {
  readonly kind: Kind;
  readonly siteName: string;
  readonly waveId: string | null;
  readonly routeId: string | null;
  /** Echoed. */
  readonly extra: unknown;
  readonly picks: readonly ValidPick[];
  readonly invalidPicks: readonly InvalidPickEntry[];
  readonly starts: readonly string[];
  readonly ends: readonly string[];
  /** Keep the given order (`routing_policy` ASIS, or its forerunner `asis_routing`). */
  readonly asisRouting: boolean;
  readonly instructions: boolean;
  readonly limits: ClusterLimits;
  /** A pick at the magic location `FAIL`: the job fails. */
  readonly fails: boolean;
  /** A pick at the magic location `SLOW`: the job takes ten times longer. */
  readonly slow: boolean;
}

/** The sandbox's own names for the limits of a cluster: the API has such parameters, but no document names them. */
const LIMITS = {
  max_orders: 'orders',
  max_locations: 'locations',
  max_distance: 'distance',
  max_volume: 'volume',
  max_weight: 'weight',
  max_surface: 'surface',
} as const satisfies Record<string, keyof ClusterLimits>;

/** Reads the body of a submission. Throws {@link HttpError} 422 with every issue found. */
export function readJobInput(kind: Kind, { value, text }: JsonBody, site: Site): JobInput {
  const issues = validateRequest(kind, value);
  if (issues.length > 0) throw new HttpError(422, issues);
  const request = value as ClusterDocument & RouteDocument;
  const parameters = request.parameters ?? {};

  if (request.site_name !== site.name) {
    const message = `Site not found: "${request.site_name}" (this sandbox has "${site.name}")`;
    issues.push(valueIssue(['body', 'site_name'], message));
  }
  const starts = readPoints('start_points', request.start_points, site, issues);
  const ends = readPoints('end_points', request.end_points, site, issues);
  const limits = kind === 'cluster' ? readLimits(parameters, issues) : {};
  const rules = readLocationRules(parameters.location_regex ?? [], issues);
  findDuplicates(request.picks, issues);
  const handling = parameters.pick_violation_handling ?? 'IGNORE';
  const sorted = sortPicks(request.picks, {
    site,
    rules,
    keepUnmatched: parameters.allow_regex_default ?? true,
    handling,
  });
  if (handling === 'IGNORE') {
    for (const { index, pick } of sorted.invalid) {
      const message = `${pick.reason}: ${pick.location_id.map((name) => `"${name}"`).join(', ')}`;
      issues.push(valueIssue(['body', 'picks', index, 'location_id'], message));
    }
  }
  if (issues.length > 0) throw new HttpError(422, issues);

  return {
    kind,
    siteName: request.site_name,
    waveId: request.wave_id ?? null,
    routeId: request.route_id ?? null,
    extra: request.extra === undefined || request.extra === null ? null : exactExtra(text),
    picks: sorted.valid,
    invalidPicks: sorted.invalid.map(({ pick }) => pick),
    starts,
    ends,
    asisRouting: parameters.asis_routing === true || parameters.routing_policy === 'ASIS',
    instructions: parameters.generate_instructions ?? false,
    limits,
    fails: sorted.fails,
    slow: sorted.slow,
  };
}

function readPoints(
  field: 'start_points' | 'end_points',
  points: string | readonly string[] | null | undefined,
  site: Site,
  issues: ValidationIssue[],
): readonly string[] {
  const single = typeof points === 'string';
  const names = single ? [points] : (points ?? []);
  for (const [index, name] of names.entries()) {
    if (site.has(name)) continue;
    const loc = single ? ['body', field] : ['body', field, index];
    issues.push(valueIssue(loc, `Location not found: "${name}"`));
  }
  return names;
}

function readLimits(parameters: Readonly<Record<string, unknown>>, issues: ValidationIssue[]): ClusterLimits {
  const limits: Partial<Record<keyof ClusterLimits, number>> = {};
  for (const [name, limit] of Object.entries(LIMITS)) {
    const value = parameters[name] ?? undefined;
    if (value === undefined) continue;
    if (typeof value === 'number' && value > 0) limits[limit] = value;
    else issues.push(valueIssue(['body', 'parameters', name], 'a limit is a number above 0'));
  }
  return limits;
}

function findDuplicates(picks: readonly PickDocument[], issues: ValidationIssue[]): void {
  const seen = new Set<string>();
  for (const [index, { pick_id: id }] of picks.entries()) {
    if (seen.has(id)) issues.push(valueIssue(['body', 'picks', index, 'pick_id'], `pick_id is not unique: "${id}"`));
    seen.add(id);
  }
}
