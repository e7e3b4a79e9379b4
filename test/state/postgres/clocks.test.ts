/** Machines whose clocks are wrong: leases and retries follow the clock of the server. */
import { expect, test } from 'vitest';
import { createClock } from '../../../src/platform/clock.ts';
import type { Clock } from '../../../src/platform/host.ts';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import { LEASE_MS, type Inbox } from '../../../src/state/inbox.ts';
import { schemaOfTest } from '../../support/postgres.ts';
import { deliveryOf, keyOf } from '../inbox-support.ts';
import { inboxIn } from './shared.ts';

const TEN_MINUTES_MS = 600_000;

/** A machine with that clock, and what a listener on it does. */
async function machine(url: string, name: string, aheadMs: number): Promise<ReturnType<typeof actsOf>> {
  const clock = createClock();
  const wrong: Clock = { ...clock, now: () => clock.now() + aheadMs };
  return actsOf(await inboxIn(url, wrong), name, wrong);
}

function actsOf(inbox: Inbox, owner: string, clock: Pick<Clock, 'now'>) {
  return {
    accept: (id: string) => inbox.accept(deliveryOf({ id, receivedAt: clock.now() }), [SHOW]),
    claim: async () => {
      const claims = await inbox.claim({ owner, limits: { [SHOW]: 10 }, now: clock.now() });
      return claims.map(({ delivery }) => delivery.id);
    },
    renew: async (id: string) => inbox.renew([await keyOf(inbox, id, SHOW)], owner, clock.now()),
    retry: async (id: string, afterMs: number) => {
      const at = clock.now();
      const outcome = { status: 'retry', at, nextAttemptAt: at + afterMs, error: 'it was busy' } as const;
      return inbox.settle(await keyOf(inbox, id, SHOW), owner, outcome);
    },
    done: async (id: string) => inbox.settle(await keyOf(inbox, id, SHOW), owner, { status: 'done', at: clock.now() }),
    expedite: () => inbox.expedite([SHOW], clock.now()),
    reopen: async (id: string) => inbox.reopen([(await keyOf(inbox, id, SHOW)).sequence], clock.now()),
    prune: () => inbox.prune(clock.now()),
    step: async (id: string) => (await inbox.find(id))[0]?.steps[0],
  };
}

test.each([
  ['ahead', TEN_MINUTES_MS],
  ['behind', -TEN_MINUTES_MS],
])('a machine that is 10 minutes %s steals no lease, and its own leases are respected', async (_, aheadMs) => {
  const { url } = await schemaOfTest();
  const wrong = await machine(url, 'wrong', aheadMs);
  const right = await machine(url, 'right', 0);
  expect(await wrong.accept('of the wrong one')).toBe('new');
  expect(await right.claim()).toEqual(['of the wrong one']);
  await right.renew('of the wrong one');
  expect(await wrong.claim()).toEqual([]);

  expect(await right.accept('of the right one')).toBe('new');
  expect(await wrong.claim()).toEqual(['of the right one']);
  await wrong.renew('of the right one');
  expect(await right.claim()).toEqual([]);
  expect(await right.done('of the wrong one')).toBe(true);
  expect(await wrong.done('of the right one')).toBe(true);
});

test.each([
  ['ahead', TEN_MINUTES_MS],
  ['behind', -TEN_MINUTES_MS],
])('a machine that is 10 minutes %s puts off a retry by as long as it means to', async (_, aheadMs) => {
  const { url } = await schemaOfTest();
  const wrong = await machine(url, 'wrong', aheadMs);
  const right = await machine(url, 'right', 0);
  await wrong.accept('soon');
  await wrong.accept('later');
  expect(await wrong.claim()).toEqual(['soon', 'later']);
  expect(await wrong.retry('soon', 100)).toBe(true);
  const before = Date.now();
  expect(await wrong.retry('later', 3_600_000)).toBe(true);
  await expect.poll(() => right.claim()).toEqual(['soon']);
  const { nextAttemptAt = 0 } = (await right.step('later')) ?? {};
  expect(nextAttemptAt - before).toBeGreaterThanOrEqual(3_600_000 - 1000);
  expect(nextAttemptAt - Date.now()).toBeLessThanOrEqual(3_600_000 + 1000);

  await wrong.expedite();
  await expect.poll(() => right.claim()).toEqual(['later']);
  expect(await right.done('later')).toBe(true);
  expect(await wrong.reopen('later')).toBe(1);
  expect(await right.claim()).toEqual(['later']);
});

test('a machine that is a year ahead prunes nothing', async () => {
  const { url } = await schemaOfTest();
  const right = await machine(url, 'right', 0);
  await right.accept('today');
  expect(await right.claim()).toEqual(['today']);
  await right.done('today');
  const wrong = await machine(url, 'wrong', 365 * 24 * 3_600_000);
  await wrong.accept('in a year');
  expect(await wrong.prune()).toBe(0);
  expect(await right.step('today')).toMatchObject({ state: 'done' });
});

test('a lease is as long for all', async () => {
  const { url } = await schemaOfTest();
  const wrong = await machine(url, 'wrong', -TEN_MINUTES_MS);
  await wrong.accept('one');
  const before = Date.now();
  await wrong.claim();
  const { leaseUntil = 0 } = (await wrong.step('one')) ?? {};
  expect(leaseUntil - LEASE_MS).toBeGreaterThanOrEqual(before - 1000);
  expect(leaseUntil - LEASE_MS).toBeLessThanOrEqual(Date.now() + 1000);
});
