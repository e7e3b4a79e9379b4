/** A block of a page of the docs, run as somebody would who pastes it into a script. */
import { execa } from 'execa';
import { expect } from 'vitest';

/** In `folder`, with this environment alone. A block that fails fails the test, with what it wrote to stderr. */
export async function runShellBlock(
  block: string,
  { folder, env }: { readonly folder: string; readonly env: Readonly<Record<string, string>> },
): Promise<void> {
  const { exitCode, stderr } = await execa('bash', ['-euo', 'pipefail', '-c', block], {
    cwd: folder,
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: 60_000,
  });
  expect({ block, code: exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ block, code: 0, stderr: '' });
}
