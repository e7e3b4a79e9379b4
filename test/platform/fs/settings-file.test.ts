import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parseDocument, readSettingsFile } from '../../../src/platform/fs/settings-file.ts';
import { createTestFolder } from '../../support/folder.ts';

const posix = process.platform !== 'win32';
const KEY = 'a-key-that-nobody-may-see';

/** A folder with a settings file, both private. */
async function createSettings(content: string) {
  const folder = await createTestFolder();
  const file = folder.at('config.json');
  await writeFile(file, content, { mode: 0o600 });
  return { ...folder, file };
}

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode % 0o10000;
}

describe('the settings file', () => {
  test('gives the stored profiles', async () => {
    const profiles = { default: { 'api-key': KEY, port: 5001 }, staging: { 'base-url': 'https://a.example' } };
    await using settings = await createSettings(JSON.stringify({ profiles }));
    expect(readSettingsFile(settings.path, 'linux')).toEqual({ profiles, repaired: [] });
  });

  test('need not be there, nor its folder', async () => {
    await using folder = await createTestFolder();
    expect(readSettingsFile(folder.path, 'linux')).toEqual({ profiles: {}, repaired: [] });
    expect(readSettingsFile(folder.at('none'), 'linux')).toEqual({ profiles: {}, repaired: [] });
  });

  test.each(['{}', '{"profiles":{}}', '\uFEFF{}', ' {\r\n} '])('may hold nothing: %j', async (content) => {
    await using settings = await createSettings(content);
    expect(readSettingsFile(settings.path, 'linux')).toEqual({ profiles: {}, repaired: [] });
  });

  test('may hold what only a newer optipick knows', async () => {
    const profiles = { default: { 'api-key': KEY, colour: ['red'] } };
    await using settings = await createSettings(JSON.stringify({ profiles, version: 7 }));
    expect(readSettingsFile(settings.path, 'linux').profiles).toEqual(profiles);
  });

  test('that is no JSON is refused with its path and place, shows none of its content, and stays', async () => {
    const content = `{\n  "profiles": {"default": {"api-key": "${KEY}",}}}`;
    await using settings = await createSettings(content);
    const error = thrownBy(() => readSettingsFile(settings.path, 'linux'));
    expect(error).toMatchObject({
      failure: 'environment',
      code: 'config_corrupt',
      hint: 'fix it, or move it away and run: optipick login (nothing was overwritten)',
    });
    expect((error as Error).message).toMatch(/config\.json is not JSON( \(line 2 column \d+\))?$/);
    // The parser's own error quotes the file.
    expect((error as Error).cause).toBeUndefined();
    expect((error as Error).stack).not.toContain(KEY.slice(0, 5));
    expect(await readFile(settings.file, 'utf8')).toBe(content);
  });

  test.each([
    ['', 'is not JSON'],
    ['null', 'it must be an object'],
    ['[]', 'it must be an object'],
    ['"text"', 'it must be an object'],
    ['{"profiles":[]}', '"profiles" must be an object'],
    ['{"profiles":{"default":null}}', 'profiles["default"] must be an object'],
    [`{"profiles":{"default":{"api-key":1}}}`, 'profiles["default"]["api-key"] must be a string'],
    [
      `{"profiles":{"default":{"webhook-secret":["${KEY}"]}}}`,
      'profiles["default"]["webhook-secret"] must be a string',
    ],
    [`{"profiles":{"default":{"port":"${KEY}"}}}`, 'profiles["default"]["port"] must be a number'],
    [`{"profiles":{"default":{"port":70000}}}`, 'profiles["default"]["port"] must be a port number'],
    [`{"profiles":{"__proto__":{"port":1.5}}}`, 'profiles["__proto__"]["port"] must be a port number'],
  ])('%s is refused: %s', (content, fault) => {
    const message = fault.startsWith('is not') ? fault : `is not as optipick writes it: ${fault}`;
    expect(() => parseDocument(content, '/c/config.json')).toThrowError(
      expect.objectContaining({ code: 'config_corrupt', message: `/c/config.json ${message}` }),
    );
  });

  test('A19: that is a folder is refused with its path', async () => {
    await using folder = await createTestFolder();
    await mkdir(folder.at('config.json'));
    expect(thrownBy(() => readSettingsFile(folder.path, process.platform))).toMatchObject({
      failure: 'environment',
      code: 'not_a_file',
      message: `${folder.at('config.json')} is a folder, not a file`,
    });
  });

  test.runIf(posix)('A19: that is no file keeps its mode', async () => {
    await using folder = await createTestFolder();
    const pipe = folder.at('pipe');
    await promisify(execFile)('mkfifo', ['-m', '644', pipe]);
    // As a device would be named: as root, its mode could be changed for all.
    await symlink(pipe, folder.at('config.json'));
    expect(thrownBy(() => readSettingsFile(folder.path, 'linux'))).toMatchObject({ code: 'not_a_file' });
    expect(await modeOf(pipe)).toBe(0o644);
  });
});

describe.runIf(posix)('the modes of the settings file and its folder', () => {
  test('that let others in are repaired, with a warning for each', async () => {
    await using settings = await createSettings('{}');
    await chmod(settings.path, 0o755);
    await chmod(settings.file, 0o644);
    expect(readSettingsFile(settings.path, 'linux').repaired).toEqual([
      `${settings.path} was open to others (mode 0755): it is 0700 now`,
      `${settings.file} could be read by others (mode 0644): it is 0600 now`,
    ]);
    expect([await modeOf(settings.path), await modeOf(settings.file)]).toEqual([0o700, 0o600]);
    expect(readSettingsFile(settings.path, 'linux').repaired).toEqual([]);
  });

  test('that are stricter stay', async () => {
    await using settings = await createSettings('{}');
    await chmod(settings.file, 0o400);
    expect(readSettingsFile(settings.path, 'linux').repaired).toEqual([]);
    expect(await modeOf(settings.file)).toBe(0o400);
  });

  test('of a folder that all users share stay', async () => {
    await using settings = await createSettings('{}');
    await chmod(settings.path, 0o1777);
    expect(readSettingsFile(settings.path, 'linux').repaired).toEqual([]);
    expect(await modeOf(settings.path)).toBe(0o1777);
  });

  test('of a folder without a settings file are nobody’s business', async () => {
    await using folder = await createTestFolder();
    await chmod(folder.path, 0o755);
    expect(readSettingsFile(folder.path, 'linux').repaired).toEqual([]);
    expect(await modeOf(folder.path)).toBe(0o755);
  });

  test('mean nothing on Windows', async () => {
    await using settings = await createSettings('{}');
    await chmod(settings.file, 0o644);
    expect(readSettingsFile(settings.path, 'win32').repaired).toEqual([]);
    expect(await modeOf(join(settings.path, 'config.json'))).toBe(0o644);
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
