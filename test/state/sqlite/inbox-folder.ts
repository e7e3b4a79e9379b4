/** A real inbox in a temporary folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Database } from '../../../src/platform/host.ts';
import { openDatabase } from '../../../src/platform/fs/database.ts';
import { checkState, openState, STATE_FILE } from '../../../src/state/sqlite/database.ts';
import type { RowInbox } from '../../../src/state/sqlite/inbox-rows.ts';
import { createSqliteInbox } from '../../../src/state/sqlite/inbox.ts';
import type { SqliteInboxOptions } from '../../../src/state/sqlite/inbox.ts';
import { createWriteQueue } from '../../../src/state/sqlite/write-queue.ts';
import type { DatabaseSource } from '../../../src/state/sqlite/write-queue.ts';
import { SCOPE } from '../inbox-support.ts';

type InboxChanges = Partial<DatabaseSource> & {
  readonly scope?: string | undefined;
  readonly now?: SqliteInboxOptions['now'];
};

export interface InboxFolder extends Disposable {
  readonly path: string;
  /** The database file. */
  readonly file: string;
  /** Opens the inbox anew, as another process would. */
  open(changes?: InboxChanges): RowInbox;
  /** Opens the database itself. */
  database(): Promise<Database>;
}

export function createInboxFolder(): InboxFolder {
  const root = mkdtempSync(join(tmpdir(), 'optipick-inbox-'));
  const path = join(root, 'state');
  return {
    path,
    file: join(path, STATE_FILE),
    open: (changes = {}) => openInbox(path, changes),
    database: () => openFile(path),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

export function openInbox(path: string, { scope = SCOPE, now, ...source }: InboxChanges = {}): RowInbox {
  return createSqliteInbox({
    queue: createWriteQueue({ open: () => openFile(path), check: checkState, ...source }),
    scope,
    now,
  });
}

function openFile(path: string): Promise<Database> {
  return openState(async (file) => openDatabase(file), path);
}

/** The methods alone, so that a test can put one of its own in the place of another. */
export function methodsOf(database: Database): Database {
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => database.prepare(sql),
    isInPlace: () => database.isInPlace(),
    reopen: () => database.reopen(),
    close: () => database.close(),
  };
}
