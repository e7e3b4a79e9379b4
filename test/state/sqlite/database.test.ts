import { chmod, mkdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/platform/fs/database.ts';
import type { Database } from '../../../src/platform/host.ts';
import { inTransaction } from '../../../src/state/sqlite/transaction.ts';
import { followState, openState } from '../../../src/state/sqlite/database.ts';
import { MIGRATIONS } from '../../../src/state/sqlite/migrations.ts';
import type { Migration } from '../../../src/state/sqlite/migrations.ts';
import { createSqliteSubmissions } from '../../../src/state/sqlite/submissions.ts';
import { sourceUrl, startChild } from '../../support/child.ts';
import { createTestFolder } from '../../support/folder.ts';

const open = async (path: string): Promise<Database> => openDatabase(path);

function pragma(database: Database, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

describe('the state', () => {
  test('is durable, patient and up to date once it is open', async () => {
    await using folder = await createTestFolder();
    const database = await openState(open, folder.path);
    const facts = ['journal_mode', 'synchronous', 'busy_timeout', 'foreign_keys', 'user_version'].map((name) =>
      pragma(database, name),
    );
    database.close();
    // synchronous: 2 is FULL.
    expect(facts).toEqual(['wal', 2, 5000, 1, MIGRATIONS.length]);
  });

  test('is in a file of its own in the folder, which is made', async () => {
    const paths: string[] = [];
    await using folder = await createTestFolder();
    const database = await openState(async (path) => (paths.push(path), openDatabase(path)), folder.at('a/b'));
    database.close();
    expect(paths).toEqual([folder.at('a/b/optipick.db')]);
  });

  test('takes each step once, in order, and only those it lacks', async () => {
    await using folder = await createTestFolder();
    const steps = [
      'CREATE TABLE a (x)',
      'INSERT INTO a VALUES (1); INSERT INTO a VALUES (2)',
      'DELETE FROM a WHERE x = 1',
    ];
    const seen: unknown[] = [];
    for (const count of [1, 1, 3, 3]) {
      const database = await openState(open, folder.path, steps.slice(0, count));
      seen.push([
        pragma(database, 'user_version'),
        database
          .prepare('SELECT x FROM a')
          .all()
          .map((row) => row['x']),
      ]);
      database.close();
    }
    expect(seen).toEqual([
      [1, []],
      [1, []],
      [3, [2]],
      [3, [2]],
    ]);
  });

  test.each<[string, Migration]>([
    ['in SQL', 'CREATE TABLE b (x); INSERT INTO none VALUES (1)'],
    ['beyond SQL', { sql: 'CREATE TABLE b (x)', finish: (database) => database.exec('INSERT INTO none VALUES (1)') }],
  ])('takes a step %s whole or not at all', async (_name, step) => {
    await using folder = await createTestFolder();
    const steps = ['CREATE TABLE a (x)', step];
    await expect(openState(open, folder.path, steps)).rejects.toMatchObject({ code: 'state_unavailable' });
    const database = await openState(open, folder.path, steps.slice(0, 1));
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    database.close();
    expect(tables.map((row) => row['name'])).toEqual(['a']);
  });

  test('of a newer optipick is left alone', async () => {
    await using folder = await createTestFolder();
    (await openState(open, folder.path, ['CREATE TABLE a (x)', 'CREATE TABLE b (x)'])).close();
    await expect(openState(open, folder.path, ['CREATE TABLE a (x)'])).rejects.toMatchObject({
      failure: 'environment',
      code: 'state_too_new',
      message: `${folder.at('optipick.db')} was written by a newer optipick`,
      hint: 'update optipick, or name another folder with OPTIPICK_STATE_DIR',
    });
  });

  test('that is no database is told apart, with the way out', async () => {
    await using folder = await createTestFolder();
    await writeFile(folder.at('optipick.db'), 'this is not a database, and long enough to be sure of it\n'.repeat(100));
    await expect(openState(open, folder.path)).rejects.toMatchObject({
      failure: 'environment',
      code: 'state_corrupt',
      hint: `move it away to start anew: ${folder.at('optipick.db')}`,
    });
  });

  test('that cannot be had is a failure of the environment', async () => {
    await using folder = await createTestFolder();
    await writeFile(folder.at('a'), '');
    await expect(openState(open, folder.at('a/b'))).rejects.toMatchObject({
      failure: 'environment',
      code: 'state_unavailable',
      message: expect.stringMatching(/optipick\.db cannot be used: EN?O?T?/) as string,
      hint: 'make its folder writable, or name another one with OPTIPICK_STATE_DIR',
    });
  });

  test.runIf(process.platform !== 'win32' && process.getuid?.() !== 0)(
    'in a folder without write access cannot be had',
    async () => {
      await using folder = await createTestFolder();
      await chmod(folder.path, 0o500);
      await expect(openState(open, folder.path)).rejects.toMatchObject({ code: 'state_unavailable' });
      await chmod(folder.path, 0o700);
    },
  );

  test('is brought up to date once when many processes start together', async () => {
    await using folder = await createTestFolder();
    const code = `
      import { openDatabase } from ${JSON.stringify(sourceUrl('src/platform/fs/database.ts'))};
      import { openState } from ${JSON.stringify(sourceUrl('src/state/sqlite/database.ts'))};
      const steps = ['CREATE TABLE a (x INTEGER)', 'INSERT INTO a VALUES (1)', 'UPDATE a SET x = x + 1', 'UPDATE a SET x = x * 10'];
      const database = await openState(async (path) => openDatabase(path), process.argv[1], steps);
      console.log(database.prepare('SELECT x FROM a').get().x);
      database.close();
    `;
    const ends = await Promise.all(Array.from({ length: 10 }, () => startChild(code, folder.path).ended));
    expect(ends.map(({ stdout, stderr }) => ({ stdout, stderr }))).toEqual(
      Array.from({ length: 10 }, () => ({ stdout: '20\n', stderr: '' })),
    );
  });
});

describe('the state of a process that goes on for long', () => {
  const remember = (database: Database, requestId: string): Promise<void> =>
    createSqliteSubmissions(database, { now: () => 1 }).remember({
      requestId,
      kind: 'route',
      baseUrl: 'https://api.example',
      profile: 'default',
    });

  /** The submissions that a connection sees that is opened now. */
  const rememberedIn = async (folder: string): Promise<unknown[]> => {
    const database = await openState(open, folder);
    const rows = database.prepare('SELECT request_id FROM submissions ORDER BY number').all();
    database.close();
    return rows.map((row) => row['request_id']);
  };

  const stateWith = async (folder: string, requestId: string): Promise<void> => {
    const database = await openState(open, folder);
    await remember(database, requestId);
    database.close();
  };

  test.each([
    ['another state is moved into its place', (path: string, other: string) => rename(other, path), ['other']],
    ['its folder is deleted', (path: string) => rm(path, { recursive: true }), []],
  ])('A4: goes on in the file of its path when %s', async (_name, replace, kept) => {
    await using folder = await createTestFolder();
    const [path, other] = [folder.at('state'), folder.at('other')];
    const database = await followState(open, path);
    await remember(database, 'before');
    await stateWith(other, 'other');
    await rm(path, { recursive: true });
    await mkdir(path, { mode: 0o700 });
    await replace(path, other);
    await remember(database, 'after');
    await remember(database, 'later');
    const seen = await rememberedIn(path);
    database.close();
    expect(seen).toEqual([...kept, 'after', 'later']);
  });

  test('A4: goes on in the file of its path when that is replaced before the first statement', async () => {
    await using folder = await createTestFolder();
    const database = await followState(open, folder.at('state'));
    await rm(folder.at('state'), { recursive: true });
    await remember(database, 'after');
    const seen = await rememberedIn(folder.at('state'));
    database.close();
    expect(seen).toEqual(['after']);
  });

  test('A4: loses nothing when its -wal file is deleted or cut', async () => {
    await using folder = await createTestFolder();
    const database = await followState(open, folder.path);
    database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    await remember(database, 'one');
    const wal = folder.at('optipick.db-wal');
    await rm(wal);
    await remember(database, 'two');
    database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    await truncate(wal);
    await remember(database, 'three');
    const seen = await rememberedIn(folder.path);
    database.close();
    expect(seen).toEqual(['one', 'two', 'three']);
  });

  test('A4: a statement that was prepared before is still good, also one that gives rows one by one', async () => {
    await using folder = await createTestFolder();
    const [path, other] = [folder.at('state'), folder.at('other')];
    const database = await followState(open, path);
    const all = database.prepare('SELECT request_id FROM submissions');
    const one = database.prepare('SELECT request_id FROM submissions WHERE kind = :kind');
    await remember(database, 'before');
    expect(all.all()).toMatchObject([{ request_id: 'before' }]);
    await stateWith(other, 'other');
    await rm(path, { recursive: true });
    await rename(other, path);
    const seen = [all.all(), [...all.iterate()], [one.get({ kind: 'route' })]];
    database.close();
    expect(seen).toMatchObject(Array.from({ length: 3 }, () => [{ request_id: 'other' }]));
  });

  test('A4: a transaction ends in the file in which it began', async () => {
    await using folder = await createTestFolder();
    const [path, away] = [folder.at('state'), folder.at('away')];
    const database = await followState(open, path);
    await remember(database, 'before');
    database.exec('BEGIN IMMEDIATE');
    await remember(database, 'first half');
    await rename(path, away);
    await remember(database, 'second half');
    database.exec('COMMIT');
    await remember(database, 'after');
    const seen = [await rememberedIn(away), await rememberedIn(path)];
    database.close();
    expect(seen).toEqual([['before', 'first half', 'second half'], ['after']]);
  });

  test('A4: follows also after a transaction that could not even be rolled back', async () => {
    await using folder = await createTestFolder();
    const path = folder.at('state');
    const database = await followState(async (file) => {
      const opened = openDatabase(file);
      return {
        ...opened,
        exec(sql) {
          opened.exec(sql);
          // As SQLite does by itself on the gravest errors.
          if (sql === 'ROLLBACK') throw new Error('cannot rollback - no transaction is active');
        },
      };
    }, path);
    const failing = (): void => {
      inTransaction(database, () => {
        throw new Error('the disk is full');
      });
    };
    expect(failing).toThrow('the disk is full');
    await rm(path, { recursive: true });
    await remember(database, 'after');
    const seen = await rememberedIn(path);
    database.close();
    expect(seen).toEqual(['after']);
  });

  test('A4: fails while its folder cannot be had, and goes on when it can', async () => {
    await using folder = await createTestFolder();
    const [path, away] = [folder.at('state'), folder.at('away')];
    const database = await followState(open, path);
    await remember(database, 'before');
    await rename(path, away);
    await writeFile(path, 'not a folder');
    for (const id of ['a', 'b']) {
      await expect(remember(database, id)).rejects.toMatchObject({ code: 'state_unavailable' });
    }
    await rm(path);
    await rename(away, path);
    await remember(database, 'after');
    const seen = await rememberedIn(path);
    database.close();
    expect(seen).toEqual(['before', 'after']);
  });

  test('A4: writes nothing into a state of a newer optipick that was put in its place', async () => {
    await using folder = await createTestFolder();
    const [path, newer] = [folder.at('state'), folder.at('newer')];
    const database = await followState(open, path);
    await remember(database, 'before');
    (await openState(open, newer, [...MIGRATIONS, 'CREATE TABLE future (x)'])).close();
    await rm(path, { recursive: true });
    await rename(newer, path);
    for (const id of ['a', 'b']) {
      await expect(remember(database, id)).rejects.toMatchObject({ code: 'state_too_new' });
    }
    database.close();
    const raw = openDatabase(folder.at('state/optipick.db'));
    const stored = raw.prepare('SELECT count(*) AS number FROM submissions').get();
    raw.close();
    expect(stored?.['number']).toBe(0);
  });
});
