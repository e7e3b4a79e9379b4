/**
 * Files of Windows that cannot be used for a moment: a virus scanner or an indexer has a new one open, or another process
 * is about to replace or delete it.
 */
import { systemCodeOf } from '../../errors.ts';

const ATTEMPTS = 10;
const PAUSE_MS = 50;

/** For work that blocks everything else. */
const SHORT_PAUSE_MS = 10;

/** Retries `work` while the file is busy, for two seconds at most. */
export async function retryWhileBusy<T>(platform: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error, platform) || attempt === ATTEMPTS) throw error;
      await new Promise((done) => {
        setTimeout(done, PAUSE_MS * attempt);
      });
    }
  }
}

/** The same, for half a second at most; blocks this thread. */
export function retryWhileBusySync<T>(platform: string, work: () => T): T {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error, platform) || attempt === ATTEMPTS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SHORT_PAUSE_MS * attempt);
    }
  }
}

function isBusy(error: unknown, platform: string): boolean {
  return platform === 'win32' && ['EPERM', 'EBUSY', 'EACCES'].includes(systemCodeOf(error) ?? '');
}
