/** What a checkout on Windows must not break: the build's pattern of files, and the line ends that the checks ask for. */
import { execFile } from 'node:child_process';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { globBelow } from '../../scripts/declarations.ts';
import { createTestFolder } from '../support/folder.ts';

const run = promisify(execFile);

describe('Windows: a checkout', () => {
  test.each([
    [win32, String.raw`C:\Users\Jörg Maier\opti pick`, 'C:/Users/Jörg Maier/opti pick/src/**/*.d.ts'],
    [win32, String.raw`\\server\share\optipick`, '//server/share/optipick/src/**/*.d.ts'],
    [posix, String.raw`/home/picker/a\b`, String.raw`/home/picker/a\b/src/**/*.d.ts`],
  ])('the pattern of declaration files has slashes only (%#)', (path, root, pattern) => {
    expect(globBelow(root, 'src/**/*.d.ts', path)).toBe(pattern);
  });

  test('has LF line ends although Git for Windows is set to CRLF', async () => {
    await using folder = await createTestFolder();
    const git = (...words: readonly string[]) =>
      run('git', ['-c', 'core.autocrlf=true', '-c', 'core.safecrlf=false', ...words], { cwd: folder.path });
    await git('init', '--quiet');
    await copyFile(fileURLToPath(new URL('../../.gitattributes', import.meta.url)), folder.at('.gitattributes'));
    const bytes = Uint8Array.of(0, 13, 10, 0, 10);
    await Promise.all([
      writeFile(folder.at('source.ts'), 'a\r\nb\n'),
      writeFile(folder.at('wave.csv'), 'a;b\n1;2\n'),
      writeFile(folder.at('data.bin'), bytes),
    ]);
    await git('add', '.');
    await Promise.all(['source.ts', 'wave.csv', 'data.bin'].map((name) => rm(folder.at(name))));
    await git('checkout', '--', '.');
    expect(await readFile(folder.at('source.ts'), 'utf8')).toBe('a\nb\n');
    expect(await readFile(folder.at('wave.csv'), 'utf8')).toBe('a;b\n1;2\n');
    expect(Uint8Array.from(await readFile(folder.at('data.bin')))).toEqual(bytes);
  });
});
