/** A file for the length of a run. */
import type FileSystem from 'node:fs/promises';
import { join } from 'node:path';

import type { ScratchFile } from '../host.ts';
import { temporaryPrefix } from './temporary.ts';

/**
 * Mode 0600, in a new folder of mode 0700 below `folder`. Where the system lets an open file lose its name, it loses it
 * at once: nothing stays behind, however the process ends.
 */
export async function createScratchFile(folder: string, platform: string): Promise<ScratchFile> {
  const fs: typeof FileSystem = process.getBuiltinModule('node:fs').promises;
  const own = await fs.mkdtemp(temporaryPrefix(folder));
  const remove = (): Promise<void> => fs.rm(own, { recursive: true, force: true });
  let handle: FileSystem.FileHandle;
  try {
    handle = await fs.open(join(own, 'scratch'), 'wx+', 0o600);
  } catch (error) {
    await remove();
    throw error;
  }
  if (platform !== 'win32') await remove();

  let size = 0;
  let closed = false;
  return {
    async append(bytes) {
      const at = size;
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
        done += bytesWritten;
      }
      size += bytes.length;
      return at;
    },
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) throw new RangeError(`nothing at ${offset + done}: the file has ${size} bytes`);
        done += bytesRead;
      }
      return bytes;
    },
    async remove() {
      if (closed) return;
      closed = true;
      await handle.close();
      await remove();
    },
  };
}
