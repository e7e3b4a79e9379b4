import { createClock } from '../../src/platform/clock.ts';
import type { Clock } from '../../src/platform/host.ts';

/**
 * The real clock, which a test puts on in steps. How long a thing may take in real time does not count for what is
 * measured with it, as long as the steps are large against that.
 */
export function hurriedClock(): { readonly clock: Clock; readonly pass: (ms: number) => void } {
  const real = createClock();
  let aheadMs = 0;
  return {
    clock: {
      now: () => real.now() + aheadMs,
      monotonic: () => real.monotonic() + aheadMs,
      sleep: (ms, signal) => real.sleep(ms, signal),
    },
    pass(ms) {
      aheadMs += ms;
    },
  };
}
