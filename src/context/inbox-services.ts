/** What the commands that work with received webhooks need beside `api-services.ts`: the inbox of this machine. */
import { join } from 'node:path';
import { normalizeBaseUrl } from './api-services.ts';
import type { Context } from './context.ts';
import type { Kind } from '../kinds.ts';
import type { Clock, Host } from '../platform/host.ts';
import { stateFolder } from '../settings/paths.ts';
import { checkState, openState, STATE_FILE } from '../state/sqlite/database.ts';
import type { InboxThreadData } from '../inbox-thread.ts';
import { createRemoteStores } from '../state/sqlite/remote-stores.ts';
import { createSqliteInbox } from '../state/sqlite/inbox.ts';
import type { Inbox } from '../state/inbox.ts';
import type { PostgresState } from '../state/postgres/state.ts';
import { createMemoryRejections } from '../state/memory-rejections.ts';
import { createRejections, type Rejections, type RejectionStore, type StoredRejections } from '../state/rejections.ts';
import { createSqliteRejections } from '../state/sqlite/rejections.ts';
import type { RelayTokens } from '../state/relay-tokens.ts';
import { createWriteQueue, type WriteQueue } from '../state/sqlite/write-queue.ts';

export interface OpenedInbox {
  readonly inbox: Inbox;
  /** What listeners rejected whose state is this file; with a shared state none, as they are in the memory of each listener. */
  readonly rejections: StoredRejections;
  /** Normalized: whose deliveries are worked on, and where their results are fetched from. */
  readonly baseUrl: string;
  /** A name that no other run has or will have. */
  readonly owner: string;
}

/** As {@link openInbox}, but `undefined` when nothing was received yet: it is not created. */
export async function findInbox(context: Context): Promise<Inbox | undefined> {
  const { host } = context;
  if ((await context.sharedState()) !== undefined) return (await openInbox(context)).inbox;
  const isThere = await host.files.exists(join(stateFolder(host), STATE_FILE));
  return isThere ? (await openInbox(context)).inbox : undefined;
}

/** Closed when the command ends. Throws `CliError` `environment` when it cannot be read. */
export async function openInbox(context: Context): Promise<OpenedInbox> {
  const { host } = context;
  const scope = await scopeOf(context);
  const shared = await context.sharedState();
  if (shared !== undefined) {
    return await opened(context, shared.inbox(scope), createRejections(createMemoryRejections(), host.clock), scope);
  }
  const queue = createQueue(host, stateFolder(host));
  const rejections = createRejections(createSqliteRejections(queue), host.clock);
  return await opened(context, createSqliteInbox({ queue, scope, now: () => host.clock.now() }), rejections, scope);
}

/** The inbox in this folder, which is created on first use. Deliveries of other scopes are listed, but not worked on. */
export function createInbox(host: Host, folder: string, scope: string): Inbox {
  return createSqliteInbox({ queue: createQueue(host, folder), scope, now: () => host.clock.now() });
}

function createQueue(host: Host, folder: string): WriteQueue {
  return createWriteQueue({
    open: () => openState((path) => host.openDatabase(path), folder),
    check: checkState,
    pause: (ms) => host.clock.sleep(ms),
  });
}

/** What a listener needs of the state. */
export interface ListenerState extends OpenedInbox {
  /** Of this file, or of this listener. */
  readonly rejections: Rejections;
  /** `undefined`: a file of this machine. */
  readonly shared: Pick<PostgresState, 'place' | 'notifies' | 'wakeUps'> | undefined;
  /** What was submitted from this machine. */
  readonly submissions: {
    kindOf(requestId: string): Promise<Kind | undefined>;
    settle(requestId: string, state: 'done' | 'failed'): Promise<void>;
  };
  /** The inbox of each profile at a relay. */
  readonly relayTokens: RelayTokens;
}

/** As {@link openInbox}, in a thread: a slow disk must not hold up a listener's other work. */
export async function openListenerState(context: Context): Promise<ListenerState> {
  const { host } = context;
  const scope = await scopeOf(context);
  const shared = await context.sharedState();
  if (shared !== undefined) return await sharedListenerState(context, shared, scope);
  const data: InboxThreadData = { folder: stateFolder(host), scope };
  const thread = await host.startThread('inbox-thread', data, {
    message: (message) => remote.received(message),
    failed: (error) => remote.failed(error),
  });
  const remote = createRemoteStores(thread.post, host.clock, () => thread.end());
  // As if it were read: it must not be in a group of deliveries, nor wait for one.
  const beside = <T>(method: keyof RejectionStore, ...args: readonly unknown[]): Promise<T> =>
    remote.read('rejections', method, args);
  const rejections = createRejections(
    {
      add: (rejection) => beside('add', rejection),
      list: (filter) => beside('list', filter),
      find: (number) => beside('find', number),
      size: () => beside('size'),
    },
    host.clock,
  );
  return {
    ...(await opened(context, remote.inbox, rejections, scope)),
    shared: undefined,
    submissions: {
      kindOf: (...args) => remote.read('submissions', 'kindOf', args),
      settle: (...args) => remote.write('submissions', 'settle', args),
    },
    relayTokens: {
      find: (...args) => remote.read('relayTokens', 'find', args),
      keep: (...args) => remote.write('relayTokens', 'keep', args),
    },
  };
}

/** Over connections that hold up nothing else: they need no thread. */
async function sharedListenerState(context: Context, shared: PostgresState, scope: string): Promise<ListenerState> {
  const { submissions, relayTokens, wakeUps, place, notifies } = shared;
  const inbox = shared.inbox(scope);
  const counted = { ...inbox, counts: recently(context.host.clock, () => inbox.counts()) };
  const rejections = createRejections(createMemoryRejections(), context.host.clock);
  return {
    ...(await opened(context, counted, rejections, scope)),
    shared: { place, notifies, wakeUps },
    submissions: {
      kindOf: (requestId) => submissions.kindOf(requestId, scope),
      settle: async (requestId, state) => void (await submissions.settle(requestId, scope, state)),
    },
    relayTokens,
  };
}

/** Counting reads all that is stored, and load balancers ask each listener every second. */
const COUNTS_MS = 5000;

function recently<T>(clock: Pick<Clock, 'monotonic'>, ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let askAt = 0;
  return () => {
    if (answer === undefined || clock.monotonic() >= askAt) {
      askAt = clock.monotonic() + COUNTS_MS;
      answer = ask();
      answer.catch(() => (answer = undefined));
    }
    return answer;
  };
}

async function opened<R extends StoredRejections>(
  context: Context,
  inbox: Inbox,
  rejections: R,
  baseUrl: string,
): Promise<OpenedInbox & { readonly rejections: R }> {
  context.atEnd(() => inbox.close());
  // A failure is reported now, and not when the first webhook arrives. Not by `counts`: starting a thread may take longer
  // than its time limit.
  await inbox.list({ limit: 1 });
  return { inbox, rejections, baseUrl, owner: Buffer.from(context.host.randomBytes(12)).toString('base64url') };
}

async function scopeOf(context: Context): Promise<string> {
  return normalizeBaseUrl((await context.settings()).baseUrl.value);
}
