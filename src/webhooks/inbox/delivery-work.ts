import type { JobAnswer, ResultNotReady } from '../../api/model.ts';
import { EXEC, forwardStep, SHOW, stepLabel } from '../../state/delivery-steps.ts';
import type { Http } from '../../lib/net/http.ts';
import type { Kind } from '../../kinds.ts';
import { CliError, messageOf } from '../../errors.ts';
import type { Place } from '../../lib/async/arrival-order.ts';
import { renderEventLine } from './event-line.ts';
import { forwardDelivery } from './forward.ts';
import type { Claim, InboxEntry } from '../../state/inbox.ts';
import { MAX_ATTEMPTS } from './backoff.ts';

/** A delivery with what was found out about it, ready to be shown. */
export interface ListenEvent {
  readonly delivery: InboxEntry;
  readonly kind: Kind | undefined;
  /** `undefined` when results are not fetched, the payload names no request, or the result never came. */
  readonly answer: JobAnswer | undefined;
  /** The line of `--json`, without a line break; made anew on each call. */
  line(): string;
}

/**
 * Asks for a result once, both kinds where it is not known. `isLast`: nobody asks again. Rejects with `CliError` for what
 * the API refuses.
 */
export type FetchAnswer = (
  requestId: string,
  kind: Kind | undefined,
  options: { readonly signal: AbortSignal; readonly isLast: boolean },
) => Promise<JobAnswer | ResultNotReady>;

export interface WorkOptions {
  /** `undefined`: results are not fetched. */
  readonly fetchAnswer?: FetchAnswer | undefined;
  /** What this machine submitted under that id. Must not throw. */
  readonly kindOf?: ((requestId: string) => Kind | undefined | Promise<Kind | undefined>) | undefined;
  readonly http: Http;
  readonly forwardTo: readonly string[];
  /** Runs the user's command with the line on its standard input. Rejects when it fails. */
  readonly exec?: ((line: string, signal: AbortSignal) => Promise<void>) | undefined;
  /**
   * Called once for each delivery, one after the other, in the order of arrival. When it rejects, the run ends with that;
   * with {@link LeftForLater} only this delivery is let go, as if it had not been looked at.
   */
  readonly show: (event: ListenEvent) => void | Promise<void>;
}

/** What `show` rejects with when enough was shown: the delivery is for the next run. */
export class LeftForLater extends Error {
  override readonly name = 'LeftForLater';
}

export interface StepFailure {
  /** `fetch: …`, `exec: …`, or `forward http://…: …` */
  readonly error: string;
  readonly retryAfterMs?: number | undefined;
}

export interface StepResult {
  readonly kind: Kind | undefined;
  /** `undefined`: it is done. */
  readonly failure: StepFailure | undefined;
}

export interface DeliveryWork {
  /** The steps that it can do. */
  readonly steps: readonly string[];
  /** One attempt at a step. `place` is its turn on the screen, for {@link SHOW}. */
  attempt(claim: Claim, place: Place, signal: AbortSignal): Promise<StepResult>;
}

/** What was found out about a delivery. */
interface Known {
  readonly kind: Kind | undefined;
  /** `undefined`: there is nothing to be fetched. */
  readonly result: JobAnswer | ResultNotReady | undefined;
}

/** Results that were shown and wait for their command. More are fetched again. */
const MOST_RESULTS = 16;

/**
 * What a listener does for a delivery. Showing and the command need the result; forwards do not. A delivery whose result
 * is not available yet gives up its place on the screen and is shown when it succeeds; on the last attempt it is shown
 * without.
 */
export function createDeliveryWork(options: WorkOptions): DeliveryWork {
  const targets = new Map(options.forwardTo.map((url) => [forwardStep(url), url]));
  /** By delivery: what was fetched to show it, for the command that follows. */
  const results = new Map<string, Known>();

  /** The webhook can be there before the result. */
  const lookUp = async ({ delivery, attempts }: Claim, signal: AbortSignal): Promise<Known> => {
    const { requestId } = delivery;
    // What the delivery tells (its payload, then its path), then what was submitted; what is found comes last.
    const kind = delivery.kind ?? (requestId === undefined ? undefined : await options.kindOf?.(requestId));
    if (options.fetchAnswer === undefined || requestId === undefined) return { kind, result: undefined };
    try {
      const isLast = attempts >= MAX_ATTEMPTS;
      const result = await options.fetchAnswer(requestId, kind, { signal, isLast });
      return { kind: 'kind' in result ? result.kind : kind, result };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof CliError)) throw error;
      return { kind, result: { state: 'unfinished', error: error.message, retryAfterMs: undefined } };
    }
  };

  const keep = (entry: InboxEntry, known: Known): void => {
    if (options.exec === undefined || !entry.steps.some(isOwedCommand)) return;
    results.set(entry.id, known);
    for (const oldest of results.keys()) {
      if (results.size <= MOST_RESULTS) return;
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
    const known = await lookUp(claim, signal);
    const { kind, result } = known;
    if (result?.state === 'unfinished') {
      if (attempts >= MAX_ATTEMPTS) await shown(eventOf(delivery, known));
      return fetchFailed(result, kind);
    }
    keep(delivery, known);
    await shown(eventOf(delivery, known));
    return { kind, failure: undefined };
  };

  const execute = async (claim: Claim, signal: AbortSignal): Promise<StepResult> => {
    const { delivery } = claim;
    const known = results.get(delivery.id) ?? (await lookUp(claim, signal));
    results.delete(delivery.id);
    const { kind, result } = known;
    if (result?.state === 'unfinished') return fetchFailed(result, kind);
    try {
      await options.exec?.(eventOf(delivery, known).line(), signal);
    } catch (error) {
      signal.throwIfAborted();
      return { kind, failure: { error: `${EXEC}: ${messageOf(error)}` } };
    }
    return { kind, failure: undefined };
  };

  const forward = async ({ delivery, step }: Claim, url: string, signal: AbortSignal): Promise<StepResult> => {
    const result = await forwardDelivery(options.http, url, delivery, signal);
    return {
      kind: undefined,
      failure: result.ok ? undefined : { error: `${stepLabel(step)}: ${result.error}` },
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

function eventOf(delivery: InboxEntry, { kind, result }: Known): ListenEvent {
  const answer = result?.state === 'unfinished' ? undefined : result;
  return { delivery, kind, answer, line: () => renderEventLine(delivery, kind, answer?.raw) };
}
