/** Groups of writes, locks of other processes, and connections that fail. */
import { copyFileSync, rmSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { describe, expect, onTestFinished, test } from 'vitest';

import { openDatabase } from '../../../src/platform/fs/database.ts';
import type { Database } from '../../../src/platform/host.ts';
import { createWriteQueue } from '../../../src/state/sqlite/write-queue.ts';
import type { DatabaseSource, WriteQueue } from '../../../src/state/sqlite/write-queue.ts';
import { NOW, SCOPE } from '../inbox-support.ts';
import { createInboxFolder, methodsOf } from './inbox-folder.ts';
import type { InboxFolder } from './inbox-folder.ts';

interface OpenedQueue {
  readonly queue: WriteQueue;
  /** What became of connections, and each statement that was executed by itself: `open 1`, `COMMIT`, `close 1`. */
  readonly log: string[];
  /** Stores a delivery, once. */
  readonly write: (id: string) => Promise<void>;
  readonly read: () => Promise<string[]>;
}

function newFolder(): InboxFolder {
  const folder = createInboxFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  return folder;
}

/** `change` puts methods in the place of those of a connection, by its number. */
function openQueue(
  folder: InboxFolder,
  {
    change,
    ...source
  }: Partial<DatabaseSource> & {
    readonly change?: (number: number, database: Database) => Partial<Database>;
  } = {},
): OpenedQueue {
  const log: string[] = [];
  let connections = 0;
  const open = async (): Promise<Database> => {
    const number = (connections += 1);
    log.push(`open ${number}`);
    const database = await folder.database();
    return {
      ...methodsOf(database),
      exec(sql) {
        log.push(sql);
        database.exec(sql);
      },
      close() {
        log.push(`close ${number}`);
        database.close();
      },
      ...change?.(number, database),
    };
  };
  const queue = createWriteQueue({ open, ...source });
  onTestFinished(() => queue.close());
  return {
    queue,
    log,
    write: (id) => queue.write((database) => insert(database, id)),
    read: () => queue.read(idsIn),
  };
}

function insert(database: Database, id: string): void {
  const sql = `INSERT OR IGNORE INTO deliveries (id, scope, received_at, verified, headers, body)
    VALUES (?, ?, ?, 1, x'', x'')`;
  database.prepare(sql).run(id, SCOPE, NOW);
}

function idsIn(database: Database): string[] {
  const rows = database.prepare('SELECT id FROM deliveries ORDER BY sequence').all();
  return rows.map(({ id }) => String(id));
}

/** As SQLite reports the result code. */
const sqliteError = (errcode: number): Error =>
  Object.assign(new Error(`result code ${errcode}`), { code: 'ERR_SQLITE_ERROR', errcode });

const failing = (error: Error) => (): never => {
  throw error;
};

const count = (log: readonly string[], entry: string): number => log.filter((each) => each === entry).length;

describe('a group of writes', () => {
  /** Starts a write in each of three turns. */
  async function writeInTurns({ write }: OpenedQueue): Promise<void> {
    const writes: Promise<void>[] = [];
    const turns = (async () => {
      await nextTurn();
      writes.push(write('b'));
      await nextTurn();
      writes.push(write('c'));
    })();
    writes.push(write('a'));
    await turns;
    await Promise.all(writes);
  }

  test('is joined by those of one turn, and does not wait for later ones', async () => {
    const opened = openQueue(newFolder());
    await writeInTurns(opened);
    expect([await opened.read(), count(opened.log, 'COMMIT')]).toEqual([['a', 'b', 'c'], 2]);
  });

  test('gives each write its own result', async () => {
    const { queue } = openQueue(newFolder());
    expect(await Promise.all([1, 2, 3].map((number) => queue.write(() => number)))).toEqual([1, 2, 3]);
  });

  test('stores nothing when one of them fails, and the next group is none the worse', async () => {
    const { queue, write, read } = openQueue(newFolder());
    const bug = new TypeError('a bug');
    const writes = await Promise.allSettled([write('a'), queue.write(failing(bug)), write('b')]);
    expect(writes.map((each) => each.status === 'rejected' && (each.reason as unknown))).toEqual([bug, bug, bug]);
    await write('c');
    expect(await read()).toEqual(['c']);
  });

  test('is finished before the queue closes', async () => {
    const folder = newFolder();
    const { queue, log, write } = openQueue(folder);
    const writing = write('a');
    await queue.close();
    await writing;
    expect(log.slice(-2)).toEqual(['COMMIT', 'close 1']);
    expect(await openQueue(folder).read()).toEqual(['a']);
  });
});

describe('what is written aside', () => {
  test('has a transaction of its own, for which the disk is not synced', async () => {
    const { queue, log, write, read } = openQueue(newFolder());
    await write('a');
    log.length = 0;
    expect(await queue.writeAside((database) => insert(database, 'b'))).toBe(true);
    const bug = failing(new TypeError('a bug'));
    expect(await queue.writeAside(bug)).toBe(false);
    expect(log.slice(0, 8)).toEqual([
      'PRAGMA synchronous = NORMAL',
      'BEGIN IMMEDIATE',
      'COMMIT',
      'PRAGMA synchronous = FULL',
      'PRAGMA synchronous = NORMAL',
      'BEGIN IMMEDIATE',
      'ROLLBACK',
      'PRAGMA synchronous = FULL',
    ]);
    await write('c');
    expect(await read()).toEqual(['a', 'b', 'c']);
  });

  test('waits a while for those who are writing', async () => {
    const opened = openQueue(newFolder(), { pause: () => nextTurn() });
    await opened.read();
    const writing = opened.write('a');
    expect(await opened.queue.writeAside((database) => insert(database, 'b'))).toBe(true);
    await writing;
    expect(await opened.read()).toEqual(['a', 'b']);
  });
});

describe('a lock of another process', () => {
  async function openOther(folder: InboxFolder): Promise<Database> {
    const blocker = await folder.database();
    onTestFinished(() => blocker.close());
    return blocker;
  }

  test('is waited for in short attempts, with pauses in which others go on', async () => {
    const folder = newFolder();
    const pauses: number[] = [];
    const blocker = await openOther(folder);
    const { write, read, log } = openQueue(folder, {
      pause: async (ms) => {
        if (pauses.push(ms) === 3) blocker.exec('ROLLBACK');
      },
    });
    await write('a');
    blocker.exec('BEGIN IMMEDIATE');
    await write('b');
    expect([await read(), pauses]).toEqual([
      ['a', 'b'],
      [40, 40, 40],
    ]);
    expect(log).toContain('PRAGMA busy_timeout = 10');
  });

  test('that lasts too long rejects the write after 100 attempts, and the connection stays open', async () => {
    const folder = newFolder();
    let pauses = 0;
    const { write, read, log } = openQueue(folder, {
      pause: async () => void (pauses += 1),
      change: (_number, database) => ({
        exec: (sql) => database.exec(sql.replace('busy_timeout = 10', 'busy_timeout = 0')),
      }),
    });
    await write('a');
    const blocker = await openOther(folder);
    blocker.exec('BEGIN IMMEDIATE');
    await expect(write('b')).rejects.toMatchObject({ code: 'inbox_unavailable', retryable: true });
    blocker.exec('ROLLBACK');
    await write('c');
    expect([await read(), pauses, log]).toEqual([['a', 'c'], 99, ['open 1']]);
  });

  test('is left to SQLite where nobody pauses', async () => {
    const { queue, log } = openQueue(newFolder());
    await expect(queue.write(failing(sqliteError(5)))).rejects.toMatchObject({ code: 'inbox_unavailable' });
    expect(log.filter((sql) => sql.includes('busy_timeout'))).toEqual([]);
  });

  test('is all that is paused for', async () => {
    let pauses = 0;
    const { queue } = openQueue(newFolder(), { pause: async () => void (pauses += 1) });
    await expect(queue.write(failing(sqliteError(10)))).rejects.toMatchObject({ code: 'inbox_unavailable' });
    expect(pauses).toBe(0);
  });
});

describe('a failure of SQLite', () => {
  test.each([
    ['busy', 5, 'inbox_unavailable', 1],
    ['busy, recovering', 261, 'inbox_unavailable', 1],
    ['locked', 6, 'inbox_unavailable', 1],
    ['an I/O error', 10, 'inbox_unavailable', 2],
    ['corrupt', 11, 'state_corrupt', 2],
    ['corrupt, its index', 779, 'state_corrupt', 2],
    ['not a database', 26, 'state_corrupt', 2],
  ])('%s (%i) is %s; the connection of the next work is number %i', async (_name, errcode, code, connections) => {
    const folder = newFolder();
    const written = openQueue(folder);
    await expect(written.queue.write(failing(sqliteError(errcode)))).rejects.toMatchObject({
      failure: 'environment',
      code,
      message: expect.stringContaining(code === 'state_corrupt' ? 'is damaged' : 'cannot be written') as string,
    });
    await written.write('a');
    const read = openQueue(folder);
    await expect(read.queue.read(failing(sqliteError(errcode)))).rejects.toMatchObject({
      failure: 'environment',
      code,
      message: expect.stringContaining(code === 'state_corrupt' ? 'is damaged' : 'cannot be read') as string,
    });
    expect(await read.read()).toEqual(['a']);
    for (const { log } of [written, read]) {
      expect(log.filter((each) => each.startsWith('open')).length).toBe(connections);
      expect(count(log, 'close 1')).toBe(connections - 1);
    }
  });

  test('that cannot even close the connection leaves it behind', async () => {
    const { queue, write, read } = openQueue(newFolder(), {
      change: (number, database) => {
        if (number > 1) return {};
        onTestFinished(() => database.close());
        return { close: failing(sqliteError(10)) };
      },
    });
    await expect(queue.write(failing(sqliteError(10)))).rejects.toMatchObject({ code: 'inbox_unavailable' });
    await write('a');
    expect(await read()).toEqual(['a']);
  });

  test('that is none, but a mistake of the program with a code of its own, stays what it is', async () => {
    const { queue } = openQueue(newFolder());
    const bug = Object.assign(new Error('a bug'), { errcode: 11 });
    await expect(queue.read(failing(bug))).rejects.toBe(bug);
    await expect(queue.write(failing(bug))).rejects.toBe(bug);
  });
});

describe('files that are removed or cut', () => {
  test('again and again: the write is rejected, not acknowledged', async () => {
    const { write, log } = openQueue(newFolder(), { change: () => ({ isInPlace: () => false }) });
    await expect(write('a')).rejects.toMatchObject({
      failure: 'environment',
      code: 'inbox_unavailable',
      message: 'the inbox cannot be written: its files are removed or cut again and again',
    });
    expect(count(log, 'COMMIT')).toBe(2);
  });

  test('once: the write is acknowledged when a fresh connection sees it, and the next ones as before', async () => {
    const folder = newFolder();
    const { write, read, log } = openQueue(folder);
    await write('lost');
    rmSync(folder.path, { recursive: true });
    log.length = 0;
    await write('a');
    expect(log.filter((each) => /open|close|COMMIT/.test(each))).toEqual([
      'close 1',
      'open 2',
      'COMMIT',
      'open 3',
      'close 3',
    ]);
    log.length = 0;
    await write('b');
    expect([await read(), log]).toEqual([
      ['a', 'b'],
      ['BEGIN IMMEDIATE', 'COMMIT'],
    ]);
  });

  test('before a read: it sees what is there now', async () => {
    const folder = newFolder();
    const one = openQueue(folder);
    await one.write('lost');
    rmSync(folder.path, { recursive: true });
    await openQueue(folder).write('theirs');
    expect(await one.read()).toEqual(['theirs']);
  });

  test.each([
    [
      'sees less than the one that has written',
      (other: Database) => ({ prepare: (sql: string) => other.prepare(sql) }),
    ],
    ['finds the files removed by then', () => ({})],
  ])('where a fresh connection %s: the write is made once more', async (what, changeOfFresh) => {
    const folder = newFolder();
    const elsewhere = await newFolder().database();
    onTestFinished(() => elsewhere.close());
    let isSound = true;
    const { write, read, log } = openQueue(folder, {
      change: (number, database) => {
        if (number === 3) {
          if (what.startsWith('finds')) isSound = false;
          return changeOfFresh(elsewhere);
        }
        return number === 2 ? { isInPlace: () => isSound && database.isInPlace() } : {};
      },
    });
    await write('lost');
    rmSync(folder.path, { recursive: true });
    await write('a');
    expect(count(log, 'COMMIT')).toBe(3);
    expect(log.filter((each) => each.startsWith('open'))).toHaveLength(5);
    expect(await read()).toEqual(['a']);
  });
});

describe('a queue with nothing to write', () => {
  const CHECKPOINT = 'PRAGMA wal_checkpoint(PASSIVE)';

  /** What is in the database file alone, without its log. */
  function idsWithoutLog({ file }: InboxFolder): string[] {
    const copy = newFolder();
    const path = `${copy.path}.db`;
    copyFileSync(file, path);
    const database = openDatabase(path);
    try {
      return idsIn(database);
    } finally {
      database.close();
      rmSync(path);
    }
  }

  function idling(
    folder: InboxFolder,
    changes: Parameters<typeof openQueue>[1] = {},
  ): OpenedQueue & { readonly idle: () => void } {
    const works: (() => void)[] = [];
    const opened = openQueue(folder, { ...changes, whenIdle: (work) => works.push(work) });
    return { ...opened, idle: () => works.at(-1)?.() };
  }

  test('copies its log into the database', async () => {
    const folder = newFolder();
    const { write, read, idle } = idling(folder);
    await write('a');
    idle();
    await nextTurn();
    await write('b');
    expect(idsWithoutLog(folder)).toEqual(['a']);
    idle();
    await nextTurn();
    expect(idsWithoutLog(folder)).toEqual(['a', 'b']);
    expect(await read()).toEqual(['a', 'b']);
  });

  test('does not while a group is written, nor into files that are not its own', async () => {
    const folder = newFolder();
    const { write, read, idle, log } = idling(folder);
    await write('a');
    const writing = write('b');
    idle();
    await writing;
    rmSync(folder.path, { recursive: true });
    idle();
    await nextTurn();
    expect(log).not.toContain(CHECKPOINT);
    expect(await read()).toEqual([]);
  });

  test('does without where it is closed, cannot be opened, or cannot be copied now', async () => {
    let isBroken = false;
    const { queue, write, read, idle } = idling(newFolder(), {
      change: (_number, database) => ({
        exec(sql) {
          if (isBroken || sql === CHECKPOINT) throw sqliteError(10);
          database.exec(sql);
        },
      }),
    });
    await write('a');
    idle();
    await nextTurn();
    expect(await read()).toEqual(['a']);
    await queue.close();
    idle();
    isBroken = true;
    const reading = read();
    idle();
    await expect(reading).rejects.toMatchObject({ code: 'inbox_unavailable' });
  });
});
