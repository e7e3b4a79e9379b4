import type { JobAnswer, ResultNotReady } from '../../api/model.ts';
import { EXEC, forwardStep, SHOW, stepLabel } from '../../state/delivery-steps.ts';
import type { Http } from '../../lib/net/http.ts';
import type { Kind } from '../../kinds.ts';
import { CliError, messageOf } from '../../errors.ts';
import { isTestMessageId } from '../../ids.ts';
import type { Place } from '../../lib/async/arrival-order.ts';
import { renderEventLine } from './event-line.ts';
import { forwardDelivery } from './forward.ts';
import type { Clock } from '../../platform/host.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';
import type { Claim, InboxEntry, ResultFacts, TargetAnswer } from '../../state/inbox.ts';
import { MAX_ATTEMPTS } from './backoff.ts';

/** A delivery with its kind and result, ready to be printed. */
export interface ListenEvent {
  readonly delivery: InboxEntry;
  readonly kind: Kind | undefined;
  /** `undefined` when results are not fetched, the payload names no request, or the result was never available. */
  readonly answer: JobAnswer | undefined;
  /** A test webhook, and the request that it names does not exist: there will never be an answer. */
  readonly isTestWithoutRequest: boolean;
  /** The line of `--json`, without a line break; created on each call. */
  line(): string;
}

/**
 * Requests a result once, of both kinds when the kind is not known. `isLast`: there is no retry. Rejects with `CliError`
 * when the API refuses.
 */
export type FetchAnswer = (
  requestId: string,
  kind: Kind | undefined,
  options: { readonly signal: AbortSignal; readonly isLast: boolean },
) => Promise<JobAnswer | ResultNotReady>;

export interface WorkOptions {
  /** `undefined`: results are not fetched. */
  readonly fetchAnswer?: FetchAnswer | undefined;
  /** The kind that this machine submitted under that id. Must not throw. */
  readonly kindOf?: ((requestId: string) => Kind | undefined | Promise<Kind | undefined>) | undefined;
  readonly http: Http;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly forwardTo: readonly string[];
  /** Runs the user's command with the line on its standard input. Rejects when it fails, with {@link CommandFailed} for an exit code. */
  readonly exec?: ((line: string, signal: AbortSignal) => Promise<void>) | undefined;
  /**
   * Called once for each delivery, one after the other, in the order of arrival. When it rejects, the run ends with that
   * error; {@link LeftForLater} releases this delivery for the next run.
   */
  readonly show: (event: ListenEvent) => void | Promise<void>;
}

/** `show` rejects with it when enough was printed: the delivery is left for the next run. */
export class LeftForLater extends Error {
  override readonly name = 'LeftForLater';
}

/** `exec` rejects with it when the command exits with another code than 0. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`the command ended with ${exitCode}`);
    this.exitCode = exitCode;
  }
}

export interface StepFailure {
  /** `fetch: …`, `exec: …`, or `forward http://…: …` */
  readonly error: string;
  readonly retryAfterMs?: number | undefined;
}

/** What a forward or a command was, and what came back. */
export interface TargetCall {
  /** `exec`, or the URL as it may be shown. */
  readonly target: string;
  /** The status, or the exit code; `undefined` when there was none. */
  readonly outcome: number | undefined;
  readonly durationMs: number;
}

export interface StepResult {
  readonly kind: Kind | undefined;
  /** `undefined` when the step is done or dropped. */
  readonly failure: StepFailure | undefined;
  /** Why there is nothing to do, now or later. */
  readonly dropped?: string | undefined;
  /** `undefined` when nobody was called. */
  readonly call?: TargetCall | undefined;
  readonly answer?: TargetAnswer | undefined;
  /** Of the result that it worked with. */
  readonly result?: ResultFacts | undefined;
}

export interface DeliveryWork {
  /** The steps that this listener can do. */
  readonly steps: readonly string[];
  /** Attempts a step once. `place` is its turn on the screen, for {@link SHOW}. */
  attempt(claim: Claim, place: Place, signal: AbortSignal): Promise<StepResult>;
}

/** The kind and the result of a delivery. */
interface Fetched {
  readonly kind: Kind | undefined;
  /** `undefined` when there is nothing to fetch. */
  readonly result: JobAnswer | ResultNotReady | undefined;
  readonly isTestWithoutRequest: boolean;
}

/** What becomes of a test webhook that names no request of the API. */
export const TEST_WITHOUT_REQUEST = 'test webhook, no such request';

/** How many results are kept for the command that follows; others are fetched again. */
const MAX_KEPT_RESULTS = 16;

/**
 * The steps of a delivery. Printing and the command need the result; forwards do not. A delivery whose result is not
 * available yet gives up its place on the screen and is printed when it is; the last attempt prints it without.
 */
export function createDeliveryWork(options: WorkOptions): DeliveryWork {
  const targets = new Map(options.forwardTo.map((url) => [forwardStep(url), url]));
  /** By delivery id: what was fetched to print it, for the command that follows. */
  const results = new Map<string, Fetched>();

  /** The webhook may arrive before the result is available. */
  const fetchResult = async ({ delivery, attempts }: Claim, signal: AbortSignal): Promise<Fetched> => {
    const { requestId } = delivery;
    // The kind is in the delivery (payload, then path), or in what was submitted, or else found by fetching.
    const kind = delivery.kind ?? (requestId === undefined ? undefined : await options.kindOf?.(requestId));
    const nothing = { kind, result: undefined, isTestWithoutRequest: false };
    if (options.fetchAnswer === undefined || requestId === undefined) return nothing;
    try {
      const isLast = attempts >= MAX_ATTEMPTS;
      const result = await options.fetchAnswer(requestId, kind, { signal, isLast });
      if (result.state !== 'unfinished') return { ...nothing, kind: result.kind, result };
      // What this machine submitted exists, whoever sends a webhook about it.
      const isFinal =
        result.isMissing && isTestMessageId(delivery.id) && (await options.kindOf?.(requestId)) === undefined;
      return isFinal ? { ...nothing, isTestWithoutRequest: true } : { ...nothing, result };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof CliError)) throw error;
      const { message } = error;
      return { ...nothing, result: { state: 'unfinished', isMissing: false, error: message, retryAfterMs: undefined } };
    }
  };

  const keep = (entry: InboxEntry, fetched: Fetched): void => {
    if (options.exec === undefined || !entry.steps.some(isOwedCommand)) return;
    results.set(entry.id, fetched);
    for (const oldest of results.keys()) {
      if (results.size <= MAX_KEPT_RESULTS) return;
      results.delete(oldest);
    }
  };

  const show = async (claim: Claim, place: Place, signal: AbortSignal): Promise<StepResult> => {
    const { delivery, attempts } = claim;
    const shown = (event: ListenEvent): Promise<void> =>
      place.show(() => {
        signal.throwIfAborted();
        return options.show(event);
      });
    const fetched = await fetchResult(claim, signal);
    const { kind, result } = fetched;
    if (result?.state === 'unfinished') {
      if (attempts >= MAX_ATTEMPTS) await shown(eventOf(delivery, fetched));
      return fetchFailed(result, kind);
    }
    keep(delivery, fetched);
    await shown(eventOf(delivery, fetched));
    return { kind, failure: undefined, result: factsOf(result) };
  };

  const execute = async (claim: Claim, signal: AbortSignal): Promise<StepResult> => {
    const { delivery } = claim;
    const fetched = results.get(delivery.id) ?? (await fetchResult(claim, signal));
    results.delete(delivery.id);
    const { kind, result } = fetched;
    if (result?.state === 'unfinished') return fetchFailed(result, kind);
    // The command gets results: it must not run for one that does not exist.
    if (fetched.isTestWithoutRequest) return { kind, failure: undefined, dropped: TEST_WITHOUT_REQUEST };
    const line = eventOf(delivery, fetched).line();
    const startedAt = options.clock.monotonic();
    const callWith = (outcome: number | undefined): TargetCall => ({
      target: EXEC,
      outcome,
      durationMs: options.clock.monotonic() - startedAt,
    });
    try {
      await options.exec?.(line, signal);
    } catch (error) {
      signal.throwIfAborted();
      const call = callWith(error instanceof CommandFailed ? error.exitCode : undefined);
      return { kind, failure: { error: `${EXEC}: ${messageOf(error)}` }, call, result: factsOf(result) };
    }
    return { kind, failure: undefined, call: callWith(0), result: factsOf(result) };
  };

  const forward = async ({ delivery, step }: Claim, url: string, signal: AbortSignal): Promise<StepResult> => {
    const startedAt = options.clock.monotonic();
    const result = await forwardDelivery(options.http, url, delivery, signal);
    const { answer } = result;
    const durationMs = options.clock.monotonic() - startedAt;
    return {
      kind: undefined,
      failure: result.ok ? undefined : { error: `${stepLabel(step)}: ${result.error}` },
      call: { target: maskUrl(url), outcome: answer?.status, durationMs },
      answer,
    };
  };

  return {
    steps: [SHOW, ...(options.exec === undefined ? [] : [EXEC]), ...targets.keys()],
    async attempt(claim, place, signal) {
      try {
        const url = targets.get(claim.step);
        if (url !== undefined) return await forward(claim, url, signal);
        return claim.step === EXEC ? await execute(claim, signal) : await show(claim, place, signal);
      } finally {
        place.giveUp();
      }
    },
  };
}

function isOwedCommand({ name, state }: InboxEntry['steps'][number]): boolean {
  return name === EXEC && state === 'pending';
}

function fetchFailed({ error, retryAfterMs }: ResultNotReady, kind: Kind | undefined): StepResult {
  return { kind, failure: { error: `fetch: ${error}`, retryAfterMs } };
}

function factsOf(answer: JobAnswer | undefined): ResultFacts | undefined {
  if (answer === undefined) return undefined;
  const { siteName, waveId, asisDistance: asis, optimalDistance: optimal, unit } = answer.summary;
  return { siteName, waveId, asis, optimal, unit, failed: answer.state === 'failed' };
}

function eventOf(delivery: InboxEntry, { kind, result, isTestWithoutRequest }: Fetched): ListenEvent {
  const answer = result?.state === 'unfinished' ? undefined : result;
  return { delivery, kind, answer, isTestWithoutRequest, line: () => renderEventLine(delivery, kind, answer?.raw) };
}
