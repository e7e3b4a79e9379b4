import { expect, test } from 'vitest';

import type { Steps } from '../../src/sandbox/optimiser/steps.ts';
import { runInSlices } from '../../src/sandbox/slices.ts';

function* countTo(steps: number, seen: string[]): Steps<string> {
  for (let step = 1; step <= steps; step += 1) {
    seen.push(`step ${step}`);
    yield;
  }
  return 'done';
}

/** Each look at the clock takes five milliseconds; whoever sleeps writes it down. */
function createClock(seen: string[]): Parameters<typeof runInSlices>[1] {
  let now = 0;
  return {
    monotonic: () => (now += 5),
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      seen.push(`sleep ${ms}`);
    },
  };
}

test('others have their turn after each slice, and the result is what it would have been', async () => {
  const seen: string[] = [];
  const result = await runInSlices(countTo(7, seen), createClock(seen), new AbortController().signal);
  const steps = (from: number, to: number): string[] =>
    Array.from({ length: to - from + 1 }, (_, index) => `step ${from + index}`);
  expect({ result, seen }).toEqual({
    result: 'done',
    seen: [...steps(1, 3), 'sleep 0', ...steps(4, 6), 'sleep 0', 'step 7'],
  });
});

test('an aborted signal ends it between two slices', async () => {
  const seen: string[] = [];
  const stop = new AbortController();
  stop.abort(new Error('stopped'));
  await expect(runInSlices(countTo(100, seen), createClock(seen), stop.signal)).rejects.toThrow('stopped');
  expect(seen).toEqual(['step 1', 'step 2', 'step 3']);
});
