import { formatDuration } from '../../lib/text/numbers.ts';
import { waitAtMost, type Sleeper } from '../../lib/async/with-timeout.ts';
import type { PostgresClient } from '../../platform/host.ts';

/** For what is asked of a server before its connection is used. */
const ANSWER_MS = 2000;

/** For a polite end; the server notices an impolite one. */
const END_MS = 500;

/** Ends a connection politely where that is quick. */
export async function endInTime(clock: Sleeper, client: PostgresClient): Promise<void> {
  await waitAtMost(
    clock,
    END_MS,
    client.end().catch(() => undefined),
  );
  client.destroy();
}

/**
 * Runs `work` on a connection that nobody has yet, and destroys it when that fails or takes too long: no answer ever comes over a
 * network that swallows what is sent.
 */
export async function answerInTime<T>(
  clock: Sleeper,
  client: PostgresClient,
  work: () => Promise<T>,
  ms = ANSWER_MS,
): Promise<T> {
  const done = new AbortController();
  let isLate = false;
  const giveUp = (): void => {
    isLate = true;
    client.destroy();
  };
  clock.sleep(ms, done.signal).then(giveUp, () => undefined);
  try {
    return await work();
  } catch (error) {
    client.destroy();
    throw isLate ? new Error(`there was no answer within ${formatDuration(ms)}`, { cause: error }) : error;
  } finally {
    done.abort();
  }
}
