/** The Node that builds and tests is the pinned one, or nothing is built. */
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import pinned from '../../scripts/pinned-node.json' with { type: 'json' };
import { checkPinnedNode } from '../../scripts/pinned-node.ts';
import { createTestFolder, type TestFolder } from '../support/folder.ts';

const ROOT = join(import.meta.dirname, '../..');
const MACHINE = `${process.platform}-${process.arch}`;

/** A project whose `node` package holds other bytes. */
async function createProject(): Promise<TestFolder> {
  const folder = await createTestFolder();
  await mkdir(folder.at('node_modules/node/bin'), { recursive: true });
  for (const name of ['node', 'node.exe']) await writeFile(folder.at(`node_modules/node/bin/${name}`), 'other bytes');
  return folder;
}

test('A20: hashes are pinned for the version that package.json names', () => {
  expect(pinned.version).toBe(packageJson.devDependencies.node);
  for (const hash of Object.values(pinned.sha512)) expect(hash).toMatch(/^[0-9a-f]{128}$/);
});

test.runIf(Object.hasOwn(pinned.sha512, MACHINE))('A20: the installed Node is the pinned one', async () => {
  expect(await checkPinnedNode({ root: ROOT })).toBeUndefined();
});

test.each(Object.keys(pinned.sha512))('A20: another file in place of Node for %s is refused', async (machine) => {
  await using project = await createProject();
  const name = machine.startsWith('win32') ? 'node.exe' : 'node';
  await expect(checkPinnedNode({ root: project.path, machine })).rejects.toThrow(
    `${project.at(`node_modules/node/bin/${name}`)} is not Node ${pinned.version} as pinned in scripts/pinned-node.json`,
  );
});

test('A20: a machine without a pinned hash is a warning, and no installed Node is none', async () => {
  await using project = await createProject();
  const file = project.at('node_modules/node/bin/node');
  expect(await checkPinnedNode({ root: project.path, machine: 'sunos-x64' })).toBe(
    `scripts/pinned-node.json has no hash for sunos-x64: ${file} is not checked`,
  );
  await using empty = await createTestFolder();
  expect(await checkPinnedNode({ root: empty.path, machine: 'linux-x64' })).toBeUndefined();
});

test.runIf(Object.hasOwn(pinned.sha512, MACHINE))('A20: a build with another Node stops before it writes', async () => {
  await using project = await createProject();
  await cp(join(ROOT, 'scripts'), project.at('scripts'), { recursive: true });
  await writeFile(project.at('package.json'), await readFile(join(ROOT, 'package.json')));
  await symlink(join(ROOT, 'node_modules/rolldown'), project.at('node_modules/rolldown'), 'junction');
  const { exitCode, stderr } = await execa(process.execPath, ['scripts/build.ts'], {
    cwd: project.path,
    reject: false,
  });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: expect.stringMatching(
      /is not Node [\d.]+ as pinned in scripts\/pinned-node\.json: its SHA-512 is/,
    ) as string,
  });
  expect((await readdir(project.path)).sort()).toEqual(['node_modules', 'package.json', 'scripts']);
});
