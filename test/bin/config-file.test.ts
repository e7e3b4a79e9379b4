/** The settings file as the built program leaves it on a real disk. */
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorkplace, type Workplace } from '../support/program.ts';

const KEY = 'key-0123456789abcdefghij';

let workplace: Workplace;
let folder: string;
let file: string;
beforeEach(async () => {
  workplace = await createWorkplace();
  folder = join(workplace.folder, 'config');
  file = join(folder, 'config.json');
});
afterEach(async () => {
  await workplace.remove();
});

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode % 0o1000).toString(8);
const posix = process.platform !== 'win32';

describe('the settings file', () => {
  test.runIf(posix)('and its folder are for the user alone, whatever the umask', async () => {
    const stored = await workplace.run(['config', 'set', 'api-key', '-'], { input: `${KEY}\n` });
    expect(stored).toEqual({ code: 0, stdout: '', stderr: 'stored api-key in profile "default"\n' });
    expect([await modeOf(folder), await modeOf(file)]).toEqual(['700', '600']);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ profiles: { default: { 'api-key': KEY } } });
    expect(await workplace.run(['config', 'path'])).toEqual({ code: 0, stdout: `${file}\n`, stderr: '' });
  });

  test.runIf(posix)('is made private again when others may read it, and that is told once', async () => {
    await mkdir(folder);
    await writeFile(file, JSON.stringify({ profiles: { default: { 'api-key': KEY } } }));
    await chmod(folder, 0o755);
    await chmod(file, 0o644);
    expect(await workplace.run(['config', 'get', 'api-key'])).toEqual({
      code: 0,
      stdout: 'ke…ij\n',
      stderr:
        `warning: ${folder} was open to others (mode 0755): it is 0700 now\n` +
        `warning: ${file} could be read by others (mode 0644): it is 0600 now\n`,
    });
    expect([await modeOf(folder), await modeOf(file)]).toEqual(['700', '600']);
    expect(await workplace.run(['config', 'get', 'api-key'])).toEqual({ code: 0, stdout: 'ke…ij\n', stderr: '' });
  });

  test.runIf(posix)(
    'A15: is whole after a kill, the next command is not held up, and no other file keeps the key',
    async () => {
      const store = (key: string, env = {}) =>
        workplace.run(['config', 'set', 'api-key', '-'], { input: `${key}\n`, env });
      await store('key-before-the-crash');
      // The last call of a write: the new file is whole, and has not taken the place of the old one.
      const preload = "data:text/javascript,import fs from 'fs';fs.renameSync=()=>process.kill(process.pid,'SIGKILL')";
      const crash = await store(KEY, { NODE_OPTIONS: `--import=${encodeURI(preload)}` });
      expect(crash).toEqual({ code: undefined, stdout: '', stderr: '' });
      const left = (await readdir(folder)).filter((name) => !['config.json', 'config.json.lock'].includes(name));
      expect(await Promise.all(left.map((name) => readFile(join(folder, name), 'utf8')))).toEqual([
        expect.stringContaining(KEY),
      ]);
      expect(await workplace.run(['config', 'get', 'api-key'])).toMatchObject({ code: 0, stdout: 'ke…sh\n' });
      expect(await workplace.run(['config', 'set', 'port', '5001'])).toMatchObject({ code: 0 });
      expect(await readdir(folder)).toEqual(['config.json', 'config.json.lock']);
      expect(await readFile(file, 'utf8')).not.toContain(KEY);
      expect(await readFile(`${file}.lock`, 'utf8')).toBe('');
    },
  );

  const request = join(import.meta.dirname, '../fixtures/example-cluster-request.json');
  const corrupt = '{"profiles":{"default":{"api-key":"key-0123';
  const needers: readonly (readonly [string, readonly string[], string | undefined])[] = [
    ['config list', ['config', 'list'], undefined],
    ['config set', ['config', 'set', 'api-key', '-'], KEY],
    ['config unset', ['config', 'unset', 'port'], undefined],
    ['login', ['login'], `${KEY}\n\n`],
    ['submit', ['cluster', 'submit', request], undefined],
    ['get', ['route', 'get', '67507ad05e593173d0313e0f'], undefined],
    ['poll', ['poll', '67507ad05e593173d0313e0f'], undefined],
  ];
  test.each(needers)('that is corrupt is exit 7 for %s, named, and left as it is', async (_name, args, input) => {
    await mkdir(folder, { mode: 0o700 });
    await writeFile(file, corrupt, { mode: 0o600 });
    const result = await workplace.run(args, input === undefined ? {} : { input });
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 7, stdout: '' });
    expect(result.stderr).toMatch(/^error: .*\nhint: fix it, or move it away .*\n$/);
    expect(result.stderr).toContain(`${file} is not JSON`);
    expect(result.stderr).not.toContain('key-0123');
    expect(await readFile(file, 'utf8')).toBe(corrupt);
  });

  test('that is of another shape is exit 7, too, and left as it is', async () => {
    const odd = '{"profiles":{"default":{"port":"five thousand"}}}';
    await mkdir(folder, { mode: 0o700 });
    await writeFile(file, odd, { mode: 0o600 });
    expect(await workplace.run(['config', 'set', 'port', '1', '--json'])).toEqual({
      code: 7,
      stdout: '',
      stderr: `${JSON.stringify({
        error: {
          code: 'config_corrupt',
          message: `${file} is not as optipick writes it: profiles["default"]["port"] must be a number`,
          exitCode: 7,
          retryable: false,
          hint: 'fix it, or move it away and run: optipick login (nothing was overwritten)',
        },
      })}\n`,
    });
    expect(await readFile(file, 'utf8')).toBe(odd);
  });

  test('keeps what this version does not know', async () => {
    await mkdir(folder, { mode: 0o700 });
    await writeFile(file, '{"future":{"a":[1]},"profiles":{"default":{"colour":"blue"}}}', { mode: 0o600 });
    await workplace.run(['config', 'set', 'port', '6000']);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      future: { a: [1] },
      profiles: { default: { colour: 'blue', port: 6000 } },
    });
  });

  test('loses nothing when ten processes write at once', async () => {
    const ports = Array.from({ length: 10 }, (_, at) => 6000 + at);
    const results = await Promise.all(
      ports.map((port) => workplace.run(['config', 'set', 'port', String(port), '-p', `profile-${port}`, '-q'])),
    );
    expect(results).toEqual(ports.map(() => ({ code: 0, stdout: '', stderr: '' })));
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      profiles: Object.fromEntries(ports.map((port) => [`profile-${port}`, { port }])),
    });
  });

  test.runIf(posix && process.getuid?.() !== 0)('that cannot be written is exit 7', async () => {
    await mkdir(folder, { mode: 0o500 });
    const result = await workplace.run(['config', 'set', 'port', '1']);
    expect(result.code).toBe(7);
    expect(result.stderr).toContain(file);
  });

  test('in the place of a folder is exit 7', async () => {
    await writeFile(folder, 'not a folder');
    const result = await workplace.run(['config', 'set', 'port', '1']);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 7, stdout: '' });
    expect(result.stderr).toContain(file);
  });
});
