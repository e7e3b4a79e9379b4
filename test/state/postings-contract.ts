/** What every store of postings promises, whatever it stores them in. */
import { describe, expect, test } from 'vitest';
import type { Postings } from '../../src/state/postings.ts';
import { placeOfTest, storeOfTest, type CreatePlace } from './store-place.ts';

const content = { baseUrl: 'http://127.0.0.1:4010', kind: 'cluster', digest: 'd1' } as const;

/** Runs the promises as tests. `createPlace` makes an empty place for each test. */
export function describePostings(name: string, createPlace: CreatePlace<Postings>): void {
  describe(`${name}: a posting`, () => {
    test('that was started and never answered is uncertain, also for the next process', async () => {
      const place = await placeOfTest(createPlace);
      const first = await place.open();
      await first.store.begin(content, 'W1');
      await first.close();
      const { store } = await place.open();
      expect(await store.last(content)).toEqual({ state: 'uncertain', at: 1000 });
    });

    test('that was answered is accepted, with the id if there was one', async () => {
      const postings = await storeOfTest(createPlace);
      await postings.accepted(await postings.begin(content, 'W1'), 'id-1');
      expect(await postings.last(content)).toEqual({ state: 'accepted', requestId: 'id-1', at: 1000 });
      await postings.accepted(await postings.begin(content, 'W1'), undefined);
      expect(await postings.last(content)).toEqual({ state: 'accepted', requestId: undefined, at: 3000 });
    });

    test('that was withdrawn leaves what was known before it', async () => {
      const postings = await storeOfTest(createPlace);
      await postings.withdrawn(await postings.begin(content, 'W1'));
      expect(await postings.last(content)).toBeUndefined();
      await postings.accepted(await postings.begin(content, 'W1'), 'id-1');
      await postings.withdrawn(await postings.begin(content, 'W1'));
      expect(await postings.last(content)).toMatchObject({ state: 'accepted', requestId: 'id-1' });
    });

    test('is about one content, kind and API', async () => {
      const postings = await storeOfTest(createPlace);
      await postings.begin(content, 'W1');
      expect(await postings.last({ ...content, digest: 'd2' })).toBeUndefined();
      expect(await postings.last({ ...content, kind: 'route' })).toBeUndefined();
      expect(await postings.last({ ...content, baseUrl: 'http://127.0.0.1:4011' })).toBeUndefined();
    });

    test('is started as the first only where this content was never posted, by any process', async () => {
      const place = await placeOfTest(createPlace);
      const [{ store: one }, { store: other }] = [await place.open(), await place.open()];
      const number = await one.beginFirst(content, 'W1');
      expect(number).toEqual(expect.any(Number));
      expect(await other.beginFirst(content, 'W1')).toEqual({ state: 'uncertain', at: 1000 });
      await one.accepted(Number(number), 'id-1');
      expect(await other.beginFirst(content, 'W1')).toEqual({ state: 'accepted', requestId: 'id-1', at: 1000 });
      expect(await other.beginFirst({ ...content, digest: 'd2' }, 'W1')).toEqual(expect.any(Number));
    });

    test('is started as the first by exactly one of six processes, though all start the same ones at once', async () => {
      const place = await placeOfTest(createPlace);
      const stores = await Promise.all([1, 2, 3, 4, 5, 6].map(() => place.open()));
      const digests = Array.from({ length: 50 }, (_, number) => `d${number}`);
      const winners = await Promise.all(
        digests.map(async (digest) => {
          const begun = stores.map(({ store }) => store.beginFirst({ ...content, digest }, 'W1'));
          return (await Promise.all(begun)).filter((each) => typeof each === 'number').length;
        }),
      );
      expect(winners).toEqual(digests.map(() => 1));
    });
  });
}
