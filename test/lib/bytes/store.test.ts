import { expect, test } from 'vitest';

import { createByteStore } from '../../../src/lib/bytes/store.ts';

/** Bytes of which no two neighbors are alike, so that a mix-up shows. */
const bytes = (size: number): Buffer => Buffer.from(Array.from({ length: size }, (_, at) => (at * 7) % 251));

test.each([1, 3, 1000, 1024, 65_536, 1_000_000])('gives back in order what came in chunks of %i bytes', (size) => {
  const store = createByteStore();
  const all = bytes(2_500_000);
  for (let at = 0; at < all.length; at += size) {
    const chunk = Buffer.from(all.subarray(at, at + size));
    store.push(chunk);
    // Its memory belongs to whoever pushed it.
    chunk.fill(0);
  }
  expect(store.size).toBe(all.length);
  expect(store.take().equals(all)).toBe(true);
});

test('is empty at first, after it was taken from, and after nothing was pushed', () => {
  const store = createByteStore();
  store.push(new Uint8Array(0));
  expect([store.size, store.take().length]).toEqual([0, 0]);
  store.push(bytes(5));
  store.take();
  expect([store.size, store.take().length]).toEqual([0, 0]);
  store.push(bytes(9));
  expect(store.take().equals(bytes(9))).toBe(true);
});
