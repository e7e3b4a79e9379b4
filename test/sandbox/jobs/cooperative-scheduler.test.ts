import { expect, test } from 'vitest';

import type { Steps } from '../../../src/lib/async/steps.ts';
import { runCooperatively } from '../../../src/sandbox/jobs/cooperative-scheduler.ts';

/** A clock that only moves when it is told to. */
interface HandClock {
  now: number;
  monotonic(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

function createClock(seen: string[], pauses: readonly number[]): HandClock {
  let count = 0;
  return {
    now: 0,
    monotonic() {
      return this.now;
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      seen.push(`sleep ${ms}`);
      this.now += pauses[count] ?? 1;
      count += 1;
    },
  };
}

/** Steps of six milliseconds each. */
function* countTo(steps: number, clock: HandClock, seen: string[]): Steps<string> {
  for (let step = 1; step <= steps; step += 1) {
    seen.push(`step ${step}`);
    clock.now += 6;
    yield;
  }
  return 'done';
}

test('other work runs after each time slice, and the result is the same', async () => {
  const seen: string[] = [];
  const clock = createClock(seen, []);
  const result = await runCooperatively(countTo(7, clock, seen), clock, new AbortController().signal);
  expect({ result, seen }).toEqual({
    result: 'done',
    seen: ['step 1', 'step 2', 'step 3', 'sleep 0', 'step 4', 'step 5', 'step 6', 'sleep 0', 'step 7'],
  });
});

test('busy other work gets more turns in a row', async () => {
  const seen: string[] = [];
  const clock = createClock(seen, [20, 5, 2]);
  await runCooperatively(countTo(4, clock, seen), clock, new AbortController().signal);
  expect(seen).toEqual(['step 1', 'step 2', 'step 3', 'sleep 0', 'sleep 0', 'sleep 0', 'step 4']);
});

test('busy other work does not stop the work for ever', async () => {
  const seen: string[] = [];
  const clock = createClock(
    seen,
    Array.from({ length: 100 }, () => 50),
  );
  await runCooperatively(countTo(4, clock, seen), clock, new AbortController().signal);
  expect(seen).toEqual(['step 1', 'step 2', 'step 3', ...Array.from({ length: 10 }, () => 'sleep 0'), 'step 4']);
});

test('an aborted signal ends the work between two time slices', async () => {
  const seen: string[] = [];
  const clock = createClock(seen, []);
  const stop = new AbortController();
  stop.abort(new Error('stopped'));
  await expect(runCooperatively(countTo(100, clock, seen), clock, stop.signal)).rejects.toThrow('stopped');
  expect(seen).toEqual(['step 1', 'step 2', 'step 3']);
});
