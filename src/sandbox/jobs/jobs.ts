/** What was submitted: pending for as long as a job runs, then answered. Kept in memory. */
import type { Kind } from '../../kinds.ts';
import { messageOf } from '../../errors.ts';
import type { Clock } from '../../platform/host.ts';
import { noResult, renderAnswer, solve } from './answer.ts';
import type { Background } from './background.ts';
import type { FaultInjector } from '../faults.ts';
import { createRequestId, type RandomBytes } from '../../ids.ts';
import type { Site } from '../../site/model.ts';
import type { OnSandboxEvent } from '../events.ts';
import type { Optimizer } from '../optimizer/optimizer.ts';
import { compressText, type CompressedText } from './compressed-text.ts';
import { runCooperatively } from './cooperative-scheduler.ts';
import type { JobInput } from './job-input.ts';

/** A pick at `SLOW` keeps its job pending so many times longer. */
const SLOW_FACTOR = 10;
/** The oldest finished jobs are forgotten beyond so many. */
const KEPT_JOBS = 10_000;

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

export interface Jobs {
  /**
   * Takes a input in; `recall` gives it again when its turn has come, so that those that wait need not be kept whole.
   * `finished` resolves when its answer is there, to `undefined` when the sandbox stops first.
   */
  submit(input: JobInput, recall: () => JobInput): { readonly job: Job; readonly finished: Promise<Job | undefined> };
  find(kind: Kind, requestId: string): Job | undefined;
  /** The oldest first. */
  list(): readonly Job[];
  /** The places of the last route in walking order, to be drawn. */
  lastWalk(): readonly string[] | undefined;
}

export interface JobsFacts {
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly injector: FaultInjector;
  readonly background: Background;
  readonly emit: OnSandboxEvent;
  readonly site: Site;
  readonly optimizer: Optimizer;
  readonly seed: number;
  /** How long a job runs at least, in milliseconds. */
  readonly latency: number;
}

export function createJobs(facts: JobsFacts): Jobs {
  const { clock, randomBytes, injector, background, emit, site, optimizer, seed, latency } = facts;
  const jobs = new Map<string, Job>();
  let walk: readonly string[] | undefined;
  let before: Promise<void> = Promise.resolve();

  /** One at a time, in the order in which they came due. */
  async function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const mine = before.then(() => clock.sleep(0, background.signal)).then(work);
    before = mine.then(
      () => undefined,
      // Whoever waits for it hears of the failure; those behind go on.
      () => undefined,
    );
    return mine;
  }

  async function workOut(input: JobInput, requestId: string): Promise<Pick<Job, 'answer' | 'error'>> {
    const began = clock.monotonic();
    let error = whyFailed(input, injector.shouldInject('job-failure'));
    let result = noResult(input);
    if (error === undefined) {
      try {
        result = await runCooperatively(solve(input, site, optimizer, seed), clock, background.signal);
      } catch (bug) {
        background.signal.throwIfAborted();
        error = `The sandbox could not work this out: ${messageOf(bug)}`;
      }
    }
    walk = result.walk ?? walk;
    const computationTime = (clock.monotonic() - began) / 1000;
    const head = { requestId, finishedAt: clock.now(), computationTime, error };
    return { answer: compressText(renderAnswer(input, site, result, head)), error };
  }

  async function run(recall: () => JobInput, job: Job, pause: number): Promise<Job> {
    await clock.sleep(pause, background.signal);
    const done: Job = { ...job, ...(await inTurn(() => workOut(recall(), job.requestId))) };
    jobs.set(job.requestId, done);
    emit({ type: 'finished', kind: job.kind, requestId: job.requestId, error: done.error });
    return done;
  }

  return {
    submit(input, recall) {
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
    find(kind, requestId) {
      const job = jobs.get(requestId.toLowerCase());
      return job?.kind === kind ? job : undefined;
    },
    list: () => [...jobs.values()],
    lastWalk: () => walk,
  };
}

function whyFailed(input: JobInput, struck: boolean): string | undefined {
  if (struck) return 'Optimisation failed (the sandbox was asked to let jobs fail)';
  if (input.fails) return 'Optimisation failed (a pick is at the location FAIL)';
  return input.picks.length === 0 ? 'No valid picks are left' : undefined;
}

function forgetOldest(jobs: Map<string, Job>): void {
  for (const [requestId, { answer }] of jobs) {
    if (jobs.size <= KEPT_JOBS) return;
    if (answer !== undefined) jobs.delete(requestId);
  }
}
