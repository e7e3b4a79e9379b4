/** Limits on how long something may take. */
import { withAnySignal } from './any-signal.ts';

/** The part of a clock that waits: resolves after `ms`, or rejects with the signal's reason. */
export interface Sleeper {
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Runs `work` under a signal that is aborted when `stop` is, or after `ms` milliseconds with the error that `onTimeout`
 * makes. Settles as `work` does.
 */
export async function withTimeout<T>(
  clock: Sleeper,
  ms: number,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  onTimeout: () => Error,
): Promise<T> {
  const timeout = new AbortController();
  const done = new AbortController();
  clock.sleep(ms, done.signal).then(
    () => timeout.abort(onTimeout()),
    () => undefined,
  );
  try {
    return await withAnySignal([stop, timeout.signal], work);
  } finally {
    done.abort();
  }
}

/** Waits for `promise`, at most `ms` milliseconds. Rejects with what `promise` rejects with, or the reason of `stop`. */
export async function waitAtMost(
  clock: Sleeper,
  ms: number,
  promise: Promise<unknown>,
  stop?: AbortSignal,
): Promise<void> {
  const done = new AbortController();
  const sources = stop === undefined ? [done.signal] : [stop, done.signal];
  const timeout = withAnySignal(sources, (signal) => clock.sleep(ms, signal)).catch((error: unknown) => {
    if (!done.signal.aborted) throw error;
  });
  try {
    await Promise.race([promise, timeout]);
  } finally {
    done.abort();
  }
}
