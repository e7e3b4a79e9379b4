import { CliError } from '../../../errors.ts';
import { withTimeout } from '../../../lib/async/with-timeout.ts';
import { formatDuration } from '../../../lib/text/numbers.ts';
import type { Clock, PostgresClient } from '../../../platform/host.ts';
import { endInTime } from '../answer-in-time.ts';
import { stateFailure } from '../failure.ts';

export interface SessionOptions {
  /** Opens the connection. */
  readonly connect: () => Promise<PostgresClient>;
  /** The address without its password. */
  readonly place: string;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly stop: AbortSignal;
  /** How long the connection and each statement may take. */
  readonly answerMs: number;
}

/**
 * Runs work on a connection of its own: what a lane of a listener is too impatient for. What was not committed is rolled back when it
 * fails. Rejects with `CliError` `environment` when the server cannot be used or does not answer, and with the reason of `stop`.
 */
export async function inSession<T>(
  { connect, place, clock, stop, answerMs }: SessionOptions,
  work: (client: PostgresClient) => Promise<T>,
): Promise<T> {
  const inTime = <R>(step: () => Promise<R>, cut: () => void): Promise<R> =>
    withTimeout(
      clock,
      answerMs,
      stop,
      (signal) => unlessAborted(signal, step, cut),
      () => notInTime(place, answerMs),
    );
  let isOver = false;
  let failure: unknown;
  const noted = async <R>(step: Promise<R>): Promise<R> => {
    try {
      return await step;
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  let client: PostgresClient | undefined;
  try {
    const opening = connect();
    opening.then(
      (late) => (isOver ? late.destroy() : undefined),
      () => undefined,
    );
    const opened = (client = await noted(
      inTime(
        () => opening,
        () => (isOver = true),
      ),
    ));
    const asked = <R>(step: () => Promise<R>): Promise<R> => noted(inTime(step, () => opened.destroy()));
    return await work({
      get isOpen() {
        return opened.isOpen;
      },
      query: (sql, values) => asked(() => opened.query(sql, values)),
      queryPrepared: (sql, values) => asked(() => opened.queryPrepared(sql, values)),
      onNotification: (handler) => opened.onNotification(handler),
      end: () => opened.end(),
      destroy: () => opened.destroy(),
    });
  } catch (error) {
    client?.destroy();
    // What the work throws of its own accord is not about the server.
    throw error === failure ? stateFailure(error, place) : error;
  } finally {
    if (client?.isOpen === true) await endInTime(clock, client);
    else client?.destroy();
  }
}

async function unlessAborted<R>(signal: AbortSignal, step: () => Promise<R>, cut: () => void): Promise<R> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => {
    cut();
    aborted.reject(signal.reason);
  });
  return await Promise.race([step(), aborted.promise]);
}

function notInTime(place: string, ms: number): CliError {
  return new CliError('environment', `${place} did not answer within ${formatDuration(ms)}`, {
    code: 'state_unavailable',
    hint: 'the database is overloaded, hangs, or cannot be reached',
    retryable: true,
  });
}
