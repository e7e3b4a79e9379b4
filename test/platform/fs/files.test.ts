import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createFiles } from '../../../src/platform/fs/files.ts';
import { sourceUrl, startChild } from '../../support/child.ts';
import { createTestFolder } from '../../support/folder.ts';

const files = createFiles();
const posix = process.platform !== 'win32';

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode % 0o1000;
}

describe('a file that is written', () => {
  test.each([
    ['text', 'äöü\n', 'äöü\n'],
    ['bytes', Uint8Array.of(0x61, 0x00, 0x62), 'a\0b'],
    ['nothing', '', ''],
  ])('holds the %s', async (_, content, text) => {
    await using folder = await createTestFolder();
    await files.writeAtomic(folder.at('a'), content);
    expect([await readFile(folder.at('a'), 'utf8'), await readdir(folder.path)]).toEqual([text, ['a']]);
  });

  test('holds every chunk of a stream', async () => {
    await using folder = await createTestFolder();
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let number = 0; number < 100; number += 1) yield Buffer.alloc(10_000, number);
    }
    await files.writeAtomic(folder.at('a'), chunks());
    const expected = Buffer.concat(Array.from({ length: 100 }, (_, number) => Buffer.alloc(10_000, number)));
    expect(Buffer.compare(await readFile(folder.at('a')), expected)).toBe(0);
  });

  test('is left as it was when the stream breaks, and nothing lies beside it', async () => {
    await using folder = await createTestFolder();
    await writeFile(folder.at('a'), 'before');
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('cut off');
    }
    await expect(files.writeAtomic(folder.at('a'), broken())).rejects.toThrow('cut off');
    expect([await readFile(folder.at('a'), 'utf8'), await readdir(folder.path)]).toEqual(['before', ['a']]);
  });

  test('cannot take the place of a folder', async () => {
    await using folder = await createTestFolder();
    await mkdir(folder.at('a'));
    await expect(files.writeAtomic(folder.at('a'), 'x')).rejects.toMatchObject({ syscall: 'rename' });
    expect(await readdir(folder.path)).toEqual(['a']);
  });

  test('needs its folder', async () => {
    await using folder = await createTestFolder();
    await expect(files.writeAtomic(folder.at('none/a'), 'x')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(folder.path)).toEqual([]);
  });

  test('may have the longest name there is', async () => {
    await using folder = await createTestFolder();
    const name = 'n'.repeat(255);
    await files.writeAtomic(folder.at(name), 'x');
    expect(await readdir(folder.path)).toEqual([name]);
  });

  test('is seen either old or new by who reads it meanwhile', async () => {
    await using folder = await createTestFolder();
    const path = folder.at('a');
    const contents = ['1', '2'].map((letter) => letter.repeat(1_000_000));
    await files.writeAtomic(path, contents[0] ?? '');
    const written = new AbortController();
    const write = async (): Promise<void> => {
      for (let round = 0; round < 20; round += 1) await files.writeAtomic(path, contents[round % 2] ?? '');
      written.abort();
    };
    const seen = new Set<string>();
    const read = async (): Promise<void> => {
      while (!written.signal.aborted) {
        const text = await readFile(path, 'utf8');
        seen.add(contents.includes(text) ? 'whole' : `${text.length} bytes`);
      }
    };
    await Promise.all([write(), read()]);
    expect([...seen]).toEqual(['whole']);
  });

  test('may be new to several who write it at the same time', async () => {
    await using folder = await createTestFolder();
    // As slow as the disk is: the first is done while others still look at what is there.
    const write = async (round: number, writer: number): Promise<void> => {
      for (let turn = 0; turn < writer; turn += 1) await readdir(folder.path);
      await files.writeAtomic(folder.at(`${round}`), `${writer}`);
    };
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(Array.from({ length: 20 }, (_, writer) => write(round, writer)));
    }
    expect(await readdir(folder.path)).toHaveLength(10);
  });

  test.runIf(posix)('has the mode that is asked for, whatever the umask', async () => {
    await using folder = await createTestFolder();
    await files.writeAtomic(folder.at('a'), 'x', 0o600);
    await files.writeAtomic(folder.at('b'), 'x', 0o666);
    expect([await modeOf(folder.at('a')), await modeOf(folder.at('b'))]).toEqual([0o600, 0o666]);
  });

  test.runIf(posix)('keeps the mode of the one it replaces', async () => {
    await using folder = await createTestFolder();
    await writeFile(folder.at('a'), 'before');
    await chmod(folder.at('a'), 0o640);
    await files.writeAtomic(folder.at('a'), 'after');
    expect([await modeOf(folder.at('a')), await readFile(folder.at('a'), 'utf8')]).toEqual([0o640, 'after']);
  });

  test.runIf(posix)('is readable as the umask allows when it is new', async () => {
    await using folder = await createTestFolder();
    const code = `
      import { createFiles } from ${JSON.stringify(sourceUrl('src/platform/fs/files.ts'))};
      process.umask(0o027);
      await createFiles().writeAtomic(process.argv[1], 'x');
    `;
    expect(await startChild(code, folder.at('a')).ended).toMatchObject({ code: 0, stderr: '' });
    expect(await modeOf(folder.at('a'))).toBe(0o640);
  });

  test.runIf(posix)('takes the place of what a link names, and the link stays', async () => {
    await using folder = await createTestFolder();
    await mkdir(folder.at('real'));
    await writeFile(folder.at('real/a'), 'before');
    await symlink('real/a', folder.at('link'));
    await symlink('real/new', folder.at('dangling'));
    await files.writeAtomic(folder.at('link'), 'after');
    await files.writeAtomic(folder.at('dangling'), 'made');
    expect([
      await readlink(folder.at('link')),
      await readFile(folder.at('real/a'), 'utf8'),
      await readFile(folder.at('real/new'), 'utf8'),
      await readdir(folder.at('real')),
    ]).toEqual(['real/a', 'after', 'made', ['a', 'new']]);
  });

  test.runIf(posix)('may be a device or a pipe, which is written to', async () => {
    const code = `
      import { createFiles } from ${JSON.stringify(sourceUrl('src/platform/fs/files.ts'))};
      await createFiles().writeAtomic('/dev/null', 'gone');
      await createFiles().writeAtomic('/dev/stdout', 'through the pipe');
    `;
    const shell = ['-c', '"$0" --input-type=module --eval "$1" | cat', process.execPath, code];
    expect(execFileSync('sh', shell, { encoding: 'utf8' })).toBe('through the pipe');
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });
});

describe('a file that is read', () => {
  test('comes as its bytes', async () => {
    await using folder = await createTestFolder();
    await writeFile(folder.at('a'), Uint8Array.of(0xff, 0x00));
    expect([...(await files.read(folder.at('a')))]).toEqual([0xff, 0x00]);
  });

  test('is told to be missing by the code of the system', async () => {
    await using folder = await createTestFolder();
    await expect(files.read(folder.at('a'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(files.read(folder.path)).rejects.toMatchObject({ code: 'EISDIR' });
  });
});

test('exists is true of files and folders, and false of what is below a file', async () => {
  await using folder = await createTestFolder();
  await writeFile(folder.at('a'), '');
  const paths = [folder.at('a'), folder.path, folder.at('b'), folder.at('a/b')];
  expect(await Promise.all(paths.map((path) => files.exists(path)))).toEqual([true, true, false, false]);
});

test.runIf(posix)('a private folder is made with its parents, closed to others, and may exist', async () => {
  await using folder = await createTestFolder();
  await files.ensurePrivateFolder(folder.at('a/b'));
  await files.ensurePrivateFolder(folder.at('a/b'));
  expect([await modeOf(folder.at('a')), await modeOf(folder.at('a/b'))]).toEqual([0o700, 0o700]);
});

describe('a file that is appended to', () => {
  test('is made when there is none, and keeps what it has', async () => {
    await using folder = await createTestFolder();
    const path = folder.at('summary.md');
    await files.append(path, 'one\n');
    await files.append(path, 'two – ä\n');
    expect(await readFile(path, 'utf8')).toBe('one\ntwo – ä\n');
  });

  test('needs its folder', async () => {
    await using folder = await createTestFolder();
    await expect(files.append(folder.at('none/summary.md'), '')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a folder', () => {
  test('is listed with its files, and without the folders in it', async () => {
    await using folder = await createTestFolder();
    await mkdir(folder.at('inner'));
    await writeFile(folder.at('b.csv'), '');
    await writeFile(folder.at('a.csv'), '');
    if (posix) {
      await symlink('a.csv', folder.at('c.csv'));
      await symlink('inner', folder.at('d.csv'));
      await symlink('nowhere', folder.at('e.csv'));
    }
    expect(await files.list(folder.path)).toEqual(posix ? ['a.csv', 'b.csv', 'c.csv', 'e.csv'] : ['a.csv', 'b.csv']);
  });

  test('is none that is a file, or nothing', async () => {
    await using folder = await createTestFolder();
    await writeFile(folder.at('a'), '');
    expect(await files.list(folder.at('a'))).toBeUndefined();
    await expect(files.list(folder.at('none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a stream', () => {
  test('gives the bytes of a file', async () => {
    await using folder = await createTestFolder();
    await writeFile(folder.at('a'), Buffer.alloc(600_000, 'wave'));
    const chunks: Uint8Array[] = [];
    for await (const chunk of files.stream(folder.at('a'))) chunks.push(chunk);
    expect([chunks.length > 1, Buffer.concat(chunks).equals(Buffer.alloc(600_000, 'wave'))]).toEqual([true, true]);
  });

  test('of what is no file rejects with the system error', async () => {
    await using folder = await createTestFolder();
    const read = async (path: string): Promise<void> => {
      for await (const chunk of files.stream(path)) expect(chunk).toBe(undefined);
    };
    await expect(read(folder.path)).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(read(folder.at('none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe.each(['linux', 'win32'])('trying to write a file on %s', (platform) => {
  const tried = createFiles(platform);

  test('tells what writing it would meet, and leaves nothing behind', async () => {
    await using folder = await createTestFolder();
    await tried.tryWriting(folder.at('new'));
    await files.writeAtomic(folder.at('old'), 'as it was');
    await tried.tryWriting(folder.at('old'));
    await expect(tried.tryWriting(folder.at('.'))).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(tried.tryWriting(folder.at('none/a'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(folder.at('.'))).toEqual(['old']);
    expect(await readFile(folder.at('old'), 'utf8')).toBe('as it was');
  });
});

test.skipIf(process.platform !== 'linux')(
  'Windows: a file that a program holds is known before it is written',
  async () => {
    await using folder = await createTestFolder();
    const held = folder.at('planned.csv');
    await copyFile(process.execPath, held);
    // Nearest to what Excel does to its file there: nobody may write to a program that runs.
    const child = spawn(held, ['--eval', 'console.log("runs"); setInterval(() => undefined, 1000)']);
    try {
      await once(child.stdout, 'data');
      await expect(createFiles('win32').tryWriting(held)).rejects.toMatchObject({ code: 'ETXTBSY' });
      // Elsewhere a file is replaced, whoever has the old one open.
      await createFiles('linux').tryWriting(held);
      expect(await readdir(folder.path)).toEqual(['planned.csv']);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  },
);
