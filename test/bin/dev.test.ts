/** `optipick dev` of the built program: sandbox, listener and inspector at once. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { undocumented } from '../support/json-output.ts';
import { inspectorClient } from '../support/inspector.ts';
import { followLines, type Line, type LinePrinter } from '../support/listener.ts';
import { createWorkplace, type RunOptions, type Workplace } from '../support/program.ts';
import { startReceiver } from '../support/receiver.ts';
import { waveOf } from '../support/wave.ts';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

interface RunningDev extends LinePrinter, AsyncDisposable {
  readonly sandbox: Line;
  readonly ready: Line;
}

/** With `--json`; resolves when all of it is there. */
async function startDev(place: Workplace, args: readonly string[] = [], options: RunOptions = {}): Promise<RunningDev> {
  const printer = followLines(place.start(['dev', '--json', ...args], { timeoutMs: 120_000, ...options }));
  const ready = await printer.line(({ type }) => type === 'ready');
  const [sandbox = {}] = printer.lines();
  return {
    ...printer,
    sandbox,
    ready,
    async [Symbol.asyncDispose]() {
      printer.kill('SIGKILL');
      await printer.ended;
      const faults = printer.lines().flatMap((line) => {
        const type = String(line['type']);
        return undocumented(type === 'sandbox' ? 'dev-sandbox' : `listen-${type}`, line);
      });
      expect(faults).toEqual([]);
    },
  };
}

const isEvent = ({ type }: Line): boolean => type === 'event';

/** Whether somebody answers at the port of this address. */
function isOpen(url: unknown): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(String(url)).port), '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

const placesOf = ({ sandbox, ready }: RunningDev): readonly unknown[] => [
  sandbox['url'],
  ready['url'],
  ready['inspector_url'],
];

const portsOf = (running: RunningDev): readonly string[] =>
  placesOf(running).map((place) => new URL(String(place)).port);

describe('optipick dev', () => {
  test('submits a wave to its sandbox, verifies the webhook and forwards it as it was signed', async () => {
    await using target = await startReceiver();
    await using running = await startDev(workplace, ['-f', target.url]);
    const { sandbox, ready } = running;
    expect(running.lines().slice(0, 2)).toEqual([sandbox, ready]);
    expect(sandbox).toEqual({
      v: 1,
      type: 'sandbox',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      api_key: expect.stringMatching(/^sandbox_[0-9a-f]{32}$/),
      secret: expect.stringMatching(/^whsec_/),
    });
    expect(ready).toEqual({
      v: 1,
      type: 'ready',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/webhook$/),
      port: expect.any(Number),
      inspector_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/),
    });
    const { headers, body } = await target.next();
    const { request_id: requestId } = JSON.parse(body.toString()) as { request_id: string };
    const own = Object.fromEntries(
      ['id', 'timestamp', 'signature'].map((name) => [`webhook-${name}`, String(headers[`svix-${name}`])]),
    );
    expect(new Webhook(String(sandbox['secret'])).verify(body.toString(), own)).toEqual({ request_id: requestId });
    expect(await running.line(isEvent)).toMatchObject({
      kind: 'cluster',
      request_id: requestId,
      result: { type: 'CLUSTER', request_id: requestId, error: null, asis_clusters: expect.any(Array) as unknown },
    });
    const inspect = inspectorClient(new URL(String(ready['inspector_url'])));
    await expect.poll(async () => (await inspect('/')).body).toContain('done');
    expect((await inspect('/deliveries/1')).body).toContain(requestId);
  });

  test('is reached by other commands with -p sandbox, and stores what it receives in a state of its own', async () => {
    await using running = await startDev(workplace);
    await running.line(isEvent);
    await writeFile(join(workplace.folder, 'wave.json'), JSON.stringify(waveOf({ picks: 8, orders: 4 })));
    const submitted = await workplace.run(['cluster', 'submit', '-p', 'sandbox', 'wave.json', '--wait', '--json']);
    expect(submitted).toMatchObject({ code: 0 });
    const { request_id: requestId } = JSON.parse(submitted.stdout) as { request_id: string };
    expect(await running.line((line) => isEvent(line) && line['request_id'] === requestId)).toMatchObject({
      kind: 'cluster',
    });
    const { OPTIPICK_STATE_DIR: state = '' } = workplace.env;
    const own = await workplace.run(['events', 'list', '--json'], { env: { OPTIPICK_STATE_DIR: join(state, 'dev') } });
    expect(own.stdout).toContain(requestId);
    expect(own.stdout.trim().split('\n')).toHaveLength(2);
    const usual = await workplace.run(['events', 'list', '--json']);
    expect(usual).toMatchObject({ code: 0, stdout: '' });
  });

  test('uses no settings of real work, and none of its secrets is printed', async () => {
    await using real = await startReceiver();
    const secrets = {
      OPTIPICK_API_KEY: 'real-key-1234567890',
      OPTIPICK_WEBHOOK_SECRET: 'whsec_cmVhbC1zZWNyZXQtMTIzNA==',
    };
    await using running = await startDev(workplace, [], { env: { OPTIPICK_BASE_URL: real.url, ...secrets } });
    await running.line(isEvent);
    running.kill('SIGINT');
    await running.ended;
    const nothing = Promise.resolve('nothing');
    expect(await Promise.race([real.next(), nothing])).toBe('nothing');
    const printed = JSON.stringify(running.lines()) + running.errors();
    for (const secret of Object.values(secrets)) expect(printed).not.toContain(secret);
    const config = await readFile(join(workplace.folder, 'config', 'config.json'), 'utf8');
    for (const secret of Object.values(secrets)) expect(config).not.toContain(secret);
  });

  test('works twice at once, in two workplaces, on different ports', async () => {
    const other = await createWorkplace();
    try {
      const both = await Promise.all([startDev(workplace), startDev(other)]);
      await using one = both[0];
      await using two = both[1];
      const ports = [...portsOf(one), ...portsOf(two)];
      expect(new Set(ports).size).toBe(6);
      await Promise.all([one.line(isEvent), two.line(isEvent)]);
    } finally {
      await other.remove();
    }
  });

  test('ends all of it on Ctrl-C with code 130', async () => {
    await using running = await startDev(workplace);
    await running.line(isEvent);
    const places = placesOf(running);
    expect(await Promise.all(places.map(isOpen))).toEqual([true, true, true]);
    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130 });
    expect(await Promise.all(places.map(isOpen))).toEqual([false, false, false]);
  });

  test('changes no profile "sandbox" that holds a real key', async () => {
    const stored = await workplace.run(['config', 'set', 'api-key', '-', '-p', 'sandbox'], {
      input: 'real-key-1234567890',
    });
    expect(stored).toMatchObject({ code: 0 });
    const file = join(workplace.folder, 'config', 'config.json');
    const before = await readFile(file, 'utf8');
    const { code, stdout, stderr } = await workplace.run(['dev', '--json']);
    expect(code).toBe(7);
    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'profile_in_use' } });
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  test('starts and stores nothing for a target that is no URL', async () => {
    const { code, stdout, stderr } = await workplace.run(['dev', '-f', 'ftp://127.0.0.1/']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--forward-to takes an http or https URL');
    expect(existsSync(join(workplace.folder, 'config', 'config.json'))).toBe(false);
  });

  test('says in three lines for people where everything is', async () => {
    const printer = followLines(workplace.start(['dev'], { timeoutMs: 120_000 }));
    await expect.poll(() => printer.errors()).toMatch(/inspector at .*\n/);
    expect(printer.errors().split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^sandbox at http:\/\/127\.0\.0\.1:\d+, profile "sandbox"$/),
      expect.stringMatching(/^listening on http:\/\/127\.0\.0\.1:\d+\/webhook$/),
      expect.stringMatching(/^inspector at http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}/),
    ]);
    printer.kill('SIGINT');
    expect(await printer.ended).toMatchObject({ code: 130 });
  });
});
