import { copyFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/platform/fs/database.ts';
import type { Database } from '../../../src/platform/host.ts';
import { sourceUrl, startChild } from '../../support/child.ts';
import { createTestFolder } from '../../support/folder.ts';

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
      import { openDatabase } from ${JSON.stringify(sourceUrl('src/platform/fs/database.ts'))};
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
      import { openDatabase } from ${JSON.stringify(sourceUrl('src/platform/fs/database.ts'))};
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

describe('a database whose files are watched', () => {
  const openLogged = (path: string): Database => {
    const database = openDatabase(path);
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS t (a); INSERT INTO t VALUES (1)');
    return database;
  };
  const countIn = (database: Database): unknown => database.prepare('SELECT count(*) AS count FROM t').get()?.['count'];

  test('is in its place while it and others write, copy the log and open it', async () => {
    await using folder = await createTestFolder();
    const path = folder.at('a.db');
    const database = openDatabase(path);
    const seen = [database.isInPlace()];
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a)');
    seen.push(database.isInPlace());
    const other = openDatabase(path);
    other.exec(`INSERT INTO t VALUES (zeroblob(100000)); PRAGMA wal_checkpoint(PASSIVE)`);
    seen.push(database.isInPlace(), other.isInPlace());
    other.close();
    database.exec(`DELETE FROM t; PRAGMA wal_checkpoint(PASSIVE); INSERT INTO t VALUES (1)`);
    seen.push(database.isInPlace());
    database.close();
    expect(seen).toEqual([true, true, true, true, true]);
  });

  test.each<[string, (path: string) => Promise<unknown>]>([
    ['it was deleted', (path) => rm(path)],
    ['it was replaced', (path) => copyFile(path, `${path}.new`).then(() => rename(`${path}.new`, path))],
    ['it was cut', (path) => truncate(path, 100)],
    ['its log was deleted', (path) => rm(`${path}-wal`)],
    ['its log was replaced', (path) => rm(`${path}-wal`).then(() => writeFile(`${path}-wal`, 'x'.repeat(100_000)))],
    ['its log was cut', (path) => truncate(`${path}-wal`)],
  ])('A4: is not in its place any more when %s, until it is opened again', async (_name, harm) => {
    await using folder = await createTestFolder();
    const path = folder.at('a.db');
    const database = openLogged(path);
    database.exec('PRAGMA wal_checkpoint(PASSIVE); INSERT INTO t VALUES (2)');
    const seen = [database.isInPlace()];
    await harm(path);
    seen.push(database.isInPlace());
    await Promise.all([path, `${path}-wal`].map((file) => rm(file, { force: true })));
    database.reopen();
    seen.push(database.isInPlace());
    database.exec('CREATE TABLE t (a)');
    seen.push(database.isInPlace());
    database.close();
    expect(seen).toEqual([true, false, true, true]);
  });

  test('A4: that was cut once is not in its place either when it has grown again', async () => {
    await using folder = await createTestFolder();
    const path = folder.at('a.db');
    const database = openLogged(path);
    const seen = [database.isInPlace()];
    await truncate(`${path}-wal`);
    seen.push(database.isInPlace());
    await truncate(`${path}-wal`, 1_000_000);
    seen.push(database.isInPlace());
    database.close();
    expect(seen).toEqual([true, false, false]);
  });

  test('A4: that is opened again is the one that stands at its path now, as soon as one can be opened there', async () => {
    await using folder = await createTestFolder();
    const path = folder.at('state/a.db');
    const database = openLogged(path);
    expect(countIn(database)).toBe(1);
    await rename(folder.at('state'), folder.at('away'));
    await writeFile(folder.at('state'), 'not a folder');
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(() => database.reopen()).toThrow();
    }
    await rm(folder.at('state'));
    const other = openLogged(path);
    other.exec('INSERT INTO t VALUES (2)');
    database.reopen();
    const count = countIn(database);
    other.close();
    database.close();
    expect(count).toBe(2);
  });
});
