/** Holes in the write-ahead log of SQLite: https://www.sqlite.org/fileformat2.html#walformat */
import { systemCodeOf } from '../../errors.ts';

/** The header of the file has the page size at 8; each frame is a header, with numbers that are not 0, and a page. */
const FILE_HEADER = 32;
const FRAME_HEADER = 24;

/**
 * Returns at each check whether the log has no hole. One that is cut between a check and a write grows again where its writer
 * was, and is no shorter than before. A recovery reads no further than to the hole, and a checkpoint takes its zeros for
 * pages: so the log is then cut before it. A cut within the last page alone is not seen.
 */
export function createWalCheck(path: string): () => boolean {
  const fs = process.getBuiltinModule('node:fs');
  const header = Buffer.alloc(FILE_HEADER);
  /** The end of the last whole frame at the last check. */
  let end = FILE_HEADER;
  return () => {
    const file = openIfThere(path);
    if (file === undefined) return true;
    const isHole = (at: number): boolean => isZero(header, fs.readSync(file, header, 0, FRAME_HEADER, at));
    try {
      if (fs.readSync(file, header, 0, FILE_HEADER, 0) < FILE_HEADER) return true;
      const frame = FRAME_HEADER + header.readUInt32BE(8);
      let hole = isZero(header, FRAME_HEADER) ? 0 : isHole(end) ? end : undefined;
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

/** Whether some bytes were read, all of them 0. */
function isZero(bytes: Uint8Array, length: number): boolean {
  for (let at = 0; at < length; at += 1) if (bytes[at] !== 0) return false;
  return length > 0;
}

function openIfThere(path: string): number | undefined {
  try {
    return process.getBuiltinModule('node:fs').openSync(path, 'r');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
