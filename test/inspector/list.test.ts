/** The list of the inspector, over a real inbox. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readList, type ListPage, type ListQuery } from '../../src/inspector/list.ts';
import { SHOW } from '../../src/state/delivery-steps.ts';
import { createSqliteInbox } from '../../src/state/sqlite/inbox.ts';
import { createSqliteRejections } from '../../src/state/sqlite/rejections.ts';
import { createWriteQueue, type WriteQueue } from '../../src/state/sqlite/write-queue.ts';
import type { Delivery } from '../../src/state/delivery.ts';
import { createRejections, type BoundedRejection } from '../../src/state/rejections.ts';
import { deliveryOf, keyOf, NOW, SCOPE } from '../state/inbox-support.ts';
import { rejectionOf } from '../state/rejections-contract.ts';
import { createInboxFolder, type InboxFolder } from '../state/sqlite/inbox-folder.ts';

const ALL: ListQuery = { text: '', state: '', kind: '', site: '', before: '' };

/** What the list reads, and ways to fill it. */
function openPlace() {
  const folder: InboxFolder = createInboxFolder();
  const queue: WriteQueue = createWriteQueue({ open: () => folder.database() });
  const inbox = createSqliteInbox({ queue, scope: SCOPE });
  const store = createSqliteRejections(queue);
  return {
    inbox,
    rejections: createRejections(store, { monotonic: () => 0 }),
    async receive(id: string, at: number, changes: Partial<Delivery> = {}) {
      await inbox.accept(deliveryOf({ id, receivedAt: NOW + at, ...changes }), [SHOW]);
    },
    async reject(id: string, at: number, changes: Partial<BoundedRejection> = {}) {
      expect(await store.add(rejectionOf({ id, receivedAt: NOW + at, ...changes }))).toBe(true);
    },
    async [Symbol.asyncDispose]() {
      await queue.close();
      folder[Symbol.dispose]();
    },
  };
}

type Place = ReturnType<typeof openPlace>;

const idsOf = ({ entries }: ListPage): readonly (string | undefined)[] =>
  entries.map((entry) => ('delivery' in entry ? entry.delivery.id : entry.rejection.id));

/** The ids of each page, until there is no more. */
async function pagesOf(place: Place, query: ListQuery): Promise<readonly (readonly (string | undefined)[])[]> {
  const pages: (readonly (string | undefined)[])[] = [];
  for (let before: string | undefined = ''; before !== undefined;) {
    const list: ListPage = await readList(place, { ...query, before });
    pages.push(idsOf(list));
    expect(list.next).not.toBe(before);
    before = list.next;
  }
  return pages;
}

describe('250 deliveries and 30 rejected requests', () => {
  let place: Place;
  /** Newest first. */
  let all: readonly string[];

  beforeAll(async () => {
    place = openPlace();
    const oldestFirst: string[] = [];
    for (let at = 0; at < 280; at += 1) {
      // None among the newest hundred, then more and more of them.
      const isRejected = at < 180 && at % 6 === 0;
      const id = `${isRejected ? 'rejected' : 'msg'}_${at}`;
      oldestFirst.push(id);
      await (isRejected ? place.reject(id, at) : place.receive(id, at));
    }
    all = oldestFirst.toReversed();
  });
  afterAll(() => place?.[Symbol.asyncDispose]());

  test('are each on one page, newest first, a hundred rows a page', async () => {
    const pages = await pagesOf(place, ALL);
    expect(pages.flat()).toEqual(all);
    expect(pages.map(({ length }) => length)).toEqual([100, 100, 80]);
  });

  test('are listed alone in their state', async () => {
    const rejected = await pagesOf(place, { ...ALL, state: 'rejected' });
    expect(rejected.flat()).toEqual(all.filter((id) => id.startsWith('rejected')));
    const pending = await pagesOf(place, { ...ALL, state: 'pending' });
    expect(pending.flat()).toEqual(all.filter((id) => id.startsWith('msg')));
    expect(await pagesOf(place, { ...ALL, state: 'failed' })).toEqual([[]]);
  });

  test('are found by a part of the id, page by page', async () => {
    const found = await pagesOf(place, { ...ALL, text: 'ED_1' });
    expect(found.flat()).toEqual(all.filter((id) => id.startsWith('rejected_1')));
    const many = await pagesOf(place, { ...ALL, text: '_1' });
    expect(many.flat()).toEqual(all.filter((id) => /_1/.test(id)));
  });
});

describe('what is newer than a row', () => {
  test.each([
    ['deliveries', 'rejected', 150, 0],
    ['rejected requests', 'received', 0, 150],
    ['both', 'both', 75, 75],
    ['nothing yet', 'both', 0, 0],
  ])('is followed exactly, after %s: something %s', async (_before, _after, deliveries, rejections) => {
    await using place = openPlace();
    for (let at = 0; at < deliveries; at += 1) await place.receive(`msg_${at}`, 2 * at);
    for (let at = 0; at < rejections; at += 1) await place.reject(`rejected_${at}`, 2 * at + 1);
    const first = await readList(place, ALL);
    await place.receive('msg_new', 1000);
    await place.reject('rejected_new', 1001);
    const followed = await readList(place, ALL, first.from);
    expect(idsOf(followed)).toEqual(['rejected_new', 'msg_new', ...idsOf(first)]);
    if (first.next === undefined) return;
    // What arrived meanwhile is on no later page.
    const older = await readList(place, { ...ALL, before: first.next });
    expect(idsOf(older)).not.toContain('msg_new');
    expect(idsOf(older)).not.toContain('rejected_new');
    expect(new Set([...idsOf(first), ...idsOf(older)]).size).toBe(deliveries + rejections);
  });
});

test('deliveries that were stored in another order than received are each on one page', async () => {
  await using place = openPlace();
  const ids = Array.from({ length: 230 }, (_, at) => `msg_${at}`);
  // As when several arrive at once, or the clock was set back: pairs, and the last ones before all others.
  for (const [at, id] of ids.entries()) await place.receive(id, at > 220 ? -at : at % 2 === 0 ? at + 1 : at - 1);
  await place.reject('rejected', 100);
  const listed = (await pagesOf(place, ALL)).flat();
  expect(listed).toHaveLength(231);
  expect(new Set(listed)).toEqual(new Set([...ids, 'rejected']));
});

test('deliveries are listed by kind and by site of their result, without what was rejected', async () => {
  await using place = openPlace();
  await place.receive('msg_route', 0, { kind: 'route' });
  await place.receive('msg_cluster', 1, { kind: 'cluster' });
  await place.receive('msg_other', 2, { kind: 'cluster' });
  await place.reject('rejected', 3);
  await place.inbox.claim({ owner: 'test', limits: { [SHOW]: 9 }, now: NOW + 10 });
  for (const [id, siteName] of [
    ['msg_route', 'North'],
    ['msg_cluster', 'North'],
    ['msg_other', 'North 2'],
  ] as const) {
    const outcome = { status: 'done', at: NOW + 11, result: { siteName } } as const;
    expect(await place.inbox.settle(await keyOf(place.inbox, id, SHOW), 'test', outcome)).toBe(true);
  }
  const listed = async (query: Partial<ListQuery>) => idsOf(await readList(place, { ...ALL, ...query }));
  expect(await listed({ kind: 'cluster' })).toEqual(['msg_other', 'msg_cluster']);
  expect(await listed({ site: 'North' })).toEqual(['msg_cluster', 'msg_route']);
  expect(await listed({ site: 'North', kind: 'route', state: 'done' })).toEqual(['msg_route']);
  expect(await listed({ text: 'north 2' })).toEqual(['msg_other']);
  expect(await listed({ text: 'no_match' })).toEqual(['rejected']);
});
