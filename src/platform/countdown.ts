import { LONGEST_TIMER_MS, monotonicNow } from './clock.ts';

/** A limit on time that counts only while it runs. It does not keep the process alive. */
export interface Countdown {
  run(): void;
  pause(): void;
}

/** `onEnd` is called once, when it has run for `ms` milliseconds in all. It stands still at first. */
export function createCountdown(ms: number, onEnd: () => void): Countdown {
  let left = ms;
  let started = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    run() {
      if (timer !== undefined) return;
      started = monotonicNow();
      timer = setTimeout(onEnd, Math.min(left, LONGEST_TIMER_MS));
      timer.unref();
    },
    pause() {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      left = Math.max(0, left - (monotonicNow() - started));
    },
  };
}
