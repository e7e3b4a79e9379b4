import { rmSync } from 'node:fs';

import { afterEach, describe, expect, test } from 'vitest';

import { EXEC, SHOW } from '../../../src/state/delivery-steps.ts';
import { MIGRATIONS } from '../../../src/state/sqlite/migrations.ts';
import { LEASE_MS, QUIET_MS, RETENTION_MS } from '../../../src/state/inbox.ts';
import type { Inbox } from '../../../src/state/inbox.ts';
import { describeInbox } from '../inbox-contract.ts';
import { deliveryOf, keyOf, NOW } from '../inbox-support.ts';
import { createInboxFolder, methodsOf } from './inbox-folder.ts';
import type { InboxFolder } from './inbox-folder.ts';
import { createInboxPlace } from './place.ts';

describeInbox('in SQLite', () => createInboxPlace((folder, scope) => folder.open({ scope })));

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

const accept = (inbox: Inbox, id: string): Promise<'new' | 'duplicate'> => inbox.accept(deliveryOf({ id }), [SHOW]);

async function store(inbox: Inbox, ...ids: string[]): Promise<void> {
  await Promise.all(ids.map((id) => accept(inbox, id)));
}

describe('a delivery in a SQLite inbox', () => {
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
    await store(inbox, ...Array.from({ length: 50 }, (_, index) => `msg_${index}`));
    await store(inbox, 'late');
    expect(statements).toEqual([
      'PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000',
      'BEGIN IMMEDIATE',
      'COMMIT',
      'BEGIN IMMEDIATE',
      'COMMIT',
    ]);
  });

  test('A1: is stored in one transaction with its steps: both or none', async () => {
    const folder = newFolder();
    const inbox = open(folder);
    await store(inbox, 'before');
    const database = await folder.database();
    database.exec(`CREATE TRIGGER no_commands BEFORE INSERT ON steps WHEN new.step = 'exec'
      BEGIN SELECT RAISE(ABORT, 'no commands'); END`);
    const owing = inbox.accept(deliveryOf({ id: 'a' }), [SHOW, EXEC]);
    await expect(owing).rejects.toMatchObject({ code: 'inbox_unavailable' });
    expect((await inbox.list()).map(({ id }) => id)).toEqual(['before']);
    database.exec('DROP TRIGGER no_commands');
    expect(await inbox.accept(deliveryOf({ id: 'a' }), [SHOW, EXEC])).toBe('new');
    database.close();
  });

  test('takes its steps along when it is pruned', async () => {
    const folder = newFolder();
    const inbox = open(folder);
    await store(inbox, 'old');
    await inbox.accept(deliveryOf({ id: 'yesterday', receivedAt: NOW + RETENTION_MS - QUIET_MS }), []);
    await inbox.accept(deliveryOf({ id: 'today', receivedAt: NOW + RETENTION_MS }), [SHOW]);
    await inbox.discard([(await keyOf(inbox, 'old', SHOW)).sequence], NOW);
    expect(await inbox.prune(NOW + RETENTION_MS + 1)).toBe(1);
    const database = await folder.database();
    const steps = database.prepare('SELECT count(*) AS number FROM steps').get();
    database.close();
    expect(steps?.['number']).toBe(1);
  });
});

describe('a claim in a SQLite inbox', () => {
  test('that waited for the lock counts its lease, and judges those of others, from when it has it', async () => {
    const folder = newFolder();
    let now = NOW;
    const [one, two] = [open(folder), open(folder, { now: () => now, check: () => void (now = NOW + 10_000) })];
    await store(one, 'a', 'b');
    const limits = { [SHOW]: 1 };
    await one.claim({ owner: 'one', limits, now: NOW + 9000 });
    const claims = await two.claim({ owner: 'two', limits: { [SHOW]: 9 }, now: NOW });
    expect(claims).toMatchObject([{ delivery: { id: 'b' } }]);
    const leaseUntil = NOW + 10_000 + LEASE_MS;
    expect(await two.find('b')).toMatchObject([{ steps: [{ owner: 'two', leaseUntil }] }]);
  });
});

describe('a look for work in a SQLite inbox', () => {
  test('costs no write while there is none, and one write where there was some just now', async () => {
    const folder = newFolder();
    let writes = 0;
    const inbox = open(folder, {
      open: async () => {
        const database = await folder.database();
        return {
          ...methodsOf(database),
          exec(sql) {
            if (sql === 'BEGIN IMMEDIATE') writes += 1;
            database.exec(sql);
          },
        };
      },
    });
    /** What was claimed, and in how many writes. */
    const claim = async (limit: number): Promise<[ids: string[], writes: number]> => {
      const before = writes;
      const claims = await inbox.claim({ owner: 'me', limits: { [SHOW]: limit }, now: NOW });
      return [claims.map(({ delivery }) => delivery.id), writes - before];
    };
    expect(await claim(9)).toEqual([[], 0]);
    await store(inbox, 'a', 'b');
    expect(await claim(0)).toEqual([[], 0]);
    expect(await claim(1)).toEqual([['a'], 1]);
    expect(await claim(9)).toEqual([['b'], 1]);
    expect(await claim(9)).toEqual([[], 1]);
    expect(await claim(9)).toEqual([[], 0]);
  });
});

describe('when a newer optipick has changed the state under an open inbox', () => {
  test('every accept rejects with state_too_new, and none is stored', async () => {
    const folder = newFolder();
    const inbox = open(folder);
    await store(inbox, 'before');
    const database = await folder.database();
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    for (const id of ['a', 'b']) {
      await expect(accept(inbox, id)).rejects.toMatchObject({ failure: 'environment', code: 'state_too_new' });
    }
    const claiming = inbox.claim({ owner: 'me', limits: { [SHOW]: 1 }, now: NOW });
    await expect(claiming).rejects.toMatchObject({ code: 'state_too_new' });
    const stored = database.prepare('SELECT id FROM deliveries').all();
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    database.close();
    expect(stored.map(({ id }) => id)).toEqual(['before']);
    expect(await accept(inbox, 'a')).toBe('new');
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
    await store(inbox, 'before');
    await inbox.close();
    isFull = true;
    const large = deliveryOf({ id: 'large', body: new Uint8Array(100_000) });
    await expect(Promise.all([inbox.accept(large, [SHOW]), accept(inbox, 'beside')])).rejects.toMatchObject({
      failure: 'environment',
      code: 'inbox_unavailable',
      retryable: true,
    });
    isFull = false;
    expect(await inbox.accept(large, [SHOW])).toBe('new');
    expect(await accept(inbox, 'beside')).toBe('new');
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
    await store(inbox, 'a');
    await inbox.close();
    isProtected = true;
    await expect(accept(inbox, 'b')).rejects.toMatchObject({ code: 'inbox_unavailable' });
    expect((await inbox.list()).map(({ id }) => id)).toEqual(['a']);
    isProtected = false;
    // The connection that only reads was opened for the list: it fails once more, and is given up.
    await expect(accept(inbox, 'b')).rejects.toMatchObject({ code: 'inbox_unavailable' });
    expect(await accept(inbox, 'b')).toBe('new');
  });

  test('a folder that vanished is made anew, and nothing is acknowledged into the void', async () => {
    const folder = newFolder();
    const inbox = open(folder);
    await store(inbox, 'lost');
    rmSync(folder.path, { recursive: true });
    expect(await accept(inbox, 'a')).toBe('new');
    expect((await open(folder).list()).map(({ id }) => id)).toEqual(['a']);
  });

  test('a file that another process has put in the place of the old one is noticed', async () => {
    const folder = newFolder();
    const inbox = open(folder);
    await store(inbox, 'lost');
    rmSync(folder.path, { recursive: true });
    const other = open(folder);
    await store(other, 'theirs');
    expect(await accept(inbox, 'ours')).toBe('new');
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
    await expect(inbox.accept(deliveryOf(), [SHOW])).rejects.toMatchObject({
      failure: 'environment',
      message: 'the inbox cannot be written: permission denied',
    });
    await expect(inbox.counts()).rejects.toMatchObject({ message: 'the inbox cannot be read: permission denied' });
    isThere = true;
    expect(await inbox.accept(deliveryOf(), [SHOW])).toBe('new');
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
    await store(inbox, 'a');
    const blocker = await folder.database();
    blocker.exec('BEGIN IMMEDIATE');
    await expect(accept(inbox, 'b')).rejects.toMatchObject({ code: 'inbox_unavailable' });
    blocker.exec('ROLLBACK');
    expect(await accept(inbox, 'b')).toBe('new');
    expect(openings).toBe(1);
    blocker.close();
  });

  test('a mistake of the program is not passed off as a fault of the machine', async () => {
    const inbox = open(newFolder(), {
      open: async () => {
        throw new TypeError('a bug');
      },
    });
    await expect(inbox.accept(deliveryOf(), [SHOW])).rejects.toThrow(TypeError);
  });
});
