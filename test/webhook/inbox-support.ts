/** What the tests of the inbox share: a real file in a temporary folder, and deliveries to put into it. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Database } from '../../src/platform/host.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { openState, STATE_FILE } from '../../src/state/database.ts';
import type { Delivery } from '../../src/webhook/delivery.ts';
import { createSqliteInbox } from '../../src/webhook/inbox-sqlite.ts';
import type { Inbox } from '../../src/webhook/inbox.ts';
import type { DatabaseSource } from '../../src/webhook/write-queue.ts';

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

export interface InboxFolder extends Disposable {
  readonly path: string;
  /** Opens the inbox anew, as another process would. */
  open(changes?: Partial<DatabaseSource> & { readonly scope?: string }): Inbox;
  /** Opens the database itself. */
  database(): Promise<Database>;
}

export function createInboxFolder(): InboxFolder {
  const root = mkdtempSync(join(tmpdir(), 'optipick-inbox-'));
  const path = join(root, 'state');
  return {
    path,
    open: (changes = {}) => openInbox(path, changes),
    database: () => openFile(path),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

export function openInbox(path: string, changes: Partial<DatabaseSource> & { readonly scope?: string } = {}): Inbox {
  return createSqliteInbox({ scope: SCOPE, open: () => openFile(path), identify: () => identityOf(path), ...changes });
}

function openFile(path: string): Promise<Database> {
  return openState(async (file) => openDatabase(file), path);
}

async function identityOf(path: string): Promise<string | undefined> {
  const stat = statSync(join(path, STATE_FILE), { throwIfNoEntry: false });
  return stat === undefined ? undefined : `${stat.dev}:${stat.ino}`;
}
