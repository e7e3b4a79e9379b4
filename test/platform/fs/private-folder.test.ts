import { mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { makePrivateFolder } from '../../../src/platform/fs/private-folder.ts';
import { createTestFolder } from '../../support/folder.ts';

const posix = process.platform !== 'win32';

describe('a private folder', () => {
  test('is made with all that is missing above it, and once', async () => {
    await using folder = await createTestFolder();
    const path = folder.at('a/b/c');
    makePrivateFolder(path);
    makePrivateFolder(path);
    expect((await stat(path)).isDirectory()).toBe(true);
    if (posix) expect((await stat(folder.at('a'))).mode % 0o1000).toBe(0o700);
  });

  test.runIf(posix)('that is there keeps its mode, also behind a link', async () => {
    await using folder = await createTestFolder();
    await mkdir(folder.at('open'), { mode: 0o750 });
    await symlink(folder.at('open'), folder.at('link'));
    makePrivateFolder(folder.at('link'));
    makePrivateFolder(folder.at('link/below'));
    expect((await stat(folder.at('open'))).mode % 0o1000).toBe(0o750);
    expect((await stat(folder.at('open/below'))).isDirectory()).toBe(true);
  });

  test('cannot be where, or below where, a file is', async () => {
    await using folder = await createTestFolder();
    await writeFile(folder.at('file'), '');
    expect(() => makePrivateFolder(folder.at('file'))).toThrow('EEXIST');
    expect(() => makePrivateFolder(folder.at('file/below/it'))).toThrow(/ENOTDIR|ENOENT/);
  });

  test.runIf(process.platform === 'linux')('below /proc is refused at once', () => {
    expect(() => makePrivateFolder('/proc/optipick/state')).toThrow('ENOENT');
  });
});
