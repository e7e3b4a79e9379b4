/** What every inbox promises, whatever it stores deliveries in. */
import { describe, expect, onTestFinished, test } from 'vitest';

import { EXEC, forwardStep, SHOW, UNASSIGNED } from '../../src/state/delivery-steps.ts';
import { isClaimed, LEASE_MS, QUIET_MS, RETENTION_MS, TRUST_MS } from '../../src/state/inbox.ts';
import type { Claim, Inbox, InboxFilter, ResultFacts, Step } from '../../src/state/inbox.ts';
import type { InboxProcess } from './inbox-process.ts';
import { deliveryOf, keyOf, NOW, SCOPE } from './inbox-support.ts';

/** Where an inbox is stored. */
export interface InboxPlace {
  /** Opens it anew, as another process would. Default scope: `SCOPE`. */
  open(scope?: string): Promise<Inbox>;
  /** Starts a process of its own on it, which ends with the test. */
  start(): Promise<InboxProcess>;
  /** Closes what was opened and removes the place. */
  end(): Promise<void>;
}

const FORWARD = forwardStep('http://127.0.0.1:1/hook?token=hush');
const OTHER_FORWARD = forwardStep('http://127.0.0.1:2/');
const OTHER_SCOPE = 'http://127.0.0.1:4010';

const DAY_MS = 24 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;
const LATER = NOW + RETENTION_MS + QUIET_MS;

/** Runs the promises as tests. `createPlace` makes an empty place for each test. */
export function describeInbox(name: string, createPlace: () => Promise<InboxPlace>): void {
  const newPlace = async (): Promise<InboxPlace> => {
    const place = await createPlace();
    onTestFinished(() => place.end());
    return place;
  };
  const newInbox = async (): Promise<Inbox> => (await newPlace()).open();

  describe(`${name}: a delivery that is accepted`, () => {
    test('is found byte for byte, with the steps that it owes', async () => {
      const place = await newPlace();
      const delivery = deliveryOf({
        id: 'msg_binary',
        body: new Uint8Array([0, 255, 254, 0, 10]),
        headers: [
          ['svix-signature', 'v1,a'],
          ['svix-signature', 'v1,b'],
          ['x-odd', 'ÿ\u0000"'],
        ],
        verified: false,
        kind: 'cluster',
        event: 'cluster.optimized',
        requestId: undefined,
      });
      await (await place.open()).accept(delivery, [SHOW, EXEC, FORWARD]);
      const [found, ...others] = await (await place.open()).find('msg_binary');
      expect([{ ...found, steps: found?.steps.toSorted(byName) }, ...others]).toEqual([
        {
          ...delivery,
          sequence: expect.any(Number) as unknown,
          scope: SCOPE,
          status: 'pending',
          steps: [FORWARD, EXEC, SHOW].map((step) => fresh(step)).toSorted(byName),
        },
      ]);
    });

    test('may have an empty body', async () => {
      const inbox = await newInbox();
      await inbox.accept(deliveryOf({ id: 'a', body: new Uint8Array(0) }), [SHOW]);
      expect((await inbox.find('a')).map(({ body }) => body)).toEqual([new Uint8Array(0)]);
    });

    test('is a duplicate the second time, also at the same instant and after a restart', async () => {
      const place = await newPlace();
      const first = await place.open();
      const together = ['a', 'a', 'b', 'a'].map((id) => first.accept(deliveryOf({ id }), [SHOW]));
      expect(await Promise.all(together)).toEqual(['new', 'duplicate', 'new', 'duplicate']);
      const other = [first, await place.open()].map((inbox) => inbox.accept(deliveryOf({ id: 'c' }), [SHOW]));
      expect((await Promise.all(other)).toSorted()).toEqual(['duplicate', 'new']);
      await first.close();
      expect(await (await place.open()).accept(deliveryOf({ id: 'a' }), [SHOW])).toBe('duplicate');
      expect(await (await place.open()).counts()).toEqual({ pending: 3, done: 0, failed: 0 });
    });

    test('is stored once, and no connection fails, though two store the same ones in opposite order', async () => {
      const place = await newPlace();
      const [one, other] = [await place.open(), await place.open()];
      const acceptAll = (inbox: Inbox, ids: readonly string[]) =>
        Promise.all(ids.map((id) => inbox.accept(deliveryOf({ id }), [SHOW])));
      for (const round of numbered('round', 5)) {
        const ids = numbered(round, 20);
        const [up, down] = await Promise.all([acceptAll(one, ids), acceptAll(other, ids.toReversed())]);
        const outcomes = ids.map((_, at) => [up[at] ?? '', down.toReversed()[at] ?? ''].toSorted());
        expect(outcomes).toEqual(ids.map(() => ['duplicate', 'new']));
      }
      expect(await one.counts()).toEqual({ pending: 100, done: 0, failed: 0 });
    });

    test('is a duplicate still when its work is done', async () => {
      const inbox = await newInbox();
      await store(inbox, 'a');
      await claimed(inbox, 'me', { [SHOW]: 1 });
      await inbox.settle(await keyOf(inbox, 'a', SHOW), 'me', { status: 'done', at: NOW });
      expect(await inbox.accept(deliveryOf({ id: 'a' }), [SHOW])).toBe('duplicate');
      expect(await claimed(inbox, 'me', { [SHOW]: 10 }, NOW + 1e9)).toEqual([]);
    });

    test('A1: owes what the listener had that accepted it: a duplicate changes nothing about that', async () => {
      const inbox = await newInbox();
      await store(inbox, { id: 'a', steps: [SHOW, EXEC] });
      await store(inbox, { id: 'a', steps: [SHOW, FORWARD] });
      expect(await statesOf(inbox, 'a')).toEqual({ [SHOW]: 'pending', [EXEC]: 'pending' });
    });

    test('A12: is a delivery of its own in each scope', async () => {
      const place = await newPlace();
      const [real, sandbox] = [await place.open(), await place.open(OTHER_SCOPE)];
      expect(await real.accept(deliveryOf({ id: 'a' }), [SHOW])).toBe('new');
      expect(await sandbox.accept(deliveryOf({ id: 'a' }), [SHOW])).toBe('new');
      expect(await sandbox.accept(deliveryOf({ id: 'a' }), [SHOW])).toBe('duplicate');
      // The own one first, whichever arrived first.
      const scopes = async (inbox: Inbox): Promise<string[]> => (await inbox.find('a')).map(({ scope }) => scope);
      expect(await scopes(real)).toEqual([SCOPE, OTHER_SCOPE]);
      expect(await scopes(sandbox)).toEqual([OTHER_SCOPE, SCOPE]);
      expect(await claimed(real, 'me', { [SHOW]: 10 })).toEqual(['a show']);
      await real.settle(await keyOf(real, 'a', SHOW), 'me', { status: 'done', at: NOW });
      expect(await real.counts()).toEqual({ pending: 1, done: 1, failed: 0 });
      expect(await claimed(sandbox, 'you', { [SHOW]: 10 })).toEqual(['a show']);
    });
  });

  describe(`${name}: steps`, () => {
    test('are claimed once, oldest first, as many of each as asked for', async () => {
      const place = await newPlace();
      const [one, two] = [await place.open(), await place.open()];
      await store(one, ...['a', 'b', 'c', 'd'].map((id) => ({ id, steps: [SHOW, FORWARD] })));
      expect(await claimed(one, 'one', { [SHOW]: 2, [FORWARD]: 1 })).toEqual(['a forward', 'a show', 'b show']);
      expect(await claimed(two, 'two', { [SHOW]: 10, [FORWARD]: 10 })).toEqual([
        'b forward',
        'c forward',
        'c show',
        'd forward',
        'd show',
      ]);
      expect(await claimed(one, 'one', { [SHOW]: 10, [FORWARD]: 10 })).toEqual([]);
    });

    test('A1: that are not asked for stay as they are', async () => {
      const inbox = await newInbox();
      await store(inbox, { id: 'a', steps: [SHOW, EXEC, FORWARD] });
      await done(inbox, 'a', SHOW);
      expect(await claimed(inbox, 'me', { [SHOW]: 10, [OTHER_FORWARD]: 10, [EXEC]: 0 }, NOW + DAY_MS)).toEqual([]);
      expect(await stepsOf(inbox, 'a')).toMatchObject({
        [EXEC]: fresh(EXEC),
        [FORWARD]: fresh(FORWARD),
      });
    });

    test('of another scope are left alone, but can be looked at', async () => {
      const place = await newPlace();
      const [real, sandbox] = [await place.open(), await place.open(OTHER_SCOPE)];
      await store(sandbox, 'a');
      expect(await claimed(real, 'me', { [SHOW]: 10 })).toEqual([]);
      expect((await real.list()).map(({ id, scope }) => [id, scope])).toEqual([['a', OTHER_SCOPE]]);
      expect(await claimed(sandbox, 'me', { [SHOW]: 10 })).toEqual(['a show']);
    });

    test('are given with their delivery and the number of the attempt', async () => {
      const inbox = await newInbox();
      await store(inbox, { id: 'a', steps: [SHOW, EXEC] });
      const claims = await inbox.claim({ owner: 'me', limits: { [SHOW]: 1 }, now: NOW });
      const [entry] = await inbox.find('a');
      expect(claims).toEqual([{ delivery: entry, step: SHOW, attempts: 1 }]);
      expect((await stepsOf(inbox, 'a'))[SHOW]).toEqual({
        ...fresh(SHOW),
        attempts: 1,
        owner: 'me',
        leaseUntil: NOW + LEASE_MS,
      });
    });

    test('are claimed by another owner when they are not renewed, and not before', async () => {
      const inbox = await newInbox();
      await store(inbox, { id: 'a', steps: [SHOW, FORWARD] }, 'b');
      const all = { [SHOW]: 10, [FORWARD]: 10 };
      expect(await claimed(inbox, 'first', all)).toEqual(['a forward', 'a show', 'b show']);
      await inbox.renew([await keyOf(inbox, 'a', SHOW)], 'first', NOW + 1000);
      expect(await claimed(inbox, 'second', all, NOW + LEASE_MS - 1)).toEqual([]);
      expect(await claimed(inbox, 'second', all, NOW + LEASE_MS)).toEqual(['a forward', 'b show']);
      expect(await claimed(inbox, 'second', all, NOW + LEASE_MS + 1000)).toEqual(['a show']);
    });

    test('are not renewed by who does not own them', async () => {
      const inbox = await newInbox();
      await store(inbox, 'a');
      await claimed(inbox, 'first', { [SHOW]: 1 });
      await inbox.renew([await keyOf(inbox, 'a', SHOW)], 'second', NOW + 1000);
      expect(await claimed(inbox, 'third', { [SHOW]: 1 }, NOW + LEASE_MS)).toEqual(['a show']);
    });

    test('that another owner has by now cannot be settled by the one who lost them', async () => {
      const inbox = await newInbox();
      await store(inbox, 'a');
      const key = await keyOf(inbox, 'a', SHOW);
      await claimed(inbox, 'first', { [SHOW]: 1 });
      await claimed(inbox, 'second', { [SHOW]: 1 }, NOW + LEASE_MS);
      const late = { status: 'failed', at: NOW, error: 'late', kind: 'route' } as const;
      expect(await inbox.settle(key, 'first', late)).toBe(false);
      expect(await inbox.find('a')).toMatchObject([
        { status: 'pending', kind: undefined, steps: [{ state: 'pending', attempts: 2, lastError: undefined }] },
      ]);
      expect(await inbox.settle(key, 'second', { status: 'done', at: NOW })).toBe(true);
      expect(await inbox.settle(key, 'second', { status: 'done', at: NOW })).toBe(false);
    });

    test('A4: are settled and renewed only for the delivery that was claimed, whatever has its number by now', async () => {
      const inbox = await newInbox();
      await store(inbox, 'a');
      const key = { ...(await keyOf(inbox, 'a', SHOW)), id: 'of a file that was replaced' };
      await claimed(inbox, 'me', { [SHOW]: 1 });
      await inbox.renew([key], 'me', NOW + 1000);
      expect(await inbox.settle(key, 'me', { status: 'done', at: NOW, kind: 'route' })).toBe(false);
      expect(await inbox.find('a')).toMatchObject([{ kind: undefined, steps: [{ state: 'pending', owner: 'me' }] }]);
      expect(await claimed(inbox, 'you', { [SHOW]: 1 }, NOW + LEASE_MS)).toEqual(['a show']);
    });

    test('that there is nothing to do for are discarded, with the reason, and the delivery is done', async () => {
      const place = await newPlace();
      const inbox = await place.open();
      await store(inbox, { id: 'a', steps: [SHOW, EXEC] });
      await done(inbox, 'a', SHOW);
      await claimed(inbox, 'me', { [EXEC]: 1 });
      const outcome = { status: 'discarded', at: NOW, error: 'no such request' } as const;
      expect(await inbox.settle(await keyOf(inbox, 'a', EXEC), 'me', outcome)).toBe(true);
      const other = await place.open();
      expect((await stepsOf(other, 'a'))[EXEC]).toMatchObject({ state: 'discarded', lastError: 'no such request' });
      expect((await other.find('a')).map(({ status }) => status)).toEqual(['done']);
      expect(await claimed(other, 'you', { [EXEC]: 1 }, NOW + 60_000)).toEqual([]);
    });

    test('A1: have a state, attempts, a next attempt, a lease and a last error of their own', async () => {
      const place = await newPlace();
      const inbox = await place.open();
      await store(inbox, { id: 'a', steps: [SHOW, EXEC, FORWARD, OTHER_FORWARD] });
      await done(inbox, 'a', SHOW);
      await claimed(inbox, 'me', { [EXEC]: 1, [FORWARD]: 1 });
      const at = NOW + 500;
      await inbox.settle(await keyOf(inbox, 'a', EXEC), 'me', {
        status: 'retry',
        at,
        nextAttemptAt: NOW + 60_000,
        error: 'exec: exit 1',
        kind: 'route',
      });
      const error = 'forward http://127.0.0.1:1/hook: answered 500';
      await inbox.settle(await keyOf(inbox, 'a', FORWARD), 'me', { status: 'failed', at, error });
      await claimed(inbox, 'you', { [OTHER_FORWARD]: 1 }, NOW + 700);
      const other = await place.open();
      expect(await stepsOf(other, 'a')).toMatchObject({
        [SHOW]: { ...fresh(SHOW), state: 'done', attempts: 1, settledAt: NOW },
        [EXEC]: {
          ...fresh(EXEC),
          attempts: 1,
          nextAttemptAt: NOW + 60_000,
          lastError: 'exec: exit 1',
          settledAt: at,
          history: [{ at, error: 'exec: exit 1' }],
        },
        [FORWARD]: { state: 'failed', attempts: 1, lastError: error, owner: undefined },
        [OTHER_FORWARD]: {
          ...fresh(OTHER_FORWARD),
          attempts: 1,
          owner: 'you',
          leaseUntil: NOW + 700 + LEASE_MS,
        },
      });
      expect(await other.list()).toMatchObject([{ status: 'failed', kind: 'route' }]);
      // What failed is not attempted again; what waits for its time is, then.
      const all = { [SHOW]: 10, [EXEC]: 10, [FORWARD]: 10 };
      expect(await claimed(other, 'you', all, NOW + 59_999)).toEqual([]);
      const claims = await other.claim({ owner: 'you', limits: all, now: NOW + 60_000 });
      expect(claims).toMatchObject([{ delivery: { id: 'a', kind: 'route' }, step: EXEC, attempts: 2 }]);
    });

    test('that wait are due at once when they are expedited, and only those named', async () => {
      const inbox = await newInbox();
      const all = { [SHOW]: 10, [FORWARD]: 10 };
      await store(inbox, { id: 'a', steps: [SHOW, FORWARD] });
      await claimed(inbox, 'me', all);
      for (const step of [SHOW, FORWARD]) await retryLater(inbox, 'a', step, NOW + HOUR_MS);
      await inbox.expedite([SHOW], NOW + 5);
      expect(await claimed(inbox, 'me', all, NOW + 5)).toEqual(['a show']);
      await inbox.expedite([SHOW, FORWARD], NOW + 6);
      expect(await claimed(inbox, 'me', all, NOW + 6)).toEqual(['a forward']);
    });

    test('that are expedited are attempted in place of the last time, but what a crash has cut short counts', async () => {
      const inbox = await newInbox();
      await store(inbox, { id: 'waits', steps: [SHOW] }, { id: 'is due', steps: [SHOW] });
      await claimed(inbox, 'me', { [SHOW]: 2 });
      await retryLater(inbox, 'waits', SHOW, NOW + HOUR_MS);
      await retryLater(inbox, 'is due', SHOW, NOW + 1);
      for (const start of [1, 2, 3]) {
        await inbox.expedite([SHOW], NOW + start);
        const claims = await inbox.claim({ owner: 'me', limits: { [SHOW]: 2 }, now: NOW + start });
        expect(claims.map(({ delivery, attempts }) => [delivery.id, attempts])).toEqual([
          ['waits', 1],
          ['is due', 1],
        ]);
        await retryLater(inbox, 'waits', SHOW, NOW + HOUR_MS);
        await retryLater(inbox, 'is due', SHOW, NOW + start + 1);
      }
      await claimed(inbox, 'crashes', { [SHOW]: 2 }, NOW + HOUR_MS);
      const later = NOW + 2 * HOUR_MS;
      await inbox.expedite([SHOW], later);
      const claims = await inbox.claim({ owner: 'me', limits: { [SHOW]: 2 }, now: later });
      expect(claims.map(({ attempts }) => attempts)).toEqual([3, 3]);
    });

    test('keep the last answer of their target, which lives as long as they do', async () => {
      const inbox = await newInbox();
      await store(inbox, { id: 'a', steps: [SHOW, FORWARD] }, { id: 'b', steps: [FORWARD] });
      const [a, b] = [await keyOf(inbox, 'a', FORWARD), await keyOf(inbox, 'b', FORWARD)];
      const answer = { status: 500, headers: [['x-odd', 'ÿ']] as const, body: Uint8Array.of(0, 255), isCut: true };
      await claimed(inbox, 'me', { [FORWARD]: 2 });
      await inbox.settle(a, 'me', { status: 'retry', at: NOW, nextAttemptAt: NOW + 1, error: 'no', answer });
      await inbox.settle(b, 'me', { status: 'done', at: NOW });
      expect(await inbox.answers(a.sequence)).toEqual([{ step: FORWARD, at: NOW, ...answer }]);
      expect(await inbox.answers(b.sequence)).toEqual([]);
      const later = { status: 204, headers: [], body: new Uint8Array(0), isCut: false };
      await claimed(inbox, 'me', { [FORWARD]: 2 }, NOW + 1);
      // Whoever has lost the step has no say.
      await inbox.settle(a, 'other', { status: 'done', at: NOW + 2, answer });
      await inbox.settle(a, 'me', { status: 'done', at: NOW + 2, answer: later });
      await inbox.reopen([a.sequence], NOW + 3);
      expect(await inbox.answers(a.sequence)).toEqual([{ step: FORWARD, at: NOW + 2, ...later }]);
      expect(await inbox.answers(a.sequence + 100)).toEqual([]);
    });

    test('remember the newest 20 attempts that failed, oldest first, and not those that did not', async () => {
      const place = await newPlace();
      const inbox = await place.open();
      await store(inbox, { id: 'a', steps: [SHOW] });
      const key = await keyOf(inbox, 'a', SHOW);
      const settle = async (at: number, outcome: 'retry' | 'failed' | 'done', error: string): Promise<void> => {
        await inbox.retake([key.sequence], SHOW, 'me', at);
        expect(await inbox.settle(key, 'me', { status: outcome, at, nextAttemptAt: at + 1, error })).toBe(true);
      };
      for (let attempt = 1; attempt <= 20; attempt += 1) await settle(NOW + attempt, 'retry', `no "${attempt}"`);
      await settle(NOW + 21, 'failed', 'é\u0000'.repeat(300));
      await settle(NOW + 22, 'done', '');
      await inbox.reopen([key.sequence], NOW + 23);
      const attempts = Array.from({ length: 19 }, (_, at) => ({ at: NOW + at + 2, error: `no "${at + 2}"` }));
      expect((await stepsOf(await place.open(), 'a'))[SHOW]).toEqual({
        ...fresh(SHOW),
        nextAttemptAt: NOW + 23,
        history: [...attempts, { at: NOW + 21, error: 'é\uFFFD'.repeat(250) }],
      });
      await inbox.discard([key.sequence], NOW + 24);
      expect((await stepsOf(inbox, 'a'))[SHOW]?.history).toHaveLength(20);
    });

    test('say when the last attempt has ended, also while they wait and after they are expedited', async () => {
      const inbox = await newInbox();
      await store(inbox, { id: 'a', steps: [SHOW] });
      const settledAt = async (): Promise<unknown> => (await stepsOf(inbox, 'a'))[SHOW]?.settledAt;
      await claimed(inbox, 'me', { [SHOW]: 1 }, NOW + 1);
      expect(await settledAt()).toBeUndefined();
      await retryLater(inbox, 'a', SHOW, NOW + HOUR_MS, NOW + 2);
      await inbox.expedite([SHOW], NOW + 3);
      expect(await settledAt()).toBe(NOW + 2);
      await done(inbox, 'a', SHOW, NOW + 4);
      expect(await settledAt()).toBe(NOW + 4);
    });

    test('remember what is known of the result that they worked with last', async () => {
      const place = await newPlace();
      const inbox = await place.open();
      await store(inbox, { id: 'a', steps: [SHOW] });
      const key = await keyOf(inbox, 'a', SHOW);
      const settle = async (result: ResultFacts | undefined): Promise<ResultFacts | undefined> => {
        await inbox.retake([key.sequence], SHOW, 'me', NOW);
        await inbox.settle(key, 'me', { status: 'done', at: NOW, result });
        return (await stepsOf(await place.open(), 'a'))[SHOW]?.result;
      };
      const facts = { siteName: 'Hal "1"', waveId: 'w1', asis: 1234.5, optimal: 0, unit: 'm', failed: false };
      expect(await settle(facts)).toEqual(facts);
      expect(await settle(undefined)).toEqual(facts);
      expect(
        await settle({ siteName: 'x'.repeat(300), waveId: '\uD800\u0000', asis: Number.POSITIVE_INFINITY }),
      ).toEqual({
        siteName: 'x'.repeat(200),
        waveId: '\uFFFD\uFFFD',
      });
    });

    test('that were released are due again, and were not attempted', async () => {
      const inbox = await newInbox();
      await store(inbox, 'a', 'b', 'c');
      await claimed(inbox, 'me', { [SHOW]: 2 });
      await claimed(inbox, 'other', { [SHOW]: 1 });
      await inbox.settle(await keyOf(inbox, 'b', SHOW), 'me', { status: 'done', at: NOW });
      await inbox.release('me');
      const claims = await inbox.claim({ owner: 'you', limits: { [SHOW]: 5 }, now: NOW });
      expect(claims).toMatchObject([{ delivery: { id: 'a' }, attempts: 1 }]);
    });

    test.each(['done', 'failed'] as const)('the command can be claimed once showing has ended: %s', async (status) => {
      const inbox = await newInbox();
      const all = { [SHOW]: 1, [EXEC]: 1 };
      await store(inbox, { id: 'a', steps: [SHOW, EXEC] });
      expect(await claimed(inbox, 'me', { [EXEC]: 1 })).toEqual([]);
      expect(await claimed(inbox, 'me', all)).toEqual(['a show']);
      expect(await claimed(inbox, 'me', all)).toEqual([]);
      await retryLater(inbox, 'a', SHOW, NOW + 1000);
      expect(await claimed(inbox, 'me', { [EXEC]: 1 }, NOW + 1000)).toEqual([]);
      await claimed(inbox, 'me', { [SHOW]: 1 }, NOW + 1000);
      const outcome = { at: NOW + 1000, ...(status === 'done' ? { status } : { status, error: 'no' }) };
      await inbox.settle(await keyOf(inbox, 'a', SHOW), 'me', outcome);
      expect(await claimed(inbox, 'me', all, NOW + 1000)).toEqual(['a exec']);
    });

    test('the command can be claimed where showing is not owed', async () => {
      const inbox = await newInbox();
      await store(inbox, { id: 'a', steps: [EXEC] });
      expect(await claimed(inbox, 'me', { [EXEC]: 1 })).toEqual(['a exec']);
    });
  });

  describe(`${name}: what no listener accepted`, () => {
    test('owes what the listener has that adopts it', async () => {
      const inbox = await newInbox();
      await store(inbox, { id: 'a', steps: [UNASSIGNED] }, { id: 'b', steps: [EXEC] });
      await inbox.adopt([SHOW, FORWARD], NOW);
      expect(await statesOf(inbox, 'a')).toEqual({ [SHOW]: 'pending', [FORWARD]: 'pending' });
      expect(await statesOf(inbox, 'b')).toEqual({ [EXEC]: 'pending' });
      expect(await claimed(inbox, 'me', { [SHOW]: 1, [FORWARD]: 1 })).toEqual(['a forward', 'a show']);
    });

    test('owes what the listener has that claims, also where it claims none of that now', async () => {
      const inbox = await newInbox();
      await store(inbox, { id: 'a', steps: [UNASSIGNED] }, { id: 'b', steps: [UNASSIGNED] });
      expect(await claimed(inbox, 'me', { [SHOW]: 1, [FORWARD]: 0 })).toEqual(['a show']);
      for (const id of ['a', 'b']) {
        expect(await statesOf(inbox, id)).toEqual({ [SHOW]: 'pending', [FORWARD]: 'pending' });
      }
    });

    test('is not done again where a step was done by name', async () => {
      const inbox = await newInbox();
      await store(inbox, { id: 'a', steps: [UNASSIGNED, SHOW] });
      await done(inbox, 'a', SHOW);
      await inbox.adopt([SHOW, EXEC], NOW);
      expect(await statesOf(inbox, 'a')).toEqual({ [SHOW]: 'done', [EXEC]: 'pending' });
    });

    test('is adopted alone where one is named, and by no other scope', async () => {
      const place = await newPlace();
      const inbox = await place.open();
      await store(inbox, { id: 'a', steps: [UNASSIGNED] }, { id: 'b', steps: [UNASSIGNED] });
      await (await place.open(OTHER_SCOPE)).adopt([SHOW], NOW);
      const { sequence } = await keyOf(inbox, 'b', SHOW);
      await inbox.adopt([SHOW], NOW, sequence);
      expect(await statesOf(inbox, 'a')).toEqual({ [UNASSIGNED]: 'pending' });
      expect(await statesOf(inbox, 'b')).toEqual({ [SHOW]: 'pending' });
    });

    test('that failed or was discarded is not adopted', async () => {
      const inbox = await newInbox();
      await store(inbox, { id: 'a', steps: [UNASSIGNED] });
      const { sequence } = await keyOf(inbox, 'a', UNASSIGNED);
      await inbox.discard([sequence], NOW);
      await inbox.adopt([SHOW], NOW);
      expect(await statesOf(inbox, 'a')).toEqual({ [UNASSIGNED]: 'discarded' });
      await inbox.reopen([sequence], NOW);
      await inbox.adopt([SHOW], NOW);
      expect(await statesOf(inbox, 'a')).toEqual({ [SHOW]: 'pending' });
    });
  });

  describe(`${name}: deliveries that are reopened`, () => {
    test('owe all again that they owed at acceptance, as if never attempted', async () => {
      const inbox = await newInbox();
      await store(inbox, { id: 'done', steps: [SHOW, EXEC] }, { id: 'failed', steps: [FORWARD] }, 'dropped', 'pending');
      const sequences = await sequencesOf(inbox, 'done', 'failed', 'dropped', 'pending');
      await done(inbox, 'done', SHOW);
      await done(inbox, 'done', EXEC);
      await claimed(inbox, 'me', { [FORWARD]: 1 });
      const key = await keyOf(inbox, 'failed', FORWARD);
      await inbox.settle(key, 'me', { status: 'failed', at: NOW, error: 'gone' });
      await inbox.discard(sequences.slice(2, 3), NOW);
      expect(await inbox.reopen([...sequences, 12_345], NOW + 1)).toBe(4);
      for (const [id, step] of [
        ['done', SHOW],
        ['done', EXEC],
        ['failed', FORWARD],
        ['dropped', SHOW],
        ['pending', SHOW],
      ] as const) {
        const history = id === 'failed' ? [{ at: NOW, error: 'gone' }] : [];
        expect((await stepsOf(inbox, id))[step]).toEqual({ ...fresh(step), nextAttemptAt: NOW + 1, history });
      }
      expect(await claimed(inbox, 'me', { [SHOW]: 9, [EXEC]: 9, [FORWARD]: 9 }, NOW + 1)).toEqual([
        'done show',
        'failed forward',
        'dropped show',
        'pending show',
      ]);
    });

    test('owe only the step that was named, where they owed it at all', async () => {
      const inbox = await newInbox();
      await store(inbox, { id: 'a', steps: [SHOW, FORWARD] }, 'b');
      for (const [id, step] of [
        ['a', SHOW],
        ['a', FORWARD],
        ['b', SHOW],
      ] as const) {
        await done(inbox, id, step);
      }
      expect(await inbox.reopen(await sequencesOf(inbox, 'a', 'b'), NOW, FORWARD)).toBe(1);
      expect(await statesOf(inbox, 'a')).toEqual({ [SHOW]: 'done', [FORWARD]: 'pending' });
      expect(await statesOf(inbox, 'b')).toEqual({ [SHOW]: 'done' });
      expect(await inbox.reopen(await sequencesOf(inbox, 'b'), NOW, FORWARD)).toBe(0);
    });

    test('are not taken from who is at work on them', async () => {
      const inbox = await newInbox();
      await store(inbox, { id: 'a', steps: [SHOW, FORWARD] });
      await claimed(inbox, 'me', { [SHOW]: 1 });
      await done(inbox, 'a', FORWARD);
      expect(await inbox.reopen(await sequencesOf(inbox, 'a'), NOW)).toBe(1);
      expect(await statesOf(inbox, 'a')).toEqual({ [SHOW]: 'pending', [FORWARD]: 'pending' });
      expect(await inbox.settle(await keyOf(inbox, 'a', SHOW), 'me', { status: 'done', at: NOW })).toBe(true);
      // Whoever does not renew is not at work.
      await claimed(inbox, 'me', { [FORWARD]: 1 });
      const later = NOW + LEASE_MS;
      expect(await inbox.reopen(await sequencesOf(inbox, 'a'), later, FORWARD)).toBe(1);
      const key = await keyOf(inbox, 'a', FORWARD);
      expect(await inbox.settle(key, 'me', { status: 'done', at: later })).toBe(false);
    });
  });

  describe(`${name}: deliveries that are retaken`, () => {
    test('are claimed whatever became of them, but not from who is at work on them', async () => {
      const inbox = await newInbox();
      await store(inbox, 'done', 'fresh', 'begun', { id: 'other', steps: [FORWARD] });
      const sequences = await sequencesOf(inbox, 'done', 'fresh', 'begun', 'other');
      const retaken = async (owner: string, now: number): Promise<string[]> =>
        (await inbox.retake([...sequences, 12_345], SHOW, owner, now)).map(nameOf).toSorted();
      await done(inbox, 'done', SHOW);
      await inbox.claim({ owner: 'listener', limits: { [SHOW]: 9 }, now: NOW });
      await inbox.renew([await keyOf(inbox, 'begun', SHOW)], 'listener', NOW + LEASE_MS);
      expect(await retaken('me', NOW + LEASE_MS)).toEqual(['done show', 'fresh show']);
      expect(await retaken('other', NOW + LEASE_MS)).toEqual([]);
      expect(await claimed(inbox, 'other', { [SHOW]: 9 }, NOW + LEASE_MS)).toEqual([]);
      expect((await stepsOf(inbox, 'done'))[SHOW]).toEqual({
        ...fresh(SHOW),
        nextAttemptAt: NOW + LEASE_MS,
        attempts: 1,
        owner: 'me',
        leaseUntil: NOW + 2 * LEASE_MS,
      });
      const key = await keyOf(inbox, 'fresh', SHOW);
      expect(await inbox.settle(key, 'listener', { status: 'done', at: NOW })).toBe(false);
      expect(await inbox.settle(key, 'me', { status: 'done', at: NOW })).toBe(true);
    });
  });

  describe(`${name}: deliveries that are discarded`, () => {
    test('owe nothing any more, and keep what was done', async () => {
      const inbox = await newInbox();
      const all = { [SHOW]: 9, [EXEC]: 9, [FORWARD]: 9 };
      await store(inbox, { id: 'a', steps: [SHOW, EXEC, FORWARD] }, 'b', 'c');
      await done(inbox, 'a', SHOW);
      await claimed(inbox, 'me', { [FORWARD]: 1 });
      await inbox.settle(await keyOf(inbox, 'a', FORWARD), 'me', { status: 'failed', at: NOW, error: 'no' });
      await done(inbox, 'b', SHOW);
      const sequences = await sequencesOf(inbox, 'a', 'b');
      expect(await inbox.discard([...sequences, 12_345], NOW)).toBe(1);
      expect(await statesOf(inbox, 'a')).toEqual({ [SHOW]: 'done', [EXEC]: 'discarded', [FORWARD]: 'discarded' });
      expect(await statesOf(inbox, 'b')).toEqual({ [SHOW]: 'done' });
      expect(await inbox.counts()).toEqual({ pending: 1, done: 2, failed: 0 });
      expect(await claimed(inbox, 'me', all, NOW + DAY_MS)).toEqual(['c show']);
      expect(await inbox.discard(sequences, NOW)).toBe(0);
      await expect(inbox.accept(deliveryOf({ id: 'a' }), [SHOW])).resolves.toBe('duplicate');
    });

    test('while somebody is at work on them: the end of that changes nothing', async () => {
      const inbox = await newInbox();
      await store(inbox, 'a');
      const key = await keyOf(inbox, 'a', SHOW);
      await claimed(inbox, 'me', { [SHOW]: 1 });
      expect(await inbox.discard([key.sequence], NOW)).toBe(1);
      await inbox.renew([key], 'me', NOW);
      const retry = { status: 'retry', at: NOW, nextAttemptAt: NOW, error: 'no' } as const;
      expect(await inbox.settle(key, 'me', retry)).toBe(false);
      await inbox.release('me');
      expect(await statesOf(inbox, 'a')).toEqual({ [SHOW]: 'discarded' });
      expect(await claimed(inbox, 'you', { [SHOW]: 1 }, NOW + DAY_MS)).toEqual([]);
    });
  });

  describe(`${name}: what is owed beside the steps of a listener`, () => {
    test('A1: is counted by step, in its scope, while nobody is at work on that step', async () => {
      const place = await newPlace();
      const inbox = await place.open();
      await store(await place.open(OTHER_SCOPE), { id: 'a', steps: [OTHER_FORWARD] });
      await store(inbox, { id: 'a', steps: [SHOW, EXEC, FORWARD] }, { id: 'b', steps: [SHOW, EXEC] });
      const owed = async (now: number): Promise<unknown> =>
        (await inbox.owedBeside([SHOW], now)).toSorted((one, other) => (one.step < other.step ? -1 : 1));
      const both = [
        { step: EXEC, deliveries: 2 },
        { step: FORWARD, deliveries: 1 },
      ];
      expect(await owed(NOW)).toEqual(both);
      expect(await inbox.owedBeside([SHOW, EXEC, FORWARD], NOW)).toEqual([]);
      for (const id of ['a', 'b']) await done(inbox, id, SHOW);
      await claimed(inbox, 'other', { [EXEC]: 1 });
      expect(await owed(NOW)).toEqual(both.slice(1));
      expect(await owed(NOW + LEASE_MS)).toEqual(both);
      await done(inbox, 'a', FORWARD);
      await inbox.discard(await sequencesOf(inbox, 'b'), NOW);
      expect(await owed(NOW + LEASE_MS)).toEqual([{ step: EXEC, deliveries: 1 }]);
      // Any listener has what is unassigned.
      await store(inbox, { id: 'c', steps: [UNASSIGNED] });
      expect(await owed(NOW + LEASE_MS)).toEqual([{ step: EXEC, deliveries: 1 }]);
    });
  });

  describe(`${name}: a clock that jumps`, () => {
    test('A5: a lease of a day ahead is none', async () => {
      const inbox = await newInbox();
      const all = { [SHOW]: 1 };
      await store(inbox, 'a', 'b', 'c');
      await claimed(inbox, 'crashed', { [SHOW]: 9 }, NOW + DAY_MS);
      expect(await inbox.owedBeside([EXEC], NOW)).toEqual([{ step: SHOW, deliveries: 3 }]);
      expect((await inbox.list()).flatMap(({ steps }) => steps.map((step) => isClaimed(step, NOW)))).toEqual([
        false,
        false,
        false,
      ]);
      expect(await claimed(inbox, 'me', all)).toEqual(['a show']);
      const [b = 0, c = 0] = await sequencesOf(inbox, 'b', 'c');
      expect((await inbox.retake([b], SHOW, 'me', NOW)).map(nameOf)).toEqual(['b show']);
      expect(await inbox.reopen([c], NOW)).toBe(1);
      expect(await claimed(inbox, 'me', all)).toEqual(['c show']);
    });

    test('A5: a lease is respected when the clock is set back a little', async () => {
      const place = await newPlace();
      const [one, two] = [await place.open(), await place.open()];
      await store(one, 'a');
      const { sequence } = await keyOf(one, 'a', SHOW);
      const earlier = NOW - 10_000;
      expect(await claimed(one, 'one', { [SHOW]: 1 }, NOW)).toEqual(['a show']);
      expect(await claimed(two, 'two', { [SHOW]: 1 }, earlier)).toEqual([]);
      expect(await two.retake([sequence], SHOW, 'two', earlier)).toEqual([]);
      expect(await two.reopen([sequence], earlier)).toBe(0);
      expect((await two.list()).flatMap(({ steps }) => steps.map((step) => isClaimed(step, earlier)))).toEqual([true]);
    });

    test('A5: a retry that was chosen a day ahead is due, and so is what arrived then', async () => {
      const inbox = await newInbox();
      await store(inbox, 'a');
      await inbox.accept(deliveryOf({ id: 'b', receivedAt: NOW + DAY_MS }), [SHOW]);
      await claimed(inbox, 'me', { [SHOW]: 1 }, NOW + DAY_MS);
      await retryLater(inbox, 'a', SHOW, NOW + DAY_MS + 2000, NOW + DAY_MS);
      expect(await claimed(inbox, 'me', { [SHOW]: 9 }, NOW)).toEqual(['a show', 'b show']);
    });

    test('A5: a retry waits when the clock is set back a little, and is due when it is set back by an hour', async () => {
      const inbox = await newInbox();
      await store(inbox, 'a');
      await claimed(inbox, 'me', { [SHOW]: 1 });
      await retryLater(inbox, 'a', SHOW, NOW + HOUR_MS, NOW);
      expect(await claimed(inbox, 'you', { [SHOW]: 1 }, NOW - 10_000)).toEqual([]);
      // An hour back: it would wait for two.
      expect(await claimed(inbox, 'you', { [SHOW]: 1 }, NOW - HOUR_MS)).toEqual(['a show']);
    });

    test('A5: nothing is pruned when now is far beyond the newest arrival', async () => {
      const inbox = await newInbox();
      await store(inbox, 'old');
      await done(inbox, 'old', SHOW);
      expect(await inbox.prune(NOW + 40 * DAY_MS)).toBe(0);
      const newest = NOW + 40 * DAY_MS;
      await inbox.accept(deliveryOf({ id: 'new', receivedAt: newest }), [SHOW]);
      expect(await inbox.prune(newest + QUIET_MS + 1)).toBe(0);
      expect(await inbox.prune(newest + QUIET_MS)).toBe(1);
      expect((await inbox.list()).map(({ id }) => id)).toEqual(['new']);
      expect(await inbox.accept(deliveryOf({ id: 'old', receivedAt: newest }), [SHOW])).toBe('new');
    });

    test.each([
      ['nothing that arrived under a clock that ran ahead: 0', [NOW, NOW + 1, LATER - 1, LATER], 0],
      ['nothing while nothing arrives: 0', [NOW, LATER - QUIET_MS - 1], 0],
      ['nothing after a gap of more than a week: 0', [NOW, LATER - TRUST_MS - 1, LATER], 0],
      ['what is older than 30 days where something arrives each week: 2', [NOW, NOW + 1, LATER - TRUST_MS, LATER], 2],
    ] as const)('A5: the inbox deletes %s', async (_what, arrivals, count) => {
      const inbox = await newInbox();
      for (const [number, receivedAt] of arrivals.entries()) {
        await inbox.accept(deliveryOf({ id: `msg_${number}`, receivedAt }), []);
      }
      expect(await inbox.prune(LATER)).toBe(count);
    });
  });

  describe(`${name}: looking into it`, () => {
    test('by svix-id, by request id, by status, kind and time, newest first', async () => {
      const inbox = await newInbox();
      await inbox.accept(deliveryOf({ id: 'a', requestId: 'r1', kind: 'route', receivedAt: NOW }), [SHOW]);
      await inbox.accept(deliveryOf({ id: 'b', requestId: 'r1', kind: 'cluster', receivedAt: NOW + 1 }), [SHOW]);
      await inbox.accept(deliveryOf({ id: 'r1', requestId: 'r2', kind: 'cluster', receivedAt: NOW + 2 }), [SHOW]);
      await inbox.claim({ owner: 'me', limits: { [SHOW]: 1 }, now: NOW });
      await inbox.settle(await keyOf(inbox, 'a', SHOW), 'me', { status: 'failed', at: NOW, error: 'no' });
      const ids = (entries: readonly { readonly id: string }[]): string[] => entries.map(({ id }) => id);
      expect(ids(await inbox.find('b'))).toEqual(['b']);
      expect(ids(await inbox.find('r1'))).toEqual(['r1']);
      expect(ids(await inbox.find('r2'))).toEqual(['r1']);
      expect(ids(await inbox.find('r3'))).toEqual([]);
      expect(ids(await inbox.list())).toEqual(['r1', 'b', 'a']);
      expect(ids(await inbox.list({ limit: 2 }))).toEqual(['r1', 'b']);
      expect(ids(await inbox.list({ status: 'failed' }))).toEqual(['a']);
      expect(ids(await inbox.list({ kind: 'cluster' }))).toEqual(['r1', 'b']);
      expect(ids(await inbox.list({ kind: 'cluster', since: NOW + 2 }))).toEqual(['r1']);
      expect(await inbox.counts()).toEqual({ pending: 2, done: 0, failed: 1 });
    });

    test('by a request id that several deliveries share gives them all', async () => {
      const inbox = await newInbox();
      await store(inbox, 'a', 'b');
      expect((await inbox.find('67507ad05e593173d0313e0f')).map(({ id }) => id)).toEqual(['b', 'a']);
    });

    test('by part of an id, an event, or the name of a site or wave, whatever the case of its letters', async () => {
      const inbox = await newInbox();
      await inbox.accept(deliveryOf({ id: 'msg_100%', requestId: 'r_1', event: 'Route.Optimized' }), [SHOW]);
      await inbox.accept(deliveryOf({ id: 'msg_2', requestId: undefined, event: undefined }), [SHOW, EXEC]);
      await inbox.accept(deliveryOf({ id: 'msg_3', requestId: 'r\\1' }), [SHOW]);
      await settled(inbox, 'msg_2', SHOW, { siteName: 'Zürich "Süd"', waveId: 'Wave_7', unit: 'meter' });
      await settled(inbox, 'msg_3', SHOW, { siteName: 'HAL', waveId: 'other' });
      const ids = async (filter: InboxFilter): Promise<string[]> => (await inbox.list(filter)).map(({ id }) => id);
      for (const [text, found] of [
        ['', ['msg_3', 'msg_2', 'msg_100%']],
        ['MSG_', ['msg_3', 'msg_2', 'msg_100%']],
        ['%', ['msg_100%']],
        ['g_1', ['msg_100%']],
        ['r_1', ['msg_100%']],
        ['r\\', ['msg_3']],
        ['route.opt', ['msg_100%']],
        ['zÜRICH "', []],
        ['ZüRICH "', ['msg_2']],
        ['wave_7', ['msg_2']],
        ['hal', ['msg_3']],
        ['meter', []],
        ['siteName', []],
        ['\u0000\uD800', []],
      ] as const) {
        expect([text, await ids({ text })]).toEqual([text, found]);
      }
      expect(await ids({ site: 'HAL' })).toEqual(['msg_3']);
      expect(await ids({ site: 'hal' })).toEqual([]);
      expect(await ids({ site: 'HAL', text: 'wave' })).toEqual([]);
      expect(await ids({ text: 'msg', status: 'done' })).toEqual(['msg_3']);
    });

    test('page by page, each before the last one of the page above', async () => {
      const inbox = await newInbox();
      await store(inbox, 'a', 'b', 'c', 'd');
      const pages: string[][] = [];
      for (let before: number | undefined; ;) {
        const page = await inbox.list({ limit: 3, before });
        if (page.length === 0) break;
        pages.push(page.map(({ id }) => id));
        before = page.at(-1)?.sequence;
      }
      expect(pages).toEqual([['d', 'c', 'b'], ['a']]);
    });

    test('a delivery is failed when a step is, pending while one is, else done; both kinds find it', async () => {
      const inbox = await newInbox();
      await store(inbox, { id: 'both', steps: [SHOW, FORWARD] }, { id: 'half', steps: [SHOW, FORWARD] }, 'done');
      await store(inbox, { id: 'nothing', steps: [] }, { id: 'dropped', steps: [SHOW] });
      await claimed(inbox, 'me', { [SHOW]: 1 });
      await inbox.settle(await keyOf(inbox, 'both', SHOW), 'me', { status: 'failed', at: NOW, error: 'no' });
      await done(inbox, 'half', SHOW);
      await done(inbox, 'done', SHOW);
      await inbox.discard(await sequencesOf(inbox, 'dropped'), NOW);
      const ids = async (status: 'pending' | 'done' | 'failed'): Promise<string[]> =>
        (await inbox.list({ status })).map(({ id }) => id);
      expect((await inbox.list()).map(({ id, status }) => `${id} ${status}`)).toEqual([
        'dropped done',
        'nothing done',
        'done done',
        'half pending',
        'both failed',
      ]);
      expect([await ids('pending'), await ids('failed'), await ids('done')]).toEqual([
        ['half', 'both'],
        ['both'],
        ['dropped', 'nothing', 'done'],
      ]);
      expect(await inbox.counts()).toEqual({ pending: 2, failed: 1, done: 3 });
    });

    test('what is old and owes nothing is pruned, what owes never', async () => {
      const inbox = await newInbox();
      await store(inbox, 'done', 'failed', { id: 'late', steps: [SHOW] }, { id: 'pending', steps: [SHOW, FORWARD] });
      await inbox.accept(deliveryOf({ id: 'young', receivedAt: NOW + 1000 }), [SHOW]);
      await inbox.accept(deliveryOf({ id: 'yesterday', receivedAt: NOW + RETENTION_MS - QUIET_MS }), []);
      await inbox.accept(deliveryOf({ id: 'today', receivedAt: NOW + RETENTION_MS }), [SHOW]);
      await done(inbox, 'done', SHOW);
      await claimed(inbox, 'me', { [SHOW]: 1 });
      await inbox.settle(await keyOf(inbox, 'failed', SHOW), 'me', { status: 'failed', at: NOW, error: 'no' });
      await done(inbox, 'late', SHOW, NOW + 500);
      await done(inbox, 'pending', SHOW);
      await done(inbox, 'young', SHOW);
      expect(await inbox.prune(NOW + RETENTION_MS)).toBe(0);
      expect(await inbox.prune(NOW + RETENTION_MS + 1)).toBe(2);
      expect((await inbox.list()).map(({ id }) => id)).toEqual(['today', 'yesterday', 'young', 'pending', 'late']);
      expect(await inbox.prune(NOW + RETENTION_MS + 501)).toBe(1);
      expect((await inbox.list()).map(({ id }) => id)).toEqual(['today', 'yesterday', 'young', 'pending']);
    });

    test('what is pruned takes its steps and the answers of their targets along', async () => {
      const inbox = await newInbox();
      await store(inbox, { id: 'old', steps: [FORWARD] });
      await inbox.accept(deliveryOf({ id: 'yesterday', receivedAt: LATER - QUIET_MS }), []);
      await inbox.accept(deliveryOf({ id: 'today', receivedAt: LATER }), []);
      const key = await keyOf(inbox, 'old', FORWARD);
      await claimed(inbox, 'me', { [FORWARD]: 1 });
      const answer = { status: 204, headers: [], body: new Uint8Array(0), isCut: false };
      await inbox.settle(key, 'me', { status: 'done', at: NOW, answer });
      expect([await inbox.prune(LATER), await inbox.answers(key.sequence)]).toEqual([1, []]);
      await store(inbox, { id: 'old', steps: [SHOW] });
      expect(await statesOf(inbox, 'old')).toEqual({ [SHOW]: 'pending' });
    });
  });

  describe(`${name}: several processes on one inbox`, () => {
    test('accept each id once between them, though they get all at the same instant', async () => {
      const place = await newPlace();
      const ids = numbered('msg', 40);
      const processes = await Promise.all([1, 2, 3].map(() => place.start()));
      const outcomes = await Promise.all(processes.map((each) => each.ask(`accept ${ids.join(' ')}`)));
      const perId = ids.map((_, index) => outcomes.map((list) => list[index] ?? '').toSorted());
      expect(perId).toEqual(ids.map(() => ['duplicate', 'duplicate', 'new']));
      expect(await (await place.open()).counts()).toEqual({ pending: 40, done: 0, failed: 0 });
    });

    test('share the work, and what one had claimed that was killed can be claimed again', async () => {
      const place = await newPlace();
      const inbox = await place.open();
      const ids = numbered('msg', 20);
      const shown = (some: readonly string[]): string[] => some.map((id) => `${id} show`);
      await store(inbox, ...ids);
      const processes = await Promise.all([1, 2].map(() => place.start()));
      const [one = [], two = []] = await Promise.all(processes.map((each, index) => each.ask(`claim ${index} 8`)));
      expect([one.length, two.length]).toEqual([8, 8]);
      expect(await claimed(inbox, 'me', { [SHOW]: 20 })).toEqual(shown(ids.slice(16)));
      expect([...one, ...two].toSorted()).toEqual(ids.slice(0, 16).toSorted());
      await Promise.all(processes.map((each) => each.kill()));
      const mine = await Promise.all(ids.slice(16).map((id) => keyOf(inbox, id, SHOW)));
      await inbox.renew(mine, 'me', NOW + 1000);
      expect(await claimed(inbox, 'me', { [SHOW]: 20 }, NOW + LEASE_MS)).toEqual(shown(ids.slice(0, 16)));
    });
  });
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, number) => `${name}_${number}`);
}

/** A step as it is when its delivery was accepted at `NOW`. */
function fresh(name: string): Step {
  return {
    name,
    state: 'pending',
    attempts: 0,
    nextAttemptAt: NOW,
    lastError: undefined,
    owner: undefined,
    leaseUntil: 0,
    settledAt: undefined,
    history: [],
    result: undefined,
  };
}

/** Stores deliveries at `NOW`; those that are named only owe to be shown. */
async function store(
  inbox: Inbox,
  ...deliveries: (string | { readonly id: string; readonly steps: readonly string[] })[]
): Promise<void> {
  for (const delivery of deliveries) {
    const { id, steps } = typeof delivery === 'string' ? { id: delivery, steps: [SHOW] } : delivery;
    await inbox.accept(deliveryOf({ id }), steps);
  }
}

/** What was claimed, as `<svix-id> <first word of the step>`. */
async function claimed(
  inbox: Inbox,
  owner: string,
  limits: Readonly<Record<string, number>>,
  now = NOW,
): Promise<string[]> {
  const claims = await inbox.claim({ owner, limits, now });
  const sequences = claims.map(({ delivery }) => delivery.sequence);
  expect(sequences).toEqual(sequences.toSorted((one, other) => one - other));
  // The order of the steps of one delivery is nobody's promise.
  const byDelivery = Map.groupBy(claims, ({ delivery }) => delivery.sequence);
  return [...byDelivery.values()].flatMap((group) => group.map(nameOf).toSorted());
}

function nameOf({ delivery, step }: Claim): string {
  return `${delivery.id} ${step.split(' ')[0]}`;
}

/** Does one step of one delivery. */
async function done(inbox: Inbox, id: string, step: string, at = NOW): Promise<void> {
  await settled(inbox, id, step, undefined, at);
}

/** Does one step of one delivery, with a result. */
async function settled(inbox: Inbox, id: string, step: string, result?: ResultFacts, at = NOW): Promise<void> {
  const key = await keyOf(inbox, id, step);
  await inbox.retake([key.sequence], step, 'doer', at);
  expect(await inbox.settle(key, 'doer', { status: 'done', at, result })).toBe(true);
}

async function retryLater(inbox: Inbox, id: string, step: string, nextAttemptAt: number, at = NOW): Promise<void> {
  const outcome = { status: 'retry', at, nextAttemptAt, error: 'not now' } as const;
  expect(await inbox.settle(await keyOf(inbox, id, step), 'me', outcome)).toBe(true);
}

async function sequencesOf(inbox: Inbox, ...ids: string[]): Promise<number[]> {
  return await Promise.all(ids.map(async (id) => (await keyOf(inbox, id, SHOW)).sequence));
}

async function stepsOf(inbox: Inbox, id: string): Promise<Record<string, Step>> {
  const [entry] = await inbox.find(id);
  return Object.fromEntries(entry?.steps.map((step) => [step.name, step]) ?? []);
}

async function statesOf(inbox: Inbox, id: string): Promise<Record<string, string>> {
  return Object.fromEntries(Object.values(await stepsOf(inbox, id)).map(({ name, state }) => [name, state]));
}

function byName(one: Step, other: Step): number {
  return one.name < other.name ? -1 : 1;
}
