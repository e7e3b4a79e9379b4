import type { Sleeper } from './with-timeout.ts';

/** One sleeper that can be woken. */
export interface Waiter {
  /** Until {@link wake} or the time has passed; at once when there was a wake since the last wait. */
  wait(ms: number): Promise<void>;
  wake(): void;
}

const WOKEN = 'woken';

export function createWaiter(clock: Sleeper): Waiter {
  let woken = false;
  let sleeping: AbortController | undefined;
  return {
    wake() {
      woken = true;
      // With a reason of its own: the default one is an error with a stack, made for each webhook.
      sleeping?.abort(WOKEN);
    },
    async wait(ms) {
      const sleeper = new AbortController();
      sleeping = sleeper;
      try {
        if (!woken) await clock.sleep(ms, sleeper.signal);
      } catch (error) {
        if (!sleeper.signal.aborted) throw error;
      } finally {
        sleeping = undefined;
        woken = false;
      }
    },
  };
}
