/** Pauses that a webhook ends. */
import { underSignals } from '../lib/async/any-signal.ts';
import type { Clock } from '../platform/host.ts';
import type { Arrivals } from './sqlite/arrivals.ts';

/**
 * The clock of one wait: a pause ends early when a listener on this machine receives a webhook about the request. One
 * that is there before the wait begins ends none, as the wait begins with a look.
 */
export function createArrivalClock(
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
  arrivals: Arrivals,
  requestId: string,
): Pick<Clock, 'monotonic' | 'sleep'> {
  let seen = arrivals.newest(requestId);
  return {
    monotonic: () => clock.monotonic(),
    async sleep(ms, signal) {
      const early = new AbortController();
      const unwatch = arrivals.watch(requestId, seen, (number) => {
        seen = number;
        early.abort();
      });
      try {
        await underSignals(signal === undefined ? [early.signal] : [signal, early.signal], (either) =>
          clock.sleep(ms, either),
        );
      } catch (error) {
        signal?.throwIfAborted();
        if (!early.signal.aborted) throw error;
      } finally {
        unwatch();
      }
    },
  };
}
