/** SQLite: the only module that imports `node:sqlite`. */
import type { BigIntStats } from 'node:fs';
import { dirname } from 'node:path';
import type * as Sqlite from 'node:sqlite';

import { systemCodeOf } from '../../errors.ts';
import type { Database } from '../host.ts';
import { createWalCheck } from './wal-check.ts';
import { makePrivateFolder } from './private-folder.ts';
import { requireRegularFile } from './regular-file.ts';

/**
 * Opens a database file and creates it (mode 0600) and its folder (0700). Throws the system or SQLite error. Modes of
 * what SQLite puts beside the file follow the file's. Throws `CliError` when it is not a file.
 */
export function openDatabase(path: string, options: { readonly readOnly?: boolean } = {}): Database {
  const readOnly = options.readOnly ?? false;
  const { DatabaseSync } = loadSqlite();
  const connect = (): Sqlite.DatabaseSync => new DatabaseSync(path, { readOnly });
  const logPath = `${path}-wal`;
  const open = (): OpenFiles => {
    requireRegularFile(path);
    if (!readOnly) createPrivately(path);
    return {
      database: connect(),
      file: createFileWatch(path),
      log: createFileWatch(logPath),
      isWalWhole: createWalCheck(logPath),
    };
  };
  let opened = open();
  return {
    exec: (sql) => opened.database.exec(sql),
    prepare: (sql) => opened.database.prepare(sql),
    isInPlace: () => isInPlace(opened),
    reopen() {
      // It is closed already when it could not be opened the last time.
      if (opened.database.isOpen) closeFiles(opened, connect);
      opened = open();
    },
    close: () => closeFiles(opened, connect),
  };
}

interface OpenFiles {
  readonly database: Sqlite.DatabaseSync;
  readonly file: FileWatch;
  readonly log: FileWatch;
  readonly isWalWhole: () => boolean;
}

function isInPlace({ file, log, isWalWhole }: OpenFiles): boolean {
  return isWalWhole() && file.isSame() && log.isSame();
}

/**
 * What is only in a log that was deleted is copied into the database before it is lost. Not when another log is in its
 * place: the index is shared by all, and from the old log it would copy the wrong pages. As SQLite copies when the
 * last connection is closed, one that has the other log is then the last. Nor is it when it was cut: another process may
 * make it grow again, with a hole.
 */
function closeFiles(opened: OpenFiles, connect: () => Sqlite.DatabaseSync): void {
  const { database, file, log } = opened;
  if (file.isReplaced() || isInPlace(opened)) {
    database.close();
  } else if (log.isReplaced()) {
    const other = connect();
    attempt(() => other.prepare('PRAGMA user_version').get());
    database.close();
    other.close();
  } else {
    if (log.isSame() || log.isRemoved()) attempt(() => database.exec('PRAGMA wal_checkpoint(FULL)'));
    database.close();
  }
}

/** For work that is done as far as possible. */
function attempt(work: () => unknown): void {
  try {
    work();
  } catch {
    // What follows is done in any case.
  }
}

interface FileWatch {
  /** Whether the file is still the one that was first seen, and was never found shorter than before. */
  isSame(): boolean;
  /** Whether another file is in its place. */
  isReplaced(): boolean;
  /** Whether there is no file in its place. */
  isRemoved(): boolean;
}

/** By device and inode. SQLite creates the log late and never cuts it while it is open. */
function createFileWatch(path: string): FileWatch {
  const { statSync } = process.getBuiltinModule('node:fs');
  let seen: BigIntStats | undefined;
  let isSame = true;
  const stat = (): BigIntStats | undefined => {
    const now = statSync(path, { bigint: true, throwIfNoEntry: false });
    seen ??= now;
    return now;
  };
  return {
    isSame() {
      const now = stat();
      // A file that was cut may grow beyond its old size, and is still not what was written.
      isSame &&= now?.dev === seen?.dev && now?.ino === seen?.ino && (now?.size ?? 0n) >= (seen?.size ?? 0n);
      if (isSame) seen = now;
      return isSame;
    },
    isReplaced() {
      const now = stat();
      return now !== undefined && (now.dev !== seen?.dev || now.ino !== seen.ino);
    },
    isRemoved: () => stat() === undefined,
  };
}

/**
 * An existing file is not opened: closing any descriptor of a file drops all locks that this process
 * holds on it (POSIX), those of an open connection too. Another process would then take itself for the
 * last one and delete the write-ahead log under that connection.
 */
function createPrivately(path: string): void {
  const fs = process.getBuiltinModule('node:fs');
  makePrivateFolder(dirname(path));
  try {
    fs.closeSync(fs.openSync(path, 'wx', 0o600));
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
  }
}

/**
 * Node 22.19 to 24.14 warn, once, that SQLite is experimental, when it is loaded. That one warning is kept from the
 * user, who can do nothing about it; any other passes.
 */
function loadSqlite(): typeof Sqlite {
  // oxlint-disable-next-line typescript/unbound-method -- called with `process` below, and put back as it was
  const { emitWarning } = process;
  const filtered = (warning: string | Error, ...rest: unknown[]): void => {
    const text = typeof warning === 'string' ? warning : warning.message;
    if (text.startsWith('SQLite is an experimental feature')) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  process.emitWarning = filtered;
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
