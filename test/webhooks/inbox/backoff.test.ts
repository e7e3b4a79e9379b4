import { expect, test } from 'vitest';

import { backoffDelay } from '../../../src/webhooks/inbox/backoff.ts';

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;

test('the pause doubles from 2 s up to an hour', () => {
  const pauses = [1, 2, 3, 10, 11, 12, 13, 40].map((attempts) => backoffDelay(attempts, 0.5));
  expect(pauses).toEqual([2, 4, 8, 1024, 2048, 3600, 3600, 3600].map((seconds) => seconds * SECOND_MS));
});

test('the pause is a fifth more or less, in whole milliseconds', () => {
  expect([0, 0.25, 0.123_456_7].map((random) => backoffDelay(1, random))).toEqual([1600, 1800, 1699]);
  expect([0, 0.999_999_9].map((random) => backoffDelay(12, random))).toEqual([0.8 * HOUR_MS, 1.2 * HOUR_MS]);
});
