import { describe, expect, test } from 'vitest';

import { mapBounded } from '../../../src/lib/async/pool.ts';

/** Work that ends when the test says so. */
function createWork(): {
  started: number[];
  run: (item: number) => Promise<number>;
  finish: (item: number, error?: Error) => void;
} {
  const started: number[] = [];
  const ends = new Map<number, (error?: Error) => void>();
  return {
    started,
    run: (item) =>
      new Promise((resolve, reject) => {
        started.push(item);
        ends.set(item, (error) => (error === undefined ? resolve(item * 10) : reject(error)));
      }),
    finish: (item, error) => ends.get(item)?.(error),
  };
}

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const result of results) all.push(result);
  return all;
}

describe('a bounded pool', () => {
  test('runs no more than its limit, and yields in the order of arrival', async () => {
    const work = createWork();
    const results = mapBounded([1, 2, 3, 4], 2, work.run);
    const first = results.next();
    expect(work.started).toEqual([1, 2]);
    work.finish(2);
    expect(await first).toEqual({ done: false, value: 20 });
    const second = results.next();
    expect(work.started).toEqual([1, 2, 3]);
    work.finish(3);
    expect(await second).toEqual({ done: false, value: 30 });
    const third = results.next();
    work.finish(1);
    work.finish(4);
    expect(await third).toEqual({ done: false, value: 10 });
    expect(await results.next()).toEqual({ done: false, value: 40 });
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  test('yields undefined results too, and nothing for nothing', async () => {
    expect(await collect(mapBounded([1, 2], 5, async () => undefined))).toEqual([undefined, undefined]);
    expect(await collect(mapBounded([], 5, async () => 1))).toEqual([]);
  });

  test('handles a thousand items', async () => {
    const items = Array.from({ length: 1000 }, (_, n) => n);
    const results = await collect(mapBounded(items, 256, async (n) => n));
    expect(results.sort((a, b) => a - b)).toEqual(items);
  });

  test('ends with the first rejection and starts nothing more', async () => {
    const work = createWork();
    const results = mapBounded([1, 2, 3], 2, work.run);
    const first = results.next();
    const failure = new Error('broken');
    work.finish(1, failure);
    await expect(first).rejects.toBe(failure);
    work.finish(2);
    expect(await results.next()).toEqual({ done: true, value: undefined });
    expect(work.started).toEqual([1, 2]);
  });

  test('starts nothing more when the loop is left', async () => {
    const work = createWork();
    const results = mapBounded([1, 2, 3], 1, work.run);
    const first = results.next();
    work.finish(1);
    await first;
    await results.return();
    // The second was started in place of the first, before the first was handed out.
    work.finish(2);
    expect(await results.next()).toEqual({ done: true, value: undefined });
    expect(work.started).toEqual([1, 2]);
  });
});
