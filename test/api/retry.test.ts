import { describe, expect, test } from 'vitest';

import { UnavailableError } from '../../src/api/failure.ts';
import { retryAfterInWords, retryAfterOf } from '../../src/api/retry-after.ts';
import { afterRetryAfter, retry } from '../../src/api/retry.ts';
import { createInstantClock } from '../support/instant-clock.ts';

const failing = (facts: { repeatable: boolean; retryAfterMs?: number }): UnavailableError =>
  new UnavailableError('down', facts);

/** Runs attempts that fail as listed and then succeed. */
async function run(failures: readonly UnavailableError[], random = 1): Promise<{ result: unknown; sleeps: number[] }> {
  const clock = createInstantClock();
  let number = 0;
  const policy = { clock, random: () => random, attempts: 4 };
  const result = await retry(policy, async () => {
    const failure = failures[number];
    number += 1;
    if (failure !== undefined) throw failure;
    return 'there';
  }).catch((error: unknown) => error);
  return { result, sleeps: clock.sleeps };
}

describe('retry', () => {
  test('pauses longer before each attempt, with full jitter, and returns the success', async () => {
    const down = failing({ repeatable: true });
    const { result, sleeps } = await run([down, down, down]);
    expect({ result, sleeps }).toEqual({ result: 'there', sleeps: [500, 1000, 2000] });
    expect((await run([down, down], 0.5)).sleeps).toEqual([250, 500]);
  });

  test('throws the last failure after four attempts', async () => {
    const failures = [1, 2, 3, 4, 5].map(() => failing({ repeatable: true }));
    const { result, sleeps } = await run(failures);
    expect(result).toBe(failures[3]);
    expect(sleeps).toHaveLength(3);
  });

  test('waits as long as Retry-After asks', async () => {
    const { sleeps } = await run([failing({ repeatable: true, retryAfterMs: 7000 })], 0);
    expect(sleeps).toEqual([7000]);
  });

  test('does not wait for a Retry-After beyond a minute', async () => {
    const patient = failing({ repeatable: true, retryAfterMs: 60_001 });
    expect(await run([patient])).toEqual({ result: patient, sleeps: [] });
    expect((await run([failing({ repeatable: true, retryAfterMs: 60_000 })], 0)).sleeps).toEqual([60_000]);
  });

  test('does not repeat a request that must not be sent twice', async () => {
    const final = failing({ repeatable: false });
    expect(await run([final])).toEqual({ result: final, sleeps: [] });
  });

  test('throws the reason of a signal that arrives during the pause', async () => {
    const reason = new Error('stop');
    const stop = new AbortController();
    const sleep = async (_ms: number, signal?: AbortSignal): Promise<void> => {
      stop.abort(reason);
      signal?.throwIfAborted();
    };
    const policy = { clock: { sleep }, random: () => 0, attempts: 4 };
    const attempt = async (): Promise<never> => {
      throw failing({ repeatable: true });
    };
    await expect(retry(policy, attempt, stop.signal)).rejects.toBe(reason);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const DAY = 86_400_000;

  test.each([
    ['3', 3000],
    ['0', 0],
    [' 1.5 ', 1500],
    ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['-1', undefined],
    ['soon', undefined],
    ['', undefined],
    ['86399', 86_399_000],
    ['99999999999', DAY],
    ['9'.repeat(400), DAY],
    ['Fri, 31 Dec 9999 23:59:59 GMT', DAY],
  ])('%j is %j ms', (value, ms) => {
    expect(retryAfterOf({ 'retry-after': value }, now)).toBe(ms);
  });

  test.each([
    ['huge', '99999999999', DAY],
    ['negative', '-1', undefined],
    ['fractional', '1.5', 1500],
    ['a date', 'Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
    ['there twice', ['3', '5'], 5000],
    ['there twice, once as a date', ['Thu, 01 Jan 2026 00:00:10 GMT', '5'], 10_000],
    ['there twice, once as nonsense', ['soon', '5'], 5000],
    ['there twice in one line', '3, 5', undefined],
  ])('is read when it is %s', (_what, value, ms) => {
    expect(retryAfterOf({ 'retry-after': value }, now)).toBe(ms);
  });

  test('is undefined when absent', () => {
    expect(retryAfterOf({}, now)).toBeUndefined();
  });

  test.each([
    [7000, '7 s'],
    [119_001, '2 min'],
    [7_199_000, '2 h'],
    [7_200_001, '2 h 1 min'],
    [DAY, 'a day or more'],
  ])('A19: of %i ms reads %s', (ms, words) => {
    expect(retryAfterInWords(ms)).toBe(words);
  });

  test('is a lower bound, spread a little', () => {
    expect(afterRetryAfter(1000, () => 0.5)).toBe(1125);
    expect(afterRetryAfter(60_000, () => 0.5)).toBe(60_500);
  });
});
