/** A clock that stands still until it is moved: days pass in milliseconds. */
import type { Clock } from '../../src/platform/host.ts';

export interface FakeClock extends Clock {
  /** Lets time pass; whoever sleeps wakes in the right order, and what they do is done before time goes on. */
  advance(ms: number): Promise<void>;
  /** How many sleep. */
  sleepers(): number;
}

interface Sleeper {
  readonly until: number;
  wake(): void;
}

/** 2026-01-31T12:00:00Z */
export const NOON = Date.UTC(2026, 0, 31, 12);

export function createFakeClock(start = NOON): FakeClock {
  let now = start;
  const sleepers = new Set<Sleeper>();

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const abort = (): void => {
        sleepers.delete(sleeper);
        reject(signal?.reason as Error);
      };
      const sleeper: Sleeper = {
        until: now + ms,
        wake() {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      // A sleep of no length only lets others run.
      if (ms === 0) setImmediate(() => sleeper.wake());
      else sleepers.add(sleeper);
    });
  }

  return {
    now: () => now,
    monotonic: () => now - start,
    sleep,
    sleepers: () => sleepers.size,
    async advance(ms) {
      const until = now + ms;
      for (;;) {
        await settle();
        const next = [...sleepers].sort((a, b) => a.until - b.until)[0];
        if (next === undefined || next.until > until) break;
        now = Math.max(now, next.until);
        next.wake();
      }
      now = until;
      await settle();
    },
  };
}

/** Lets everything run that does not wait for time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
