/** @module-tag killing */
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createClock } from '../../../src/platform/clock.ts';
import { readSettingsFile } from '../../../src/platform/fs/settings-file.ts';
import { changeSettings } from '../../../src/platform/fs/settings-writer.ts';
import { sourceUrl, startChild } from '../../support/child.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { createTestFolder } from '../../support/folder.ts';

const posix = process.platform !== 'win32';
const machine = { platform: process.platform, clock: createClock() };

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode % 0o10000;
}

/** The lock is empty and stays. */
const FILES = ['config.json', 'config.json.lock'];

/** Stores a value of its own, so many times, then a last one. */
const CHILD = `
  import { changeSettings } from ${JSON.stringify(sourceUrl('src/platform/fs/settings-writer.ts'))};
  import { createClock } from ${JSON.stringify(sourceUrl('src/platform/clock.ts'))};
  const [folder, name, rounds] = process.argv.slice(1);
  const machine = { platform: process.platform, clock: createClock() };
  for (let round = 1; round <= Number(rounds); round += 1) {
    await changeSettings(folder, [{ profile: name + '-' + round, key: 'port', value: round }], machine);
  }
`;

/** Takes the lock and holds it. */
const HOLDER = `
  import { withFileLock } from ${JSON.stringify(sourceUrl('src/platform/fs/file-lock.ts'))};
  import { createClock } from ${JSON.stringify(sourceUrl('src/platform/clock.ts'))};
  await withFileLock(process.argv[1], { platform: process.platform, clock: createClock() }, async () => {
    console.log('locked');
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  });
`;

/** Stores a key, and is killed in a call of the file system that concerns the temporary file. */
const DYING_CHILD = `
  import fs from 'node:fs';
  const [folder, value, call] = process.argv.slice(1);
  const { openSync } = fs;
  const files = new Set();
  fs.openSync = (path, ...rest) => {
    if (!String(path).includes('.tmp-')) return openSync(path, ...rest);
    if (call === 'openSync') process.kill(process.pid, 'SIGKILL');
    const fd = openSync(path, ...rest);
    files.add(fd);
    return fd;
  };
  const real = fs[call];
  if (call !== 'openSync') {
    fs[call] = (file, ...rest) => {
      if (files.has(file) || String(file).includes('.tmp-')) process.kill(process.pid, 'SIGKILL');
      return real(file, ...rest);
    };
  }
  const { changeSettings } = await import(${JSON.stringify(sourceUrl('src/platform/fs/settings-writer.ts'))});
  const { createClock } = await import(${JSON.stringify(sourceUrl('src/platform/clock.ts'))});
  const machine = { platform: process.platform, clock: createClock() };
  await changeSettings(folder, [{ profile: 'default', key: 'api-key', value }], machine);
`;

function profilesIn(folder: string): readonly string[] {
  return Object.keys(readSettingsFile(folder, process.platform).profiles);
}

describe('a setting that is stored', () => {
  test('is there when it is read, in a new private folder', async () => {
    await using folder = await createTestFolder();
    const path = folder.at('a/optipick');
    await changeSettings(path, [{ profile: 'default', key: 'api-key', value: 'key' }], machine);
    expect(readSettingsFile(path, process.platform)).toEqual({
      profiles: { default: { 'api-key': 'key' } },
      repaired: [],
    });
    expect(await readdir(path)).toEqual(FILES);
    if (posix) expect([await modeOf(path), await modeOf(`${path}/config.json`)]).toEqual([0o700, 0o600]);
  });

  test('joins the others, replaces its former value, and is removed by undefined', async () => {
    await using folder = await createTestFolder();
    const change = async (profile: string, key: 'api-key' | 'port', value: string | number | undefined) =>
      (await changeSettings(folder.path, [{ profile, key, value }], machine)).profiles;
    expect(await change('default', 'api-key', 'one')).toEqual({ default: { 'api-key': 'one' } });
    expect(await change('default', 'port', 1)).toEqual({ default: { 'api-key': 'one', port: 1 } });
    expect(await change('b', 'port', 2)).toEqual({ default: { 'api-key': 'one', port: 1 }, b: { port: 2 } });
    expect(await change('default', 'api-key', 'two')).toEqual({
      default: { 'api-key': 'two', port: 1 },
      b: { port: 2 },
    });
    expect(await change('default', 'port', undefined)).toEqual({ default: { 'api-key': 'two' }, b: { port: 2 } });
    expect(await change('b', 'port', undefined)).toEqual({ default: { 'api-key': 'two' } });
    expect(await change('none', 'port', undefined)).toEqual({ default: { 'api-key': 'two' } });
    expect(JSON.parse(await readFile(folder.at('config.json'), 'utf8'))).toEqual({
      profiles: { default: { 'api-key': 'two' } },
    });
  });

  test('comes with others in one write', async () => {
    await using folder = await createTestFolder();
    const { profiles } = await changeSettings(
      folder.path,
      [
        { profile: 'default', key: 'api-key', value: 'key' },
        { profile: 'default', key: 'webhook-secret', value: 'secret' },
      ],
      machine,
    );
    expect(profiles).toEqual({ default: { 'api-key': 'key', 'webhook-secret': 'secret' } });
  });

  test.each(['a.b', '__proto__', 'constructor'])('may belong to the profile %s', async (profile) => {
    await using folder = await createTestFolder();
    for (const [key, value] of [
      ['api-key', 'key'],
      ['port', 7],
    ] as const) {
      await changeSettings(folder.path, [{ profile, key, value }], machine);
    }
    const { profiles } = readSettingsFile(folder.path, process.platform);
    expect(Object.entries(profiles)).toEqual([[profile, { 'api-key': 'key', port: 7 }]]);
  });

  test('leaves alone what only a newer optipick knows, and a byte order mark does no harm', async () => {
    await using folder = await createTestFolder();
    const newer = { version: 7, profiles: { default: { colour: ['red'] } } };
    await writeFile(folder.at('config.json'), `\uFEFF${JSON.stringify(newer)}`);
    await changeSettings(folder.path, [{ profile: 'default', key: 'port', value: 1 }], machine);
    expect(JSON.parse(await readFile(folder.at('config.json'), 'utf8'))).toEqual({
      version: 7,
      profiles: { default: { colour: ['red'], port: 1 } },
    });
  });

  test('never overwrites a file that cannot be understood', async () => {
    await using folder = await createTestFolder();
    for (const content of ['{"profiles":', '', '[]', '{"profiles":{"default":{"port":"x"}}}']) {
      await writeFile(folder.at('config.json'), content);
      await expect(
        changeSettings(folder.path, [{ profile: 'default', key: 'port', value: 1 }], machine),
      ).rejects.toMatchObject({ failure: 'environment', code: 'config_corrupt' });
      expect([await readFile(folder.at('config.json'), 'utf8'), await readdir(folder.path)]).toEqual([content, FILES]);
    }
  });

  test('cannot be stored where the folder cannot be', async () => {
    await using folder = await createTestFolder();
    await writeFile(folder.at('a'), '');
    await expect(
      changeSettings(folder.at('a'), [{ profile: 'default', key: 'port', value: 1 }], machine),
    ).rejects.toMatchObject({
      failure: 'environment',
      code: 'config_unwritable',
      message: expect.stringContaining(folder.at('a/config.json')) as string,
    });
  });

  test.runIf(posix)('closes a folder that was open to others', async () => {
    await using folder = await createTestFolder();
    await mkdir(folder.at('open'));
    await chmod(folder.at('open'), 0o755);
    const { repaired } = await changeSettings(folder.at('open'), [{ profile: 'p', key: 'port', value: 1 }], machine);
    expect(repaired).toEqual([`${folder.at('open')} was open to others (mode 0755): it is 0700 now`]);
    expect(await modeOf(folder.at('open'))).toBe(0o700);
  });

  test('leaves the signals of the process to those who had them', async () => {
    await using folder = await createTestFolder();
    const code = `
      process.on('SIGINT', () => {});
      const count = () => ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'].map((name) => process.listenerCount(name)).join();
      ${CHILD}
      console.log(count());
    `;
    expect(await startChild(code, folder.path, 'a', '1').ended).toEqual({
      code: 0,
      signal: null,
      stdout: '1,0,0,0\n',
      stderr: '',
    });
  });
});

describe('several processes', () => {
  test('lose nothing when ten store at the same time', async () => {
    await using folder = await createTestFolder();
    const names = Array.from({ length: 10 }, (_, number) => `process${number}`);
    const ends = await Promise.all(names.map((name) => startChild(CHILD, folder.path, name, '5').ended));
    expect(ends.map(({ code, stderr }) => ({ code, stderr }))).toEqual(names.map(() => ({ code: 0, stderr: '' })));
    const { profiles } = readSettingsFile(folder.path, process.platform);
    const expected = names.flatMap((name) => [1, 2, 3, 4, 5].map((round) => [`${name}-${round}`, { port: round }]));
    expect(profiles).toEqual(Object.fromEntries(expected));
    expect(await readdir(folder.path)).toEqual(FILES);
  });

  test.runIf(posix)('A15: are held up by one that is stopped, and no longer when it is killed', async () => {
    await using folder = await createTestFolder();
    const holder = startChild(HOLDER, folder.at('config.json.lock'));
    await holder.said('locked');
    holder.process.kill('SIGSTOP');
    const change = () =>
      changeSettings(folder.path, [{ profile: 'p', key: 'port', value: 1 }], {
        platform: process.platform,
        clock: createFakeClock(),
      });
    await expect(change()).rejects.toMatchObject({
      failure: 'environment',
      code: 'locked',
      retryable: true,
      message: `another optipick holds ${folder.at('config.json.lock')}`,
      hint: 'wait until it has ended, or stop it',
    });
    holder.process.kill('SIGKILL');
    await holder.ended;
    expect((await change()).profiles).toEqual({ p: { port: 1 } });
  });

  test('A15: that wait for one go on when it is killed', async () => {
    await using folder = await createTestFolder();
    const holder = startChild(HOLDER, folder.at('config.json.lock'));
    await holder.said('locked');
    const names = ['a', 'b', 'c', 'd'];
    const waiting = names.map((name) => startChild(CHILD, folder.path, name, '2'));
    holder.process.kill('SIGKILL');
    const ends = await Promise.all(waiting.map(({ ended }) => ended));
    expect(ends.map(({ code, stderr }) => ({ code, stderr }))).toEqual(names.map(() => ({ code: 0, stderr: '' })));
    const { profiles } = readSettingsFile(folder.path, process.platform);
    expect(Object.keys(profiles).sort()).toEqual(names.flatMap((name) => [`${name}-1`, `${name}-2`]));
    expect(await readdir(folder.path)).toEqual(FILES);
  });

  test('A15: are not held up by a lock file that lies there, but by one that is something else', async () => {
    await using folder = await createTestFolder();
    const change = () => changeSettings(folder.path, [{ profile: 'p', key: 'port', value: 1 }], machine);
    await writeFile(folder.at('config.json.lock'), '');
    expect((await change()).profiles).toEqual({ p: { port: 1 } });
    await writeFile(folder.at('config.json.lock'), 'notes of somebody');
    await expect(change()).rejects.toMatchObject({
      failure: 'environment',
      code: 'lock_unusable',
      message: `the lock ${folder.at('config.json.lock')} cannot be used: file is not a database`,
    });
    expect(await readFile(folder.at('config.json.lock'), 'utf8')).toBe('notes of somebody');
  });
});

describe('a process that is killed while it stores a key', () => {
  const KEY = 'a-key-that-must-not-stay';
  const store = (folder: string, value: string) =>
    changeSettings(folder, [{ profile: 'default', key: 'api-key', value }], machine);

  // The calls by which the file is written, in their order.
  test.each(['openSync', 'writeSync', 'fsyncSync', 'closeSync', 'renameSync'])(
    'A15: in %s leaves the settings whole, and what it leaves is gone after the next change',
    async (call) => {
      await using folder = await createTestFolder();
      await store(folder.path, 'before');
      const victim = startChild(DYING_CHILD, folder.path, KEY, call);
      expect(await victim.ended).toMatchObject({ signal: 'SIGKILL', stderr: '' });
      expect(readSettingsFile(folder.path, process.platform).profiles).toEqual({ default: { 'api-key': 'before' } });
      // The crash has left what it is about.
      if (call !== 'openSync') expect(await readdir(folder.path)).toHaveLength(3);
      await store(folder.path, 'after');
      expect(readSettingsFile(folder.path, process.platform).profiles).toEqual({ default: { 'api-key': 'after' } });
      expect(await readdir(folder.path)).toEqual(FILES);
    },
  );

  test('A15: at any moment leaves the settings whole', async () => {
    await using folder = await createTestFolder();
    for (let round = 0; round < 5; round += 1) {
      const victim = startChild(CHILD, folder.path, `victim${round}`, '100000');
      await expect.poll(() => profilesIn(folder.path), { interval: 1 }).toContain(`victim${round}-${round * 7 + 1}`);
      victim.process.kill('SIGKILL');
      await victim.ended;
      await store(folder.path, KEY);
      expect(await readdir(folder.path)).toEqual(FILES);
      expect(profilesIn(folder.path)).toContain('default');
    }
  });

  test('A15: leaves nothing of others to be removed', async () => {
    await using folder = await createTestFolder();
    const others = [
      'config.json.tmp',
      'config.json.tmp-1',
      'config.json.tmp-1234567890abcdeg',
      'config.json.tmp-1234567890abcdef.txt',
      'my-config.json.tmp-1234567890abcdef',
    ];
    for (const name of others) await writeFile(folder.at(name), 'theirs');
    await mkdir(folder.at('config.json.tmp-0123456789abcdef'));
    await store(folder.path, KEY);
    expect((await readdir(folder.path)).sort()).toEqual(
      [...FILES, ...others, 'config.json.tmp-0123456789abcdef'].sort(),
    );
  });

  test.runIf(posix)('A15: is cleaned up after where a link leads', async () => {
    await using folder = await createTestFolder();
    await mkdir(folder.at('dotfiles'));
    await mkdir(folder.at('config'));
    await writeFile(folder.at('dotfiles/optipick.json'), '{}');
    await writeFile(folder.at('dotfiles/optipick.json.tmp-1234567890abcdef'), KEY);
    await symlink('../dotfiles/optipick.json', folder.at('config/config.json'));
    await store(folder.at('config'), 'after');
    expect(await readdir(folder.at('dotfiles'))).toEqual(['optipick.json']);
  });
});

test('settings are replaced as a whole in the terminal of a snap, too', async () => {
  await using folder = await createTestFolder();
  const before = process.env['SNAP'];
  process.env['SNAP'] = '/snap/code/1';
  try {
    const change = (value: number) => changeSettings(folder.path, [{ profile: 'p', key: 'port', value }], machine);
    await change(1);
    const { ino } = await stat(folder.at('config.json'));
    await change(2);
    expect((await stat(folder.at('config.json'))).ino).not.toBe(ino);
    expect(process.env['SNAP']).toBe('/snap/code/1');
  } finally {
    if (before === undefined) delete process.env['SNAP'];
    else process.env['SNAP'] = before;
  }
});
