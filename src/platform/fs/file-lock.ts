/**
 * A lock between processes that the system holds, through SQLite: whoever ends lets go of it, however it ends. Nothing is
 * left behind that could be taken for a lock, and nobody has to find out whether its holder is still alive.
 */
import { SETTINGS_LOCK_WAIT_MS } from '../../limits.ts';
import { CliError, messageOf } from '../../errors.ts';
import { openDatabase } from './database.ts';
import { retryWhileBusy } from './busy-file.ts';
import type { Clock, Database } from '../host.ts';
import { BUSY, sqliteCodeOf } from './sqlite-codes.ts';
import { requireRegularFile } from './regular-file.ts';

const PAUSE_MS = 20;

export interface LockMachine {
  readonly platform: string;
  readonly clock: Pick<Clock, 'sleep'>;
}

/**
 * Does `work` while no other process does its own under the same lock. The file at `path` stays, empty: if it were
 * removed, two processes could lock two files of the same name. Throws the system error when it cannot be created, and
 * `CliError` `environment`: `lock_unusable`, and `locked` when the wait is over.
 */
export async function withFileLock<T>(
  path: string,
  { platform, clock }: LockMachine,
  work: () => Promise<T>,
): Promise<T> {
  requireRegularFile(path);
  const database = await retryWhileBusy(platform, async () => openDatabase(path));
  try {
    for (let waited = 0; !take(database, path); waited += PAUSE_MS) {
      if (waited >= SETTINGS_LOCK_WAIT_MS) throw locked(path);
      await clock.sleep(PAUSE_MS);
    }
    return await work();
  } finally {
    database.close();
  }
}

/** `false` when another process holds it. */
function take(database: Database, path: string): boolean {
  try {
    // Nothing is ever written, so nothing needs a journal beside it.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
    return true;
  } catch (error) {
    if (sqliteCodeOf(error) === BUSY) return false;
    throw new CliError('environment', `the lock ${path} cannot be used: ${messageOf(error)}`, {
      code: 'lock_unusable',
      cause: error,
      hint: 'move it away, or name another folder with OPTIPICK_CONFIG_DIR',
    });
  }
}

function locked(path: string): CliError {
  return new CliError('environment', `another optipick holds ${path}`, {
    code: 'locked',
    retryable: true,
    hint: 'wait until it has ended, or stop it',
  });
}
