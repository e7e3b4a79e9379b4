/** A file system in memory: of files, their modes, and the folders they may be put in. */
import { basename, dirname, join, resolve } from 'node:path';
import { readBytes } from '../../src/domain/http.ts';
import type { Files } from '../../src/platform/host.ts';

export interface FakeFiles extends Files {
  /** Bytes that are free; plenty at first. */
  free: number;
  /** The text of a file, or `undefined` when there is none. */
  text(path: string): string | undefined;
  /** Creates or replaces a file and its folders. */
  put(path: string, content: string | Uint8Array): void;
  paths(): readonly string[];
}

/** Relative paths are below `cwd`, which exists from the start. */
export function createFakeFiles(cwd: string, content: Readonly<Record<string, string | Uint8Array>> = {}): FakeFiles {
  const files = new Map<string, Uint8Array>();
  const folders = new Set<string>();

  const addFolder = (path: string): void => {
    for (let at = path; !folders.has(at); at = dirname(at)) folders.add(at);
  };
  const put: FakeFiles['put'] = (path, bytes) => {
    const full = resolve(cwd, path);
    addFolder(dirname(full));
    files.set(full, typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
  };

  const read: Files['read'] = async (path) => {
    const full = resolve(cwd, path);
    if (folders.has(full)) throw systemError('EISDIR', 'illegal operation on a directory, read');
    const bytes = files.get(full);
    if (bytes === undefined) throw systemError('ENOENT', `no such file or directory, open '${path}'`);
    return bytes;
  };

  addFolder(cwd);
  for (const [path, bytes] of Object.entries(content)) put(path, bytes);

  return {
    put,
    free: 2 ** 40,
    async inspect(path) {
      const full = resolve(cwd, path);
      if (folders.has(full)) return { kind: 'folder', mode: 0o700, modifiedAt: 0 };
      return files.has(full) ? { kind: 'file', mode: 0o600, modifiedAt: 0 } : undefined;
    },
    async freeBytes() {
      return this.free;
    },
    async temporaryFolder(parent) {
      const full = join(resolve(cwd, parent), '.optipick-temporary');
      addFolder(full);
      return { path: full, remove: async () => void folders.delete(full) };
    },
    paths: () => [...files.keys()].sort(),
    text(path) {
      const bytes = files.get(resolve(cwd, path));
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    },
    read,
    async *stream(path) {
      yield await this.read(path);
    },
    async list(path) {
      const full = resolve(cwd, path);
      if (!folders.has(full)) {
        if (files.has(full)) return undefined;
        throw systemError('ENOENT', `no such file or directory, scandir '${path}'`);
      }
      const names = [...files.keys(), ...folders].filter((one) => dirname(one) === full && one !== full);
      return names.map((one) => basename(one)).sort();
    },
    async scratch() {
      let content = new Uint8Array(0);
      return {
        append(bytes) {
          const offset = content.length;
          content = Buffer.concat([content, bytes]);
          return offset;
        },
        read: (offset, length) => content.slice(offset, offset + length),
        remove: async () => undefined,
      };
    },
    async writeAtomic(path, bytes) {
      const full = resolve(cwd, path);
      if (!folders.has(dirname(full))) throw systemError('ENOENT', `no such file or directory, open '${path}'`);
      if (folders.has(full)) throw systemError('EISDIR', 'illegal operation on a directory, rename');
      files.set(full, await readBytes(bytes));
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

/** An error as the system gives it. */
export function systemError(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}
