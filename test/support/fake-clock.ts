/** Time that passes only when all wait for it. */
import type { Clock } from '../../src/platform/host.ts';

export interface FakeClock extends Clock {
  /** Every pause that was asked for, in milliseconds, in order. */
  readonly sleeps: number[];
  /** Lets time pass, waking who sleeps in the order of their hours. Needed only without `auto`. */
  advance(ms: number): Promise<void>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/**
 * Begins at `start` (milliseconds since 1970). With `auto` (the default) the next sleeper is woken as soon as the event
 * loop has nothing else to do, and the clock jumps to its hour: hours pass in no time, in the right order.
 */
export function createFakeClock({
  start = Date.parse('2026-01-02T03:04:05Z'),
  auto = true,
}: { readonly start?: number; readonly auto?: boolean } = {}): FakeClock {
  let now = start;
  let sleepers: Sleeper[] = [];
  let turning = false;
  const sleeps: number[] = [];

  function wakeNext(until: number): boolean {
    const next = sleepers.reduce<Sleeper | undefined>(
      (first, sleeper) => (first === undefined || sleeper.at < first.at ? sleeper : first),
      undefined,
    );
    if (next === undefined || next.at > until) return false;
    now = Math.max(now, next.at);
    next.wake();
    return true;
  }

  function turn(): void {
    if (turning) return;
    turning = true;
    setImmediate(() => {
      turning = false;
      if (wakeNext(Number.POSITIVE_INFINITY) && sleepers.length > 0) turn();
    });
  }

  return {
    sleeps,
    now: () => now,
    monotonic: () => now - start,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleeps.push(ms);
        const leave = (): void => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          signal?.removeEventListener('abort', stop);
        };
        const stop = (): void => {
          leave();
          reject(signal?.reason as Error);
        };
        const sleeper: Sleeper = {
          at: now + Math.max(0, ms),
          wake() {
            leave();
            resolve();
          },
        };
        if (signal?.aborted === true) {
          stop();
          return;
        }
        sleepers.push(sleeper);
        signal?.addEventListener('abort', stop, { once: true });
        if (auto) turn();
      }),
    async advance(ms) {
      const until = now + ms;
      while (wakeNext(until)) {
        // What was woken may sleep again within the same stretch.
        await new Promise((done) => {
          setImmediate(done);
        });
      }
      now = until;
    },
  };
}
