/** What every store of rejected requests promises, wherever it stores them. */
import { describe, expect, test } from 'vitest';
import { MAX_REJECTED_BODY_BYTES, MAX_STORED_REJECTION_BYTES, MAX_STORED_REJECTIONS } from '../../src/limits.ts';
import type { BoundedRejection, RejectionStore } from '../../src/state/rejections.ts';
import { NOW } from './inbox-support.ts';
import { storeOfTest, type CreatePlace } from './store-place.ts';

export function rejectionOf(changes: Partial<BoundedRejection> = {}): BoundedRejection {
  const body = new TextEncoder().encode('{"a":1}');
  return {
    receivedAt: NOW,
    status: 401,
    reason: 'no_match',
    detail: 'no signature matches',
    id: 'msg_1',
    headers: [['svix-id', 'msg_1']],
    body,
    bodySize: body.byteLength,
    ...changes,
  };
}

/** Runs the promises as tests. `createPlace` makes an empty place for each test. */
export function describeRejections(name: string, createPlace: CreatePlace<RejectionStore>): void {
  describe(`${name}: rejected requests`, () => {
    test('are found byte for byte, and listed without their bytes, newest first', async () => {
      const store = await storeOfTest(createPlace);
      const bodies = [Uint8Array.of(0, 255), new Uint8Array(0), undefined];
      const rejections = bodies.map((body, at) =>
        rejectionOf({ body, bodySize: body?.byteLength, receivedAt: NOW - at, id: at === 0 ? 'a' : undefined }),
      );
      expect(await Promise.all(rejections.map((each) => store.add(each)))).toEqual([true, true, true]);
      const listed = await store.list();
      expect(listed).toMatchObject(
        rejections.toReversed().map(({ headers: _headers, body: _body, ...facts }) => facts),
      );
      expect(listed.every((each) => !('body' in each) && !('headers' in each))).toBe(true);
      for (const [at, { number }] of listed.toReversed().entries()) {
        expect(await store.find(number)).toEqual({ ...rejections[at], number });
      }
      expect(await store.find(12_345)).toBeUndefined();
      expect(await store.size()).toBe(3);
    });

    test('are listed page by page', async () => {
      const store = await storeOfTest(createPlace);
      for (const id of ['a', 'b', 'c']) await store.add(rejectionOf({ id }));
      const [first, second] = await store.list({ limit: 2 });
      expect([first?.id, second?.id]).toEqual(['c', 'b']);
      expect((await store.list({ before: second?.number, limit: 2 })).map(({ id }) => id)).toEqual(['a']);
    });

    test('make room for new ones when there are 500, oldest first', async () => {
      const store = await storeOfTest(createPlace);
      for (let at = 0; at < MAX_STORED_REJECTIONS + 3; at += 1) await store.add(rejectionOf({ id: `msg_${at}` }));
      const ids = (await store.list()).map(({ id }) => id);
      expect([ids.length, ids[0], ids.at(-1)]).toEqual([MAX_STORED_REJECTIONS, 'msg_502', 'msg_3']);
      expect(await store.size()).toBe(MAX_STORED_REJECTIONS);
    });

    test('make room for new ones when they take 32 MB, oldest first', async () => {
      const store = await storeOfTest(createPlace);
      const body = new Uint8Array(MAX_STORED_REJECTION_BYTES / 8);
      for (let at = 0; at < 9; at += 1) await store.add(rejectionOf({ id: `msg_${at}`, body, bodySize: 1 }));
      await store.add(rejectionOf({ id: 'small', body: new Uint8Array(MAX_REJECTED_BODY_BYTES) }));
      expect((await store.list()).map(({ id }) => id)).toEqual([
        'small',
        ...['8', '7', '6', '5', '4', '3', '2'].map((at) => `msg_${at}`),
      ]);
    });
  });
}
