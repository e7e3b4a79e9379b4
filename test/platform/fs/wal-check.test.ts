import { copyFileSync, statSync, truncateSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { createWalCheck } from '../../../src/platform/fs/wal-check.ts';
import { createTestFolder, type TestFolder } from '../../support/folder.ts';

const ROWS = 20;

/** A database of which all rows are in its log only. */
function openLogged(folder: TestFolder) {
  const path = folder.at('a.db');
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (a)');
  const add = (rows: number): void => {
    for (let row = 0; row < rows; row += 1) database.prepare('INSERT INTO t VALUES (zeroblob(9000))').run();
  };
  add(ROWS);
  return { path, log: `${path}-wal`, database, add, [Symbol.dispose]: () => database.close() };
}

/** What a crash would leave: how many rows, and whether the database is whole. */
function recovered(folder: TestFolder, path: string): readonly unknown[] {
  const copy = folder.at('copy.db');
  copyFileSync(path, copy);
  copyFileSync(`${path}-wal`, `${copy}-wal`);
  const database = new DatabaseSync(copy);
  const { rows } = database.prepare('SELECT count(*) AS rows FROM t').get() ?? {};
  const { integrity_check: integrity } = database.prepare('PRAGMA integrity_check').get() ?? {};
  database.close();
  return [rows, integrity];
}

describe('A4: a log', () => {
  test.each([
    ['that grows', () => undefined],
    [
      'that starts over',
      ({ database }: ReturnType<typeof openLogged>) => database.exec('PRAGMA wal_checkpoint(RESTART)'),
    ],
  ] as const)('%s has no hole', async (_what, happen) => {
    await using folder = await createTestFolder();
    using logged = openLogged(folder);
    const isWhole = createWalCheck(logged.log);
    const found = [isWhole()];
    happen(logged);
    for (const rows of [1, ROWS, 1]) {
      found.push(isWhole());
      logged.add(rows);
      found.push(isWhole());
    }
    expect(found).not.toContain(false);
    expect(recovered(folder, logged.path)).toEqual([2 * ROWS + 2, 'ok']);
  });

  test.each([
    ['in the middle', 0.5, 0],
    ['within a page', 0.5, 1000],
    ['within a header', 0.5, 10],
    ['to its last page', 1, -4120],
  ] as const)('that is cut %s and grows again has one, and is cut before it', async (_what, part, bytes) => {
    await using folder = await createTestFolder();
    using logged = openLogged(folder);
    const isWhole = createWalCheck(logged.log);
    expect(isWhole()).toBe(true);
    const { size } = statSync(logged.log);
    const frames = Math.floor(((size - 32) / 4120) * part);
    truncateSync(logged.log, 32 + 4120 * frames + bytes);
    logged.add(5);
    expect(statSync(logged.log).size).toBeGreaterThan(size);
    expect(isWhole()).toBe(false);
    const [rows, integrity] = recovered(folder, logged.path);
    expect(integrity).toBe('ok');
    expect(Number(rows)).toBeGreaterThanOrEqual(Math.floor(ROWS * part) - 2);
  });

  test('that is cut to nothing and grows again has one, and is emptied', async () => {
    await using folder = await createTestFolder();
    using logged = openLogged(folder);
    logged.database.exec('PRAGMA wal_checkpoint(FULL)');
    logged.add(1);
    const isWhole = createWalCheck(logged.log);
    expect(isWhole()).toBe(true);
    truncateSync(logged.log);
    logged.add(1);
    expect([isWhole(), statSync(logged.log).size]).toEqual([false, 0]);
    expect(recovered(folder, logged.path)).toEqual([ROWS, 'ok']);
  });

  test('that was cut before the first look has one when its writer goes on behind its end', async () => {
    await using folder = await createTestFolder();
    using logged = openLogged(folder);
    truncateSync(logged.log, 32 + 4120 * 5);
    const isWhole = createWalCheck(logged.log);
    expect(isWhole()).toBe(true);
    logged.add(1);
    expect(isWhole()).toBe(false);
  });

  test('that is not there, or empty, has none', async () => {
    await using folder = await createTestFolder();
    using logged = openLogged(folder);
    expect(createWalCheck(folder.at('none'))()).toBe(true);
    truncateSync(logged.log);
    expect(createWalCheck(logged.log)()).toBe(true);
  });
});
