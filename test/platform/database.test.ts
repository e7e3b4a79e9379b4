import { stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/platform/database.ts';
import { sourceUrl, startChild } from '../support/child.ts';
import { createTestFolder } from '../support/folder.ts';

const posix = process.platform !== 'win32';

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode % 0o1000;
}

describe('a database', () => {
  test('keeps what is put into it, of every type', async () => {
    await using folder = await createTestFolder();
    const path = folder.at('a.db');
    const values = [null, 1.5, 2n ** 60n, 'äöü', Uint8Array.of(0, 255)];
    const first = openDatabase(path);
    first.exec('CREATE TABLE t (a, b, c, d, e)');
    expect(first.prepare('INSERT INTO t VALUES (?, ?, ?, ?, ?)').run(...values)).toEqual({
      changes: 1,
      lastInsertRowid: 1,
    });
    first.close();
    const second = openDatabase(path, { readOnly: true });
    const row = second.prepare('SELECT a, b, CAST(c AS TEXT) AS c, d, e FROM t').get();
    const rows = [...second.prepare('SELECT b FROM t').iterate()].map((one) => one['b']);
    second.close();
    expect([{ ...row }, rows]).toEqual([
      { a: null, b: 1.5, c: '1152921504606846976', d: 'äöü', e: Uint8Array.of(0, 255) },
      [1.5],
    ]);
  });

  test.runIf(posix)('is private, with its folder and what SQLite puts beside it', async () => {
    await using folder = await createTestFolder();
    const path = folder.at('a/b/c.db');
    const database = openDatabase(path);
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a)');
    const modes = await Promise.all([folder.at('a'), folder.at('a/b'), path, `${path}-wal`, `${path}-shm`].map(modeOf));
    database.close();
    expect(modes).toEqual([0o700, 0o700, 0o600, 0o600, 0o600]);
  });

  test('keeps its log when it is opened twice here and another process comes and goes', async () => {
    await using folder = await createTestFolder();
    const path = folder.at('a.db');
    const first = openDatabase(path);
    first.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    // Opening it again must not cost the first one its locks.
    openDatabase(path).close();
    const code = `
      import { openDatabase } from ${JSON.stringify(sourceUrl('src/platform/database.ts'))};
      const database = openDatabase(process.argv[1]);
      database.exec('INSERT INTO t VALUES (2)');
      database.close();
    `;
    expect((await startChild(code, path).ended).code).toBe(0);
    // Whoever takes itself for the last one deletes the log on closing.
    expect((await stat(`${path}-wal`)).isFile()).toBe(true);
    first.exec('INSERT INTO t VALUES (3)');
    expect(first.prepare('SELECT count(*) AS count FROM t').get()?.['count']).toBe(3);
    first.close();
  });

  test('that is only read cannot be written, and is not created', async () => {
    await using folder = await createTestFolder();
    expect(() => openDatabase(folder.at('none.db'), { readOnly: true })).toThrow(/unable to open/);
    openDatabase(folder.at('a.db')).close();
    const database = openDatabase(folder.at('a.db'), { readOnly: true });
    expect(() => database.exec('CREATE TABLE t (a)')).toThrow(/readonly/);
    database.close();
  });

  test('is opened without a word about SQLite being experimental, and other warnings pass', async () => {
    await using folder = await createTestFolder();
    const code = `
      import { openDatabase } from ${JSON.stringify(sourceUrl('src/platform/database.ts'))};
      openDatabase(process.argv[1]).close();
      process.emitWarning('something else', 'ExperimentalWarning');
    `;
    const { code: exit, stderr } = await startChild(code, folder.at('a.db')).ended;
    expect([exit, stderr.split('\n')[0]]).toEqual([
      0,
      expect.stringMatching(/^\(node:\d+\) ExperimentalWarning: something else$/),
    ]);
    expect(stderr).not.toContain('SQLite');
  });
});
