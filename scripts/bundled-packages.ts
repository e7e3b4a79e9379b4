/** The packages whose code the bundler has put into the chunks. */
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As its `package.json` has it: an SPDX identifier or expression. */
  readonly license: string;
  /** `sha512-` and the base64 of the hash of its tarball, which `npm ci` has checked. */
  readonly integrity: string;
  /** Where it is installed. */
  readonly folder: string;
}

/** `node_modules/chalk`, `node_modules/ora/node_modules/chalk`, `node_modules/@stablelib/base64`, as the lock names them. */
const FOLDER = /(?:^|\/)((?:node_modules\/(?:@[^/]+\/)?[^/]+\/)+)/;

/**
 * Sorted by folder. `moduleIds` are those of the chunks; what belongs to no package is passed over. Throws when an
 * installed package is not the one that `package-lock.json` names.
 */
export async function bundledPackages(root: string, moduleIds: Iterable<string>): Promise<BundledPackage[]> {
  const paths = new Set<string>();
  for (const id of moduleIds) {
    const [, path] = FOLDER.exec(relative(root, id).replaceAll('\\', '/')) ?? [];
    if (path !== undefined) paths.add(path.slice(0, -1));
  }
  const lock = (await readJson(join(root, 'package-lock.json'))) as Lock;
  return Promise.all(
    [...paths].sort().map(async (path) => {
      const folder = join(root, path);
      const { name, version, license } = (await readJson(join(folder, 'package.json'))) as Manifest;
      const locked = lock.packages[path];
      if (locked?.version !== version || locked.integrity?.startsWith('sha512-') !== true) {
        throw new Error(`${path} is ${version}, and package-lock.json has ${locked?.version ?? 'none'}: run npm ci`);
      }
      return { name, version, license, integrity: locked.integrity, folder };
    }),
  );
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
