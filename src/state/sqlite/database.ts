/** The state of this machine: one SQLite file, shared by all processes. */
import { join } from 'node:path';

import { inTransaction } from './transaction.ts';
import { CliError, messageOf } from '../../errors.ts';
import type { Database, NamedValues, SqlValue, Statement } from '../../platform/host.ts';
import { BUSY, CORRUPT, NOT_A_DATABASE, sqliteCodeOf } from '../../platform/fs/sqlite-codes.ts';
import { MIGRATIONS, type Migration } from './migrations.ts';

export const STATE_FILE = 'optipick.db';

/** How long a statement waits for another process to finish writing. */
const BUSY_TIMEOUT_MS = 5000;

/** Several processes may start at once; each attempt waits in a queue for its turn, so few suffice. */
const WAL_ATTEMPTS = 100;

/**
 * Opens the state in the folder `dir`, which is created, and migrates it. What is committed is on disk
 * (`synchronous=FULL`). Safe when several processes start at once. Throws `CliError` `environment`: `state_unavailable`,
 * `state_corrupt`, or `state_too_new` when a newer optipick has written it.
 */
export async function openState(
  openDatabase: (path: string) => Promise<Database>,
  dir: string,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<Database> {
  const path = join(dir, STATE_FILE);
  let database: Database | undefined;
  try {
    database = await openDatabase(path);
    prepare(database);
    migrate(database, migrations, path);
    return database;
  } catch (error) {
    database?.close();
    throw stateError(error, path);
  }
}

/** Throws `CliError` `environment` (`state_too_new`) when a newer optipick has migrated the state since it was opened. */
export function checkState(database: Database, place: string = STATE_FILE): void {
  if (versionOf(database) > MIGRATIONS.length) throw tooNew(place);
}

/**
 * The state for a long-running process: as {@link openState}, and when its files are removed, replaced or cut, the next
 * statement goes to the files in their place. A transaction ends in the files in which it started.
 */
export async function followState(openDatabase: (path: string) => Promise<Database>, dir: string): Promise<Database> {
  const path = join(dir, STATE_FILE);
  const database = await openState(openDatabase, dir);
  let generation = 0;
  let isInTransaction = false;
  let isReady = database.isInPlace();

  const follow = (): void => {
    if (isInTransaction || (isReady && database.isInPlace())) return;
    // Until all of it has succeeded: what stands there now may be locked, or the state of a newer optipick.
    isReady = false;
    generation += 1;
    database.reopen();
    prepare(database);
    migrate(database, MIGRATIONS, path);
    isReady = database.isInPlace();
  };

  return {
    ...database,
    exec(sql) {
      follow();
      // Whatever becomes of a COMMIT or ROLLBACK that fails.
      isInTransaction = false;
      database.exec(sql);
      isInTransaction = sql.startsWith('BEGIN');
    },
    prepare(sql) {
      let statement: Statement | undefined;
      let madeIn: number | undefined;
      const current = (): Statement => {
        follow();
        if (statement === undefined || madeIn !== generation) statement = database.prepare(sql);
        madeIn = generation;
        return statement;
      };
      // As the statement takes them: by position or by name.
      type Values = SqlValue[];
      return {
        run: (...values: Values | [NamedValues]) => current().run(...(values as Values)),
        get: (...values: Values | [NamedValues]) => current().get(...(values as Values)),
        all: (...values: Values | [NamedValues]) => current().all(...(values as Values)),
        iterate: (...values) => current().iterate(...values),
      };
    },
  };
}

/** The failure to report when the state cannot be used. `path` is what the user knows it by. */
export function stateError(error: unknown, path: string): CliError {
  if (error instanceof CliError) return error;
  const code = sqliteCodeOf(error);
  if (code === CORRUPT || code === NOT_A_DATABASE) {
    return new CliError('environment', `${path} is damaged: ${messageOf(error)}`, {
      code: 'state_corrupt',
      cause: error,
      hint: `move it away to start anew: ${path}`,
    });
  }
  return new CliError('environment', `${path} cannot be used: ${messageOf(error)}`, {
    code: 'state_unavailable',
    cause: error,
    hint: 'make its folder writable, or name another one with OPTIPICK_STATE_DIR',
    ...(code === BUSY ? { retryable: true } : {}),
  });
}

/** Runs the work; what the database throws becomes a {@link stateError}. */
export function withStateErrors<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw stateError(error, path);
  }
}

function prepare(database: Database): void {
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA foreign_keys = ON;`);
  useWriteAheadLog(database);
  database.exec('PRAGMA synchronous = FULL');
}

/** The change to WAL is the one thing that does not wait when two processes do it at once. */
function useWriteAheadLog(database: Database): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const mode = database.prepare('PRAGMA journal_mode').get()?.['journal_mode'];
      if (mode !== 'wal') database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (sqliteCodeOf(error) !== BUSY || attempt === WAL_ATTEMPTS) throw error;
      // Waits, up to busy_timeout, for the process that is ahead.
      database.exec('BEGIN IMMEDIATE; COMMIT');
    }
  }
}

function migrate(database: Database, migrations: readonly Migration[], path: string): void {
  // Read again for each step, inside its transaction: another process may have taken the step meanwhile.
  while (versionOf(database) !== migrations.length) {
    inTransaction(database, () => {
      const version = versionOf(database);
      if (version > migrations.length) throw tooNew(path);
      const step = migrations[version];
      if (step === undefined) return;
      database.exec(typeof step === 'string' ? step : step.sql);
      if (typeof step !== 'string') step.finish(database);
      database.exec(`PRAGMA user_version = ${version + 1}`);
    });
  }
}

function versionOf(database: Database): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}

/** The failure to report when a newer optipick has written the state. */
export function tooNew(path: string): CliError {
  return new CliError('environment', `${path} was written by a newer optipick`, {
    code: 'state_too_new',
    hint: 'update optipick, or name another folder with OPTIPICK_STATE_DIR',
  });
}
