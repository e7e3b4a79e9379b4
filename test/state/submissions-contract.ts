/** What every store of submissions promises, whatever it stores them in. */
import { describe, expect, test } from 'vitest';
import type { Submissions } from '../../src/state/submissions.ts';
import { placeOfTest, storeOfTest, type CreatePlace } from './store-place.ts';

const API = 'https://optipick.api.optioryx.com';
const SANDBOX = 'http://127.0.0.1:4010';

const route = { requestId: 'a', kind: 'route', baseUrl: API, profile: 'default' } as const;
const cluster = { requestId: 'b', kind: 'cluster', baseUrl: API, profile: 'default' } as const;

/** Runs the promises as tests. `createPlace` makes an empty place for each test. */
export function describeSubmissions(name: string, createPlace: CreatePlace<Submissions>): void {
  describe(`${name}: a submission`, () => {
    test('outlives the process that remembered it', async () => {
      const place = await placeOfTest(createPlace);
      const first = await place.open();
      await first.store.remember({ ...route, siteName: 'Example', waveId: 'W1' });
      await first.close();
      const { store } = await place.open();
      expect(await store.find('a')).toEqual({
        ...route,
        siteName: 'Example',
        waveId: 'W1',
        submittedAt: 1000,
        state: 'pending',
        settledAt: undefined,
      });
    });

    test('needs neither site nor wave', async () => {
      const submissions = await storeOfTest(createPlace);
      await submissions.remember({ ...route, siteName: undefined });
      expect(await submissions.find('a')).toMatchObject({ siteName: undefined, waveId: undefined });
    });

    test('gives the kind of its id, and of no other', async () => {
      const submissions = await storeOfTest(createPlace);
      await submissions.remember(route);
      await submissions.remember(cluster);
      const kinds = [
        submissions.kindOf('a'),
        submissions.kindOf('b', API),
        submissions.kindOf('c'),
        submissions.kindOf('A'),
      ];
      expect(await Promise.all(kinds)).toEqual(['route', 'cluster', undefined, undefined]);
    });

    test('belongs to one API: the same id at another API is another submission', async () => {
      const submissions = await storeOfTest(createPlace);
      await submissions.remember(route);
      await submissions.remember({ ...cluster, requestId: 'a', baseUrl: SANDBOX });
      await submissions.settle('a', SANDBOX, 'done');
      expect({
        kinds: [
          await submissions.kindOf('a', API),
          await submissions.kindOf('a', SANDBOX),
          await submissions.kindOf('a', 'https://other'),
        ],
        newest: await submissions.kindOf('a'),
        pending: [(await submissions.pending(API)).length, (await submissions.pending(SANDBOX)).length],
      }).toEqual({ kinds: ['route', 'cluster', undefined], newest: 'cluster', pending: [1, 0] });
    });

    test('that is remembered twice is one, and loses neither its state nor a fact', async () => {
      const submissions = await storeOfTest(createPlace);
      await submissions.remember({ ...route, siteName: 'Example' });
      await submissions.remember({ ...route, waveId: 'W1' });
      expect(await submissions.pending(API)).toHaveLength(1);
      await submissions.settle('a', API, 'done', 5);
      await submissions.remember({ ...route, waveId: 'W2', profile: 'other' });
      expect(await submissions.pending(API)).toEqual([]);
      expect(await submissions.find('a')).toEqual({
        ...route,
        profile: 'other',
        siteName: 'Example',
        waveId: 'W2',
        submittedAt: 1000,
        state: 'done',
        settledAt: 5,
      });
    });

    test('may hold any text', async () => {
      const submissions = await storeOfTest(createPlace);
      const odd = `'; DROP TABLE submissions; -- äöü 🙂`;
      await submissions.remember({ ...route, requestId: odd, siteName: odd });
      expect(await submissions.find(odd)).toMatchObject({ requestId: odd, siteName: odd });
    });

    test('stays as it was first settled', async () => {
      const submissions = await storeOfTest(createPlace);
      await submissions.remember(route);
      const settled = [await submissions.settle('a', API, 'done'), await submissions.settle('a', API, 'failed')];
      expect([settled, (await submissions.find('a'))?.state]).toEqual([[true, false], 'done']);
    });
  });

  describe(`${name}: submissions of several connections at once`, () => {
    test('lose nothing, though each settles what it has remembered', async () => {
      const place = await placeOfTest(createPlace);
      const stores = await Promise.all([0, 1, 2, 3].map(() => place.open()));
      await Promise.all(
        stores.map(async ({ store }, connection) => {
          for (let number = 0; number < 10; number += 1) {
            const requestId = `${connection}-${number}`;
            await store.remember({ ...route, requestId });
            if (number % 2 === 0) await store.settle(requestId, API, 'done');
          }
        }),
      );
      const pending = (await (await place.open()).store.pending(API)).map(({ requestId }) => requestId);
      const expected = stores.flatMap((_, connection) => [1, 3, 5, 7, 9].map((number) => `${connection}-${number}`));
      expect(pending.toSorted()).toEqual(expected);
    });

    test('are settled once: whoever is second has changed nothing', async () => {
      const place = await placeOfTest(createPlace);
      const stores = await Promise.all([0, 1, 2, 3].map(() => place.open()));
      await stores[0]?.store.remember(route);
      const settled = await Promise.all(stores.map(({ store }) => store.settle('a', API, 'done')));
      expect(settled.filter((isFirst) => isFirst)).toEqual([true]);
    });
  });

  describe(`${name}: the pending submissions`, () => {
    test('are listed oldest first, up to a limit', async () => {
      const submissions = await storeOfTest(createPlace);
      for (const requestId of ['c', 'a', 'b']) await submissions.remember({ ...route, requestId });
      const ids = async (limit?: number) => (await submissions.pending(API, limit)).map(({ requestId }) => requestId);
      expect([await ids(), await ids(2), await ids(0)]).toEqual([['c', 'a', 'b'], ['c', 'a'], []]);
    });

    test.each(['done', 'failed'] as const)('are one fewer when one is settled as %s', async (state) => {
      const submissions = await storeOfTest(createPlace);
      await submissions.remember(route);
      await submissions.remember(cluster);
      const settled = await submissions.settle('a', API, state, 77);
      const pending = (await submissions.pending(API)).map(({ requestId }) => requestId);
      expect([settled, pending, await submissions.find('a')]).toEqual([
        true,
        ['b'],
        expect.objectContaining({ state, settledAt: 77 }),
      ]);
    });

    test('do not change when an unknown id is settled', async () => {
      const submissions = await storeOfTest(createPlace);
      await submissions.remember(route);
      const settled = [await submissions.settle('b', API, 'done'), await submissions.settle('a', SANDBOX, 'done')];
      expect([settled, (await submissions.pending(API)).length]).toEqual([[false, false], 1]);
    });
  });
}
