/** The program's own file: which Node it needs, and which version it is. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWorkplace, PROGRAM, type Workplace } from '../support/program.ts';

let workplace: Workplace;
beforeAll(async () => {
  workplace = await createWorkplace();
});
afterAll(async () => {
  await workplace.remove();
});

const packageFile = new URL('../../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };

test.each([[['--version']], [['--json', '--version']], [['cluster', '--version']]])(
  'its version is that of the package: %j',
  async (args) => {
    expect(await workplace.run(args)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  },
);

/** The machine's own Node, when it is older than the program needs. */
const OLD_NODE = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  const [major = 0, minor = 0] = (stdout ?? '').replace(/^v/, '').split('.').map(Number);
  return major > 0 && (major < 22 || (major === 22 && minor < 19));
});

describe.runIf(OLD_NODE !== undefined)('on a Node that is too old', () => {
  test.each([[[]], [['--version']], [['demo', '--json']]])('it says so in one line, exit 7: %j', (args) => {
    const { status, stdout, stderr } = spawnSync(OLD_NODE ?? '', [PROGRAM, ...args], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 7, stdout: '' });
    expect(stderr).toMatch(
      /^error: optipick needs Node\.js 22\.19 or newer and this is v\d+\.\d+\.\d+; get a newer one from \S+, or run it as: .*\n$/,
    );
  });
});

test.each([['doctor', '--offline'], ['config', 'list'], ['demo']])(
  'NO_COLOR wins over FORCE_COLOR, and Node has nothing to say of it: %s',
  async (...args) => {
    const { stdout, stderr } = await workplace.run(args, { env: { NO_COLOR: '1', FORCE_COLOR: '3' } });
    expect(`${stdout}${stderr}`).not.toMatch(/\u001b|Warning/);
    expect(stdout).not.toBe('');
  },
);

test('output that nobody reads any more does not hang it', async () => {
  const { execa } = await import('execa');
  const { exitCode, stderr } = await execa(
    'sh',
    ['-c', `{ '${process.execPath}' '${PROGRAM}' --help; echo "code $?" >&2; } | true`],
    { env: workplace.env, extendEnv: false, timeout: 25_000 },
  );
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'code 0' });
});

test.runIf(process.platform === 'linux')('its version on a full disk is exit 7, in one line', async () => {
  const { execa } = await import('execa');
  const result = await execa('sh', ['-c', `'${process.execPath}' '${PROGRAM}' --version > /dev/full`], {
    env: workplace.env,
    extendEnv: false,
    reject: false,
  });
  expect({ code: result.exitCode, stderr: result.stderr }).toEqual({
    code: 7,
    stderr: 'error: stdout cannot be written: ENOSPC: no space left on device, write',
  });
});
