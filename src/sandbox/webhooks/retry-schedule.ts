/**
 * The retry schedule of Svix. Facts: docs.svix.com, "Retries"; the jitter and the
 * rule for `Retry-After` are those of the open-source server (worker.rs).
 */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Pauses between the eight attempts, in milliseconds, each from the failure before it. */
export const RETRY_DELAYS_MS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  10 * HOUR,
];

const JITTER = 0.2;

export interface RetryFacts {
  /** From 0 up to, but without, 1. */
  readonly random: number;
  /** What the receiver asked for, in milliseconds. */
  readonly retryAfter: number | undefined;
}

/**
 * The pause in milliseconds after the given number of failed attempts (from 1), or `undefined` when
 * no more follow. A `Retry-After` counts between once and twice the pause of the schedule;
 * without one the pause varies by a fifth each way.
 */
export function retryDelay(failedAttempts: number, { random, retryAfter }: RetryFacts): number | undefined {
  const base = RETRY_DELAYS_MS[failedAttempts - 1];
  if (base === undefined) return undefined;
  if (retryAfter !== undefined) return Math.min(Math.max(retryAfter, base), 2 * base);
  return base * (1 - JITTER + 2 * JITTER * random);
}

/** The pause that a `Retry-After` asks for, in milliseconds: seconds (a fraction is rounded up), or a date. */
export function readRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Math.ceil(Number(value)) * SECOND;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
