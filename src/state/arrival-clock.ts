import { waitAtMost } from '../lib/async/with-timeout.ts';
import type { Clock } from '../platform/host.ts';
import type { Arrivals } from './arrivals.ts';

/**
 * The clock of one poll: a pause ends early when a listener on this machine receives a webhook about the request. One
 * that was received before ends none, as polling starts with a request to the API.
 */
export async function createArrivalClock(
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
  arrivals: Arrivals,
  requestId: string,
): Promise<Pick<Clock, 'monotonic' | 'sleep'>> {
  let seen = await arrivals.count(requestId);
  return {
    monotonic: () => clock.monotonic(),
    async sleep(ms, signal) {
      const arrived = Promise.withResolvers<void>();
      const unwatch = arrivals.watch(requestId, seen, (count) => {
        seen = count;
        arrived.resolve();
      });
      try {
        await waitAtMost(clock, ms, arrived.promise, signal);
      } finally {
        unwatch();
      }
    },
  };
}
