/** Settings and state are regular files: reading anything else may wait for ever, and its mode is not ours to change. */
import type { Stats } from 'node:fs';

import { CliError } from '../../errors.ts';

/** Whether a regular file is at `path`, links followed; false when nothing is. Throws the system error. */
export function isRegularFile(path: string): boolean {
  return statIfPresent(path)?.isFile() ?? false;
}

/** Throws `CliError` `environment` `not_a_file` when something else is at `path`, else the system error. */
export function requireRegularFile(path: string): void {
  const found = statIfPresent(path);
  if (found === undefined || found.isFile()) return;
  throw new CliError('environment', `${path} is ${kindOf(found)}, not a file`, {
    code: 'not_a_file',
    hint: 'move it away, and run the command again',
  });
}

function statIfPresent(path: string): Stats | undefined {
  return process.getBuiltinModule('node:fs').statSync(path, { throwIfNoEntry: false });
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a named pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}
