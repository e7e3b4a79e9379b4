/** The whole answer to a job: the head that both kinds share, and what was found. */
import { KINDS } from '../../kinds.ts';
import { answerCluster, NO_CLUSTERS } from './answer-cluster.ts';
import { answerRoute, NO_ROUTE, type Result } from './answer-route.ts';
import type { Site } from '../../site/model.ts';
import type { Steps } from '../../lib/async/steps.ts';
import type { JobInput } from './job-input.ts';

/** Computes the result. Pure, and long: hence in steps. */
export function solve(input: JobInput, site: Site, seed: number): Steps<Result> {
  return input.kind === 'route' ? answerRoute(input, site, seed) : answerCluster(input, site, seed);
}

/** The result of a failed job. */
export function noResult({ kind, routeId }: JobInput): Result {
  return kind === 'route' ? { route_id: routeId, ...NO_ROUTE } : NO_CLUSTERS;
}

export interface AnswerFacts {
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly finishedAt: number;
  /** Seconds. */
  readonly computationTime: number;
  readonly error: string | undefined;
}

/** The answer as JSON. `timestamp` has microseconds and no zone, as the API's own (here it is UTC). */
export function renderAnswer(input: JobInput, site: Site, result: Result, facts: AnswerFacts): string {
  return JSON.stringify({
    type: KINDS[input.kind].type,
    site_name: input.siteName,
    wave_id: input.waveId,
    request_id: facts.requestId,
    timestamp: new Date(facts.finishedAt).toISOString().replace('Z', '000'),
    computation_time: facts.computationTime,
    error: facts.error ?? null,
    invalid_picks: input.invalidPicks,
    unit: site.unit,
    extra: input.extra,
    ...result,
  });
}
