/** Machines that are not as expected, on which the ordinary commands go on or say what is missing. */
import { spawnSync } from 'node:child_process';
import { lstat, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorkplace, PROGRAM, type Workplace } from '../support/program.ts';

const REQUEST = '{"site_name":"Example","picks":[{"pick_id":"1","location_id":"A01"}]}';
const TABLE = 'order_id,location_id\nO1,A01\n';
const program = `'${process.execPath}' '${PROGRAM}'`;
const DRY_RUN = 'cluster submit wave.json --dry-run';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
  await writeFile(join(workplace.folder, 'wave.json'), REQUEST);
});
afterEach(() => workplace.remove());

async function inShell(command: string, env: Readonly<Record<string, string>> = workplace.env) {
  const options = {
    cwd: workplace.folder,
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: 60_000,
  } as const;
  const { exitCode, stdout, stderr } = await execa('bash', ['--norc', '--noprofile', '-c', command], options);
  return { code: exitCode, stdout, stderr };
}

/** A user that the system does not know, as containers have. */
const AS_NOBODY_KNOWN = 'unshare --user --map-user=4711';
const CAN_BE_UNKNOWN = spawnSync('sh', ['-c', `${AS_NOBODY_KNOWN} true`]).status === 0;

describe.runIf(CAN_BE_UNKNOWN)('a user without a passwd entry (skipped where user namespaces are not allowed)', () => {
  test('runs all with a home folder', async () => {
    for (const args of ['config set port 7000', 'config list', DRY_RUN, 'demo']) {
      const { code } = await inShell(`${AS_NOBODY_KNOWN} ${program} ${args}`);
      expect({ args, code }).toEqual({ args, code: 0 });
    }
  });

  test('without one has what needs none, and is told what is missing for the rest', async () => {
    const { PATH = '', NODE_COMPILE_CACHE = '' } = workplace.env;
    const run = (args: string) => inShell(`${AS_NOBODY_KNOWN} ${program} ${args}`, { PATH, NODE_COMPILE_CACHE });
    expect((await run('demo')).code).toBe(0);
    expect(await run('config list')).toEqual({
      code: 7,
      stdout: '',
      stderr: 'error: the home folder of this user is not known\nhint: set HOME, or OPTIPICK_CONFIG_DIR',
    });
  });
});

describe.skipIf(process.platform === 'win32')('the settings', () => {
  test('behind a symbolic link are read and stored there, and the link stays', async () => {
    const [config, kept] = [join(workplace.folder, 'config'), join(workplace.folder, 'dotfiles')];
    await Promise.all([mkdir(config, { mode: 0o700 }), mkdir(kept)]);
    await writeFile(join(kept, 'optipick.json'), '{"profiles":{"default":{"port":7000}}}', { mode: 0o600 });
    await symlink(join(kept, 'optipick.json'), join(config, 'config.json'));
    expect((await workplace.run(['config', 'get', 'port'])).stdout).toBe('7000\n');
    expect((await workplace.run(['config', 'set', 'port', '7001'])).code).toBe(0);
    expect((await lstat(join(config, 'config.json'))).isSymbolicLink()).toBe(true);
    expect(JSON.parse(await readFile(join(kept, 'optipick.json'), 'utf8'))).toEqual({
      profiles: { default: { port: 7001 } },
    });
    expect(await readdir(kept)).toEqual(['optipick.json']);
  });

  test('of an empty file are exit 7, and the file stays as it is', async () => {
    const file = join(workplace.folder, 'config/config.json');
    await mkdir(join(workplace.folder, 'config'), { mode: 0o700 });
    await writeFile(file, '', { mode: 0o600 });
    for (const args of [
      ['config', 'list'],
      ['config', 'set', 'port', '7000'],
      ['poll', 'x'],
    ]) {
      const { code, stdout, stderr } = await workplace.run(args);
      expect({ args, code, stdout, error: stderr.split('\n')[0] }).toEqual({
        args,
        code: 7,
        stdout: '',
        error: `error: ${file} is not JSON`,
      });
    }
    expect(await readFile(file, 'utf8')).toBe('');
  });
});

test.runIf(process.platform === 'linux')(
  'a temporary folder that cannot be written to stops no ordinary command',
  async () => {
    const { NODE_COMPILE_CACHE: _, ...env } = workplace.env;
    for (const args of ['--help', 'config list', DRY_RUN, 'demo']) {
      const { code, stderr } = await inShell(`${program} ${args}`, { ...env, TMPDIR: '/dev/null' });
      expect({ args, code, broken: stderr.includes('error:') }).toEqual({ args, code: 0, broken: false });
    }
  },
);

test('a folder that macOS has been in is read for its waves alone', async () => {
  const waves = join(workplace.folder, 'waves');
  await mkdir(join(waves, '__MACOSX'), { recursive: true });
  const rubbish = Buffer.from([0, 5, 0x16, 7, 0, 2, 0, 0]);
  await Promise.all([
    writeFile(join(waves, 'x.csv'), TABLE),
    ...['._x.csv', '.DS_Store', '__MACOSX/._x.csv', '__MACOSX/x.csv'].map((name) =>
      writeFile(join(waves, name), rubbish),
    ),
  ]);
  const flags = ['--site', 'Example', '--start', 'Start', '--end', 'End'];
  const { code, stdout } = await workplace.run(['cluster', 'submit', 'waves', ...flags, '--dry-run']);
  expect([code, stdout.trimEnd().split('\n').length]).toEqual([0, 1]);
  expect(JSON.parse(stdout)).toMatchObject({ picks: [{ order_id: 'O1', location_id: 'A01' }] });
});

describe.skipIf(process.platform === 'win32')('the ordinary commands', () => {
  const ORDINARY = ['--help', 'help output', 'config list', 'config path', DRY_RUN, 'completion bash', 'demo'];

  test('need no stdin', async () => {
    for (const args of ORDINARY) {
      expect({ args, code: (await inShell(`${program} ${args} <&-`)).code }).toEqual({ args, code: 0 });
    }
    const { code, stderr } = await inShell(`${program} cluster submit - --dry-run <&-`);
    expect([code, stderr.split('\n')[0]]).toEqual([2, expect.stringMatching(/^error: /)]);
  });

  test('end quietly when nobody reads what they print', async () => {
    for (const args of ORDINARY) {
      const { stdout, stderr } = await inShell(`set -o pipefail; { ${program} ${args}; echo "code $?" >&2; } | true`);
      expect({ args, stdout, end: stderr.split('\n').at(-1), bug: /unexpected failure|^ +at /m.test(stderr) }).toEqual({
        args,
        stdout: '',
        end: 'code 0',
        bug: false,
      });
    }
  });

  test.runIf(process.platform === 'linux')('are exit 7 on a full disk', async () => {
    for (const args of ORDINARY) {
      const { code, stderr } = await inShell(`${program} ${args} > /dev/full`);
      expect({ args, code, full: stderr.includes('error: stdout cannot be written: ENOSPC') }).toEqual({
        args,
        code: 7,
        full: true,
      });
    }
  });
});
