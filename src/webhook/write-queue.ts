import { inTransaction } from '../domain/transaction.ts';
import { CliError, messageOf, systemCodeOf } from '../errors.ts';
import type { Database } from '../platform/host.ts';

export interface DatabaseSource {
  /** Opens the database, its tables made; called again after a failure. */
  readonly open: () => Promise<Database>;
  /**
   * Which file stands at the database's path now, e.g. device and inode; `undefined` when there is none. A database whose
   * file was removed or replaced goes on taking writes that nobody will ever read: with this it is noticed.
   */
  readonly identify?: (() => Promise<string | undefined>) | undefined;
  /**
   * Waits some milliseconds while others go on: between attempts at a database that another process has locked. Without it
   * SQLite waits, and this process with it.
   */
  readonly pause?: ((ms: number) => Promise<void>) | undefined;
}

/** Work on an open database. Must leave nothing behind but its rows: it is run again when the file was replaced. */
export type DatabaseWork<T> = (database: Database) => T;

export interface WriteQueue {
  /** Runs the work in a transaction with all that is waiting; fulfilled after COMMIT. */
  write<T>(work: DatabaseWork<T>): Promise<T>;
  read<T>(work: DatabaseWork<T>): Promise<T>;
  /** Finishes what is waiting and closes the database. */
  close(): Promise<void>;
}

interface Connection {
  readonly database: Database;
  readonly identity: string | undefined;
}

interface Job {
  readonly work: DatabaseWork<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  result?: unknown;
}

/** A turn under load is well below a millisecond, and so is what a sync of the disk costs. */
const MOST_TURNS = 8;

const BUSY = 5;
const LOCKED = 6;

/**
 * With {@link DatabaseSource.pause} a lock is waited for in so many attempts, each of which holds this process up for no
 * longer than {@link LOCK_HOLD_MS}: five seconds in all, so that a sender whose turn is the next has its answer in ten.
 */
const LOCK_ATTEMPTS = 100;
const LOCK_HOLD_MS = 10;
const LOCK_PAUSE_MS = 40;

/**
 * Group commit: all writes of one turn of the event loop (and of the next ones, while they bring more) share one
 * transaction and one sync of the disk, which is what a write costs. A failure rejects all of the group; the connection is then given up, and the next group opens a new one, so
 * that a disk that was full, or a folder that had vanished, needs no restart. Failures of the machine are `CliError`
 * `environment` (`inbox_unavailable`).
 */
export function createWriteQueue(source: DatabaseSource): WriteQueue {
  let connection: Promise<Connection> | undefined;
  let waiting: Job[] = [];
  let draining: Promise<void> | undefined;

  const connect = (): Promise<Connection> => (connection ??= openConnection(source));

  const giveUp = async (broken: Promise<Connection> | undefined): Promise<void> => {
    if (connection === broken) connection = undefined;
    try {
      (await broken)?.database.close();
    } catch {
      // It was given up because it does not work, or never came to be: whoever waits for it was told already.
    }
  };

  const transact = async (database: Database, jobs: readonly Job[]): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        inTransaction(database, () => {
          for (const job of jobs) job.result = job.work(database);
        });
        return;
      } catch (error) {
        if (source.pause === undefined || !isBusy(error) || attempt === LOCK_ATTEMPTS) throw error;
        await source.pause(LOCK_PAUSE_MS);
      }
    }
  };

  const commit = async (jobs: readonly Job[]): Promise<void> => {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const current = connect();
      try {
        const { database, identity } = await current;
        await transact(database, jobs);
        if (source.identify === undefined || (await source.identify()) === identity) return;
      } catch (error) {
        if (!isBusy(error)) await giveUp(current);
        throw error;
      }
      await giveUp(current);
    }
    throw new CliError('environment', 'the inbox cannot be written: its file is removed again and again', {
      code: 'inbox_unavailable',
      hint: 'find out what deletes the state folder; OPTIPICK_STATE_DIR chooses another',
    });
  };

  /** Lets a group grow for as long as each turn of the event loop brings more, within bounds. */
  const gather = async (): Promise<void> => {
    for (let turn = 0, before = 0; turn < MOST_TURNS && waiting.length > before; turn += 1) {
      before = waiting.length;
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    }
  };

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      await gather();
      const jobs = waiting;
      waiting = [];
      try {
        await commit(jobs);
        for (const job of jobs) job.resolve(job.result);
      } catch (error) {
        const failure = failureOf(error, 'written');
        for (const job of jobs) job.reject(failure);
      }
    }
    draining = undefined;
  };

  return {
    write<T>(work: DatabaseWork<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
        draining ??= drain();
      });
    },
    async read(work) {
      const current = connect();
      try {
        return work((await current).database);
      } catch (error) {
        if (!isBusy(error)) await giveUp(current);
        throw failureOf(error, 'read');
      }
    },
    async close() {
      await draining;
      await giveUp(connection);
    },
  };
}

async function openConnection(source: DatabaseSource): Promise<Connection> {
  const database = await source.open();
  // A commit is on disk when it returns: in WAL mode that is only so with FULL.
  // Copying the log back costs two more syncs: less often than by default (1000 pages).
  database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000');
  if (source.pause !== undefined) database.exec(`PRAGMA busy_timeout = ${LOCK_HOLD_MS}`);
  return { database, identity: await source.identify?.() };
}

function isBusy(error: unknown): boolean {
  const code = error instanceof Error ? (error as { errcode?: unknown }).errcode : undefined;
  return typeof code === 'number' && [BUSY, LOCKED].includes(code & 0xff);
}

/** Mistakes of the program stay what they are; what the machine refuses is worded for the user. */
function failureOf(error: unknown, deed: 'read' | 'written'): unknown {
  if (error instanceof CliError || systemCodeOf(error) === undefined) return error;
  return new CliError('environment', `the inbox cannot be ${deed}: ${messageOf(error)}`, {
    code: 'inbox_unavailable',
    hint: 'free space on the disk and check the rights of the state folder (OPTIPICK_STATE_DIR chooses another)',
    cause: error,
    retryable: true,
  });
}
