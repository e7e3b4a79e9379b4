import { expect, test } from 'vitest';
import { LEASE_MS } from '../../src/webhook/inbox.ts';
import { createInboxFolder, deliveryOf, NOW } from './inbox-support.ts';

test('what is finished, or was never begun with, can be taken by its id; what somebody works on cannot', async () => {
  using folder = createInboxFolder();
  const inbox = folder.open();
  const idsOf = async (ids: readonly string[], owner: string, now: number): Promise<readonly string[]> =>
    (await inbox.retake(ids, owner, now)).map(({ id }) => id);

  for (const id of ['done', 'fresh', 'begun']) await inbox.accept(deliveryOf({ id }));
  await inbox.claim({ owner: 'listener', limit: 1, now: NOW });
  await inbox.settle('done', 'listener', { status: 'done', at: NOW });
  expect(await idsOf(['begun'], 'other', NOW)).toEqual(['begun']);
  expect(await idsOf(['done', 'fresh', 'begun', 'absent'], 'me', NOW)).toEqual(['done', 'fresh']);
  // They are mine now, and one that was begun with is left to who claims it when its lease has ended.
  expect(await idsOf(['fresh', 'begun'], 'other', NOW + LEASE_MS + 1)).toEqual([]);
  expect(await inbox.settle('fresh', 'me', { status: 'done', at: NOW })).toBe(true);
  await inbox.close();
});
