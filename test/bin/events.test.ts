/** `optipick events` on what a real listener has received. */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deliver, payloadOf, SECRET, signedHeaders, startListener, type Line } from '../support/listener.ts';
import { createWorkplace, type RunResult, type Workplace } from '../support/program.ts';
import { lockState } from '../support/state-lock.ts';
import { startScriptedServer, type Scripted, type SeenRequest } from '../support/scripted-server.ts';

const ID = '67507ad05e593173d0313e0f';
const OTHER_ID = 'b'.repeat(24);
const KEY = 'key-of-the-tests';
const REQUEST = join(import.meta.dirname, '../fixtures/example-cluster-request.json');
const answerOf = (id: string) => ({ type: 'CLUSTER', request_id: id, computation_time: 0.1, optimal_clusters: [] });
const allDone = ({ url }: SeenRequest): Scripted => ({ body: answerOf(url.split('/').at(-1) ?? '') });

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

const env = (url: string) => ({ OPTIPICK_API_KEY: KEY, OPTIPICK_BASE_URL: url });
const linesOf = ({ stdout }: RunResult): readonly Line[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

/** Lets a listener receive these, work them off, and end. */
async function received(
  deliveries: readonly { readonly id: string; readonly body: string; readonly path?: string }[],
  args: readonly string[] = ['--no-fetch'],
  surroundings: Readonly<Record<string, string>> = {},
): Promise<void> {
  await using listener = await startListener(workplace, [...args, '--count', String(deliveries.length)], {
    env: surroundings,
  });
  for (const { path = '', ...sent } of deliveries) expect(await deliver(`${listener.url}${path}`, sent)).toBe(204);
  expect(await listener.ended).toMatchObject({ code: 0 });
}

const TWO = [
  { id: 'msg_1', body: payloadOf(ID), path: '/cluster' },
  { id: 'msg_2', body: payloadOf(OTHER_ID), path: '/route' },
];

describe('events list', () => {
  test('tells of each delivery, newest first', async () => {
    await received(TWO);
    const listed = await workplace.run(['events', 'list', '--json']);
    const step = { step: 'show', state: 'done', attempts: 1, next_attempt_at: null, last_error: null };
    const facts = {
      v: 1,
      type: 'event',
      event: null,
      test: false,
      status: 'done',
      attempts: 1,
      last_error: null,
      received_at: expect.any(String),
      steps: [step],
    };
    expect([listed.code, linesOf(listed)]).toEqual([
      0,
      [
        { ...facts, id: 'msg_2', request_id: OTHER_ID, kind: 'route' },
        { ...facts, id: 'msg_1', request_id: ID, kind: 'cluster' },
      ],
    ]);
    const table = await workplace.run(['events', 'list', '-q']);
    const rows = table.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/).slice(1));
    expect([table.code, rows]).toEqual([
      0,
      [
        ['STATUS', 'KIND', 'REQUEST ID', 'SVIX-ID', 'ATTEMPTS', 'OWES', 'LAST ERROR'],
        ['done', 'route', OTHER_ID, 'msg_2', '1'],
        ['done', 'cluster', ID, 'msg_1', '1'],
      ],
    ]);
  });

  const filters: readonly (readonly [readonly string[], readonly string[]])[] = [
    [['--kind', 'route'], ['msg_2']],
    [['--status', 'pending'], []],
    [['--status', 'done', '--limit', '1'], ['msg_2']],
    [
      ['--since', '1h'],
      ['msg_2', 'msg_1'],
    ],
    [['--since', '0s'], []],
  ];
  test('keeps to its filters', async () => {
    await received(TWO);
    for (const [args, ids] of filters) {
      const listed = await workplace.run(['events', 'list', '--json', ...args]);
      expect([args, linesOf(listed).map(({ id }) => id)]).toEqual([args, ids]);
    }
  });

  test('says that there is nothing on a new machine', async () => {
    expect(await workplace.run(['events', 'list'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'nothing was received (that fits)\n',
    });
  });
});

describe('events show', () => {
  const body = `{ "request_id" : "${ID}",\n  "big": 12345678901234567890 }\n`;

  test('--raw writes the exact bytes, by svix-id or request id', async () => {
    await received([{ id: 'msg_1', body }]);
    for (const id of ['msg_1', ID]) {
      expect(await workplace.run(['events', 'show', id, '--raw'])).toEqual({ code: 0, stdout: body, stderr: '' });
    }
  });

  test('tells headers without credentials, payload and state', async () => {
    await using listener = await startListener(workplace, ['--no-fetch', '--once']);
    const sent = { id: 'msg_1', body };
    const headers = signedHeaders(sent);
    await deliver(listener.url, { ...sent, headers: { authorization: 'Bearer hush' } });
    await listener.ended;
    const shown = await workplace.run(['events', 'show', 'msg_1', '--json']);
    expect(shown.stdout).toContain('"big":12345678901234567890');
    expect(shown.stdout).not.toContain('hush');
    expect(JSON.parse(shown.stdout)).toMatchObject({
      v: 1,
      id: 'msg_1',
      request_id: ID,
      status: 'done',
      verified: true,
      headers: expect.arrayContaining([['svix-signature', headers['svix-signature']]]) as unknown,
    });
    const text = await workplace.run(['events', 'show', 'msg_1']);
    expect(text.stdout).toContain(`svix-signature: ${headers['svix-signature'] ?? ''}`);
    expect(text.stdout).not.toContain('hush');
  });

  test('is exit 2 for an id that nobody sent', async () => {
    const shown = await workplace.run(['events', 'show', 'msg_9', '--json']);
    expect([shown.code, JSON.parse(shown.stderr)]).toMatchObject([2, { error: { code: 'unknown_event' } }]);
  });
});

describe('events replay', () => {
  test('--forward-to sends it on as it came and says so, without a key and without touching its state', async () => {
    await received(TWO);
    await using target = await startScriptedServer([{ status: 200 }, { status: 500 }]);
    const replayed = await workplace.run(['events', 'replay', 'msg_1', OTHER_ID, '-f', target.url, '--json']);
    expect([replayed.code, linesOf(replayed)]).toEqual([
      3,
      [
        { v: 1, type: 'result', id: 'msg_1', request_id: ID, outcome: 'forwarded', error: null, result: null },
        {
          v: 1,
          type: 'result',
          id: 'msg_2',
          request_id: OTHER_ID,
          outcome: 'failed',
          error: `${target.url}/: answered 500`,
          result: null,
        },
      ],
    ]);
    expect(target.seen.map(({ headers, body }) => [headers['svix-id'], body])).toEqual([
      ['msg_1', payloadOf(ID)],
      ['msg_2', payloadOf(OTHER_ID)],
    ]);
  });

  test('--forward-to a dead target is exit 6', async () => {
    await received(TWO);
    const target = await startScriptedServer(['cut']);
    await target.close();
    const replayed = await workplace.run(['events', 'replay', '--since', '1h', '-f', target.url]);
    expect([replayed.code, replayed.stdout.match(/^msg_\d {2}failed/gm)]).toEqual([
      6,
      ['msg_1  failed', 'msg_2  failed'],
    ]);
  });

  test('without a target fetches and shows the result again', async () => {
    await using api = await startScriptedServer(allDone);
    await received(TWO);
    const replayed = await workplace.run(['events', 'replay', 'msg_1', '--json'], { env: env(api.url) });
    expect([replayed.code, linesOf(replayed)]).toEqual([
      0,
      [{ v: 1, type: 'result', id: 'msg_1', request_id: ID, outcome: 'shown', error: null, result: answerOf(ID) }],
    ]);
    expect(linesOf(await workplace.run(['events', 'list', '--status', 'done', '--json'])).length).toBe(2);
  });

  test('marks it failed when the result cannot be had, and --failed finds it', async () => {
    let broken = true;
    await using api = await startScriptedServer((request) =>
      broken ? { status: 404, body: { detail: 'Not Found' } } : allDone(request),
    );
    await received(TWO);
    const replayed = await workplace.run(['events', 'replay', ID], { env: env(api.url) });
    expect(replayed.code).toBe(6);
    expect(linesOf(await workplace.run(['events', 'list', '--status', 'failed', '--json']))).toMatchObject([
      { id: 'msg_1', last_error: `fetch: the result of ${ID} is not available yet (404)` },
    ]);
    broken = false;
    const again = await workplace.run(['events', 'replay', '--failed', '--json'], { env: env(api.url) });
    expect([again.code, linesOf(again)]).toMatchObject([0, [{ id: 'msg_1', outcome: 'shown' }]]);
    const none = await workplace.run(['events', 'replay', '--failed'], { env: env(api.url) });
    expect(none).toEqual({ code: 0, stdout: '', stderr: 'nothing to replay\n' });
  });

  test('leaves what was forwarded to the listener that knows where to', async () => {
    await using target = await startScriptedServer([{ status: 204 }]);
    await received([{ id: 'msg_1', body: payloadOf(ID) }], ['--no-fetch', '-f', target.url]);
    const alone = await workplace.run(['events', 'replay', 'msg_1', '--timeout', '100ms', '--json']);
    expect([alone.code, linesOf(alone)]).toMatchObject([8, [{ id: 'msg_1', outcome: 'waiting' }]]);
    await using listener = await startListener(workplace, ['--no-fetch', '-f', target.url]);
    const done = await workplace.run(['events', 'replay', 'msg_1', '--json']);
    expect([done.code, linesOf(done)]).toMatchObject([0, [{ id: 'msg_1', outcome: 'done' }]]);
    expect(target.seen.length).toBeGreaterThanOrEqual(2);
    await listener.line(({ id, type }) => id === 'msg_1' && type === 'event');
  });

  test('does not call failed what it waited to open again, while the listener is at work on it', async () => {
    const args = ['--no-fetch', '--exec', 'sleep 1'];
    await received([{ id: 'msg_1', body: payloadOf(ID) }], args);
    await using _listener = await startListener(workplace, args);
    const lock = await lockState(workplace);
    const replayed = workplace.run(['events', 'replay', 'msg_1', '--json']);
    await setTimeout(1000);
    await lock.release();
    const { code, stdout } = await replayed;
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { id: 'msg_1', outcome: 'done' }]);
  });

  test('is exit 2 without anything to replay, and with two ways to say it', async () => {
    for (const args of [[], ['msg_1', '--failed']]) {
      expect((await workplace.run(['events', 'replay', ...args])).code).toBe(2);
    }
  });
});

describe('events sync', () => {
  test('brings what no webhook and no poll has brought, and settles it', async () => {
    const ids = ['a', 'b', 'c'].map((letter) => letter.repeat(24));
    let submitted = 0;
    await using api = await startScriptedServer(({ method, url }) => {
      if (method === 'POST') {
        submitted += 1;
        return { body: { request_id: ids[submitted - 1] } };
      }
      const id = url.slice(-24);
      if (id === ids[2]) return { status: 404, body: { detail: 'Not Found' } };
      return { body: answerOf(id) };
    });
    for (const _ of ids) await workplace.run(['cluster', 'submit', REQUEST], { env: env(api.url) });
    await received([{ id: 'msg_1', body: payloadOf(ids[0] ?? '') }], [], env(api.url));
    const synced = await workplace.run(['events', 'sync', '--json'], { env: env(api.url) });
    expect([synced.code, linesOf(synced), synced.stderr]).toEqual([
      0,
      [{ v: 1, type: 'result', request_id: ids[1], kind: 'cluster', state: 'done', result: answerOf(ids[1] ?? '') }],
      '1 of 2 not finished; optipick poll --pending waits\n',
    ]);
    const again = await workplace.run(['events', 'sync'], { env: env(api.url) });
    expect(again).toEqual({ code: 0, stdout: '', stderr: '1 of 1 not finished; optipick poll --pending waits\n' });
  });

  test('is exit 3 when a job had failed, after showing it', async () => {
    await using api = await startScriptedServer(({ method }) => ({
      body: method === 'POST' ? { request_id: ID } : { request_id: ID, type: 'CLUSTER', error: 'no route' },
    }));
    await workplace.run(['cluster', 'submit', REQUEST], { env: env(api.url) });
    const synced = await workplace.run(['events', 'sync'], { env: env(api.url) });
    expect([synced.code, synced.stdout]).toEqual([3, `cluster  ${ID}  failed: no route\n`]);
  });

  test('is exit 4 when the key is refused', async () => {
    await using api = await startScriptedServer(({ method }) =>
      method === 'POST' ? { body: { request_id: ID } } : { status: 403, body: { message: 'Forbidden' } },
    );
    await workplace.run(['cluster', 'submit', REQUEST], { env: env(api.url) });
    const synced = await workplace.run(['events', 'sync', '--json'], { env: env(api.url) });
    expect([synced.code, synced.stdout, synced.stderr.includes(SECRET)]).toEqual([4, '', false]);
  });
});
