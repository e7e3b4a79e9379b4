/**
 * The stages of a submit, the same for one request and for many: plan (new, or submitted by an earlier run), post, wait.
 * A view shows what happens and how each request ends.
 */
import type { JobAnswer, AnswerBytes, OptipickClient, Submitted } from '../../api/model.ts';
import type { Context } from '../../context/context.ts';
import { anySignal } from '../../lib/async/any-signal.ts';
import { mapBounded } from '../../lib/async/pool.ts';
import type { Kind } from '../../kinds.ts';
import { CliError } from '../../errors.ts';
import type { SetEntry } from '../../requests/request-set.ts';
import { pollWithProgress, type PollProgress } from '../shared/progress.ts';
import type { AnswerWithDetails } from '../shared/tee.ts';
import type { SubmitMode } from './flags.ts';
import { mayHaveArrived, type IdempotentPost } from './idempotent-post.ts';
import { SubmittedMeanwhile, UNKNOWN_OUTCOME } from './resume.ts';
import { shutdownGrace } from './shutdown-grace.ts';

/** The id of a request; `before`: another run has submitted it. */
type Accepted = Pick<Submitted, 'requestId'> & { readonly before: boolean };

export interface ReceivedAnswer extends AnswerWithDetails {
  /** The API's own bytes, where the view needs them. */
  readonly raw: Uint8Array | undefined;
}

/** How a request ended. */
export type RequestEnd =
  /** It has an id and is not waited for. */
  | ({ readonly state: 'submitted' } & Accepted)
  | ({ readonly state: 'answered' } & ReceivedAnswer)
  /** `unknownOutcome`: the API may have accepted it all the same. */
  | { readonly state: 'failed'; readonly stage: Stage; readonly error: CliError; readonly unknownOutcome: boolean }
  /** The run was stopped before its turn. */
  | { readonly state: 'not_sent' };

export type Stage = 'plan' | 'post' | 'wait';

export interface SubmitView {
  /** Shared by all that wait; `undefined`: each wait shows its own. */
  readonly progress: PollProgress | undefined;
  /** The request is being posted. */
  posting(entry: SetEntry): void;
  /** The request has an id and is waited for. */
  waiting(entry: SetEntry, accepted: Accepted): Promise<void>;
  /** Fetches the answer into the sink that the view wants. */
  receive(entry: SetEntry, fetch: (sink: AnswerBytes | undefined) => Promise<JobAnswer>): Promise<ReceivedAnswer>;
  /** Called for each request, one at a time; no further request starts until it resolves. */
  ended(entry: SetEntry, end: RequestEnd): Promise<void>;
}

export interface SubmitStages {
  readonly kind: Kind;
  readonly client: OptipickClient;
  readonly post: IdempotentPost;
  readonly mode: SubmitMode;
  readonly timeoutMs: number;
}

/** After this many requests in a row that did not reach the API, the others would not reach it either. */
const UNAVAILABLE_LIMIT = 20;

/** A failure of one request that all others would share. */
const SHARED_BY_ALL: ReadonlySet<CliError['failure']> = new Set<CliError['failure']>([
  'auth',
  'environment',
  'internal',
]);

/**
 * Takes all requests through the stages, until all have ended, one fails in a way that the others would share, or the run is
 * stopped. Equal content is submitted once. Rejects with what is no `CliError`, and with what the view rejects with.
 */
export async function submitAll(
  context: Context,
  stages: SubmitStages,
  entries: readonly SetEntry[],
  concurrency: number,
  view: SubmitView,
): Promise<void> {
  const run = new PipelineRun(context, stages, view);
  const copies = Map.groupBy(entries, ({ digest }) => digest);
  /** Only of repeated content: an end holds a whole answer. */
  const ends = new Map<string, Promise<RequestEnd>>();
  const working = new Set<Promise<RequestEnd>>();
  try {
    const results = mapBounded(entries, concurrency, async (entry) => {
      const running = ends.get(entry.digest) ?? run.submit(entry);
      working.add(running);
      if ((copies.get(entry.digest)?.length ?? 0) > 1) ends.set(entry.digest, running);
      const end = await running;
      working.delete(running);
      return { entry, end };
    });
    for await (const { entry, end } of results) await view.ended(entry, end);
  } catch (error) {
    run.abort(error);
    throw error;
  } finally {
    // However it ends: nothing may use the state of this machine after it is closed.
    await Promise.allSettled(working);
    run.release();
  }
}

class PipelineRun {
  readonly #context: Context;
  readonly #stages: SubmitStages;
  readonly #view: SubmitView;
  readonly #grace: ReturnType<typeof shutdownGrace>;
  /** Nobody takes the results any more, or there is a bug. */
  readonly #broken = new AbortController();
  readonly #stop: ReturnType<typeof anySignal>;
  #isOver = false;
  #unavailableInARow = 0;

  constructor(context: Context, stages: SubmitStages, view: SubmitView) {
    this.#context = context;
    this.#stages = stages;
    this.#view = view;
    this.#grace = shutdownGrace(context);
    this.#stop = anySignal([context.stop, this.#broken.signal]);
  }

  /** Takes one request through the stages. */
  async submit(entry: SetEntry): Promise<RequestEnd> {
    if (this.#isStopped()) return { state: 'not_sent' };
    const { post, mode } = this.#stages;
    let stage: Stage = 'plan';
    try {
      const requestId = await post.find(entry);
      // It may have been stopped while it looked.
      if (requestId === undefined && this.#isStopped()) return { state: 'not_sent' };
      stage = 'post';
      const posted = requestId === undefined ? await this.#post(entry) : { requestId, before: true };
      stage = 'wait';
      let end: RequestEnd;
      if ('answer' in posted) end = { state: 'answered', ...posted };
      else if (mode === 'submit') end = { state: 'submitted', ...posted };
      else end = { state: 'answered', ...(await this.#wait(entry, posted)) };
      this.#unavailableInARow = 0;
      return end;
    } catch (error) {
      return this.#failed(stage, error);
    }
  }

  /** The id, or the answer itself of a synchronous call. */
  async #post(entry: SetEntry): Promise<Accepted | ReceivedAnswer> {
    const { post, mode, timeoutMs } = this.#stages;
    const { signal } = this.#grace;
    this.#view.posting(entry);
    try {
      if (mode === 'sync') {
        return await this.#view.receive(entry, (sink) => post.submitAndAwait(entry, { signal, timeoutMs, sink }));
      }
      const options = { signal, timeoutMs: mode === 'wait' ? timeoutMs : undefined };
      const { requestId } = await post.submit(entry, options);
      return { requestId, before: false };
    } catch (error) {
      if (error instanceof SubmittedMeanwhile) return { requestId: error.requestId, before: true };
      throw error;
    }
  }

  async #wait(entry: SetEntry, accepted: Accepted): Promise<ReceivedAnswer> {
    const { kind, client, timeoutMs } = this.#stages;
    const { progress } = this.#view;
    const target = { requestId: accepted.requestId, kind, knownHere: true };
    await this.#view.waiting(entry, accepted);
    return this.#view.receive(entry, (sink) =>
      pollWithProgress(this.#context, client, target, {
        timeout: timeoutMs,
        sink,
        progress,
        signal: this.#stop.signal,
      }),
    );
  }

  #failed(stage: Stage, error: unknown): RequestEnd {
    if (!(error instanceof CliError)) {
      this.abort(error);
      throw error;
    }
    this.#unavailableInARow = error.failure === 'unavailable' ? this.#unavailableInARow + 1 : 0;
    if (SHARED_BY_ALL.has(error.failure) || this.#unavailableInARow >= UNAVAILABLE_LIMIT) this.#isOver = true;
    const unknownOutcome = error.code === UNKNOWN_OUTCOME || (stage === 'post' && mayHaveArrived(error));
    return { state: 'failed', stage, error, unknownOutcome };
  }

  /** Whether nothing more is to be posted. */
  #isStopped(): boolean {
    return this.#stop.signal.aborted || this.#isOver;
  }

  /** Stops everything that still runs. */
  abort(error: unknown): void {
    this.#broken.abort(error);
  }

  release(): void {
    this.#stop.release();
    this.#grace.release();
  }
}
