/** Holes in the write-ahead log of SQLite: https://www.sqlite.org/fileformat2.html#walformat */
import { systemCodeOf } from '../errors.ts';

/** The header of the file has the page size at 8; each frame is a header, with numbers that are not 0, and a page. */
const FILE_HEADER = 32;
const FRAME_HEADER = 24;

/**
 * Tells at each look whether the log has no hole. One that is cut between a look and a write grows again where its writer
 * was, and is no shorter than before. A recovery reads no further than to the hole, and a checkpoint takes its zeros for
 * pages: so the log is then cut before it. A cut within the last page alone is not seen.
 */
export function createLogWatch(path: string): () => boolean {
  const fs = process.getBuiltinModule('node:fs');
  /** Behind the last whole frame of the last look. */
  let end = FILE_HEADER;
  return () => {
    const file = openIfThere(path);
    if (file === undefined) return true;
    const read = (at: number, length: number): Buffer => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, fs.readSync(file, bytes, 0, length, at));
    };
    const isHole = (at: number): boolean => {
      const header = read(at, FRAME_HEADER);
      return header.length > 0 && header.every((byte) => byte === 0);
    };
    try {
      const header = read(0, FILE_HEADER);
      if (header.length < FILE_HEADER) return true;
      const frame = FRAME_HEADER + header.readUInt32BE(8);
      let hole = [0, end].find(isHole);
      for (let at = end - frame; at >= FILE_HEADER && isHole(at); at -= frame) hole = Math.min(hole ?? at, at);
      if (hole === undefined) {
        const { size } = fs.fstatSync(file);
        end = size - ((size - FILE_HEADER) % frame);
        return true;
      }
      // The page before it may be cut as well.
      fs.truncateSync(path, Math.max(0, hole - frame));
      return false;
    } finally {
      fs.closeSync(file);
    }
  };
}

function openIfThere(path: string): number | undefined {
  try {
    return process.getBuiltinModule('node:fs').openSync(path, 'r');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
