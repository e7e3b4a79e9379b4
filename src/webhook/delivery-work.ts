import type { Answer } from '../api/model.ts';
import type { Http } from '../domain/http.ts';
import type { Kind } from '../domain/kinds.ts';
import { messageOf } from '../errors.ts';
import type { Place } from './arrival-order.ts';
import { renderEventLine } from './event-line.ts';
import { forwardDelivery } from './forward.ts';
import type { InboxEntry } from './inbox.ts';
import { lookUpResult } from './result-lookup.ts';
import type { FetchAnswer } from './result-lookup.ts';
import { MAX_ATTEMPTS } from './retry-schedule.ts';

/** A delivery with what was found out about it, ready to be shown. */
export interface ListenEvent {
  readonly delivery: InboxEntry;
  readonly kind: Kind | undefined;
  /** `undefined` when results are not fetched, the payload names no request, or the result never came. */
  readonly answer: Answer | undefined;
  /** The line of `--json`, without a line break; made anew on each call. */
  line(): string;
}

export interface WorkOptions {
  /** `undefined`: results are not fetched. */
  readonly fetchAnswer?: FetchAnswer | undefined;
  /** What this machine submitted under that id. Must not throw. */
  readonly kindOf?: ((requestId: string) => Kind | undefined) | undefined;
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
  /** `fetch`, `exec`, or `forward <url>`. */
  readonly step: string;
  readonly error: string;
  readonly retryAfterMs?: number | undefined;
}

export interface AttemptResult {
  readonly kind: Kind | undefined;
  /** Empty: all is done. */
  readonly failures: readonly StepFailure[];
}

/** Notes a step as done, so that no later attempt repeats it. */
export type NoteStep = (step: string) => Promise<void>;

const SHOW = 'show';
const EXEC = 'exec';

/**
 * One attempt at all that a delivery causes and that no earlier attempt has done: fetch the result, show it, run the
 * command with it; and, beside that, as they need no result, the forwards. A delivery whose result is not there gives up
 * its place on the screen and is shown when it succeeds; on the last attempt it is shown without.
 */
export function createDeliveryWork(
  options: WorkOptions,
): (entry: InboxEntry, place: Place, note: NoteStep, signal: AbortSignal) => Promise<AttemptResult> {
  const isShowAll = options.exec === undefined && options.forwardTo.length === 0;

  return async (entry, place, note, signal) => {
    const isDone = (step: string): boolean => entry.stepsDone.includes(step);
    // What the delivery tells (its payload, then its path), then what was submitted, then what is found.
    let kind = entry.kind ?? (entry.requestId === undefined ? undefined : options.kindOf?.(entry.requestId));

    const show = async (event: ListenEvent): Promise<void> => {
      if (isDone(SHOW)) return;
      await place.show(() => {
        signal.throwIfAborted();
        return options.show(event);
      });
      // Where nothing else is to be done the end of the attempt says the same, and saves a write.
      if (!isShowAll) await note(SHOW);
    };

    const execute = async (event: ListenEvent): Promise<StepFailure | undefined> => {
      if (options.exec === undefined || isDone(EXEC)) return undefined;
      try {
        await options.exec(event.line(), signal);
      } catch (error) {
        signal.throwIfAborted();
        return { step: EXEC, error: messageOf(error) };
      }
      await note(EXEC);
      return undefined;
    };

    const fetchAndUse = async (): Promise<StepFailure | undefined> => {
      if (isDone(SHOW)) place.giveUp();
      if (isDone(SHOW) && (options.exec === undefined || isDone(EXEC))) return undefined;
      let answer: Answer | undefined;
      if (options.fetchAnswer !== undefined && entry.requestId !== undefined) {
        const lookup = await lookUpResult(options.fetchAnswer, entry.requestId, kind, signal);
        if (!lookup.found) {
          if (entry.attempts >= MAX_ATTEMPTS) await show(eventOf(entry, kind, undefined));
          else place.giveUp();
          return { step: 'fetch', error: lookup.error, retryAfterMs: lookup.retryAfterMs };
        }
        ({ answer, kind } = lookup);
      }
      const event = eventOf(entry, kind, answer);
      await show(event);
      return await execute(event);
    };

    const forward = async (url: string): Promise<StepFailure | undefined> => {
      const step = `forward ${url}`;
      if (isDone(step)) return undefined;
      const result = await forwardDelivery(options.http, url, entry, signal);
      if (!result.ok) return { step, error: result.error };
      await note(step);
      return undefined;
    };

    try {
      const ends = await allEnded([fetchAndUse(), ...options.forwardTo.map((url) => forward(url))]);
      return { kind, failures: ends.filter((end) => end !== undefined) };
    } finally {
      place.giveUp();
    }
  };
}

/** Waits for all, then throws the first error: nothing may go on behind the back of a caller that has failed. */
async function allEnded<T>(steps: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(steps);
  return await Promise.all(steps);
}

function eventOf(delivery: InboxEntry, kind: Kind | undefined, answer: Answer | undefined): ListenEvent {
  return { delivery, kind, answer, line: () => renderEventLine(delivery, kind, answer?.raw) };
}
