/** A thread that has the inbox, started by `listen`: see `inbox-remote.ts`. */
import { createClock } from './platform/clock.ts';
import { openDatabase } from './platform/database.ts';
import { threadLink } from './platform/thread.ts';
import { checkState, openState } from './state/database.ts';
import { createInboxServer } from './webhook/inbox-remote.ts';
import { createSqliteInbox } from './webhook/inbox-sqlite.ts';

/** What the thread is started with. */
export interface InboxThreadData {
  /** Of the state. */
  readonly folder: string;
  readonly scope: string;
}

/** After so long without a write the log is copied into the database; in milliseconds. */
const IDLE_MS = 500;

const link = threadLink();
const { folder, scope } = link.data as InboxThreadData;
const clock = createClock();
let idle: NodeJS.Timeout | undefined;

const inbox = createSqliteInbox({
  scope,
  open: () => openState(async (path) => openDatabase(path), folder),
  check: checkState,
  pause: (ms) => clock.sleep(ms),
  whenIdle(work) {
    clearTimeout(idle);
    idle = setTimeout(work, IDLE_MS);
  },
});
link.onMessage(createInboxServer(inbox, link.post));
