/**
 * What a process that was killed has left is removed by the next that writes there.
 *
 * @module-tag killing
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createFiles } from '../../../src/platform/fs/files.ts';
import { sourceUrl, startChild } from '../../support/child.ts';
import { createTestFolder, type TestFolder } from '../../support/folder.ts';

const posix = process.platform !== 'win32';
const linux = process.platform === 'linux';

/** Stops in the middle of what it does with the folder, and never ends. */
const WRITER = `
  import { createFiles } from ${JSON.stringify(sourceUrl('src/platform/fs/files.ts'))};
  const [folder, what, platform] = process.argv.slice(1);
  const files = createFiles(platform);
  const forever = () => new Promise((resolve) => setTimeout(resolve, 600_000));
  const doing = {
    output: () => files.writeAtomic(folder + '/report.html', (async function* () {
      yield Buffer.from('half a report');
      console.log('writing', process.pid);
      await forever();
    })()),
    folder: () => files.temporaryFolder(folder),
    scratch: async () => (await files.scratch(folder)).append(Buffer.from('a wave')),
  };
  await doing[what]();
  console.log('writing', process.pid);
  await forever();
`;

/** Leaves what a killed process leaves, and returns its name. */
async function crash(folder: TestFolder, what = 'output'): Promise<string> {
  const writer = startChild(WRITER, folder.path, what, 'win32');
  await writer.said(`writing ${writer.process.pid}`);
  writer.process.kill('SIGKILL');
  await writer.ended;
  const left = (await readdir(folder.path)).filter((name) => name.startsWith('.optipick-'));
  expect(left).toHaveLength(1);
  return left[0] ?? '';
}

const write = (folder: TestFolder) => createFiles().writeAtomic(folder.at('report.html'), 'whole');

describe('what a killed process has left', () => {
  test.each(['output', 'folder', 'scratch'])('A15: of an %s goes with the next write', async (what) => {
    await using folder = await createTestFolder();
    await crash(folder, what);
    await write(folder);
    expect(await readdir(folder.path)).toEqual(['report.html']);
  });

  test('A15: goes with the next temporary folder and the next scratch file, too', async () => {
    await using folder = await createTestFolder();
    for (const again of ['folder', 'scratch'] as const) {
      await crash(folder);
      const files = createFiles();
      const made = await (again === 'folder' ? files.temporaryFolder(folder.path) : files.scratch(folder.path));
      await made.remove();
      expect(await readdir(folder.path)).toEqual([]);
    }
  });

  test.runIf(linux)('A15: goes although nobody has waited for its process', async () => {
    await using folder = await createTestFolder();
    // The shell becomes a program that waits for nobody.
    const parent = execFile('sh', [
      '-c',
      '"$0" --input-type=module --eval "$1" "$2" output linux >"$2/said" & exec sleep 600',
      process.execPath,
      WRITER,
      folder.path,
    ]);
    try {
      await expect.poll(async () => (await createFiles().read(folder.at('said'))).length).toBeGreaterThan(0);
      const said = Buffer.from(await createFiles().read(folder.at('said'))).toString();
      process.kill(Number(said.split(' ')[1]), 'SIGKILL');
      await expect
        .poll(async () => {
          await write(folder);
          return readdir(folder.path);
        })
        .toEqual(['report.html', 'said']);
    } finally {
      parent.kill();
    }
  });

  test.runIf(linux)('A15: goes although another process has its number by now', async () => {
    await using folder = await createTestFolder();
    const left = await crash(folder);
    // This process has another start.
    await rename(folder.at(left), folder.at(left.replace(/-\d+-/, `-${process.pid}-`)));
    await write(folder);
    expect(await readdir(folder.path)).toEqual(['report.html']);
  });

  test('A15: on another machine stays for a day', async () => {
    await using folder = await createTestFolder();
    const left = (await crash(folder)).replace(/[0-9a-f]{12}/, '0123456789ab');
    await writeFile(folder.at(left), '');
    await write(folder);
    expect(await readdir(folder.path)).toEqual([left, 'report.html']);
    const yesterday = new Date(Date.now() - 86_401_000);
    await utimes(folder.at(left), yesterday, yesterday);
    await write(folder);
    expect(await readdir(folder.path)).toEqual(['report.html']);
  });
});

describe('nothing is removed', () => {
  test.runIf(posix)('A15: of a process that is alive, though it is stopped', async () => {
    await using folder = await createTestFolder();
    const writer = startChild(WRITER, folder.path, 'output', process.platform);
    await writer.said(`writing ${writer.process.pid}`);
    writer.process.kill('SIGSTOP');
    await write(folder);
    expect(await readdir(folder.path)).toEqual([expect.stringMatching(/^\.optipick-/), 'report.html']);
    writer.process.kill('SIGKILL');
    await writer.ended;
  });

  test('A15: of somebody else', async () => {
    await using folder = await createTestFolder();
    const left = await crash(folder);
    await write(folder);
    const names = [`x${left}`, `${left}.bak`, left.replace('.tmp', '.json'), '.optipick-1-abcdef.tmp', '.optipick.tmp'];
    for (const name of names) await writeFile(folder.at(name), 'theirs');
    await mkdir(folder.at('.optipick-notes'));
    await write(folder);
    expect((await readdir(folder.path)).sort()).toEqual([...names, '.optipick-notes', 'report.html'].sort());
  });

  test.runIf(posix)('A15: behind a link of the name of a leftover', async () => {
    await using folder = await createTestFolder();
    const left = await crash(folder);
    await write(folder);
    await mkdir(folder.at('photos'));
    await writeFile(folder.at('photos/1.jpg'), '');
    await symlink('photos', folder.at(left));
    await write(folder);
    expect(await readdir(folder.at('photos'))).toEqual(['1.jpg']);
  });

  test.runIf(linux && process.getuid?.() === 0)('A15: that belongs to another user', async () => {
    await using folder = await createTestFolder();
    const left = await crash(folder);
    await promisify(execFile)('chown', ['1', folder.at(left)]);
    await write(folder);
    expect(await readdir(folder.path)).toEqual([left, 'report.html']);
  });
});
