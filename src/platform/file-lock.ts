/** A lock between processes: a file that only one can create. */
import type FileSystem from 'node:fs/promises';
import { hostname } from 'node:os';

import { CliError, systemCodeOf } from '../errors.ts';
import type { Clock } from './host.ts';

export interface LockOptions {
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'sleep'>;
  /** How long others are waited for, in milliseconds. */
  readonly waitMs?: number;
  /** From this age on a lock is taken for left behind, whoever holds it: the work under it takes milliseconds. */
  readonly staleMs?: number;
}

const PAUSE_MS = 20;

/**
 * Does `work` while no other process does its own under the same lock. A lock whose holder is dead, or too old, is
 * broken. Throws the system error when the file cannot be made, `CliError` `environment` `locked` when the wait is over.
 */
export async function withFileLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const mark = await acquire(path, options);
  try {
    return await work();
  } finally {
    // Only one's own: a lock that was broken may be held by another by now.
    if ((await contentOf(path)) === mark) await fileSystem().rm(path, { force: true });
  }
}

async function acquire(path: string, options: LockOptions): Promise<string> {
  const { clock, waitMs = 10_000, staleMs = 30_000 } = options;
  const mark = `${process.pid} ${hostname()} ${randomMark()}`;
  const deadline = clock.monotonic() + waitMs;
  for (;;) {
    if (await create(path, mark)) return mark;
    if (clock.monotonic() >= deadline) {
      throw new CliError('environment', `another optipick is writing, as ${path} tells`, {
        code: 'locked',
        retryable: true,
        hint: `if none is running, delete ${path}`,
      });
    }
    await breakIfStale(path, staleMs, clock.now());
    // Uneven, so that those who wait do not all come at once.
    await clock.sleep(PAUSE_MS * (0.5 + (process.pid % 16) / 16));
  }
}

/** Makes the lock and marks it with its holder. False when another holds it. */
async function create(path: string, mark: string): Promise<boolean> {
  const handle = await fileSystem()
    .open(path, 'wx', 0o600)
    .catch((error: unknown) => {
      if (systemCodeOf(error) === 'EEXIST') return undefined;
      throw error;
    });
  if (handle === undefined) return false;
  try {
    await handle.writeFile(mark);
    return true;
  } catch (error) {
    // A full disk: a lock without a holder would stay in the way until it is old.
    await fileSystem().rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/**
 * Removes a lock that was left behind. Two that find the same one must not both do it, lest the second remove the new
 * lock of the first: a second lock, held for a moment, decides.
 */
async function breakIfStale(path: string, staleMs: number, now: number): Promise<void> {
  if (!(await isStale(path, staleMs, now))) return;
  const breaking = `${path}.breaking`;
  if (!(await create(breaking, String(process.pid)))) {
    if (await isStale(breaking, staleMs, now)) await fileSystem().rm(breaking, { force: true });
    return;
  }
  try {
    if (await isStale(path, staleMs, now)) await fileSystem().rm(path, { force: true });
  } finally {
    await fileSystem().rm(breaking, { force: true });
  }
}

async function isStale(path: string, staleMs: number, now: number): Promise<boolean> {
  const stat = await fileSystem()
    .stat(path)
    .catch(() => undefined);
  // Released meanwhile.
  if (stat === undefined) return false;
  if (now - stat.mtimeMs > staleMs) return true;
  const [pid = '', host] = ((await contentOf(path)) ?? '').split(' ');
  // A folder may be shared by machines, whose process numbers say nothing here.
  return host === hostname() && /^\d+$/.test(pid) && !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to another user.
    return systemCodeOf(error) !== 'ESRCH';
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  return fileSystem()
    .readFile(path, 'utf8')
    .catch(() => undefined);
}

function randomMark(): string {
  return process.getBuiltinModule('node:crypto').randomBytes(8).toString('hex');
}

function fileSystem(): typeof FileSystem {
  return process.getBuiltinModule('node:fs').promises;
}
