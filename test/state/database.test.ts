import { chmod, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/platform/database.ts';
import type { Database } from '../../src/platform/host.ts';
import { openState } from '../../src/state/database.ts';
import { MIGRATIONS } from '../../src/state/migrations.ts';
import { sourceUrl, startChild } from '../support/child.ts';
import { createTestFolder } from '../support/folder.ts';

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

  test('takes a step whole or not at all', async () => {
    await using folder = await createTestFolder();
    const steps = ['CREATE TABLE a (x)', 'CREATE TABLE b (x); INSERT INTO none VALUES (1)'];
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
      import { openDatabase } from ${JSON.stringify(sourceUrl('src/platform/database.ts'))};
      import { openState } from ${JSON.stringify(sourceUrl('src/state/database.ts'))};
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
