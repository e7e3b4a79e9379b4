/** What the inbox deletes by itself. */
import { expect, test } from 'vitest';

import { QUIET_MS, RETENTION_MS, TRUST_MS } from '../../src/state/inbox.ts';
import { createInboxFolder, deliveryOf, NOW } from './inbox-support.ts';

const LATER = NOW + RETENTION_MS + QUIET_MS;

/** How many of the deliveries that arrived then, and owe nothing, are deleted at `now`. */
async function pruned(arrivals: readonly number[], now: number): Promise<number> {
  using folder = createInboxFolder();
  const inbox = folder.open();
  for (const [number, receivedAt] of arrivals.entries()) {
    await inbox.accept(deliveryOf({ id: `msg_${number}`, receivedAt }), []);
  }
  const count = await inbox.prune(now);
  await inbox.close();
  return count;
}

test.each([
  ['nothing that arrived under a clock that ran ahead: 0', [NOW, NOW + 1, LATER - 1, LATER], 0],
  ['nothing while nothing arrives: 0', [NOW, LATER - QUIET_MS - 1], 0],
  ['nothing after a gap of more than a week: 0', [NOW, LATER - TRUST_MS - 1, LATER], 0],
  ['what is older than 30 days where something arrives each week: 2', [NOW, NOW + 1, LATER - TRUST_MS, LATER], 2],
] as const)('A5: the inbox deletes %s', async (_what, arrivals, count) => {
  expect(await pruned(arrivals, LATER)).toBe(count);
});
