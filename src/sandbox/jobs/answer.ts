/** The whole answer to a job: the head that both kinds share, and what was found. */
import { KINDS } from '../../kinds.ts';
import { answerCluster, NO_CLUSTERS } from './answer-cluster.ts';
import { answerRoute, NO_ROUTE, type Result } from './answer-route.ts';
import type { Site } from '../../site/model.ts';
import type { Optimiser } from '../optimizer/optimizer.ts';
import type { Steps } from '../optimizer/steps.ts';
import type { Task } from './background-job.ts';

/** Works a task out. Pure, and long: hence in steps. */
export function solve(task: Task, site: Site, optimiser: Optimiser, seed: number): Steps<Result> {
  return task.kind === 'route' ? answerRoute(task, site, optimiser, seed) : answerCluster(task, site, optimiser, seed);
}

/** What a failed job answers in place of a result. */
export function noResult({ kind, routeId }: Task): Result {
  return { fields: kind === 'route' ? { route_id: routeId, ...NO_ROUTE } : NO_CLUSTERS, walk: undefined };
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
export function renderAnswer(task: Task, site: Site, { fields }: Result, facts: AnswerFacts): string {
  return JSON.stringify({
    type: KINDS[task.kind].type,
    site_name: task.siteName,
    wave_id: task.waveId,
    request_id: facts.requestId,
    timestamp: new Date(facts.finishedAt).toISOString().replace('Z', '000'),
    computation_time: facts.computationTime,
    error: facts.error ?? null,
    invalid_picks: task.invalidPicks,
    unit: site.unit,
    extra: task.extra,
    ...fields,
  });
}
