import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { createClock } from '../../src/platform/clock.ts';
import { readSettingsFile } from '../../src/platform/settings-file.ts';
import { changeSettings } from '../../src/platform/settings-writer.ts';
import { sourceUrl, startChild } from '../support/child.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createTestFolder } from '../support/folder.ts';

const posix = process.platform !== 'win32';
const machine = { platform: process.platform, clock: createClock() };

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode % 0o10000;
}

/** Stores a value of its own, so many times, then a last one. */
const CHILD = `
  import { changeSettings } from ${JSON.stringify(sourceUrl('src/platform/settings-writer.ts'))};
  import { createClock } from ${JSON.stringify(sourceUrl('src/platform/clock.ts'))};
  const [folder, name, rounds] = process.argv.slice(1);
  const machine = { platform: process.platform, clock: createClock() };
  for (let round = 1; round <= Number(rounds); round += 1) {
    await changeSettings(folder, [{ profile: name + '-' + round, key: 'port', value: round }], machine);
  }
`;

describe('a setting that is stored', () => {
  test('is there when it is read, in a new private folder', async () => {
    await using folder = await createTestFolder();
    const path = folder.at('a/optipick');
    await changeSettings(path, [{ profile: 'default', key: 'api-key', value: 'key' }], machine);
    expect(readSettingsFile(path, process.platform)).toEqual({
      profiles: { default: { 'api-key': 'key' } },
      repaired: [],
    });
    expect(await readdir(path)).toEqual(['config.json']);
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
      expect([await readFile(folder.at('config.json'), 'utf8'), await readdir(folder.path)]).toEqual([
        content,
        ['config.json'],
      ]);
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
    expect(await readdir(folder.path)).toEqual(['config.json']);
  });

  test('are not held up by one that was killed while it wrote', async () => {
    await using folder = await createTestFolder();
    const holder = startChild(
      `
      import { withFileLock } from ${JSON.stringify(sourceUrl('src/platform/file-lock.ts'))};
      import { createClock } from ${JSON.stringify(sourceUrl('src/platform/clock.ts'))};
      await withFileLock(process.argv[1], { clock: createClock() }, async () => {
        console.log('locked');
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });
    `,
      folder.at('config.lock'),
    );
    await holder.said('locked');
    holder.process.kill('SIGKILL');
    await holder.ended;
    const names = ['a', 'b', 'c', 'd'];
    const ends = await Promise.all(names.map((name) => startChild(CHILD, folder.path, name, '2').ended));
    expect(ends.map(({ code, stderr }) => ({ code, stderr }))).toEqual(names.map(() => ({ code: 0, stderr: '' })));
    const { profiles } = readSettingsFile(folder.path, process.platform);
    expect(Object.keys(profiles).sort()).toEqual(names.flatMap((name) => [`${name}-1`, `${name}-2`]));
    expect(await readdir(folder.path)).toEqual(['config.json']);
  });

  test('wait for one that is alive, but not for ever', async () => {
    await using folder = await createTestFolder();
    await writeFile(folder.at('config.lock'), `${process.pid} ${hostname()} mark`);
    const clock = createFakeClock({ start: Date.now() });
    await expect(
      changeSettings(folder.path, [{ profile: 'p', key: 'port', value: 1 }], { platform: process.platform, clock }),
    ).rejects.toMatchObject({
      failure: 'environment',
      code: 'locked',
      retryable: true,
      hint: `if none is running, delete ${folder.at('config.lock')}`,
    });
    expect(await readdir(folder.path)).toEqual(['config.lock']);
  });

  test('break a lock of another machine only when it is old', async () => {
    await using folder = await createTestFolder();
    await writeFile(folder.at('config.lock'), '1 another-machine mark');
    const change = (start: number) =>
      changeSettings(folder.path, [{ profile: 'p', key: 'port', value: 1 }], {
        platform: process.platform,
        clock: createFakeClock({ start }),
      });
    await expect(change(Date.now())).rejects.toMatchObject({ code: 'locked' });
    expect((await change(Date.now() + 31_000)).profiles).toEqual({ p: { port: 1 } });
  });
});
