import { expect, test } from 'vitest';
import { createPickIds } from '../../../src/requests/validation/pick-ids.ts';

test('a repeated id of a wave gives the line of the first', () => {
  const ids = createPickIds();
  expect([ids.add(1, 'a', 2), ids.add(2, 'a', 3), ids.add(1, 'b', 4), ids.add(1, 'a', 5), ids.add(2, 'a', 6)]).toEqual([
    undefined,
    undefined,
    undefined,
    2,
    3,
  ]);
});

test('ids that differ little are distinct, however many, and each is found again', () => {
  const ids = createPickIds();
  const count = 200_000;
  const alike = (at: number): string => (at % 2 === 0 ? `P${at}` : `${'0'.repeat(at % 9)}${at}é`);
  let twice = 0;
  for (let at = 0; at < count; at += 1) if (ids.add(at % 3, alike(at), at + 1) !== undefined) twice += 1;
  let found = 0;
  for (let at = 0; at < count; at += 1) if (ids.add(at % 3, alike(at), count + at) === at + 1) found += 1;
  expect([twice, found]).toEqual([0, count]);
});
