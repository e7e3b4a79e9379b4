/** Retries: what may be repeated, how often, and after which pause. */
import type { Clock } from '../platform/host.ts';
import { UnavailableError } from './failure.ts';

export interface RetryPolicy {
  readonly clock: Pick<Clock, 'sleep'>;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Attempts in all. */
  readonly attempts: number;
}

const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 10_000;
/** A longer `Retry-After` is not waited for: the user decides. */
const MAX_RETRY_AFTER_MS = 60_000;

/**
 * Runs `attempt` until it does not throw a repeatable {@link UnavailableError}. Pauses grow
 * exponentially with full jitter; a `Retry-After` is respected. Throws the last failure.
 */
export async function retry<T>(policy: RetryPolicy, attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let number = 1; ; number += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof UnavailableError) || !error.repeatable || number >= policy.attempts) throw error;
      const { retryAfterMs } = error;
      if ((retryAfterMs ?? 0) > MAX_RETRY_AFTER_MS) throw error;
      const bound = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (number - 1));
      const pauseMs =
        retryAfterMs === undefined ? policy.random() * bound : afterRetryAfter(retryAfterMs, policy.random);
      await policy.clock.sleep(pauseMs, signal);
    }
  }
}

/** Not before the time that the server named, and not all clients at the very same moment. */
export function afterRetryAfter(retryAfterMs: number, random: () => number): number {
  return retryAfterMs + random() * Math.min(1000, retryAfterMs / 4);
}
