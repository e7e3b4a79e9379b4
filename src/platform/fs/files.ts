/** Files, written whole or not at all. */
import type { Stats } from 'node:fs';
import type FileSystem from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { readBytes } from '../../lib/net/http.ts';
import { PIPE_PARTNER_WAIT_MS } from '../../limits.ts';
import { systemCodeOf } from '../../errors.ts';
import { retryWhileBusy } from './busy-file.ts';
import type { Files } from '../host.ts';
import { isPipe, readPipe, writePipe } from './named-pipe.ts';
import { makePrivateFolder } from './private-folder.ts';
import { createScratchFile } from './scratch-file.ts';
import { removeLeftovers, temporaryPrefix } from './temporary.ts';

/** Bytes read at a time: fewer turns of the thread pool than with the default of 64 KiB. */
const STREAM_CHUNK = 262_144;

/**
 * Files of this machine. Every method rejects with the system error. A named pipe waits `pipeWaitMs` for the process at
 * its other end.
 */
export function createFiles(platform: string = process.platform, pipeWaitMs: number = PIPE_PARTNER_WAIT_MS): Files {
  /** Once is enough for a folder: `--record` writes a file for each delivery. */
  const cleaned = new Set<string>();
  const clean = async (folder: string): Promise<void> => {
    if (cleaned.has(folder)) return;
    cleaned.add(folder);
    await removeLeftovers(folder);
  };
  const files: Files = {
    read: async (path) => (isPipe(path) ? readBytes(files.stream(path)) : fileSystem().readFile(path)),
    append: (path, text) => fileSystem().appendFile(path, text),
    exists: async (path) => (await statIfPresent(path)) !== undefined,
    async identity(path) {
      // Without a turn of the thread pool: it is asked after every write of the state.
      const found = process.getBuiltinModule('node:fs').statSync(path, { throwIfNoEntry: false, bigint: true });
      return found === undefined ? undefined : `${found.dev}:${found.ino}`;
    },
    async ensurePrivateFolder(path) {
      makePrivateFolder(path);
    },
    async inspect(path) {
      const found = await statIfPresent(path);
      if (found === undefined) return undefined;
      const kind = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
      const isForeign = process.getuid !== undefined && found.uid !== process.getuid();
      const { W_OK } = fileSystem().constants;
      const isWritable = await fileSystem()
        .access(path, W_OK)
        .then(
          () => true,
          () => false,
        );
      return { kind, mode: found.mode % 0o10000, modifiedAt: found.mtimeMs, isForeign, isWritable };
    },
    async freeBytes(path) {
      const { bavail, bsize } = await fileSystem().statfs(path);
      return bavail * bsize;
    },
    async temporaryFolder(parent) {
      await clean(parent);
      const path = await fileSystem().mkdtemp(temporaryPrefix(parent));
      return { path, remove: () => fileSystem().rm(path, { recursive: true, force: true }) };
    },
    async writeAtomic(path, content, mode) {
      if (isPipe(path)) return writePipe(path, content, pipeWaitMs);
      return writeAtomic(path, content, { mode, platform, clean });
    },
    tryWriting: (path) => tryWriting(path, platform),
    stream: (path) =>
      isPipe(path)
        ? readPipe(path, pipeWaitMs)
        : process.getBuiltinModule('node:fs').createReadStream(path, { highWaterMark: STREAM_CHUNK }),
    list: listFiles,
    async scratch(folder) {
      await clean(folder);
      return createScratchFile(folder, platform);
    },
  };
  return files;
}

interface WriteFacts {
  readonly mode: number | undefined;
  readonly platform: string;
  /** Removes what a crash has left in a folder. */
  readonly clean: (folder: string) => Promise<void>;
}

/**
 * The mode of the file is `mode`, else that of the file it replaces, else what the umask allows. A symbolic link stays
 * and what it names is replaced; a device (`/dev/stdout`) is written to.
 */
async function writeAtomic(
  path: string,
  content: Parameters<Files['writeAtomic']>[1],
  { mode, platform, clean }: WriteFacts,
): Promise<void> {
  const fs = fileSystem();
  const before = await statIfPresent(path);
  if (before !== undefined && !before.isFile() && !before.isDirectory()) return fs.writeFile(path, content);
  const target = before === undefined ? await endOfLinks(path) : await fs.realpath(path);

  const folder = dirname(target);
  await clean(folder);
  const temporary = temporaryIn(folder);
  const exact = mode ?? (before === undefined ? undefined : before.mode % 0o1000);
  const handle = await fs.open(temporary, 'wx', exact ?? 0o666);
  try {
    try {
      // The mode given at opening is cut down by the umask.
      if (exact !== undefined) await handle.chmod(exact);
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await retryWhileBusy(platform, () => fs.rename(temporary, target));
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
  if (platform !== 'win32') await syncFolder(folder);
}

async function tryWriting(path: string, platform: string): Promise<void> {
  const fs = fileSystem();
  const before = await statIfPresent(path);
  if (before?.isDirectory() === true) {
    throw Object.assign(new Error(`EISDIR: illegal operation on a directory, open '${path}'`), { code: 'EISDIR' });
  }
  if (before !== undefined && !before.isFile()) return fs.access(path, fs.constants.W_OK);
  const folder = dirname(before === undefined ? await endOfLinks(path) : await fs.realpath(path));
  if (platform !== 'win32') return fs.access(folder, fs.constants.W_OK | fs.constants.X_OK);
  // There a program that has the file open (Excel) keeps it from being replaced.
  if (before !== undefined) await (await fs.open(path, 'r+')).close();
  // And the mode of a folder does not tell.
  const temporary = temporaryIn(folder);
  await (await fs.open(temporary, 'wx')).close();
  await fs.rm(temporary, { force: true });
}

/** `undefined` when nothing is there. */
async function statIfPresent(path: string): Promise<Stats | undefined> {
  return fileSystem()
    .stat(path)
    .catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
}

function temporaryIn(folder: string): string {
  return `${temporaryPrefix(folder)}${randomName()}.tmp`;
}

async function listFiles(path: string): Promise<readonly string[] | undefined> {
  const fs = fileSystem();
  if (!(await fs.stat(path)).isDirectory()) return undefined;
  const names: string[] = [];
  for (const entry of await fs.readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    // A link that leads nowhere is reported when it is read.
    if (entry.isSymbolicLink() && (await statIfPresent(join(path, entry.name)))?.isDirectory() === true) continue;
    names.push(entry.name);
  }
  return names.sort();
}

/** Where a chain of symbolic links ends that leads to nothing yet. */
async function endOfLinks(path: string): Promise<string> {
  const fs = fileSystem();
  let at = resolve(path);
  // As many links as Linux follows.
  for (let links = 0; links < 40; links += 1) {
    try {
      at = resolve(dirname(at), await fs.readlink(at));
    } catch (error) {
      // EINVAL: not a link. Another process has created the file meanwhile.
      if (isMissing(error) || systemCodeOf(error) === 'EINVAL') return at;
      throw error;
    }
  }
  return at;
}

/** Makes the renaming itself survive a power cut. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await fileSystem().open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // The file is in its place; some network file systems and unreadable folders cannot be synced.
    if (!['EINVAL', 'ENOTSUP', 'EPERM', 'EACCES', 'EISDIR'].includes(systemCodeOf(error) ?? '')) throw error;
  }
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '');
}

function randomName(): string {
  return process.getBuiltinModule('node:crypto').randomBytes(6).toString('hex');
}

/** An import of it would cost every command some milliseconds. */
function fileSystem(): typeof FileSystem {
  return process.getBuiltinModule('node:fs').promises;
}
