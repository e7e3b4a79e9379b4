/** The clock of the machine. */
import type { Clock } from './host.ts';

/** The longest delay of a timer; a longer one fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A sleeping clock keeps the process alive: what waits is work. */
export function createClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => monotonicNow(),
    async sleep(ms, signal) {
      const end = monotonicNow() + ms;
      for (let left = ms; left > LONGEST_TIMER_MS; left = end - monotonicNow()) {
        await pause(LONGEST_TIMER_MS, signal);
      }
      // A timer drops fractions of a millisecond, and would end too early.
      await pause(Math.ceil(Math.max(0, end - monotonicNow())), signal);
    },
  };
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the reason is the caller's to choose
    const stop = (): void => (clearTimeout(timer), reject(signal?.reason));
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/** The global `performance` would load all of Node's performance hooks for this one figure. */
export function monotonicNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
