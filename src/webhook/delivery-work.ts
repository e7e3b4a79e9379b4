import type { Answer } from '../api/model.ts';
import type { Http } from '../domain/http.ts';
import type { Kind } from '../domain/kinds.ts';
import { messageOf } from '../errors.ts';
import type { Place } from './arrival-order.ts';
import { renderEventLine } from './event-line.ts';
import { forwardDelivery } from './forward.ts';
import type { InboxEntry } from './inbox.ts';
import { lookUpResult } from './result-lookup.ts';
import type { ResultSource } from './result-lookup.ts';
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
  readonly results?: ResultSource | undefined;
  readonly http: Http;
  readonly forwardTo: readonly string[];
  /** Runs the user's command with the line on its standard input. Rejects when it fails. */
  readonly exec?: ((line: string, signal: AbortSignal) => Promise<void>) | undefined;
  /** Called once for each delivery, one after the other, in the order of arrival. When it rejects, the run ends with that. */
  readonly show: (event: ListenEvent) => void | Promise<void>;
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
    const failures: StepFailure[] = [];
    let kind = entry.kind;

    const show = async (event: ListenEvent): Promise<void> => {
      if (isDone(SHOW)) return;
      await place.show(() => {
        signal.throwIfAborted();
        return options.show(event);
      });
      // Where nothing else is to be done the end of the attempt says the same, and saves a write.
      if (!isShowAll) await note(SHOW);
    };

    const execute = async (event: ListenEvent): Promise<void> => {
      if (options.exec === undefined || isDone(EXEC)) return;
      try {
        await options.exec(event.line(), signal);
      } catch (error) {
        signal.throwIfAborted();
        failures.push({ step: EXEC, error: messageOf(error) });
        return;
      }
      await note(EXEC);
    };

    const fetchAndUse = async (): Promise<void> => {
      if (isDone(SHOW)) place.giveUp();
      if (isDone(SHOW) && (options.exec === undefined || isDone(EXEC))) return;
      const { results } = options;
      if (results === undefined || entry.requestId === undefined) {
        kind ??= entry.requestId === undefined ? undefined : results?.kindOf?.(entry.requestId);
        const event = eventOf(entry, kind, undefined);
        await show(event);
        await execute(event);
        return;
      }
      const lookup = await lookUpResult(results, entry.requestId, entry.kind, signal);
      if (lookup.found) {
        ({ kind } = lookup);
        const event = eventOf(entry, kind, lookup.answer);
        await show(event);
        await execute(event);
        return;
      }
      failures.push({ step: 'fetch', error: lookup.error, retryAfterMs: lookup.retryAfterMs });
      if (entry.attempts >= MAX_ATTEMPTS) await show(eventOf(entry, kind, undefined));
      else place.giveUp();
    };

    const forward = async (url: string): Promise<void> => {
      const step = `forward ${url}`;
      if (isDone(step)) return;
      const result = await forwardDelivery(options.http, url, entry, signal);
      if (result.ok) await note(step);
      else failures.push({ step, error: result.error });
    };

    try {
      await allEnded([fetchAndUse(), ...options.forwardTo.map((url) => forward(url))]);
    } finally {
      place.giveUp();
    }
    return { kind, failures };
  };
}

/** Waits for all, then throws the first error: nothing may go on behind the back of a caller that has failed. */
async function allEnded(steps: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(steps);
  await Promise.all(steps);
}

function eventOf(delivery: InboxEntry, kind: Kind | undefined, answer: Answer | undefined): ListenEvent {
  return { delivery, kind, answer, line: () => renderEventLine(delivery, kind, answer?.raw) };
}
