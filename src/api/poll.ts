/** Polls for one answer until it is available, the deadline passes, or asking again makes no sense. */
import { isKnownStatusWord } from '../answers/job-state.ts';
import type { Kind } from '../kinds.ts';
import { shownId } from '../lib/text/shown-id.ts';
import { CliError } from '../errors.ts';
import type { Clock } from '../platform/host.ts';
import type { AnswerBytes, JobAnswer, OptipickClient } from './model.ts';
import { retryAfterInWords } from './retry-after.ts';
import { afterRetryAfter } from './retry.ts';
import { answerBehindRefusal, pollKinds, type Unfinished } from './poll-kinds.ts';
import { NOT_THE_API } from './sanitize.ts';
import { formatDuration } from '../lib/text/numbers.ts';

/** What a poll found, for progress and for warnings. */
export type PollEvent =
  | { readonly type: 'pending'; readonly kind: Kind; readonly word: string | undefined; readonly pauseMs: number }
  | { readonly type: 'missing'; readonly pauseMs: number }
  /** The failure counts against the deadline only. */
  | { readonly type: 'unavailable'; readonly error: CliError; readonly pauseMs: number }
  /** A status word without a documented meaning, taken for "not finished"; reported once for each word. */
  | { readonly type: 'unknown_word'; readonly kind: Kind; readonly word: string };

export interface PollAnswerOptions {
  /** The first pause, and the longest one, in milliseconds. */
  readonly intervalMs: number;
  readonly maxIntervalMs: number;
  /** On the monotonic clock. */
  readonly deadline: number;
  /** Ask once instead of waiting. */
  readonly once?: boolean;
  /** Submitted from here: a 404 means that it is not ready yet. */
  readonly knownHere: boolean;
  /** The first 404 is the result: the id can be no request's. Default false. */
  readonly isMissingFinal?: boolean | undefined;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly signal?: AbortSignal | undefined;
  readonly sink?: AnswerBytes | undefined;
  readonly onEvent?: ((event: PollEvent) => void) | undefined;
}

const GROWTH = 1.5;
/** A pause varies by this share each way, so that many polls do not run in step. */
const JITTER = 0.15;

/**
 * Polls for the answer to `requestId`, of one of `kinds`, all of which are asked until one has it. Network errors, 429, 5xx
 * and web pages of others count against the deadline only.
 *
 * Throws `CliError`: `pending` when it timed out and the job is still running, or was never
 * found (the API does not distinguish "unknown" from "not ready": an id typed by the user is polled for
 * like any other); `unavailable` when there were only failures of the network or the server; `refused`
 * (`not_the_api`) when the last answer was a web page; else `auth` and `refused` at once. With `once`: `pending` when it is
 * not finished, and `refused` (`not_found`) when it is not found and was not submitted from here; so it is with `isMissingFinal`.
 */
export async function pollAnswer(
  client: OptipickClient,
  kinds: readonly Kind[],
  requestId: string,
  options: PollAnswerOptions,
): Promise<JobAnswer> {
  const { clock, random, signal, deadline, once = false, isMissingFinal = false, onEvent } = options;
  const started = clock.monotonic();
  const seenWords = new Set<string>();
  let interval = options.intervalMs;
  let healthy = false;
  for (;;) {
    const attempts = once ? undefined : 1;
    const isLast = once || isMissingFinal;
    const status = await pollKinds(client, kinds, requestId, { ...options, attempts, isLast });
    if ('summary' in status) return status;
    if (status.state === 'missing' && isMissingFinal) throw noSuchRequest(requestId);
    if (status.state !== 'unavailable') healthy = true;
    if (status.state === 'pending') reportUnknownWord(status.kind, status.word, seenWords, onEvent);
    if (once) throw notFinished(status, requestId, options.knownHere);

    const now = clock.monotonic();
    const remaining = deadline - now;
    const asked = status.retryAfterMs;
    const pause = asked === undefined ? interval * (1 + JITTER * (2 * random() - 1)) : afterRetryAfter(asked, random);
    if (remaining <= 0 || (asked ?? 0) > remaining) {
      if (status.state === 'missing' && status.refusal !== undefined) {
        return await answerBehindRefusal(client, status.refusal, requestId, options);
      }
      throw timedOut(status, requestId, {
        healthy,
        waitedMs: now - started,
        askedMs: remaining > 0 ? asked : undefined,
      });
    }
    const pauseMs = Math.min(pause, remaining);
    onEvent?.(eventOf(status, pauseMs));
    await clock.sleep(pauseMs, signal);
    interval = Math.min(options.maxIntervalMs, interval * GROWTH);
  }
}

function reportUnknownWord(
  kind: Kind,
  word: string | undefined,
  seen: Set<string>,
  onEvent: PollAnswerOptions['onEvent'],
): void {
  if (word === undefined || isKnownStatusWord(word) || seen.has(word)) return;
  seen.add(word);
  onEvent?.({ type: 'unknown_word', kind, word });
}

function eventOf(status: Unfinished, pauseMs: number): PollEvent {
  if (status.state === 'pending') return { type: 'pending', kind: status.kind, word: status.word, pauseMs };
  if (status.state === 'missing') return { type: 'missing', pauseMs };
  return { type: 'unavailable', error: status.error, pauseMs };
}

function noSuchRequest(requestId: string): CliError {
  const shown = shownId(requestId);
  return new CliError('refused', `the API does not know ${shown} (404), which does not look like a request id`, {
    code: 'not_found',
    status: 404,
    requestId,
    hint: 'request ids have 24 hex digits, as 67507ad05e593173d0313e0f; --any-id waits for another one all the same',
  });
}

/** `--once`, and no answer yet. */
function notFinished(status: Unfinished, requestId: string, knownHere: boolean): CliError {
  if (status.state === 'unavailable') return status.error;
  if (status.state === 'missing' && !knownHere) {
    return new CliError('refused', `request ${requestId} was not found, or is not ready yet`, {
      code: 'not_found',
      status: 404,
      requestId,
      hint: `check the id; if it was submitted just now: optipick poll ${requestId}`,
    });
  }
  return new CliError('pending', `request ${requestId} is not finished yet`, { code: 'not_finished', requestId });
}

function timedOut(
  status: Unfinished,
  requestId: string,
  facts: { readonly healthy: boolean; readonly waitedMs: number; readonly askedMs: number | undefined },
): CliError {
  const after = `after ${formatDuration(Math.round(facts.waitedMs / 1000) * 1000)}`;
  const asked =
    facts.askedMs === undefined
      ? ''
      : `; the server asks to wait ${retryAfterInWords(facts.askedMs)}, which is longer than the timeout leaves`;
  if (status.state === 'unavailable' && (!facts.healthy || status.error.code === NOT_THE_API)) {
    const { error } = status;
    return new CliError(error.failure, `nothing was heard of request ${requestId} ${after}: ${error.message}${asked}`, {
      code: error.code,
      apiCode: error.apiCode,
      requestId,
      cause: error,
      status: error.status,
      hint: error.hint,
    });
  }
  const state = status.state === 'missing' ? 'was not found, or is not ready,' : 'is not finished';
  return new CliError('pending', `request ${requestId} ${state} ${after}${asked}`, { code: 'not_finished', requestId });
}
