/**
 * The Node that builds and tests comes with an install script of the package `node`, so no hash of `package-lock.json`
 * covers it. Its file is compared with `pinned-node.json` before it does any work. It runs this check itself: one that is
 * made to deceive this very check is not found out, any other is.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import pinned from './pinned-node.json' with { type: 'json' };

export interface PinnedNodeFacts {
  /** Root folder of the project. */
  readonly root: string;
  /** `linux-x64`: the system and the processor, as Node names them. */
  readonly machine?: string;
}

/**
 * Throws when the installed Node is not the pinned one. Returns a warning when its hash is not known for this machine, and
 * nothing when it is right or not installed (`npm ci --ignore-scripts`): then the machine's own Node is used.
 */
export async function checkPinnedNode({
  root,
  machine = `${process.platform}-${process.arch}`,
}: PinnedNodeFacts): Promise<string | undefined> {
  const file = join(root, 'node_modules/node/bin', machine.startsWith('win32-') ? 'node.exe' : 'node');
  if (!existsSync(file)) return undefined;
  const hashes: Readonly<Record<string, string>> = pinned.sha512;
  const expected = hashes[machine];
  if (expected === undefined) return `scripts/pinned-node.json has no hash for ${machine}: ${file} is not checked`;
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(file, { highWaterMark: 1_048_576 })) hash.update(chunk as Uint8Array);
  const found = hash.digest('hex');
  if (found === expected) return undefined;
  throw new Error(
    `${file} is not Node ${pinned.version} as pinned in scripts/pinned-node.json: its SHA-512 is ${found}. ` +
      'Remove node_modules and run npm ci; for a new version, pin its hashes first.',
  );
}

/** Checks that of this project on this machine. By this name vitest calls it before the first test. */
export async function setup(): Promise<void> {
  const warning = await checkPinnedNode({ root: join(import.meta.dirname, '..') });
  if (warning !== undefined) console.warn(`warning: ${warning}`);
}
