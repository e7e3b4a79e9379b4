/** A clock on which sleeping takes no time: it jumps, and remembers how long each sleep was. */
import type { Clock } from '../../src/platform/host.ts';

export interface InstantClock extends Clock {
  /** Milliseconds of each sleep, in order. */
  readonly sleeps: number[];
  /** Moves on without a sleep. */
  advance(ms: number): void;
}

export function createInstantClock(startMs = Date.parse('2026-01-01T00:00:00Z')): InstantClock {
  const sleeps: number[] = [];
  let passed = 0;
  return {
    sleeps,
    now: () => startMs + passed,
    monotonic: () => passed,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      sleeps.push(ms);
      passed += ms;
    },
    advance(ms) {
      passed += ms;
    },
  };
}
