/** Folders for the user alone. */
import { dirname } from 'node:path';

import { systemCodeOf } from '../../errors.ts';

/**
 * Creates a folder and what is missing above it, mode 0700; an existing one is left as it is. Throws the system error.
 * Not `mkdir` with `recursive`: Node's never returns where nothing can be made in a folder that is there, as below
 * `/proc` (it takes ENOENT for a missing parent, again and again).
 */
export function makePrivateFolder(path: string): void {
  const fs = process.getBuiltinModule('node:fs');
  const isFolder = (at: string): boolean => fs.statSync(at, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const make = (at: string): void => {
    try {
      fs.mkdirSync(at, { mode: 0o700 });
    } catch (error) {
      // Another process may have been quicker, and a read-only file system does not report EEXIST.
      if (!isFolder(at)) throw error;
    }
  };
  try {
    make(path);
  } catch (error) {
    const parent = dirname(path);
    if (systemCodeOf(error) !== 'ENOENT' || parent === path || isFolder(parent)) throw error;
    makePrivateFolder(parent);
    make(path);
  }
}
