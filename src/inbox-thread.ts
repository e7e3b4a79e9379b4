/** The thread that holds the state of a listener: see `remote-stores.ts`. */
import { createClock } from './platform/clock.ts';
import { openDatabase } from './platform/fs/database.ts';
import { threadLink } from './platform/thread.ts';
import { checkState, openState, withStateErrors } from './state/sqlite/database.ts';
import { createSqliteRejections } from './state/sqlite/rejections.ts';
import { createSqliteRelayTokens } from './state/sqlite/relay-tokens.ts';
import { findSubmission, settleSubmission } from './state/sqlite/submissions.ts';
import { createStoreServer } from './state/sqlite/remote-stores.ts';
import { createSqliteInbox } from './state/sqlite/inbox.ts';
import { createWriteQueue } from './state/sqlite/write-queue.ts';

/** What the thread is started with. */
export interface InboxThreadData {
  /** The folder of the state. */
  readonly folder: string;
  readonly scope: string;
}

/** After so long without a write the log is copied into the database; in milliseconds. */
const IDLE_MS = 500;

const link = threadLink();
const { folder, scope } = link.data as InboxThreadData;
const clock = createClock();
let idle: NodeJS.Timeout | undefined;

const queue = createWriteQueue({
  open: () => openState(async (path) => openDatabase(path), folder),
  check: checkState,
  pause: (ms) => clock.sleep(ms),
  whenIdle(work) {
    clearTimeout(idle);
    idle = setTimeout(work, IDLE_MS);
  },
});

const stores = {
  inbox: createSqliteInbox({ queue, scope, now: () => clock.now() }),
  submissions: {
    kindOf: (requestId: string) =>
      queue.read((database) => withStateErrors(folder, () => findSubmission(database, requestId, scope)?.kind)),
    settle: (requestId: string, state: 'done' | 'failed') =>
      queue.write((database) =>
        withStateErrors(folder, () =>
          settleSubmission(database, { requestId, baseUrl: scope, state, at: clock.now() }),
        ),
      ),
  },
  rejections: createSqliteRejections(queue),
  relayTokens: createSqliteRelayTokens(queue, folder),
};
link.onMessage(createStoreServer(stores, link.post));
