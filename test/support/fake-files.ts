/** A file system in memory: of files, their modes, and the folders they may be put in. */
import { basename, dirname, join, resolve } from 'node:path';
import { readBytes } from '../../src/lib/net/http.ts';
import type { Files, PathFacts, ScratchFile } from '../../src/platform/host.ts';

export interface FakeFiles extends Files {
  /** Bytes that are free; plenty at first. */
  free: number;
  /** How many scratch files are there now. */
  readonly scratches: number;
  /** The text of a file, or `undefined` when there is none. */
  text(path: string): string | undefined;
  /** Creates or replaces a file and its folders. */
  put(path: string, content: string | Uint8Array): void;
  /** Gives what stands at a path another mode, owner or kind. */
  mark(path: string, facts: Partial<PathFacts>): void;
  /** As if another program of Windows had the file open from now on: it can be read, and not replaced. */
  open(path: string): void;
  paths(): readonly string[];
}

/** Relative paths are below `cwd`, which exists from the start. */
export function createFakeFiles(cwd: string, content: Readonly<Record<string, string | Uint8Array>> = {}): FakeFiles {
  const files = new Map<string, Uint8Array>();
  const folders = new Set<string>();
  const opened = new Set<string>();
  const marks = new Map<string, Partial<PathFacts>>();
  let scratches = 0;

  const addFolder = (path: string): void => {
    for (let at = path; !folders.has(at); at = dirname(at)) folders.add(at);
  };
  const put: FakeFiles['put'] = (path, bytes) => {
    const full = resolve(cwd, path);
    addFolder(dirname(full));
    files.set(full, typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
  };

  addFolder(cwd);
  for (const [path, bytes] of Object.entries(content)) put(path, bytes);

  const read: FakeFiles['read'] = async (path) => {
    const full = resolve(cwd, path);
    if (folders.has(full)) throw systemError('EISDIR', 'illegal operation on a directory, read');
    const bytes = files.get(full);
    if (bytes === undefined) throw systemError('ENOENT', `no such file or directory, open '${path}'`);
    return bytes;
  };

  return {
    put,
    open: (path) => void opened.add(resolve(cwd, path)),
    mark: (path, facts) => void marks.set(resolve(cwd, path), facts),
    free: 2 ** 40,
    async inspect(path) {
      const full = resolve(cwd, path);
      const own = { modifiedAt: 0, isForeign: false, isWritable: true };
      if (folders.has(full)) return { kind: 'folder', mode: 0o700, ...own, ...marks.get(full) };
      return files.has(full) ? { kind: 'file', mode: 0o600, ...own, ...marks.get(full) } : undefined;
    },
    async freeBytes() {
      return this.free;
    },
    async temporaryFolder(parent) {
      const full = join(resolve(cwd, parent), '.optipick-temporary');
      addFolder(full);
      return { path: full, remove: async () => void folders.delete(full) };
    },
    get scratches() {
      return scratches;
    },
    paths: () => [...files.keys()].sort(),
    text(path) {
      const bytes = files.get(resolve(cwd, path));
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    },
    read,
    async *stream(path) {
      const bytes = await read(path);
      // In pieces, as a disk gives them.
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
    },
    async list(path) {
      const full = resolve(cwd, path);
      if (files.has(full)) return undefined;
      if (!folders.has(full)) throw systemError('ENOENT', `no such file or directory, scandir '${path}'`);
      const names = [...files.keys()].filter((file) => dirname(file) === full).map((file) => basename(file));
      return names.sort();
    },
    async scratch() {
      scratches += 1;
      return createFakeScratch(() => (scratches -= 1));
    },
    async writeAtomic(path, bytes) {
      const full = resolve(cwd, path);
      if (!folders.has(dirname(full))) throw systemError('ENOENT', `no such file or directory, open '${path}'`);
      if (folders.has(full)) throw systemError('EISDIR', 'illegal operation on a directory, rename');
      if (opened.has(full)) {
        throw Object.assign(systemError('EPERM', `operation not permitted, rename '${path}'`), { syscall: 'rename' });
      }
      files.set(full, await readBytes(bytes));
    },
    async tryWriting(path) {
      const full = resolve(cwd, path);
      if (opened.has(full)) throw systemError('EBUSY', `resource busy or locked, open '${path}'`);
      if (!folders.has(dirname(full))) throw systemError('ENOENT', `no such file or directory, open '${path}'`);
      if (folders.has(full)) throw systemError('EISDIR', `illegal operation on a directory, open '${path}'`);
    },
    async append(path, text) {
      const full = resolve(cwd, path);
      if (!folders.has(dirname(full))) throw systemError('ENOENT', `no such file or directory, open '${path}'`);
      if (folders.has(full)) throw systemError('EISDIR', `illegal operation on a directory, open '${path}'`);
      files.set(full, Buffer.concat([files.get(full) ?? new Uint8Array(), Buffer.from(text)]));
    },
    exists: async (path) => files.has(resolve(cwd, path)) || folders.has(resolve(cwd, path)),
    identity: async (path) => (files.has(resolve(cwd, path)) ? resolve(cwd, path) : undefined),
    async ensurePrivateFolder(path) {
      const full = resolve(cwd, path);
      if (files.has(full)) throw systemError('EEXIST', `file already exists, mkdir '${path}'`);
      addFolder(full);
    },
  };
}

function createFakeScratch(onRemove: () => void): ScratchFile {
  let content = Buffer.alloc(0);
  let removed = false;
  return {
    async append(bytes) {
      const at = content.length;
      content = Buffer.concat([content, bytes]);
      return at;
    },
    read: async (offset, length) => Uint8Array.from(content.subarray(offset, offset + length)),
    async remove() {
      if (!removed) onRemove();
      removed = true;
    },
  };
}

/** An error as the system gives it. */
export function systemError(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}
