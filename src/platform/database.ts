/** SQLite: the one door to `node:sqlite`. */
import { dirname } from 'node:path';
import type * as Sqlite from 'node:sqlite';

import { systemCodeOf } from '../errors.ts';
import type { Database } from './host.ts';
import { makePrivateFolder } from './private-folder.ts';
import { requireRegularFile } from './regular-file.ts';

/**
 * Opens a database file and creates it (mode 0600) and its folder (0700). Throws the system or SQLite error. Modes of
 * what SQLite puts beside the file follow the file's. Throws `CliError` for what is no file.
 */
export function openDatabase(path: string, options: { readonly readOnly?: boolean } = {}): Database {
  const readOnly = options.readOnly ?? false;
  const { DatabaseSync } = loadSqlite();
  const open = (): { readonly database: Sqlite.DatabaseSync; readonly places: readonly (() => boolean)[] } => {
    requireRegularFile(path);
    if (!readOnly) createPrivately(path);
    const database = new DatabaseSync(path, { readOnly });
    return { database, places: [createPlaceWatch(path), createPlaceWatch(`${path}-wal`)] };
  };
  let { database, places } = open();
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => database.prepare(sql),
    isInPlace: () => places.every((isSame) => isSame()),
    reopen() {
      database.close();
      ({ database, places } = open());
    },
    close: () => database.close(),
  };
}

/**
 * Whether a file is still the one that was first seen (device and inode), and no shorter than ever. SQLite creates the
 * log late and never cuts it while it is open.
 */
function createPlaceWatch(path: string): () => boolean {
  const { statSync } = process.getBuiltinModule('node:fs');
  let first: { readonly dev: bigint; readonly ino: bigint } | undefined;
  let size = 0n;
  return () => {
    const now = statSync(path, { bigint: true, throwIfNoEntry: false });
    first ??= now;
    const isSame = now?.dev === first?.dev && now?.ino === first?.ino && (now?.size ?? 0n) >= size;
    size = now?.size ?? size;
    return isSame;
  };
}

/**
 * A file that is there is not opened: closing any descriptor of a file drops all locks that this process
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
