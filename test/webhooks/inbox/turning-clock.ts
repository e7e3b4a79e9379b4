import { setImmediate } from 'node:timers/promises';

import type { Clock } from '../../../src/platform/host.ts';
import { NOW } from '../../state/inbox-support.ts';

/**
 * A clock on which a sleep takes some turns of the event loop, in which other things can happen, and then jumps to the
 * earliest time that anybody sleeps until: hours in milliseconds.
 */
export function createTurningClock(): Clock {
  let now = NOW;
  const sleepers = new Set<{ readonly end: number }>();
  return {
    now: () => now,
    monotonic: () => now,
    async sleep(ms, signal) {
      const end = now + ms;
      const sleeper = { end };
      sleepers.add(sleeper);
      try {
        while (now < end) {
          for (let turn = 0; turn < 5; turn += 1) await setImmediate();
          signal?.throwIfAborted();
          now = Math.max(now, Math.min(...[...sleepers].map((each) => each.end)));
        }
      } finally {
        sleepers.delete(sleeper);
      }
    },
  };
}
