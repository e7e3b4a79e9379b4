import { writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { serialize } from 'node:v8';

import { describe, expect, onTestFinished, test } from 'vitest';

import { EXEC, SHOW } from '../../../src/state/delivery-steps.ts';
import { ACCEPT_TIMEOUT_MS, INBOX_READ_TIMEOUT_MS } from '../../../src/limits.ts';
import { CliError } from '../../../src/errors.ts';
import { createClock } from '../../../src/platform/clock.ts';
import { createRealHost } from '../../../src/platform/real-host.ts';
import type { Clock } from '../../../src/platform/host.ts';
import { createSqliteSubmissions } from '../../../src/state/sqlite/submissions.ts';
import { createRemoteStores, createStoreServer } from '../../../src/state/sqlite/remote-stores.ts';
import type { RemoteStores } from '../../../src/state/sqlite/remote-stores.ts';
import { headerBytes } from '../../../src/state/rows.ts';
import { claimOf } from '../../../src/state/sqlite/inbox-rows.ts';
import type { ClaimRow, NewRow, RowInbox } from '../../../src/state/sqlite/inbox-rows.ts';
import type { ClaimRequest, Inbox, InboxEntry } from '../../../src/state/inbox.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import type { FakeClock } from '../../support/fake-clock.ts';
import { describeInbox } from '../inbox-contract.ts';
import { deliveryOf, keyOf, NOW, SCOPE } from '../inbox-support.ts';
import { createInboxFolder } from './inbox-folder.ts';
import { createInboxPlace } from './place.ts';

interface Link {
  readonly remote: RemoteStores;
  readonly inbox: Inbox;
  /** What was sent, as it arrives. */
  readonly sent: unknown[];
  /** Hands over what comes back and was held. */
  resume(): void;
  /** How often the link was ended. */
  ends(): number;
}

/** Both ends in this thread; what travels between them is cloned as between threads. */
function linkTo(
  stores: Parameters<typeof createStoreServer>[0],
  { clock = createClock(), isHeld = false }: { readonly clock?: Clock; readonly isHeld?: boolean } = {},
): Link {
  let held: unknown[] | undefined = isHeld ? [] : undefined;
  let ends = 0;
  const sent: unknown[] = [];
  const answer = createStoreServer(stores, (message) => {
    const arrived: unknown = structuredClone(message);
    if (held === undefined) remote.received(arrived);
    else held.push(arrived);
  });
  const remote = createRemoteStores(
    (message) => {
      const arrived: unknown = structuredClone(message);
      sent.push(arrived);
      answer(arrived);
    },
    clock,
    async () => void (ends += 1),
  );
  return {
    remote,
    inbox: remote.inbox,
    sent,
    resume() {
      const waiting = held ?? [];
      held = undefined;
      for (const message of waiting) remote.received(message);
    },
    ends: () => ends,
  };
}

/** An inbox of which only these methods are used. */
const inboxWith = (methods: Partial<RowInbox>): RowInbox => methods as RowInbox;

/** Accepts each delivery by itself. */
const acceptingEach = (accept: (...row: NewRow) => 'new' | 'duplicate' | number): Pick<RowInbox, 'acceptRows'> => ({
  acceptRows: async (rows) => rows.map((row) => (accept(...row) === 'duplicate' ? 'duplicate' : 'new')),
});

describeInbox('behind a link', () =>
  createInboxPlace((folder, scope) => linkTo({ inbox: folder.open({ scope }) }).inbox),
);

const ENTRY: InboxEntry = {
  ...deliveryOf({ id: 'msg_1' }),
  sequence: 7,
  scope: SCOPE,
  status: 'pending',
  steps: [
    {
      name: SHOW,
      state: 'pending',
      attempts: 1,
      nextAttemptAt: NOW,
      lastError: undefined,
      owner: 'me',
      leaseUntil: 9,
      settledAt: undefined,
      history: [{ at: NOW, error: 'no' }],
      result: { siteName: 'HAL_01', optimal: 12.5 },
    },
  ],
};
const CLAIM = { delivery: ENTRY, step: SHOW, attempts: 1 };

type Call<Method extends keyof Inbox> = readonly [
  args: Parameters<Inbox[Method]>,
  value: Awaited<ReturnType<Inbox[Method]>>,
];

/** All but those that travel packed. */
const CALLS: { readonly [Method in Exclude<keyof Inbox, 'accept' | 'claim'>]: Call<Method> } = {
  adopt: [[[SHOW], NOW, 7], undefined],
  renew: [[[{ sequence: 7, id: 'msg_1', step: SHOW }], 'me', NOW], undefined],
  settle: [
    [{ sequence: 7, id: 'msg_1', step: SHOW }, 'me', { status: 'failed', at: NOW, error: 'no', kind: 'route' }],
    false,
  ],
  release: [['me'], undefined],
  expedite: [[[SHOW], NOW], undefined],
  reopen: [[[1, 2], NOW, EXEC], 2],
  retake: [[[1, 2], SHOW, 'me', NOW], [CLAIM]],
  discard: [[[1, 2], NOW], 1],
  owedBeside: [[[SHOW], NOW], [{ step: EXEC, deliveries: 4 }]],
  prune: [[NOW], 500],
  find: [['msg_1'], [ENTRY]],
  answers: [
    [7],
    [
      {
        step: EXEC,
        at: NOW,
        status: 500,
        headers: [['content-type', 'text/plain']],
        body: Uint8Array.of(0, 255),
        isCut: true,
      },
    ],
  ],
  list: [[{ status: 'failed', kind: 'route', since: NOW, limit: 5 }], [ENTRY]],
  counts: [[], { pending: 1, done: 2, failed: 3 }],
  close: [[], undefined],
};

describe('a call behind a link', () => {
  test.each(Object.entries(CALLS))('%s arrives with its arguments and gives its value', async (name, [args, value]) => {
    const arrived: unknown[] = [];
    const method = async (...given: unknown[]): Promise<unknown> => {
      arrived.push(given);
      return value;
    };
    const { inbox } = linkTo({ inbox: inboxWith({ [name]: method }) });
    const called = inbox[name as keyof typeof CALLS] as (...given: readonly unknown[]) => Promise<unknown>;
    expect([await called(...args), arrived]).toEqual([value, [args]]);
  });

  test('accept arrives with its arguments and gives its value, each of a group its own', async () => {
    const deliveries = [
      deliveryOf({ id: 'a', kind: 'route', event: 'route.optimized', headers: [['x-odd', 'ÿ\u0000"']] }),
      deliveryOf({ id: 'b', requestId: undefined, verified: false, body: new Uint8Array([0, 255]) }),
    ];
    const steps = [[SHOW, EXEC], []];
    const arrived: NewRow[] = [];
    const accepting = acceptingEach((...row) => {
      arrived.push(row);
      return row[0].id === 'a' ? 'new' : 'duplicate';
    });
    const { inbox } = linkTo({ inbox: inboxWith(accepting) });
    const outcomes = await Promise.all(deliveries.map((delivery, at) => inbox.accept(delivery, steps[at] ?? [])));
    expect(outcomes).toEqual(['new', 'duplicate']);
    // Exact bytes, whatever the class of the array.
    const plain = ([{ headers, body, ...facts }, owed]: (typeof arrived)[number]): unknown => [
      { ...facts, headers: [...headers], body: [...body] },
      owed,
    ];
    const sent = deliveries.map((delivery, at) =>
      plain([Object.assign({}, delivery, { headers: headerBytes(delivery.headers) }), steps[at] ?? []]),
    );
    expect(arrived.map(plain)).toEqual(sent);
  });

  test('claim arrives with its arguments and gives its claims', async () => {
    const request: ClaimRequest = { owner: 'me', limits: { [SHOW]: 3, [EXEC]: 0 }, now: NOW };
    const rowOf = (sequence: number, body: Uint8Array): ClaimRow => ({
      row: {
        sequence,
        id: `msg_${sequence}`,
        scope: SCOPE,
        received_at: NOW,
        verified: 1,
        kind: null,
        event: 'route.optimized',
        request_id: null,
        steps: JSON.stringify([[SHOW, 'pending', 1, NOW, null, 'me', NOW]]),
        headers: headerBytes([['svix-id', 'ÿ']]),
        body,
      },
      step: SHOW,
      attempts: sequence,
    });
    const rows = [rowOf(1, new Uint8Array([0, 255])), rowOf(2, new Uint8Array(0))];
    const arrived: unknown[] = [];
    const claimRows: RowInbox['claimRows'] = async (given) => {
      arrived.push(given);
      return rows;
    };
    const claims = await linkTo({ inbox: inboxWith({ claimRows }) }).inbox.claim(request);
    expect([claims, arrived]).toEqual([rows.map(claimOf), [request]]);
    expect(claims.map(({ delivery }) => [delivery.headers, [...delivery.body]])).toEqual([
      [[['svix-id', 'ÿ']], [0, 255]],
      [[['svix-id', 'ÿ']], []],
    ]);
  });

  test('reaches other stores, too', async () => {
    const requests = { kindOf: async (id: string) => `kind of ${id}`, settle: async (id: string) => `end of ${id}` };
    const { remote } = linkTo({ inbox: inboxWith({}), requests });
    expect(await remote.read('requests', 'kindOf', ['a'])).toBe('kind of a');
    expect(await remote.write('requests', 'settle', ['a', 'done'])).toBe('end of a');
  });

  test('that writes travels with the others of its turn, and waits while two such groups are under way; one that reads does not', async () => {
    const order: string[] = [];
    const { promise: pruning, resolve: prune } = Promise.withResolvers<number>();
    const link = linkTo({
      inbox: inboxWith({
        prune: () => pruning,
        release: async (owner) => void order.push(owner),
        list: async () => [],
        ...acceptingEach(({ id }) => order.push(id)),
      }),
    });
    const first = [link.inbox.prune(NOW), link.inbox.release('first')];
    await first[1];
    const second = [link.inbox.prune(NOW), link.inbox.accept(deliveryOf({ id: 'a' }), [SHOW])];
    await second[1];
    const third = [link.inbox.release('third'), link.inbox.accept(deliveryOf({ id: 'b' }), [SHOW])];
    expect(await link.inbox.list()).toEqual([]);
    expect(order).toEqual(['first', 'a']);
    prune(1);
    await Promise.all([...first, ...second, ...third]);
    expect(order).toEqual(['first', 'a', 'b', 'third']);
    expect(link.sent.map((calls) => (calls as unknown[]).length)).toEqual([2, 2, 1, 2]);
  });

  test('that fails rejects with the same failure, code, hint and advice to retry', async () => {
    const failure = new CliError('environment', 'the inbox cannot be written: the disk is full', {
      code: 'inbox_unavailable',
      hint: 'free space',
      retryable: true,
    });
    const bare = new CliError('usage', 'no hint');
    const list = (): Promise<never> => Promise.reject(failure);
    const { inbox } = linkTo({ inbox: inboxWith({ list, release: () => Promise.reject(bare) }) });
    const [one, other] = await Promise.allSettled([inbox.list(), inbox.release('me')]);
    for (const [ended, expected] of [
      [one, failure],
      [other, bare],
    ] as const) {
      const reason = ended?.status === 'rejected' ? (ended.reason as unknown) : undefined;
      expect(reason).toBeInstanceOf(CliError);
      const { message, failure: kind, code, hint, retryable } = expected;
      expect(reason).toMatchObject({ message, failure: kind, code, hint, retryable });
    }
  });

  test('that shows a mistake of the program rejects with an error that is no CliError', async () => {
    const list = (): Promise<never> => Promise.reject(new TypeError('a bug'));
    const { inbox } = linkTo({ inbox: inboxWith({ list }) });
    const listing = inbox.list();
    await expect(listing).rejects.toThrow(/a bug/);
    await expect(listing).rejects.not.toBeInstanceOf(CliError);
  });

  test('takes exactly the bytes of a body that is a view of a larger buffer, and leaves it as it is', async () => {
    const arrived: Uint8Array[] = [];
    const accepting = acceptingEach(({ body }) => arrived.push(body));
    const { inbox, sent } = linkTo({ inbox: inboxWith(accepting) });
    const large = new Uint8Array(1_000_000).fill(7);
    large.set([1, 2, 3], 500);
    const bodies = [large.subarray(500, 503), Buffer.from('pooled'), new Uint8Array(0), large.subarray(500, 503)];
    await Promise.all(bodies.map((body) => inbox.accept(deliveryOf({ body }), [SHOW])));
    expect(arrived.map((body) => Array.from(body))).toEqual(bodies.map((body) => Array.from(body)));
    expect([large.byteLength, [...large.subarray(499, 504)]]).toEqual([1_000_000, [7, 1, 2, 3, 7]]);
    // Of what lies beside it nothing travels.
    expect(serialize(sent).byteLength).toBeLessThan(100_000);
  });
});

describe('a call behind a link that is not answered', () => {
  /** Tells how a promise stands: `open`, `fulfilled`, or the code of its failure. */
  const watched = (promise: Promise<unknown>): (() => string) => {
    let state = 'open';
    promise.then(
      () => (state = 'fulfilled'),
      (error: unknown) => (state = (error as CliError).code),
    );
    return () => state;
  };

  test('rejects an accept as inbox_unavailable when its time is over, and ignores the answer', async () => {
    const clock = createFakeClock({ auto: false });
    const link = linkTo({ inbox: inboxWith(acceptingEach(() => 'new')) }, { clock, isHeld: true });
    const accepting = link.inbox.accept(deliveryOf(), [SHOW]);
    const state = watched(accepting);
    await clock.advance(ACCEPT_TIMEOUT_MS - 100);
    expect(state()).toBe('open');
    await clock.advance(100);
    await expect(accepting).rejects.toMatchObject({
      failure: 'environment',
      code: 'inbox_unavailable',
      message: 'the delivery could not be stored within 5 s',
      hint: 'another process may hold a lock on the state, or its disk is slow',
      retryable: true,
    });
    link.resume();
    await expect(accepting).rejects.toThrow(CliError);
    expect(await link.inbox.accept(deliveryOf(), [SHOW])).toBe('new');
  });

  test('gives each accept its own time, and does not send one whose time is over', async () => {
    const clock = createFakeClock({ auto: false });
    const arrived: string[] = [];
    const accepting = acceptingEach(({ id }) => arrived.push(id));
    const link = linkTo({ inbox: inboxWith(accepting) }, { clock, isHeld: true });
    const accept = (id: string): Promise<unknown> => link.inbox.accept(deliveryOf({ id }), [SHOW]);
    const first = watched(accept('first'));
    await clock.advance(1000);
    const second = watched(accept('second'));
    await clock.advance(2000);
    const third = watched(accept('third'));
    await clock.advance(ACCEPT_TIMEOUT_MS - 3000);
    expect([first(), second(), third()]).toEqual(['inbox_unavailable', 'open', 'open']);
    await clock.advance(1000);
    expect([second(), third()]).toEqual(['inbox_unavailable', 'open']);
    await clock.advance(2000);
    expect(third()).toBe('inbox_unavailable');
    const fourth = accept('fourth');
    link.resume();
    expect([await fourth, arrived]).toEqual(['new', ['first', 'second', 'fourth']]);
  });

  test('rejects counts sooner, and lets other calls take as long as they take', async () => {
    const clock = createFakeClock({ auto: false });
    const counts = async () => ({ pending: 0, done: 0, failed: 0 });
    const link = linkTo({ inbox: inboxWith({ counts, prune: async () => 3 }) }, { clock, isHeld: true });
    const [counting, pruning] = [link.inbox.counts(), link.inbox.prune(NOW)];
    const [countState, pruneState] = [watched(counting), watched(pruning)];
    await clock.advance(INBOX_READ_TIMEOUT_MS - 100);
    expect(countState()).toBe('open');
    await clock.advance(100);
    await expect(counting).rejects.toMatchObject({
      code: 'inbox_unavailable',
      message: 'the inbox could not be read within 2 s',
    });
    await clock.advance(60 * 60 * 1000);
    expect(pruneState()).toBe('open');
    link.resume();
    expect(await pruning).toBe(3);
  });
});

describe('a link', () => {
  test('that failed rejects all that waits and all that follows', async () => {
    const methods = { prune: async () => 1, ...acceptingEach(() => 'new'), list: async () => [] };
    const { inbox, remote } = linkTo({ inbox: inboxWith(methods) }, { isHeld: true });
    const calls = (): Promise<unknown>[] => [inbox.prune(NOW), inbox.accept(deliveryOf(), [SHOW]), inbox.list()];
    const sent = calls();
    await setImmediate();
    await setImmediate();
    const queued = calls();
    remote.failed(new Error('the thread ran out of memory'));
    const ends = await Promise.allSettled([...sent, ...queued, ...calls()]);
    expect(ends.map((end) => (end.status === 'rejected' ? String(end.reason) : end.value))).toEqual(
      Array.from({ length: 9 }, () => 'Error: the thread ran out of memory'),
    );
  });

  test('is ended once its inbox is closed', async () => {
    const order: string[] = [];
    const close = async (): Promise<void> => {
      await setImmediate();
      order.push('closed');
    };
    const link = linkTo({ inbox: inboxWith({ close }) });
    await link.inbox.close();
    expect([order, link.ends()]).toEqual([['closed'], 1]);
  });

  test('is ended although its inbox does not close in time, or cannot be closed', async () => {
    const clock = createFakeClock({ auto: false });
    const slow = linkTo({ inbox: inboxWith({ close: async () => undefined }) }, { clock, isHeld: true });
    const closing = slow.inbox.close();
    await clock.advance(ACCEPT_TIMEOUT_MS);
    await closing;
    const failure = new CliError('environment', 'the disk is gone');
    const failing = linkTo({ inbox: inboxWith({ close: () => Promise.reject(failure) }) });
    await failing.inbox.close();
    expect([slow.ends(), failing.ends()]).toEqual([1, 1]);
  });
});

describe('the thread of a listener', () => {
  /** Time passes only as the test lets it, however long a thread takes to start. */
  async function startThread(folder: string): Promise<RemoteStores & { readonly clock: FakeClock }> {
    const clock = createFakeClock({ auto: false });
    const thread = await createRealHost().startThread(
      'inbox-thread',
      { folder, scope: SCOPE },
      { message: (message) => remote.received(message), failed: (error) => remote.failed(error) },
    );
    const remote = createRemoteStores(thread.post, clock, () => thread.end());
    onTestFinished(() => thread.end());
    return { ...remote, clock };
  }

  test('stores, finds, gives out and settles deliveries', async () => {
    using folder = createInboxFolder();
    const { inbox } = await startThread(folder.path);
    const delivery = deliveryOf({ id: 'a', body: new Uint8Array([0, 255, 10]) });
    const outcomes = await Promise.all([inbox.accept(delivery, [SHOW]), inbox.accept(delivery, [SHOW])]);
    expect(outcomes).toEqual(['new', 'duplicate']);
    expect(await inbox.claim({ owner: 'me', limits: { [SHOW]: 5 }, now: NOW })).toMatchObject([
      { delivery: { id: 'a', body: delivery.body, headers: delivery.headers }, step: SHOW, attempts: 1 },
    ]);
    expect(await inbox.settle(await keyOf(inbox, 'a', SHOW), 'me', { status: 'done', at: NOW })).toBe(true);
    await inbox.close();
    const other = folder.open();
    expect(await other.counts()).toEqual({ pending: 0, done: 1, failed: 0 });
    await other.close();
  });

  test('remembers submissions and addresses at relays in the same state', async () => {
    using folder = createInboxFolder();
    const database = await folder.database();
    await createSqliteSubmissions(database, createClock()).remember({
      requestId: 'r1',
      kind: 'cluster',
      baseUrl: SCOPE,
      profile: 'default',
    });
    database.close();
    const { inbox, read, write } = await startThread(folder.path);
    await write('relayTokens', 'keep', ['default', 'relay.example', 'c_1234567890']);
    expect(await read('relayTokens', 'find', ['default', 'relay.example'])).toBe('c_1234567890');
    expect([await read('submissions', 'kindOf', ['r1']), await read('submissions', 'kindOf', ['unknown'])]).toEqual([
      'cluster',
      undefined,
    ]);
    await write('submissions', 'settle', ['r1', 'done']);
    await inbox.close();
    const again = await folder.database();
    expect(await createSqliteSubmissions(again, createClock()).find('r1')).toMatchObject({ state: 'done' });
    again.close();
  });

  test('is waited for no longer than that while another process holds a lock, and stores it all the same', async () => {
    using folder = createInboxFolder();
    const { inbox, clock } = await startThread(folder.path);
    expect(await inbox.list()).toEqual([]);
    const blocker = await folder.database();
    blocker.exec('BEGIN IMMEDIATE');
    const accepting = inbox.accept(deliveryOf({ id: 'a' }), [SHOW]);
    // It was sent when reading, which goes on meanwhile, was answered.
    expect(await inbox.list()).toEqual([]);
    await expect(Promise.all([accepting, clock.advance(ACCEPT_TIMEOUT_MS)])).rejects.toMatchObject({
      code: 'inbox_unavailable',
    });
    blocker.exec('ROLLBACK');
    blocker.close();
    await expect.poll(async () => (await inbox.list()).length).toBe(1);
    expect(await inbox.accept(deliveryOf({ id: 'a' }), [SHOW])).toBe('duplicate');
    await inbox.close();
  });

  test('that cannot use its state says so as the inbox in this thread would', async () => {
    using folder = createInboxFolder();
    writeFileSync(folder.path, 'not a folder');
    const { inbox } = await startThread(folder.path);
    await expect(inbox.counts()).rejects.toMatchObject({ failure: 'environment', code: 'state_unavailable' });
    await inbox.close();
  });
});
