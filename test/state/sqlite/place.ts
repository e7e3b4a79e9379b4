/** Places of the contract suites in a SQLite file. */
import { openDatabase } from '../../../src/platform/fs/database.ts';
import type { Clock, Database } from '../../../src/platform/host.ts';
import type { Inbox } from '../../../src/state/inbox.ts';
import { openState } from '../../../src/state/sqlite/database.ts';
import { createTestFolder } from '../../support/folder.ts';
import type { InboxPlace } from '../inbox-contract.ts';
import type { StorePlace } from '../store-place.ts';
import { createInboxFolder, type InboxFolder } from './inbox-folder.ts';
import { startInboxProcess } from './inbox-process.ts';

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

/** An empty place for an inbox; `open` opens the one of a folder. */
export async function createInboxPlace(open: (folder: InboxFolder, scope?: string) => Inbox): Promise<InboxPlace> {
  const folder = createInboxFolder();
  const inboxes: Inbox[] = [];
  return {
    async open(scope) {
      const inbox = open(folder, scope);
      inboxes.push(inbox);
      return inbox;
    },
    start: () => startInboxProcess(folder.path),
    async end() {
      await Promise.all(inboxes.map((inbox) => inbox.close()));
      folder[Symbol.dispose]();
    },
  };
}
