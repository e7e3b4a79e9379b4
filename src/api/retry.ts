/** Asking again: what may be repeated, how often, and after which pause. */
import type { Clock } from '../platform/host.ts';
import { UnavailableError } from './failure.ts';

/** One failed attempt that is followed by another. */
export interface RetryNotice {
  /** Counts from 1. */
  readonly attempt: number;
  readonly waitMs: number;
  readonly error: UnavailableError;
}

export interface RetryPolicy {
  readonly clock: Pick<Clock, 'sleep'>;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Attempts in all. */
  readonly attempts: number;
  readonly onRetry?: ((notice: RetryNotice) => void) | undefined;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** A server that asks for more than this is not waited for: the user decides. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * Runs `attempt` until it does not throw a repeatable {@link UnavailableError}. Pauses grow
 * exponentially with full jitter; a `Retry-After` is kept to. Throws the last failure.
 */
export async function repeat<T>(policy: RetryPolicy, attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let number = 1; ; number += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof UnavailableError) || !error.repeatable || number >= policy.attempts) throw error;
      if ((error.retryAfterMs ?? 0) > LONGEST_RETRY_AFTER_MS) throw error;
      const growing = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (number - 1));
      const waitMs =
        error.retryAfterMs === undefined
          ? policy.random() * growing
          : afterRetryAfter(error.retryAfterMs, policy.random);
      policy.onRetry?.({ attempt: number, waitMs, error });
      await policy.clock.sleep(waitMs, signal);
    }
  }
}

/** Not before the time that the server named, and not all clients at the very same moment. */
export function afterRetryAfter(retryAfterMs: number, random: () => number): number {
  return retryAfterMs + random() * Math.min(1000, retryAfterMs / 4);
}
