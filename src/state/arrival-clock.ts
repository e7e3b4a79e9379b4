import { underSignals } from '../lib/async/any-signal.ts';
import type { Clock } from '../platform/host.ts';
import type { Arrivals } from './arrivals.ts';

/**
 * The clock of one poll: a pause ends early when a listener on this machine receives a webhook about the request. One
 * that was received before ends none, as polling starts with a request to the API.
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
