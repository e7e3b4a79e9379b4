/** What the tests of the inbox share: a real file in a temporary folder, and deliveries to put into it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Database } from '../../src/platform/host.ts';
import { openDatabase } from '../../src/platform/fs/database.ts';
import { checkState, openState, STATE_FILE } from '../../src/state/sqlite/database.ts';
import type { Delivery } from '../../src/state/delivery.ts';
import type { RowInbox } from '../../src/state/sqlite/inbox-rows.ts';
import { createSqliteInbox } from '../../src/state/sqlite/inbox.ts';
import type { SqliteInboxOptions } from '../../src/state/sqlite/inbox.ts';
import type { Inbox, StepKey } from '../../src/state/inbox.ts';
import { createWriteQueue } from '../../src/state/sqlite/write-queue.ts';
import type { DatabaseSource } from '../../src/state/sqlite/write-queue.ts';

export const SCOPE = 'https://optipick.api.optioryx.com';

/** 2026-01-01T00:00:00Z */
export const NOW = 1_767_225_600_000;

export function deliveryOf(changes: Partial<Delivery> = {}): Delivery {
  return {
    id: 'msg_1',
    receivedAt: NOW,
    headers: [
      ['svix-id', 'msg_1'],
      ['content-type', 'application/json'],
    ],
    body: new TextEncoder().encode('{"request_id":"67507ad05e593173d0313e0f"}'),
    verified: true,
    kind: undefined,
    event: undefined,
    requestId: '67507ad05e593173d0313e0f',
    ...changes,
  };
}

type InboxChanges = Partial<DatabaseSource> & Partial<Pick<SqliteInboxOptions, 'scope' | 'now'>>;

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

/** Names a step of a delivery by what people know it by. */
export async function keyOf(inbox: Inbox, id: string, step: string): Promise<StepKey> {
  const [entry] = await inbox.find(id);
  if (entry === undefined) throw new Error(`there is no delivery ${id}`);
  return { sequence: entry.sequence, id, step };
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
