import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { afterEach, describe, expect, onTestFinished, test } from 'vitest';

import type { Database } from '../../src/platform/host.ts';
import { LEASE_MS, RETENTION_MS } from '../../src/webhook/inbox.ts';
import type { Inbox } from '../../src/webhook/inbox.ts';
import { createInboxFolder, deliveryOf, NOW } from './inbox-support.ts';
import type { InboxFolder } from './inbox-support.ts';

const opened: Inbox[] = [];
const folders: InboxFolder[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((inbox) => inbox.close()));
  for (const folder of folders.splice(0)) folder[Symbol.dispose]();
});

function newFolder(): InboxFolder {
  const folder = createInboxFolder();
  folders.push(folder);
  return folder;
}

function open(folder: InboxFolder, ...changes: Parameters<InboxFolder['open']>): Inbox {
  const inbox = folder.open(...changes);
  opened.push(inbox);
  return inbox;
}

const claimed = async (inbox: Inbox, owner: string, now = NOW, limit = 10): Promise<string[]> =>
  (await inbox.claim({ owner, limit, now })).map((entry) => entry.id);

async function keep(inbox: Inbox, ...ids: string[]): Promise<void> {
  await Promise.all(ids.map((id) => inbox.accept(deliveryOf({ id }))));
}

describe('a delivery that is accepted', () => {
  test('comes back byte for byte', async () => {
    const folder = newFolder();
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
    await open(folder).accept(delivery);
    expect(await open(folder).find('msg_binary')).toEqual([
      {
        ...delivery,
        status: 'pending',
        attempts: 0,
        nextAttemptAt: NOW,
        lastError: undefined,
        stepsDone: [],
      },
    ]);
  });

  test('is a duplicate the second time, also at the same instant and after a restart', async () => {
    const folder = newFolder();
    const first = open(folder);
    const together = await Promise.all(['a', 'a', 'b', 'a'].map((id) => first.accept(deliveryOf({ id }))));
    expect(together).toEqual(['new', 'duplicate', 'new', 'duplicate']);
    const other = Promise.all([first.accept(deliveryOf({ id: 'c' })), open(folder).accept(deliveryOf({ id: 'c' }))]);
    expect((await other).toSorted()).toEqual(['duplicate', 'new']);
    await first.close();
    expect(await open(folder).accept(deliveryOf({ id: 'a' }))).toBe('duplicate');
    expect(await open(folder).counts()).toEqual({ pending: 3, done: 0, failed: 0 });
  });

  test('is a duplicate still when its work is done', async () => {
    const inbox = open(newFolder());
    await keep(inbox, 'a');
    await claimed(inbox, 'me');
    await inbox.settle('a', 'me', { status: 'done', at: NOW });
    expect(await inbox.accept(deliveryOf({ id: 'a' }))).toBe('duplicate');
    expect(await claimed(inbox, 'me', NOW + 1e9)).toEqual([]);
  });

  test('shares one transaction with all others of its turn', async () => {
    const folder = newFolder();
    const statements: string[] = [];
    const inbox = open(folder, {
      open: async () => {
        const database = await folder.database();
        return {
          ...methodsOf(database),
          exec: (sql) => {
            statements.push(sql);
            database.exec(sql);
          },
        };
      },
    });
    await keep(inbox, ...Array.from({ length: 50 }, (_, index) => `msg_${index}`));
    await keep(inbox, 'late');
    expect(statements).toEqual([
      'PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000',
      'BEGIN IMMEDIATE',
      'COMMIT',
      'BEGIN IMMEDIATE',
      'COMMIT',
    ]);
  });
});

describe('work on deliveries', () => {
  test('is taken once, oldest first, as much as asked for', async () => {
    const folder = newFolder();
    const [one, two] = [open(folder), open(folder)];
    await keep(one, 'a', 'b', 'c', 'd');
    expect(await claimed(one, 'one', NOW, 2)).toEqual(['a', 'b']);
    expect(await claimed(two, 'two')).toEqual(['c', 'd']);
    expect(await claimed(one, 'one')).toEqual([]);
  });

  test('of another scope is left alone, but can be looked at', async () => {
    const folder = newFolder();
    const [real, sandbox] = [open(folder), open(folder, { scope: 'http://127.0.0.1:4010' })];
    await keep(sandbox, 'a');
    expect(await claimed(real, 'me')).toEqual([]);
    expect((await real.list()).map(({ id }) => id)).toEqual(['a']);
    expect(await claimed(sandbox, 'me')).toEqual(['a']);
  });

  test('is taken over when its owner does not renew it, and not before', async () => {
    const inbox = open(newFolder());
    await keep(inbox, 'a', 'b');
    expect(await claimed(inbox, 'first')).toEqual(['a', 'b']);
    await inbox.renew(['a'], 'first', NOW + 1000);
    expect(await claimed(inbox, 'second', NOW + LEASE_MS - 1)).toEqual([]);
    expect(await claimed(inbox, 'second', NOW + LEASE_MS)).toEqual(['b']);
    expect(await claimed(inbox, 'second', NOW + LEASE_MS + 1000)).toEqual(['a']);
  });

  test('that was taken over cannot be settled by the one who lost it', async () => {
    const inbox = open(newFolder());
    await keep(inbox, 'a');
    await claimed(inbox, 'first');
    await claimed(inbox, 'second', NOW + LEASE_MS);
    await inbox.progress('a', 'first', 'show');
    expect(await inbox.settle('a', 'first', { status: 'failed', at: NOW, error: 'late' })).toBe(false);
    expect(await inbox.find('a')).toMatchObject([
      { status: 'pending', attempts: 2, stepsDone: [], lastError: undefined },
    ]);
    expect(await inbox.settle('a', 'second', { status: 'done', at: NOW })).toBe(true);
  });

  test('that failed waits for its time, and remembers what was done, why it failed and its kind', async () => {
    const folder = newFolder();
    const inbox = open(folder);
    await keep(inbox, 'a');
    await claimed(inbox, 'me');
    await inbox.progress('a', 'me', 'show');
    await inbox.progress('a', 'me', 'forward http://127.0.0.1:1/?a="b"');
    await inbox.settle('a', 'me', { status: 'retry', at: NOW + 60_000, error: 'exec: exit 1', kind: 'route' });
    const reopened = open(folder);
    expect(await claimed(reopened, 'you', NOW + 59_999)).toEqual([]);
    expect(await reopened.claim({ owner: 'you', limit: 1, now: NOW + 60_000 })).toEqual([
      {
        ...deliveryOf({ id: 'a' }),
        status: 'pending',
        attempts: 2,
        nextAttemptAt: NOW + 60_000,
        lastError: 'exec: exit 1',
        kind: 'route',
        stepsDone: ['show', 'forward http://127.0.0.1:1/?a="b"'],
      },
    ]);
  });

  test('that waits is due at once after a new start', async () => {
    const inbox = open(newFolder());
    await keep(inbox, 'a', 'b');
    await claimed(inbox, 'me', NOW, 1);
    await inbox.settle('a', 'me', { status: 'retry', at: NOW + 3_600_000, error: 'x' });
    await inbox.expedite(NOW + 5);
    expect(await claimed(inbox, 'me', NOW + 5)).toEqual(['a', 'b']);
  });

  test('that was given back is due again, and was no attempt', async () => {
    const inbox = open(newFolder());
    await keep(inbox, 'a', 'b');
    await claimed(inbox, 'me');
    await inbox.settle('b', 'me', { status: 'done', at: NOW });
    await inbox.release('me');
    expect(await inbox.claim({ owner: 'you', limit: 5, now: NOW })).toMatchObject([{ id: 'a', attempts: 1 }]);
  });

  test('can be begun anew when it was finished, and only then', async () => {
    const inbox = open(newFolder());
    await keep(inbox, 'done', 'failed', 'pending');
    await claimed(inbox, 'me', NOW, 2);
    await inbox.progress('done', 'me', 'show');
    await inbox.settle('done', 'me', { status: 'done', at: NOW });
    await inbox.settle('failed', 'me', { status: 'failed', at: NOW, error: 'gone' });
    expect(await inbox.reopen(['done', 'failed', 'pending', 'unknown'], NOW + 1)).toBe(2);
    expect(await inbox.claim({ owner: 'me', limit: 5, now: NOW + 1 })).toMatchObject([
      { id: 'done', attempts: 1, stepsDone: [] },
      { id: 'failed', attempts: 1 },
      { id: 'pending', attempts: 1 },
    ]);
  });
});

describe('looking into the inbox', () => {
  test('by svix-id, by request id, by status, kind and time, newest first', async () => {
    const inbox = open(newFolder());
    await inbox.accept(deliveryOf({ id: 'a', requestId: 'r1', kind: 'route', receivedAt: NOW }));
    await inbox.accept(deliveryOf({ id: 'b', requestId: 'r1', kind: 'cluster', receivedAt: NOW + 1 }));
    await inbox.accept(deliveryOf({ id: 'r1', requestId: 'r2', kind: 'cluster', receivedAt: NOW + 2 }));
    await inbox.claim({ owner: 'me', limit: 1, now: NOW });
    await inbox.settle('a', 'me', { status: 'failed', at: NOW, error: 'no' });
    const ids = (entries: readonly { readonly id: string }[]): string[] => entries.map(({ id }) => id);
    expect(ids(await inbox.find('b'))).toEqual(['b']);
    expect(ids(await inbox.find('r1'))).toEqual(['r1']);
    expect(ids(await inbox.find('r2'))).toEqual(['r1']);
    expect(ids(await inbox.find('r3'))).toEqual([]);
    expect(ids(await inbox.list())).toEqual(['r1', 'b', 'a']);
    expect(ids(await inbox.list({ limit: 2 }))).toEqual(['r1', 'b']);
    expect(ids(await inbox.list({ status: 'failed' }))).toEqual(['a']);
    expect(ids(await inbox.list({ kind: 'cluster', since: NOW + 2 }))).toEqual(['r1']);
    expect(await inbox.counts()).toEqual({ pending: 2, done: 0, failed: 1 });
  });

  test('by a request id that several deliveries share gives them all', async () => {
    const inbox = open(newFolder());
    await keep(inbox, 'a', 'b');
    expect((await inbox.find('67507ad05e593173d0313e0f')).map(({ id }) => id)).toEqual(['b', 'a']);
  });

  test('what is old and finished is dropped, what is unfinished never', async () => {
    const inbox = open(newFolder());
    await keep(inbox, 'done', 'failed', 'pending');
    await inbox.accept(deliveryOf({ id: 'young', receivedAt: NOW + 1000 }));
    await claimed(inbox, 'me', NOW, 2);
    await inbox.settle('done', 'me', { status: 'done', at: NOW });
    await inbox.settle('failed', 'me', { status: 'failed', at: NOW, error: 'no' });
    expect(await inbox.prune(NOW + RETENTION_MS)).toBe(0);
    expect(await inbox.prune(NOW + RETENTION_MS + 1)).toBe(2);
    expect((await inbox.list()).map(({ id }) => id)).toEqual(['young', 'pending']);
  });
});

describe('when the inbox cannot be written', () => {
  test('a full disk refuses, and space that comes free is used without a restart', async () => {
    const folder = newFolder();
    let isFull = false;
    const inbox = open(folder, {
      open: async () => {
        const database = await folder.database();
        if (isFull) database.exec('PRAGMA max_page_count = 1');
        return database;
      },
    });
    await keep(inbox, 'before');
    await inbox.close();
    isFull = true;
    const large = deliveryOf({ id: 'large', body: new Uint8Array(100_000) });
    await expect(Promise.all([inbox.accept(large), inbox.accept(deliveryOf({ id: 'beside' }))])).rejects.toMatchObject({
      failure: 'environment',
      code: 'inbox_unavailable',
      retryable: true,
    });
    isFull = false;
    expect(await inbox.accept(large)).toBe('new');
    expect(await inbox.accept(deliveryOf({ id: 'beside' }))).toBe('new');
    expect((await inbox.list()).map(({ id }) => id)).toEqual(['beside', 'large', 'before']);
  });

  test('a write-protected file refuses, can still be read, and recovers', async () => {
    const folder = newFolder();
    let isProtected = false;
    const inbox = open(folder, {
      open: async () => {
        const database = await folder.database();
        database.exec(`PRAGMA query_only = ${isProtected ? 1 : 0}`);
        return database;
      },
    });
    await keep(inbox, 'a');
    await inbox.close();
    isProtected = true;
    await expect(inbox.accept(deliveryOf({ id: 'b' }))).rejects.toMatchObject({ code: 'inbox_unavailable' });
    expect((await inbox.list()).map(({ id }) => id)).toEqual(['a']);
    isProtected = false;
    // The connection that only reads was opened for the list: it fails once more, and is given up.
    await expect(inbox.accept(deliveryOf({ id: 'b' }))).rejects.toMatchObject({ code: 'inbox_unavailable' });
    expect(await inbox.accept(deliveryOf({ id: 'b' }))).toBe('new');
  });

  test('a folder that vanished is made anew, and nothing is acknowledged into the void', async () => {
    const folder = newFolder();
    const inbox = open(folder);
    await keep(inbox, 'lost');
    rmSync(folder.path, { recursive: true });
    expect(await inbox.accept(deliveryOf({ id: 'a' }))).toBe('new');
    expect((await open(folder).list()).map(({ id }) => id)).toEqual(['a']);
  });

  test('a file that another process has put in the place of the old one is noticed', async () => {
    const folder = newFolder();
    const inbox = open(folder);
    await keep(inbox, 'lost');
    rmSync(folder.path, { recursive: true });
    const other = open(folder);
    await keep(other, 'theirs');
    expect(await inbox.accept(deliveryOf({ id: 'ours' }))).toBe('new');
    expect((await other.list()).map(({ id }) => id)).toEqual(['ours', 'theirs']);
  });

  test('a database that cannot be opened refuses until it can', async () => {
    const folder = newFolder();
    let isThere = false;
    const inbox = open(folder, {
      open: async () => {
        if (!isThere) throw Object.assign(new Error('permission denied'), { code: 'EACCES' });
        return await folder.database();
      },
    });
    await expect(inbox.accept(deliveryOf())).rejects.toMatchObject({
      failure: 'environment',
      message: 'the inbox cannot be written: permission denied',
    });
    await expect(inbox.counts()).rejects.toMatchObject({ message: 'the inbox cannot be read: permission denied' });
    isThere = true;
    expect(await inbox.accept(deliveryOf())).toBe('new');
  });

  test('a lock that another holds for too long refuses, and is no reason to open the file anew', async () => {
    const folder = newFolder();
    let openings = 0;
    const inbox = open(folder, {
      open: async () => {
        openings += 1;
        const database = await folder.database();
        database.exec('PRAGMA busy_timeout = 20');
        return database;
      },
    });
    await keep(inbox, 'a');
    const blocker = await folder.database();
    blocker.exec('BEGIN IMMEDIATE');
    await expect(inbox.accept(deliveryOf({ id: 'b' }))).rejects.toMatchObject({ code: 'inbox_unavailable' });
    blocker.exec('ROLLBACK');
    expect(await inbox.accept(deliveryOf({ id: 'b' }))).toBe('new');
    expect(openings).toBe(1);
    blocker.close();
  });

  test('a mistake of the program is not passed off as a fault of the machine', async () => {
    const inbox = open(newFolder(), {
      open: async () => {
        throw new TypeError('a bug');
      },
    });
    await expect(inbox.accept(deliveryOf())).rejects.toThrow(TypeError);
  });
});

describe('several processes on one inbox', () => {
  test('accept each id once between them, though they get all at the same instant', async () => {
    const folder = newFolder();
    const children = await Promise.all(['one', 'two', 'three'].map((owner) => startChild(folder, 'accept', owner, 40)));
    const outcomes = await Promise.all(children.map((child) => child.go()));
    const perId = Array.from({ length: 40 }, (_, index) => outcomes.map((list) => list[index] ?? '').toSorted());
    expect(perId).toEqual(Array.from({ length: 40 }, () => ['duplicate', 'duplicate', 'new']));
    expect(await open(folder).counts()).toEqual({ pending: 40, done: 0, failed: 0 });
  });

  test('share the work, and the work of one that was killed is taken over', async () => {
    const folder = newFolder();
    const inbox = open(folder);
    const ids = Array.from({ length: 20 }, (_, index) => `msg_${index}`);
    await keep(inbox, ...ids);
    const children = await Promise.all(['one', 'two'].map((owner) => startChild(folder, 'claim', owner, 8)));
    const [one = [], two = []] = await Promise.all(children.map((child) => child.go()));
    expect([one.length, two.length]).toEqual([8, 8]);
    expect(await claimed(inbox, 'me', NOW)).toEqual(ids.slice(16));
    expect([...one, ...two].toSorted()).toEqual(ids.slice(0, 16).toSorted());
    await Promise.all(children.map((child) => child.kill()));
    await inbox.renew(ids.slice(16), 'me', NOW + 1000);
    expect(await claimed(inbox, 'me', NOW + LEASE_MS, 20)).toEqual(ids.slice(0, 16));
  });
});

interface Child {
  /** Lets it begin; gives what it says. */
  go(): Promise<string[]>;
  kill(): Promise<void>;
}

async function startChild(folder: InboxFolder, deed: string, owner: string, number: number): Promise<Child> {
  const script = fileURLToPath(new URL('inbox-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, folder.path, deed, owner, String(number)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('ready');
  return {
    async go() {
      child.stdin.write('go\n');
      return JSON.parse(String((await lines.next()).value)) as string[];
    },
    async kill() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function methodsOf(database: Database): Database {
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => database.prepare(sql),
    close: () => database.close(),
  };
}
