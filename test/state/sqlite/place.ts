/** Places of the contract suites in a SQLite file. */
import { openDatabase } from '../../../src/platform/fs/database.ts';
import type { Clock, Database } from '../../../src/platform/host.ts';
import { openState } from '../../../src/state/sqlite/database.ts';
import { createTestFolder } from '../../support/folder.ts';
import type { StorePlace } from '../store-place.ts';

/** The state in a folder, and a clock that counts how often it is read. */
export async function openWithClock(folder: string): Promise<{ database: Database; clock: Pick<Clock, 'now'> }> {
  const database = await openState(async (path) => openDatabase(path), folder);
  let now = 0;
  return { database, clock: { now: () => (now += 1000) } };
}

/** An empty place; `create` makes the store of an open database. */
export async function createSqlitePlace<Store>(
  create: (database: Database, clock: Pick<Clock, 'now'>, folder: string) => Store,
): Promise<StorePlace<Store>> {
  const folder = await createTestFolder();
  const opened = new Set<Database>();
  return {
    async open() {
      const { database, clock } = await openWithClock(folder.path);
      opened.add(database);
      return {
        store: create(database, clock, folder.path),
        close() {
          opened.delete(database);
          database.close();
        },
      };
    },
    async end() {
      for (const database of opened) database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
