import { expect, test } from 'vitest';
import { MAX_REJECTED_BODY_BYTES, MAX_REJECTIONS_A_SECOND } from '../../src/limits.ts';
import { createMemoryRejections } from '../../src/state/memory-rejections.ts';
import { createRejections, type RejectionStore } from '../../src/state/rejections.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { describeRejections, rejectionOf } from './rejections-contract.ts';

describeRejections('in memory', async () => {
  const store = createMemoryRejections();
  return { open: async () => ({ store, close: () => undefined }), end: async () => undefined };
});

const frozen = { monotonic: () => 0 };

test('of rejected requests 20 are stored in a second, and the others are counted', async () => {
  const clock = createFakeClock({ auto: false });
  const rejections = createRejections(createMemoryRejections(), clock);
  for (let at = 0; at < 50; at += 1) await rejections.add(rejectionOf());
  rejections.count();
  expect(await rejections.counts()).toEqual({ stored: MAX_REJECTIONS_A_SECOND, notStored: 31 });
  await clock.advance(1000);
  await rejections.add(rejectionOf({ id: 'later' }));
  expect(await rejections.counts()).toEqual({ stored: MAX_REJECTIONS_A_SECOND + 1, notStored: 31 });
  expect((await rejections.list({ limit: 1 })).map(({ id }) => id)).toEqual(['later']);
});

test('of a rejected request the first 64 kB are stored, with the size of the whole', async () => {
  const rejections = createRejections(createMemoryRejections(), frozen);
  const body = new Uint8Array(1_000_000).fill(7);
  const headers = [
    ['svix-id', 'a'],
    ['user-agent', 'x'.repeat(20_000)],
    ['svix-timestamp', '1'],
  ] as const;
  await rejections.add({ ...rejectionOf(), body, headers, detail: 'no'.repeat(1000) });
  const [{ number } = { number: 0 }] = await rejections.list();
  expect(await rejections.find(number)).toEqual({
    ...rejectionOf(),
    number,
    body: body.subarray(0, MAX_REJECTED_BODY_BYTES),
    bodySize: 1_000_000,
    headers: headers.slice(0, 1),
    detail: 'no'.repeat(250),
  });
});

test.each([
  ['fails', (): Promise<boolean> => Promise.reject(new TypeError('a bug'))],
  ['has no time', async (): Promise<boolean> => false],
] as const)('a store that %s is no error of the listener: the request is counted', async (_what, add) => {
  const store: RejectionStore = { ...createMemoryRejections(), add };
  const rejections = createRejections(store, frozen);
  await rejections.add(rejectionOf());
  expect(await rejections.counts()).toEqual({ stored: 0, notStored: 1 });
});

test('rejected requests that wait for a store that hangs are no more than a second has', async () => {
  const clock = createFakeClock({ auto: false });
  let asked = 0;
  const hangs = (): Promise<boolean> => {
    asked += 1;
    return new Promise(() => undefined);
  };
  const rejections = createRejections({ ...createMemoryRejections(), add: hangs }, clock);
  for (let second = 0; second < 3; second += 1) {
    for (let at = 0; at < 30; at += 1) void rejections.add(rejectionOf());
    await clock.advance(1000);
  }
  expect([asked, (await rejections.counts()).notStored]).toEqual([MAX_REJECTIONS_A_SECOND, 70]);
});
