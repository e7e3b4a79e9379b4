/** The jobs of the sandbox, in memory: pending while they run, then answered. */
import type { SandboxEnvironment } from '../environment.ts';
import type { Kind } from '../../kinds.ts';
import { messageOf } from '../../errors.ts';
import { noResult, renderAnswer, solve } from './answer.ts';
import { createRequestId } from '../../ids.ts';
import { compressText, type CompressedText } from './compressed-text.ts';
import { runCooperatively } from './cooperative-scheduler.ts';
import type { JobInput } from './job-input.ts';

/** A pick at `SLOW` keeps its job pending this many times longer. */
const SLOW_FACTOR = 10;
/** Beyond this many the oldest finished jobs are forgotten. */
const MAX_JOBS = 10_000;

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
}

/** `latency`: how long a job runs at least, in milliseconds. */
export function createJobs(environment: SandboxEnvironment, latency: number) {
  const { clock, randomBytes, injector, background, emit, site, seed } = environment;
  const jobs = new Map<string, Job>();
  let walk: readonly string[] | undefined;
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

  async function compute(input: JobInput, requestId: string): Promise<Pick<Job, 'answer' | 'error'>> {
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
    walk = result.walk ?? walk;
    const computationTime = (clock.monotonic() - started) / 1000;
    const head = { requestId, finishedAt: clock.now(), computationTime, error };
    return { answer: compressText(renderAnswer(input, site, result, head)), error };
  }

  async function run(recall: () => JobInput, job: Job, pause: number): Promise<Job> {
    await clock.sleep(pause, background.signal);
    const done: Job = { ...job, ...(await inTurn(() => compute(recall(), job.requestId))) };
    jobs.set(job.requestId, done);
    emit({ type: 'finished', kind: job.kind, requestId: job.requestId, error: done.error });
    return done;
  }

  return {
    /**
     * Starts a job. `recall` reads the input again when the job runs, so that waiting jobs need not hold it in memory.
     * `finished` resolves when the job is done, or to `undefined` when the sandbox stops first.
     */
    submit(input: JobInput, recall: () => JobInput) {
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
      };
      jobs.set(job.requestId, job);
      forgetOldest(jobs);
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
    find(kind: Kind, requestId: string) {
      const job = jobs.get(requestId.toLowerCase());
      return job?.kind === kind ? job : undefined;
    },
    /** The oldest first. */
    list: (): readonly Job[] => [...jobs.values()],
    /** The places of the last route in walking order, for drawing. */
    lastWalk: () => walk,
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
