/** A file for what does not fit in memory. */
import { join } from 'node:path';
import type { ScratchFile } from './host.ts';

/** Written in pieces of this size. */
const PIECE_BYTES = 1024 * 1024;

/**
 * In a new folder of the system's for temporary files, for this user's eyes only. Synchronous: its user is busy with
 * the parsing of a row, and a promise for each row would cost more than the writing.
 */
export async function createScratchFile(): Promise<ScratchFile> {
  const fs = process.getBuiltinModule('node:fs');
  const folder = await fs.promises.mkdtemp(join(process.getBuiltinModule('node:os').tmpdir(), 'optipick-'));
  let file: number | undefined = fs.openSync(join(folder, 'scratch'), 'wx+', 0o600);
  // Where an open file may lose its name, nothing is left behind when the program is killed.
  if (process.platform !== 'win32') fs.rmSync(folder, { recursive: true });
  const descriptor = (): number => {
    if (file === undefined) throw new Error('the scratch file was removed');
    return file;
  };
  let written = 0;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;

  const flush = (): void => {
    const bytes = Buffer.concat(waiting);
    for (let at = 0; at < bytes.length;) at += fs.writeSync(descriptor(), bytes, at, bytes.length - at, written + at);
    written += bytes.length;
    waiting = [];
    waitingBytes = 0;
  };

  return {
    append(bytes) {
      const offset = written + waitingBytes;
      waiting.push(bytes);
      waitingBytes += bytes.byteLength;
      if (waitingBytes >= PIECE_BYTES) flush();
      return offset;
    },
    read(offset, length) {
      flush();
      const bytes = Buffer.allocUnsafe(length);
      for (let at = 0; at < length;) {
        const count = fs.readSync(descriptor(), bytes, at, length - at, offset + at);
        if (count === 0) throw new RangeError(`the scratch file ends before ${offset + length}`);
        at += count;
      }
      return bytes;
    },
    async remove() {
      if (file !== undefined) fs.closeSync(file);
      file = undefined;
      await fs.promises.rm(folder, { recursive: true, force: true });
    },
  };
}
