/** What stands where a file is expected and is none: every command says so or goes on, and none waits for ever. */
import { once } from 'node:events';
import { mkdir, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorkplace, PROGRAM, type Workplace } from '../support/program.ts';

const ID = '67507ad05e593173d0313e0f';
const REQUEST = '{"site_name":"Example","picks":[{"pick_id":"1","location_id":"A01"}]}';
const KEY = 'key-of-the-unusual-files';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

/** Puts something that is no regular file at `path`. */
async function put(kind: string, path: string): Promise<AsyncDisposable> {
  await mkdir(join(path, '..'), { recursive: true });
  const server = createServer();
  if (kind === 'a folder') await mkdir(path);
  if (kind === 'a named pipe') await execa('mkfifo', [path]);
  if (kind === 'a device') await symlink('/dev/null', path);
  if (kind === 'a socket') {
    server.listen(path);
    await once(server, 'listening');
  }
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** Resolves when a process has opened the file. */
async function opened(pid: number, path: string): Promise<void> {
  const folder = `/proc/${pid}/fd`;
  await expect
    .poll(async () => {
      const names = await readdir(folder).catch(() => []);
      return Promise.all(names.map((name) => readlink(join(folder, name)).catch(() => '')));
    })
    .toContain(path);
}

const config = (): string => join(workplace.folder, 'config/config.json');
const state = (): string => join(workplace.folder, 'state/optipick.db');
const at = (name: string): string => join(workplace.folder, name);

describe.skipIf(process.platform === 'win32')('in place of a file', () => {
  const kinds = ['a folder', 'a named pipe', 'a device', 'a socket'];

  test.each(kinds)('A19: %s as settings is exit 7', async (kind) => {
    await using _ = await put(kind, config());
    const failure = {
      code: 7,
      stdout: '',
      stderr: `error: ${config()} is ${kind}, not a file\nhint: move it away, and run the command again\n`,
    };
    expect(await workplace.run(['config', 'list'])).toEqual(failure);
    expect(await workplace.run(['config', 'set', 'port', '5001'])).toEqual(failure);
    expect(await workplace.run(['poll', ID])).toEqual(failure);
    const { code, stdout } = await workplace.run(['doctor', '--offline']);
    const what = kind === 'a folder' ? kind : 'a pipe, socket or device';
    expect({ code, stdout }).toEqual({
      code: 7,
      stdout: expect.stringContaining(`~/config/config.json is ${what}, and should be a file`) as string,
    });
  });

  test.each(kinds)('A19: %s as state is exit 7', async (kind) => {
    await using _ = await put(kind, state());
    expect(await workplace.run(['events', 'list'])).toEqual({
      code: 7,
      stdout: '',
      stderr: `error: ${state()} is ${kind}, not a file\nhint: move it away, and run the command again\n`,
    });
  });

  test.each(kinds)('A19: %s as the lock of the settings is exit 7', async (kind) => {
    await using _ = await put(kind, `${config()}.lock`);
    expect(await workplace.run(['config', 'set', 'port', '5001'])).toEqual({
      code: 7,
      stdout: '',
      stderr: `error: ${config()}.lock is ${kind}, not a file\nhint: move it away, and run the command again\n`,
    });
  });

  test('A19: a folder or a socket as a file of a key or an input is a wrong usage', async () => {
    for (const [kind, words] of [
      ['a folder', 'it is a folder'],
      ['a socket', 'it is a socket'],
    ] as const) {
      await using _ = await put(kind, at('odd'));
      const failure = { code: 2, stdout: '', stderr: expect.stringContaining(`error: cannot read odd: ${words}\n`) };
      expect(await workplace.run(['route', 'get', ID, '--api-key-file', 'odd'])).toEqual(failure);
      expect(
        await workplace.run(['trigger', 'cluster.optimized', '--to', 'http://127.0.0.1:9', '--secret-file', 'odd']),
      ).toEqual(failure);
    }
  });

  test('A19: a device without an end is no file of a key', async () => {
    const failure = { code: 2, stdout: '', stderr: 'error: /dev/zero is far too long for a value\n' };
    expect(await workplace.run(['route', 'get', ID, '--api-key-file', '/dev/zero'])).toEqual(failure);
    expect(
      await workplace.run(['trigger', 'cluster.optimized', '--to', 'http://127.0.0.1:9', '--secret-file', '/dev/zero']),
    ).toEqual(failure);
  });
});

describe.runIf(process.platform === 'linux')('a folder in which nothing can be made', () => {
  test.each([
    ['state', ['events', 'list'], 'OPTIPICK_STATE_DIR', 'optipick.db cannot be'],
    ['settings', ['config', 'set', 'port', '5001'], 'OPTIPICK_CONFIG_DIR', 'config.json cannot be'],
  ])('A19: for the %s is exit 7', async (_, args, variable, words) => {
    for (const folder of ['/proc/optipick', '/proc/optipick/deep/below', '/proc/self/fd', '/dev/null', '/dev/full/x']) {
      const { code, stdout, stderr } = await workplace.run(args, { env: { [variable]: folder } });
      expect({ folder, code, stdout, stderr }).toEqual({
        folder,
        code: 7,
        stdout: '',
        stderr: expect.stringContaining(`error: ${folder}/${words} `) as string,
      });
    }
  });
});

describe.skipIf(process.platform === 'win32')('a named pipe', () => {
  test('A19: is a key, a secret and an input as good as any', async () => {
    await writeFile(at('wave.json'), REQUEST);
    const dryRun = `'${process.execPath}' '${PROGRAM}' route submit --dry-run`;
    const run = (command: string) =>
      execa('bash', ['-c', command], { cwd: workplace.folder, env: workplace.env, extendEnv: false, reject: false });
    const [plain, substituted, piped] = [
      await run(`${dryRun} wave.json`),
      await run(`${dryRun} <(cat wave.json)`),
      await run(`mkfifo p; (sleep 0.3; cat wave.json > p) & ${dryRun} p`),
    ];
    expect([plain.exitCode, plain.stdout]).toEqual([0, expect.stringContaining(REQUEST)]);
    expect([substituted.stdout, piped.stdout]).toEqual([plain.stdout, plain.stdout]);
    const list = `'${process.execPath}' '${PROGRAM}' config list --json --api-key-file`;
    await writeFile(at('key'), KEY);
    const [stored, given] = [await run(`${list} key`), await run(`${list} <(cat key)`)];
    expect([given.exitCode, given.stdout]).toEqual([0, expect.stringContaining('--api-key-file')]);
    expect(given.stdout).toBe(stored.stdout);
  });

  test.runIf(process.platform === 'linux').each([
    ['an input', ['route', 'submit', 'p', '--dry-run']],
    ['a key', ['route', 'get', ID, '--api-key-file', 'p']],
    ['a secret', ['trigger', 'cluster.optimized', '--to', 'http://127.0.0.1:9', '--secret-file', 'p']],
    ['a delivery', ['verify', 'p']],
  ])('A19: that nobody writes to, as %s, lets a signal end the command', async (_, args) => {
    await using _pipe = await put('a named pipe', at('p'));
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const running = workplace.start(args);
      await opened(running.pid ?? 0, at('p'));
      running.kill(signal);
      expect((await running).exitCode).toBe(code);
    }
  });

  test.runIf(process.platform === 'linux')('A19: that is silent lets a signal end the command', async () => {
    await using _pipe = await put('a named pipe', at('p'));
    const running = workplace.start(['route', 'submit', 'p', '--dry-run']);
    const writer = execa('sh', ['-c', 'exec sleep 600 > p'], { cwd: workplace.folder, reject: false });
    await opened(writer.pid ?? 0, at('p'));
    await opened(running.pid ?? 0, at('p'));
    running.kill('SIGINT');
    expect((await running).exitCode).toBe(130);
    writer.kill();
    await writer;
  });
});

describe.runIf(process.platform === 'linux')('a full disk', () => {
  const inShell = async (command: string) => {
    const options = { cwd: workplace.folder, env: workplace.env, extendEnv: false, reject: false } as const;
    const { exitCode, stdout, stderr } = await execa('sh', ['-c', command], options);
    return { code: exitCode, stdout, stderr };
  };
  const program = `'${process.execPath}' '${PROGRAM}'`;

  test('A19: under stdout is exit 7, with one line and without a stack', async () => {
    for (const args of ['--version', '-V']) {
      expect(await inShell(`${program} ${args} > /dev/full`)).toEqual({
        code: 7,
        stdout: '',
        stderr: 'error: stdout cannot be written: ENOSPC: no space left on device, write',
      });
    }
    for (const args of ['--help', 'config list', 'demo']) {
      const { code, stderr } = await inShell(`${program} ${args} > /dev/full`);
      expect({ args, code, lines: stderr.split('\n').slice(-2) }).toEqual({
        args,
        code: 7,
        lines: ['error: stdout cannot be written: ENOSPC: no space left on device, write', 'hint: the disk is full'],
      });
    }
  });

  test('A19: under stderr, too, leaves the exit code', async () => {
    for (const [args, code] of [
      ['--version', 7],
      ['--help', 7],
      ['demo', 7],
      ['--no-such-option', 2],
    ] as const) {
      expect({ args, ...(await inShell(`${program} ${args} > /dev/full 2> /dev/full`)) }).toMatchObject({ args, code });
    }
    expect(await inShell(`${program} demo 2> /dev/full`)).toMatchObject({ code: 0 });
  });
});
