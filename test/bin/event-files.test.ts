/** `optipick events replay` of what `listen --record` has kept. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deliver, OTHER_SECRET, payloadOf, SECRET, startListener, type Line } from '../support/listener.ts';
import { createWorkplace, type RunResult, type Workplace } from '../support/program.ts';
import { startScriptedServer } from '../support/scripted-server.ts';

const ID = '67507ad05e593173d0313e0f';
const answer = { type: 'CLUSTER', request_id: ID, computation_time: 0.1, optimal_clusters: [] };

let recorder: Workplace;
/** Another machine, which has received nothing. */
let workplace: Workplace;
beforeEach(async () => {
  [recorder, workplace] = await Promise.all([createWorkplace(), createWorkplace()]);
});
afterEach(async () => {
  await Promise.all([recorder.remove(), workplace.remove()]);
});

const env = (url: string) => ({
  OPTIPICK_API_KEY: 'key-of-the-tests',
  OPTIPICK_BASE_URL: url,
  OPTIPICK_WEBHOOK_SECRET: SECRET,
});
const linesOf = ({ stdout }: RunResult): readonly Line[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

interface Sent {
  readonly id: string;
  readonly body: string;
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Lets a listener record these; the paths of the files, in order. */
async function recorded(...deliveries: readonly Sent[]): Promise<readonly string[]> {
  const folder = join(recorder.folder, 'records');
  await using listener = await startListener(recorder, ['--no-fetch', '--record', folder]);
  for (const sent of deliveries) await deliver(`${listener.url}/cluster`, sent);
  listener.kill('SIGTERM');
  await listener.ended;
  return (await readdir(folder)).sort().map((name) => join(folder, name));
}

const listed = async (): Promise<readonly Line[]> => linesOf(await workplace.run(['events', 'list', '--json']));

describe('a recorded delivery', () => {
  test('is let in under its id and worked off here when no listener runs, once', async () => {
    const [file = ''] = await recorded({ id: 'msg_1', body: payloadOf(ID) });
    await using api = await startScriptedServer(() => ({ body: answer }));
    const first = await workplace.run(['events', 'replay', file, '--json'], { env: env(api.url) });
    const line = { v: 1, type: 'result', id: 'msg_1', request_id: ID, outcome: 'shown', error: null, result: answer };
    expect([first.code, linesOf(first)]).toEqual([0, [line]]);
    expect(await listed()).toMatchObject([{ id: 'msg_1', kind: 'cluster', status: 'done', attempts: 1 }]);
    const again = await workplace.run(['events', 'replay', file, '--json'], { env: env(api.url) });
    expect([again.code, linesOf(again), (await listed()).length]).toEqual([0, [line], 1]);
  });

  test('is left to the listener that runs, with what it does', async () => {
    const files = await recorded({ id: 'msg_1', body: payloadOf(ID) }, { id: 'msg_2', body: '{"n": 1}' });
    await using target = await startScriptedServer([{ status: 204 }, { status: 204 }]);
    await using listener = await startListener(workplace, ['--no-fetch', '-f', target.url]);
    const replayed = await workplace.run(['events', 'replay', ...files, '--json'], {
      env: { OPTIPICK_WEBHOOK_SECRET: SECRET },
    });
    expect([replayed.code, linesOf(replayed).map(({ id, outcome }) => [id, outcome])]).toEqual([
      0,
      [
        ['msg_1', 'done'],
        ['msg_2', 'done'],
      ],
    ]);
    expect(target.seen.map(({ headers, body }) => [headers['svix-id'], body])).toEqual([
      ['msg_1', payloadOf(ID)],
      ['msg_2', '{"n": 1}'],
    ]);
    expect(listener.lines().filter(({ type }) => type === 'event').length).toBe(2);
  });

  test('that does not verify is not let in', async () => {
    const [file = ''] = await recorded({ id: 'msg_1', body: payloadOf(ID), secret: OTHER_SECRET });
    const replayed = await workplace.run(['events', 'replay', file, '--json'], {
      env: { OPTIPICK_WEBHOOK_SECRET: SECRET },
    });
    expect([replayed.code, linesOf(replayed)]).toMatchObject([9, [{ id: 'msg_1', outcome: 'failed' }]]);
    expect(String(linesOf(replayed)[0]?.['error'])).toContain(`why: optipick verify ${file}`);
    expect(await listed()).toEqual([]);
    const secret = join(workplace.folder, 'secret');
    await writeFile(secret, `${OTHER_SECRET}\n`);
    await using api = await startScriptedServer(() => ({ body: answer }));
    const args = ['events', 'replay', file, '--secret-file', secret];
    expect((await workplace.run(args, { env: env(api.url) })).code).toBe(0);
  });

  test('with the id of another message is refused', async () => {
    const [one = '', other = ''] = await recorded(
      { id: 'msg_1', body: payloadOf(ID), secret: OTHER_SECRET },
      { id: 'msg_1', body: payloadOf('b'.repeat(24)) },
    );
    await using api = await startScriptedServer(() => ({ body: answer }));
    const both = { ...env(api.url), OPTIPICK_WEBHOOK_SECRET: `${SECRET} ${OTHER_SECRET}` };
    expect((await workplace.run(['events', 'replay', one], { env: both })).code).toBe(0);
    const replayed = await workplace.run(['events', 'replay', other], { env: both });
    expect([replayed.code, replayed.stdout]).toEqual([5, expect.stringContaining('with another body')]);
  });

  test('--forward-to sends its exact bytes, verified or not, and needs neither secret nor key', async () => {
    const bodies = ['{\r\n "a" : 1 }\r\n', '\u{FEFF}{"b":"é"}', '{"c":1}'];
    const files = await recorded(
      ...bodies.map((body, at) => ({ id: `msg_${at}`, body, ...(at === 2 ? { secret: OTHER_SECRET } : {}) })),
    );
    await using target = await startScriptedServer(bodies.map(() => ({ status: 200 })));
    const replayed = await workplace.run(['events', 'replay', ...files, '-f', target.url, '--json']);
    expect([replayed.code, linesOf(replayed).map(({ outcome }) => outcome)]).toEqual([
      0,
      ['forwarded', 'forwarded', 'forwarded'],
    ]);
    expect(target.seen.map(({ body }) => body)).toEqual(bodies);
    for (const [at, { headers }] of target.seen.entries()) {
      const record = await readFile(files[at] ?? '', 'latin1');
      expect(record).toContain(`svix-signature: ${String(headers['svix-signature'])}\r\n`);
    }
    expect(await listed()).toEqual([]);
  });

  test('must be a file, a record, and have its body; else nothing at all is done', async () => {
    const [file = ''] = await recorded({ id: 'msg_1', body: payloadOf(ID) });
    const broken = join(workplace.folder, 'broken.http');
    await writeFile(broken, '{"a":1}\n');
    for (const [name, words] of [
      ['./nowhere', 'cannot read ./nowhere: there is no such file'],
      [broken, 'is JSON and holds no request with its headers'],
    ] as const) {
      const replayed = await workplace.run(['events', 'replay', file, name], {
        env: { OPTIPICK_WEBHOOK_SECRET: SECRET },
      });
      expect([replayed.code, replayed.stdout, replayed.stderr.includes(words)]).toEqual([2, '', true]);
    }
    expect(await listed()).toEqual([]);
    expect((await workplace.run(['events', 'replay', file])).code).toBe(4);
  });
});
