/** The jobs of the sandbox, in memory: pending while they run, then answered. */
import type { SandboxEnvironment } from '../environment.ts';
import type { Kind } from '../../kinds.ts';
import { messageOf } from '../../errors.ts';
import { numberOf } from '../../lib/json/loose-fields.ts';
import { noResult, renderAnswer, solve } from './answer.ts';
import { createRequestId } from '../../ids.ts';
import { compressText, type CompressedText } from './compressed-text.ts';
import { runCooperatively } from './cooperative-scheduler.ts';
import type { JobInput } from './job-input.ts';

/** A pick at `SLOW` keeps its job pending this many times longer. */
const SLOW_FACTOR = 10;
/** Beyond this many the oldest finished jobs are forgotten. */
const MAX_JOBS = 10_000;
/** The requests of so many newest jobs are stored, for whoever looks at their results. */
const MAX_REQUESTS = 500;

export interface Job {
  readonly kind: Kind;
  readonly requestId: string;
  readonly siteName: string;
  readonly waveId: string | null;
  readonly picks: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** The whole answer as JSON; `undefined` while it is pending. */
  readonly answer: CompressedText | undefined;
  /** Why it failed. */
  readonly error: string | undefined;
  /** In the unit of the site; `undefined` where the answer has none. */
  readonly asisDistance: number | undefined;
  readonly optimalDistance: number | undefined;
}

type Outcome = Pick<Job, 'answer' | 'error' | 'asisDistance' | 'optimalDistance'>;

/** `latency`: how long a job runs at least, in milliseconds. */
export function createJobs(environment: SandboxEnvironment, latency: number) {
  const { clock, randomBytes, injector, background, emit, site, seed } = environment;
  const jobs = new Map<string, Job>();
  const requests = new Map<string, CompressedText>();
  let last: Promise<void> = Promise.resolve();

  /** Runs one at a time, in the order of the calls. */
  async function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const mine = last.then(() => clock.sleep(0, background.signal)).then(work);
    last = mine.then(
      () => undefined,
      // The caller gets the error; the next in turn goes on.
      () => undefined,
    );
    return mine;
  }

  async function compute(input: JobInput, requestId: string): Promise<Outcome> {
    const started = clock.monotonic();
    let error = plannedFailure(input, injector.shouldInject('job-failure'));
    let result = noResult(input);
    if (error === undefined) {
      try {
        result = await runCooperatively(solve(input, site, seed), clock, background.signal);
      } catch (bug) {
        background.signal.throwIfAborted();
        error = `The sandbox could not work this out: ${messageOf(bug)}`;
      }
    }
    const computationTime = (clock.monotonic() - started) / 1000;
    const head = { requestId, finishedAt: clock.now(), computationTime, error };
    return {
      answer: compressText(renderAnswer(input, site, result, head)),
      error,
      asisDistance: numberOf(result['asis_distance']),
      optimalDistance: numberOf(result['optimal_distance']),
    };
  }

  async function run(recall: () => JobInput, job: Job, pause: number): Promise<Job> {
    await clock.sleep(pause, background.signal);
    const done: Job = { ...job, ...(await inTurn(() => compute(recall(), job.requestId))) };
    // It may have been forgotten meanwhile.
    if (jobs.has(job.requestId)) jobs.set(job.requestId, done);
    emit({ type: 'finished', kind: job.kind, requestId: job.requestId, error: done.error });
    return done;
  }

  return {
    /**
     * Starts a job. `request` is its body. `recall` reads the input again when the job runs, so that waiting jobs need
     * not hold it in memory. `finished` resolves when the job is done, or to `undefined` when the sandbox stops first.
     */
    submit(input: JobInput, request: CompressedText, recall: () => JobInput) {
      const createdAt = clock.now();
      const pause = input.slow ? SLOW_FACTOR * latency : latency;
      const job: Job = {
        kind: input.kind,
        requestId: createRequestId(createdAt, randomBytes),
        siteName: input.siteName,
        waveId: input.waveId,
        picks: input.picks.length,
        createdAt,
        answer: undefined,
        error: undefined,
        asisDistance: undefined,
        optimalDistance: undefined,
      };
      jobs.set(job.requestId, job);
      requests.set(job.requestId, request);
      forgetOldest(jobs);
      for (const requestId of [...requests.keys()].slice(0, -MAX_REQUESTS)) requests.delete(requestId);
      emit({ type: 'submitted', kind: job.kind, requestId: job.requestId, picks: job.picks });
      const { promise: finished, resolve } = Promise.withResolvers<Job | undefined>();
      background.start(async () => {
        let done: Job | undefined;
        try {
          done = await run(recall, job, pause);
        } finally {
          resolve(done);
        }
      });
      return { job, finished };
    },
    /** Of that kind, or of any. */
    find(requestId: string, kind?: Kind): Job | undefined {
      const job = jobs.get(requestId.toLowerCase());
      return kind === undefined || job?.kind === kind ? job : undefined;
    },
    /** What was submitted, while it is stored. */
    requestOf: (requestId: string): string | undefined => requests.get(requestId)?.(),
    /** The oldest first. */
    list: (): readonly Job[] => [...jobs.values()],
    /** Forgets all; what runs is done for whoever waits for it. */
    reset() {
      jobs.clear();
      requests.clear();
    },
  };
}

export type Jobs = ReturnType<typeof createJobs>;

function plannedFailure(input: JobInput, isInjected: boolean): string | undefined {
  if (isInjected) return 'Optimization failed (the sandbox was asked to let jobs fail)';
  if (input.fails) return 'Optimization failed (a pick is at the location FAIL)';
  return input.picks.length === 0 ? 'No valid picks are left' : undefined;
}

function forgetOldest(jobs: Map<string, Job>): void {
  for (const [requestId, { answer }] of jobs) {
    if (jobs.size <= MAX_JOBS) return;
    if (answer !== undefined) jobs.delete(requestId);
  }
}
