/** Many requests at once: each posted at most once, waited for when wanted, and told of as it ends. */
import { mapBounded } from '../../lib/async/pool.ts';
import type { Answer, OptipickClient } from '../../api/model.ts';
import type { Context } from '../../app/context.ts';
import type { AnswerDetails } from '../../answers/details.ts';
import { largerThan } from '../../answers/limit.ts';
import { createByteStore } from '../../lib/bytes/store.ts';
import { joinSignals } from '../../lib/async/any-signal.ts';
import type { Kind } from '../../kinds.ts';
import { MAX_READ_ANSWER_BYTES } from '../../limits.ts';
import { CliError } from '../../errors.ts';
import type { SetEntry } from '../../requests/request-set.ts';
import { tapAnswer } from '../shared/tee.ts';
import { IN_DOUBT, mayHaveArrived, PostedMeanwhile, type Poster } from './idempotent-post.ts';
import { graceful } from './shutdown-grace.ts';
import { awaitAnswer, type Watch } from '../shared/progress.ts';

/** How a request of a batch ended. */
export type BatchEnd =
  /** It has an id and is not waited for. `before`: it was submitted by an earlier run. */
  | { readonly state: 'submitted'; readonly requestId: string; readonly before: boolean }
  | {
      readonly state: 'answered';
      readonly answer: Answer;
      readonly details: AnswerDetails | undefined;
      /** The API's own bytes, when they were asked for. */
      readonly raw: Uint8Array | undefined;
    }
  /** `doubtful`: the API may have accepted it all the same. */
  | { readonly state: 'failed'; readonly error: CliError; readonly doubtful: boolean }
  /** Nothing was sent: the batch was stopped before its turn. */
  | { readonly state: 'left' };

/** What happens meanwhile, for those who watch. */
export type BatchStep = 'sending' | 'waiting';

export interface BatchParts {
  readonly kind: Kind;
  readonly client: OptipickClient;
  readonly poster: Poster;
  readonly watch: Watch;
}

export interface BatchOptions {
  /** How many at once. */
  readonly concurrency: number;
  readonly mode: 'submit' | 'wait' | 'sync';
  readonly timeoutMs: number;
  /** The id under which an earlier run has submitted it: then it is not submitted again. See `createEarlier`. */
  readonly earlier: (entry: SetEntry) => string | undefined;
  /** Whether the bytes of the answers are wanted. */
  readonly raw: boolean;
  readonly onStep: (entry: SetEntry, step: BatchStep, requestId?: string) => void;
  /** Called for each request, one at a time; the batch goes no further until it resolves. */
  readonly onEnd: (entry: SetEntry, end: BatchEnd) => Promise<void>;
}

/** After so many requests in a row that found no API, the others would not find it either. */
const GIVE_UP_AFTER = 20;

/** Runs the batch to its end, to the first failure that all others would share, or until somebody stops it. */
export async function runBatch(
  context: Context,
  { kind, client, poster, watch }: BatchParts,
  entries: readonly SetEntry[],
  options: BatchOptions,
): Promise<void> {
  const { stop } = context;
  const postSignal = graceful(context);
  /** Content that stands twice in the input is one request. */
  const twice = repeatedOf(entries);
  const ends = new Map<string, Promise<BatchEnd>>();
  /** Those whose POST has begun and not come back. */
  const posting = new Set<SetEntry>();
  const working = new Set<Promise<BatchEnd>>();
  let givenUp = false;
  let unavailable = 0;
  /** Nobody takes the results any more, or there is a bug: what runs is for nothing. */
  const broken = new AbortController();
  const joined = joinSignals([stop, broken.signal]);

  const waitFor = async (requestId: string, entry: SetEntry): Promise<BatchEnd> => {
    options.onStep(entry, 'waiting', requestId);
    return answered((sink) =>
      awaitAnswer(
        context,
        client,
        { requestId, kind, knownHere: true },
        { timeout: options.timeoutMs, sink, watch, signal: joined.signal },
      ),
    );
  };

  const answered = async (fetch: Parameters<typeof tapAnswer>[2]): Promise<BatchEnd> => {
    const bytes = createByteStore();
    const keep = async (chunk: Uint8Array): Promise<void> => {
      if (bytes.size + chunk.length > MAX_READ_ANSWER_BYTES)
        throw largerThan(MAX_READ_ANSWER_BYTES, { passable: true });
      bytes.push(chunk);
    };
    const { answer, details } = await tapAnswer(context, options.raw ? keep : undefined, fetch);
    return { state: 'answered', answer, details, raw: options.raw ? bytes.take() : undefined };
  };

  const post = async (entry: SetEntry): Promise<BatchEnd> => {
    options.onStep(entry, 'sending');
    posting.add(entry);
    const signal = postSignal.signal;
    if (options.mode === 'sync') {
      return answered((sink) => poster.submitAndAwait(entry, { signal, timeoutMs: options.timeoutMs, sink }));
    }
    const timeoutMs = options.mode === 'wait' ? options.timeoutMs : undefined;
    const { requestId } = await poster.submit(entry, { signal, timeoutMs });
    posting.delete(entry);
    return options.mode === 'wait' ? waitFor(requestId, entry) : { state: 'submitted', requestId, before: false };
  };

  /** An earlier run, or one beside this, has submitted it. */
  const found = async (requestId: string, entry: SetEntry): Promise<BatchEnd> =>
    options.mode === 'submit' ? { state: 'submitted', requestId, before: true } : waitFor(requestId, entry);

  const one = async (entry: SetEntry): Promise<BatchEnd> => {
    if (joined.signal.aborted || givenUp) return { state: 'left' };
    const before = options.earlier(entry);
    if (before !== undefined) return found(before, entry);
    try {
      return await post(entry);
    } catch (error) {
      if (!(error instanceof PostedMeanwhile)) throw error;
      posting.delete(entry);
      return found(error.requestId, entry);
    }
  };

  const caught = async (entry: SetEntry): Promise<BatchEnd> => {
    try {
      const end = await one(entry);
      if (end.state !== 'left') unavailable = 0;
      return end;
    } catch (thrown) {
      const error = thrown instanceof CliError ? thrown : undefined;
      if (error === undefined) {
        broken.abort(thrown);
        throw thrown;
      }
      if (SHARED_BY_ALL.has(error.failure)) givenUp = true;
      unavailable = error.failure === 'unavailable' ? unavailable + 1 : 0;
      if (unavailable >= GIVE_UP_AFTER) givenUp = true;
      const doubtful = error.code === IN_DOUBT || (posting.has(entry) && mayHaveArrived(error));
      return { state: 'failed', error, doubtful };
    }
  };

  try {
    const results = mapBounded(entries, options.concurrency, async (entry) => {
      const running = ends.get(entry.digest) ?? caught(entry);
      working.add(running);
      // Kept only for who comes again: an end holds a whole answer.
      if (twice.has(entry.digest)) ends.set(entry.digest, running);
      const end = await running;
      working.delete(running);
      return { entry, end };
    });
    for await (const { entry, end } of results) {
      try {
        await options.onEnd(entry, end);
      } catch (error) {
        broken.abort(error);
        throw error;
      }
    }
  } finally {
    // Whatever ended it: nobody must use the state of this machine when it has been closed.
    await Promise.allSettled(working);
    joined.release();
    postSignal.release();
  }
}

/** What one request meets, the others would meet, too: no use in going on. */
const SHARED_BY_ALL: ReadonlySet<CliError['failure']> = new Set<CliError['failure']>([
  'auth',
  'environment',
  'internal',
]);

/** Digests that more than one entry has. */
function repeatedOf(entries: readonly SetEntry[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { digest } of entries) {
    if (seen.has(digest)) repeated.add(digest);
    seen.add(digest);
  }
  return repeated;
}
