/**
 * Files of Windows that cannot be had for a moment: a virus scanner or an indexer has a new one open, or another process
 * is about to replace or delete it.
 */
import { systemCodeOf } from '../../errors.ts';

const ATTEMPTS = 10;
const PAUSE_MS = 50;

/** Of work that holds up everything else. */
const SHORT_PAUSE_MS = 10;

/** Does `work` again while the file is held, for two seconds at most. */
export async function whenReleased<T>(platform: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isHeld(error, platform) || attempt === ATTEMPTS) throw error;
      await new Promise((done) => {
        setTimeout(done, PAUSE_MS * attempt);
      });
    }
  }
}

/** The same, for half a second at most, in which this thread stands still. */
export function whenReleasedSync<T>(platform: string, work: () => T): T {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return work();
    } catch (error) {
      if (!isHeld(error, platform) || attempt === ATTEMPTS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SHORT_PAUSE_MS * attempt);
    }
  }
}

function isHeld(error: unknown, platform: string): boolean {
  return platform === 'win32' && ['EPERM', 'EBUSY', 'EACCES'].includes(systemCodeOf(error) ?? '');
}
