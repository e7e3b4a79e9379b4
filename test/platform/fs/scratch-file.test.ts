import { readdir, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createFiles } from '../../../src/platform/fs/files.ts';
import { createTestFolder } from '../../support/folder.ts';

const posix = process.platform !== 'win32';

test('gives back what was put in, piece by piece', async () => {
  await using folder = await createTestFolder();
  const scratch = await createFiles().scratch(folder.path);
  const starts = [
    await scratch.append(Buffer.from('first')),
    await scratch.append(new Uint8Array(0)),
    await scratch.append(Buffer.alloc(3_000_000, 7)),
    await scratch.append(Buffer.from('last')),
  ];
  const pieces = [
    Buffer.from(await scratch.read(0, 5)).toString(),
    Buffer.from(await scratch.read(3_000_005, 4)).toString(),
  ];
  expect([starts, pieces]).toEqual([
    [0, 5, 5, 3_000_005],
    ['first', 'last'],
  ]);
  await expect(scratch.read(3_000_000, 100)).rejects.toThrow(RangeError);
  await scratch.remove();
  await scratch.remove();
  expect(await readdir(folder.path)).toEqual([]);
});

test.skipIf(!posix)('has no name while it is used, so that nothing stays when the process is killed', async () => {
  await using folder = await createTestFolder();
  const scratch = await createFiles().scratch(folder.path);
  await scratch.append(Buffer.from('secret'));
  expect(await readdir(folder.path)).toEqual([]);
  await scratch.remove();
});

test('is private while it has a name', async () => {
  await using folder = await createTestFolder();
  // As on Windows: the name stays.
  const scratch = await createFiles('win32').scratch(folder.path);
  const [own = ''] = await readdir(folder.path);
  const modes = [folder.at(own), folder.at(`${own}/scratch`)].map(async (path) => (await stat(path)).mode % 0o1000);
  if (posix) expect(await Promise.all(modes)).toEqual([0o700, 0o600]);
  await scratch.remove();
  expect(await readdir(folder.path)).toEqual([]);
});

test('needs its folder', async () => {
  await using folder = await createTestFolder();
  await expect(createFiles().scratch(folder.at('none'))).rejects.toMatchObject({ code: 'ENOENT' });
});
