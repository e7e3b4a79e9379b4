import { describe, expect, test } from 'vitest';
import { jsonResponse, readText } from '../../src/lib/net/http.ts';
import { openState } from '../../src/state/sqlite/database.ts';
import { createSqliteSubmissions } from '../../src/state/sqlite/submissions.ts';
import { createFakeClock } from './fake-clock.ts';
import { createFakeHost } from './fake-host.ts';

describe('the machine in memory', () => {
  test('lets hours pass in no time, and wakes sleepers in the order of their hours', async () => {
    const { clock } = createFakeHost();
    const start = clock.now();
    const woken: unknown[] = [];
    const nap = async (name: string, ms: number, again?: number): Promise<void> => {
      await clock.sleep(ms);
      woken.push([name, clock.now() - start]);
      if (again !== undefined) await nap(name, again);
    };
    await Promise.all([nap('long', 3_600_000), nap('short', 10, 20), nap('middle', 25)]);
    expect(woken).toEqual([
      ['short', 10],
      ['middle', 25],
      ['short', 30],
      ['long', 3_600_000],
    ]);
  });

  test('lets time pass by hand, and a pause end by its signal', async () => {
    const clock = createFakeClock({ start: 0, auto: false });
    const stop = new AbortController();
    const seen: string[] = [];
    const first = clock.sleep(100).then(() => seen.push('first'));
    const second = clock.sleep(200, stop.signal).catch((error: unknown) => seen.push(String(error)));
    await clock.advance(150);
    stop.abort('stopped');
    await Promise.all([first, second]);
    expect([seen, clock.now(), clock.sleeps]).toEqual([['first', 'stopped'], 150, [100, 200]]);
  });

  test('finds what it serves under its address, until that is closed', async () => {
    const host = createFakeHost();
    const server = await host.serve(async ({ method, url }) => jsonResponse(200, { method, url }), {
      host: '127.0.0.1',
      port: 0,
      maxBodyBytes: 1000,
    });
    const http = await host.http();
    const { body } = await http({ method: 'GET', url: `${server.url}/a?b=c`, headers: {} });
    expect(await readText(body)).toBe('{"method":"GET","url":"/a?b=c"}');
    await server.close(5);
    await expect(http({ method: 'GET', url: `${server.url}/`, headers: {} })).rejects.toMatchObject({
      kind: 'refused',
    });
    expect([host.requests.length, host.served[0]?.graceMs]).toEqual([2, 5]);
  });

  test('keeps its state between two openings, apart from other machines', async () => {
    const host = createFakeHost();
    const open = async (machine: typeof host) =>
      createSqliteSubmissions(await openState((path) => machine.openDatabase(path), '/state'), machine.clock);
    await (
      await open(host)
    ).remember({ requestId: 'a', kind: 'route', baseUrl: 'https://a.example', profile: 'default' });
    const kinds = [await open(host), await open(createFakeHost())].map((submissions) => submissions.kindOf('a'));
    expect(await Promise.all(kinds)).toEqual(['route', undefined]);
  });

  test('keeps files and settings', async () => {
    const host = createFakeHost({ files: { 'a.json': '{}' }, profiles: { default: { port: 1 } } });
    await host.files.writeAtomic('b.json', 'text');
    await expect(host.files.writeAtomic('none/b.json', 'text')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(host.files.read('c.json')).rejects.toMatchObject({ code: 'ENOENT' });
    await host.settingsFile.change([
      { profile: 'default', key: 'port', value: undefined },
      { profile: 'other', key: 'api-key', value: 'key' },
    ]);
    expect([host.files.paths(), host.files.text('b.json'), host.profiles, host.settingsFile.path]).toEqual([
      ['/waves/a.json', '/waves/b.json'],
      'text',
      { other: { 'api-key': 'key' } },
      '/home/picker/.config/optipick/config.json',
    ]);
  });

  test('has a user who answers, a screen that is read, and a Ctrl-C', async () => {
    const host = createFakeHost({ answers: ['yes', new Error('enough')], terminal: { stderr: true } });
    const signals: string[] = [];
    const release = host.onStopSignal((signal) => signals.push(signal));
    host.signal('SIGINT');
    release();
    host.signal('SIGTERM');
    await host.stdout.write('out');
    await host.stderr.write('err');
    expect(await host.terminal.ask('Sure? ')).toBe('yes');
    await expect(host.terminal.ask('Key? ', { hidden: true })).rejects.toThrow('enough');
    expect([host.asked, host.stdoutText, host.stderrText, host.stderr.isTTY, signals]).toEqual([
      [
        { question: 'Sure? ', hidden: false },
        { question: 'Key? ', hidden: true },
      ],
      'out',
      'errSure? yes\nKey? \n',
      true,
      ['SIGINT'],
    ]);
  });
});
