import { inTransaction } from './transaction.ts';
import { CliError, messageOf, systemCodeOf } from '../../errors.ts';
import { BUSY, CORRUPT, LOCKED, NOT_A_DATABASE, sqliteCodeOf } from '../../platform/fs/sqlite-codes.ts';
import type { Database } from '../../platform/host.ts';
import { nextTurn } from '../../lib/async/next-turn.ts';

export interface DatabaseSource {
  /** Opens the database, its tables created; called again after a failure. */
  readonly open: () => Promise<Database>;
  /** Throws `CliError` when another program has made of the database what this one does not know. */
  readonly check?: ((database: Database) => void) | undefined;
  /**
   * Waits some milliseconds while others go on: between attempts at a database that another process has locked. Without it
   * SQLite waits, and this process with it.
   */
  readonly pause?: ((ms: number) => Promise<void>) | undefined;
  /** Hears after each group of writes what to do when no further one has come for a while. */
  readonly whenIdle?: ((work: () => void) => void) | undefined;
}

/**
 * Work on an open database. It ends when it returns, as its transaction does then: no promises. Must leave nothing behind
 * but its rows: it is run again when the file was replaced.
 */
export type DatabaseWork<T> = (database: Database) => T;

export interface WriteQueue {
  /** Runs the work in a transaction with all that is waiting; fulfilled after COMMIT. */
  write<T>(work: DatabaseWork<T>): Promise<T>;
  read<T>(work: DatabaseWork<T>): Promise<T>;
  /**
   * Runs work that may be lost, in a transaction of its own, for which no write has to wait and the disk is not synced. `false`:
   * others are writing, or it failed.
   */
  writeAside(work: DatabaseWork<void>): Promise<boolean>;
  /** Finishes what is waiting and closes the database. */
  close(): Promise<void>;
}

interface Job {
  readonly work: DatabaseWork<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  result?: unknown;
}

/**
 * With {@link DatabaseSource.pause} a lock is waited for in so many attempts, each of which holds this process up for no
 * longer than {@link LOCK_HOLD_MS}: five seconds in all, so that a sender whose turn is the next has its answer in ten.
 */
const LOCK_ATTEMPTS = 100;
const LOCK_HOLD_MS = 10;
const LOCK_PAUSE_MS = 40;

/** What is written aside waits no longer than a few groups take. */
const ASIDE_ATTEMPTS = 3;

/** How often a group is written again because its files were removed or cut meanwhile. */
const PLACE_ATTEMPTS = 2;

/**
 * Group commit: all writes of one turn of the event loop, and all that arrived while the group before was written, share
 * one transaction and one sync of the disk, which is what a write costs. A failure rejects all of the group; the
 * connection is then closed, and the next group opens a new one, so that a disk that was full, or a folder that had
 * vanished, needs no restart. A group counts as written only when the files that it was written to still stand in their
 * place, and after a replacement only when a fresh connection sees it. Failures of the machine are `CliError`
 * `environment` (`inbox_unavailable`).
 */
export function createWriteQueue(source: DatabaseSource): WriteQueue {
  let connection: Promise<Database> | undefined;
  let waiting: Job[] = [];
  let draining: Promise<void> | undefined;
  /** Its files were found removed or cut, and no fresh connection has confirmed a write since. */
  let isSuspect = false;

  const connect = (): Promise<Database> => (connection ??= openConnection(source));

  const drop = async (): Promise<void> => {
    const broken = connection;
    connection = undefined;
    try {
      (await broken)?.close();
    } catch {
      // It is closed because it does not work, or never opened: whoever waited for it has had the error.
    }
  };

  const replace = async (): Promise<void> => {
    isSuspect = true;
    await drop();
  };

  /** The database in force: what was opened, unless its files are no longer those of its path. */
  const current = async (): Promise<Database> => {
    const database = await connect();
    if (database.isInPlace()) return database;
    await replace();
    return await connect();
  };

  const transact = async (database: Database, jobs: readonly Job[]): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        inTransaction(database, () => {
          source.check?.(database);
          for (const job of jobs) job.result = job.work(database);
        });
        return;
      } catch (error) {
        if (source.pause === undefined || !isBusy(error) || attempt === LOCK_ATTEMPTS) throw error;
        await source.pause(LOCK_PAUSE_MS);
      }
    }
  };

  /** Whether a connection that is opened now sees as much as the one that has written, and all of it can be read. */
  const isSeenAfresh = async (database: Database): Promise<boolean> => {
    const fresh = await source.open();
    try {
      requireWhole(fresh);
      return newestOf(fresh) === newestOf(database) && database.isInPlace();
    } finally {
      fresh.close();
    }
  };

  /** `isChecked`: the files were in place a moment ago, and are looked at again after the write. */
  const commit = async (jobs: readonly Job[], isChecked: boolean): Promise<void> => {
    for (let attempt = 0; attempt < PLACE_ATTEMPTS; attempt += 1) {
      try {
        const database = await (isChecked ? connect() : current());
        await transact(database, jobs);
        if (database.isInPlace() && (!isSuspect || (await isSeenAfresh(database)))) {
          isSuspect = false;
          return;
        }
        await replace();
      } catch (error) {
        if (!isBusy(error)) await drop();
        throw error;
      }
    }
    throw new CliError('environment', 'the inbox cannot be written: its files are removed or cut again and again', {
      code: 'inbox_unavailable',
      hint: 'find out what changes the state folder; OPTIPICK_STATE_DIR chooses another',
    });
  };

  /** A log that is lost when its content is in the database was no loss. */
  const checkpointIdle = async (): Promise<void> => {
    // Whoever asked for a connection that cannot be had has had the error.
    const database = await connection?.catch(() => undefined);
    if (draining === undefined && database?.isInPlace() === true) checkpoint(database);
  };

  const drain = async (): Promise<void> => {
    let isChecked = false;
    while (waiting.length > 0) {
      await nextTurn();
      const jobs = waiting;
      waiting = [];
      try {
        await commit(jobs, isChecked);
        isChecked = true;
        for (const job of jobs) job.resolve(job.result);
      } catch (error) {
        isChecked = false;
        const failure = failureOf(error, 'written');
        for (const job of jobs) job.reject(failure);
      }
    }
    draining = undefined;
    source.whenIdle?.(() => void checkpointIdle());
  };

  return {
    write<T>(work: DatabaseWork<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
        draining ??= drain();
      });
    },
    async read(work) {
      try {
        return work(await current());
      } catch (error) {
        if (!isBusy(error)) await drop();
        throw failureOf(error, 'read');
      }
    },
    async writeAside(work) {
      for (let attempt = 1; attempt <= ASIDE_ATTEMPTS; attempt += 1) {
        try {
          const database = await current();
          if (draining === undefined) {
            withoutSync(database, () =>
              inTransaction(database, () => {
                source.check?.(database);
                work(database);
              }),
            );
            return true;
          }
        } catch (error) {
          if (!isBusy(error)) {
            await drop();
            return false;
          }
        }
        await source.pause?.(LOCK_PAUSE_MS);
      }
      return false;
    },
    async close() {
      await draining;
      await drop();
    },
  };
}

async function openConnection(source: DatabaseSource): Promise<Database> {
  const database = await source.open();
  // A commit is on disk when it returns: in WAL mode that is only so with FULL.
  // Copying the log back costs two more syncs: less often than by default (1000 pages).
  database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000');
  if (source.pause !== undefined) database.exec(`PRAGMA busy_timeout = ${LOCK_HOLD_MS}`);
  database.isInPlace();
  return database;
}

/** Does not wait for the disk: what is committed then may be undone by a loss of power, and damages nothing. */
function withoutSync(database: Database, work: () => void): void {
  database.exec('PRAGMA synchronous = NORMAL');
  try {
    work();
  } finally {
    database.exec('PRAGMA synchronous = FULL');
  }
}

/** Copies the log into the database as far as nobody is in the way. */
function checkpoint(database: Database): void {
  try {
    database.exec('PRAGMA wal_checkpoint(PASSIVE)');
  } catch {
    // Nothing depends on it: what cannot be copied now stays in the log.
  }
}

/** The end of a file that was cut may be missing, and what is written now still be seen. */
function requireWhole(database: Database): void {
  const complaint = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (complaint !== 'ok') throw damaged('parts of its database are missing', complaint);
}

function damaged(what: string, cause?: unknown): CliError {
  return new CliError('environment', `the inbox is damaged: ${what}`, {
    code: 'state_corrupt',
    hint: 'optipick doctor shows how to move it away; a new one is then created',
    cause,
  });
}

function newestOf(database: Database): unknown {
  return database.prepare('SELECT max(sequence) AS newest FROM deliveries').get()?.['newest'];
}

function isBusy(error: unknown): boolean {
  const code = sqliteCodeOf(error);
  return code === BUSY || code === LOCKED;
}

/** A bug stays what it is; a failure of the machine is worded for the user. */
function failureOf(error: unknown, deed: 'read' | 'written'): unknown {
  if (error instanceof CliError || systemCodeOf(error) === undefined) return error;
  const code = sqliteCodeOf(error);
  if (code === CORRUPT || code === NOT_A_DATABASE) return damaged(messageOf(error), error);
  return new CliError('environment', `the inbox cannot be ${deed}: ${messageOf(error)}`, {
    code: 'inbox_unavailable',
    hint: 'free space on the disk and check the rights of the state folder (OPTIPICK_STATE_DIR chooses another)',
    cause: error,
    retryable: true,
  });
}
