import { statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { MAX_REJECTED_BODY_BYTES } from '../../../src/limits.ts';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import { QUIET_MS, RETENTION_MS } from '../../../src/state/inbox.ts';
import { createSqliteInbox } from '../../../src/state/sqlite/inbox.ts';
import { createSqliteRejections } from '../../../src/state/sqlite/rejections.ts';
import { createWriteQueue, type WriteQueue } from '../../../src/state/sqlite/write-queue.ts';
import { deliveryOf, NOW, SCOPE } from '../inbox-support.ts';
import { describeRejections, rejectionOf } from '../rejections-contract.ts';
import { createInboxFolder, type InboxFolder } from './inbox-folder.ts';
import { createSqlitePlace } from './place.ts';

describeRejections('in SQLite', () =>
  createSqlitePlace((database) => createSqliteRejections(createWriteQueue({ open: async () => database }))),
);

function newFolder(): InboxFolder {
  const folder = createInboxFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  return folder;
}

function queueOf(folder: InboxFolder): WriteQueue {
  const queue = createWriteQueue({ open: () => folder.database() });
  onTestFinished(() => queue.close());
  return queue;
}

test('rejected requests outlive their listener', async () => {
  const folder = newFolder();
  const first = queueOf(folder);
  await createSqliteRejections(first).add(rejectionOf({ id: 'a' }));
  await first.close();
  const store = createSqliteRejections(queueOf(folder));
  await store.add(rejectionOf({ id: 'b' }));
  expect((await store.list()).map(({ id, number }) => [id, number])).toEqual([
    ['b', 2],
    ['a', 1],
  ]);
});

test('rejected requests of the largest size take less than 40 MB of the file, however many there were', async () => {
  const folder = newFolder();
  const queue = queueOf(folder);
  const store = createSqliteRejections(queue);
  const body = new Uint8Array(MAX_REJECTED_BODY_BYTES).fill(7);
  for (let at = 0; at < 700; at += 1) await store.add(rejectionOf({ body, bodySize: 1_000_000 }));
  await queue.close();
  expect(statSync(folder.file).size).toBeLessThan(40_000_000);
});

test('a rejected request whose store is busy or broken costs no delivery anything', async () => {
  const folder = newFolder();
  const queue = queueOf(folder);
  const [inbox, store] = [createSqliteInbox({ queue, scope: SCOPE }), createSqliteRejections(queue)];
  await store.list();
  const accepting = inbox.accept(deliveryOf({ id: 'a' }), [SHOW]);
  expect(await store.add(rejectionOf())).toBe(false);
  expect(await accepting).toBe('new');
  const database = await folder.database();
  database.exec('DROP TABLE rejections');
  database.close();
  const adding = store.add(rejectionOf());
  await nextTurn();
  expect(await Promise.all([adding, inbox.accept(deliveryOf({ id: 'b' }), [SHOW])])).toEqual([false, 'new']);
  expect((await inbox.list()).map(({ id }) => id)).toEqual(['b', 'a']);
});

test('rejected requests are deleted with the deliveries that are as old', async () => {
  const queue = queueOf(newFolder());
  const [inbox, store] = [createSqliteInbox({ queue, scope: SCOPE }), createSqliteRejections(queue)];
  const now = NOW + RETENTION_MS + 1;
  for (const receivedAt of [NOW, NOW + 1]) await store.add(rejectionOf({ receivedAt }));
  expect(await inbox.prune(now)).toBe(0);
  expect(await store.size()).toBe(2);
  for (const [id, receivedAt] of [
    ['a', NOW],
    ['b', now - QUIET_MS],
    ['c', now],
  ] as const) {
    await inbox.accept(deliveryOf({ id, receivedAt }), []);
  }
  expect(await inbox.prune(now)).toBe(1);
  expect((await store.list()).map(({ receivedAt }) => receivedAt)).toEqual([NOW + 1]);
});
