/** Webhooks of `optipick trigger` in a real listener: what names no request of the API is done with at once. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SECRET, startListener, type Line } from '../support/listener.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { startReceiver } from '../support/receiver.ts';
import { startScriptedServer, type Scripted } from '../support/scripted-server.ts';

const ID = '67507ad05e593173d0313e0f';
const REQUEST = join(import.meta.dirname, '../fixtures/example-cluster-request.json');
const MISSING: Scripted = { status: 404, body: { detail: 'not found' } };
const ANSWER: Scripted = {
  body: { type: 'CLUSTER', request_id: ID, computation_time: 0.1, optimal_clusters: [], message: 'ok' },
};

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

const env = (url: string) => ({
  OPTIPICK_API_KEY: 'key-of-the-tests',
  OPTIPICK_BASE_URL: url,
  OPTIPICK_WEBHOOK_SECRET: SECRET,
});

async function trigger(to: string, args: readonly string[] = []): Promise<Line> {
  const sent = await workplace.run(['trigger', 'cluster.optimized', '--json', '--to', to, ...args], {
    env: { OPTIPICK_WEBHOOK_SECRET: SECRET },
  });
  expect([sent.code, sent.stderr]).toEqual([0, '']);
  return JSON.parse(sent.stdout) as Line;
}

async function events(...args: readonly string[]): Promise<readonly Line[]> {
  const { stdout } = await workplace.run(['events', ...args, '--json']);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

const stepsOf = ({ steps }: Line = {}): unknown =>
  Object.fromEntries((steps as readonly Line[]).map(({ step, state }) => [step, state]));

describe('a test webhook about a request that does not exist', () => {
  test('is forwarded, shown without a result, and done after one question to the API; no command runs', async () => {
    await using api = await startScriptedServer([MISSING]);
    await using target = await startReceiver();
    const ran = join(workplace.folder, 'ran');
    await using listener = await startListener(
      workplace,
      ['--forward-to', target.url, '--exec', `node -e "require('fs').writeFileSync('${ran}', '')"`],
      { env: env(api.url) },
    );
    const { id, request_id } = await trigger(listener.url);
    expect(id).toMatch(/^msg_optipick_test_/);
    expect(await listener.line(({ type }) => type === 'event')).toMatchObject({ id, request_id, result: null });
    expect((await target.next()).headers['svix-id']).toBe(id);
    // The kind is not in the payload: route and cluster are asked, once each.
    expect(api.lines().toSorted()).toEqual([
      `GET /optimize/cluster/${String(request_id)}`,
      `GET /optimize/route/${String(request_id)}`,
    ]);
    await expect.poll(() => events('list'), { timeout: 10_000 }).toMatchObject([{ status: 'done' }]);
    const [event] = await events('list');
    expect(event).toMatchObject({ id, test: true, last_error: null });
    expect(stepsOf(event)).toEqual({ show: 'done', exec: 'discarded', [`forward ${target.url}`]: 'done' });
    await expect(stat(ran)).rejects.toThrow('ENOENT');
    expect(listener.errors()).toBe('');
  });

  test('is fetched and shown as any other when the request exists', async () => {
    await using api = await startScriptedServer(({ url }) => (url.startsWith('/optimize/cluster/') ? ANSWER : MISSING));
    await using listener = await startListener(workplace, ['--once'], { env: env(api.url) });
    await trigger(listener.url, ['--data', `{"request_id":"${ID}"}`]);
    expect(await listener.line(({ type }) => type === 'event')).toMatchObject({
      kind: 'cluster',
      result: { request_id: ID },
    });
  });
});

describe('the result is waited for, and retried, when', () => {
  test('--request-id names the request: the webhook is then no test', async () => {
    let isThere = false;
    await using api = await startScriptedServer(() => (isThere ? ANSWER : MISSING));
    await using listener = await startListener(workplace, ['--once'], { env: env(api.url) });
    const { id } = await trigger(listener.url, ['--request-id', ID]);
    expect(id).toMatch(/^msg_[A-Za-z0-9]{27}$/);
    await expect
      .poll(() => events('list'), { timeout: 10_000 })
      .toMatchObject([{ test: false, status: 'pending', last_error: expect.any(String) }]);
    isThere = true;
    expect(await listener.line(({ type }) => type === 'event')).toMatchObject({ id, result: { request_id: ID } });
  });

  test('this machine submitted the request, whoever sends the webhook', async () => {
    let isThere = false;
    await using api = await startScriptedServer(({ method }) =>
      method === 'POST' ? { body: { request_id: ID } } : isThere ? ANSWER : MISSING,
    );
    const submitted = await workplace.run(['cluster', 'submit', REQUEST], { env: env(api.url) });
    expect(submitted.code).toBe(0);
    await using listener = await startListener(workplace, ['--once'], { env: env(api.url) });
    const { id } = await trigger(listener.url, ['--data', `{"request_id":"${ID}"}`]);
    expect(id).toMatch(/^msg_optipick_test_/);
    await expect
      .poll(() => events('list'), { timeout: 10_000 })
      .toMatchObject([{ test: true, status: 'pending', last_error: expect.any(String) }]);
    isThere = true;
    expect(await listener.line(({ type }) => type === 'event')).toMatchObject({ id, result: { request_id: ID } });
  });

  test('the API does not answer: whether there is such a request is not known', async () => {
    let isUp = false;
    await using api = await startScriptedServer(() => (isUp ? MISSING : { status: 503 }));
    await using listener = await startListener(workplace, ['--once'], { env: env(api.url) });
    await trigger(listener.url);
    await expect
      .poll(() => events('list'), { timeout: 20_000 })
      .toMatchObject([{ status: 'pending', last_error: expect.any(String) }]);
    isUp = true;
    expect(await listener.line(({ type }) => type === 'event')).toMatchObject({ result: null });
  });
});

test('the screens of listen and events say that it was a test', async () => {
  await using api = await startScriptedServer([MISSING]);
  const listening = workplace.start(['listen', '--once', '--port', '0', '--exec', 'cat'], { env: env(api.url) });
  const url = await new Promise<string>((resolve) => {
    let said = '';
    listening.stderr?.on('data', (chunk: Buffer) => {
      const [found] = /http:\S+\/webhook(?=\n)/.exec((said += chunk.toString())) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  const { id, request_id } = await trigger(url);
  const { stdout } = await listening;
  const text = `${String(request_id)}  test webhook, no such request: the command does not run`;
  expect(String(stdout).trimEnd().slice('14:03:59  '.length)).toBe(`ok  webhook            ${text}`);

  const list = await workplace.run(['events', 'list']);
  const rows = list.stdout.split('\n').map((row) => row.split(/ {2,}/));
  expect(rows[1]?.slice(1, 5)).toEqual(['done', 'test', request_id, id]);
  const show = await workplace.run(['events', 'show', String(id)]);
  expect(show.stdout).toContain('test        sent by "optipick trigger"\n');
  expect(show.stdout).toContain('exec: discarded after 1 attempt (test webhook, no such request)\n');
  const again = await workplace.run(['events', 'replay', String(id), '--timeout', '1s'], { env: env(api.url) });
  expect(again.code).toBe(8);
});

describe('events discard --test', () => {
  const refusing = async (): Promise<readonly Line[]> => {
    await using dead = await startScriptedServer([{ status: 500 }]);
    await using listener = await startListener(workplace, ['--no-fetch', '--forward-to', `${dead.url}/hooks`]);
    const marked = await trigger(listener.url);
    const plain = await trigger(listener.url, ['--request-id', ID]);
    await expect.poll(() => dead.seen.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
    return [marked, plain];
  };

  test('drops what test webhooks still owe, and nothing else', async () => {
    const [marked, plain] = await refusing();
    expect(await events('discard', '--test', '--failed')).toEqual([]);
    expect(await events('discard', '--test')).toMatchObject([{ type: 'discarded', id: marked?.['id'] }]);
    expect(await events('list', '--status', 'pending')).toMatchObject([{ id: plain?.['id'] }]);
    const again = await workplace.run(['events', 'discard', '--test']);
    expect(again).toEqual({ code: 0, stdout: '', stderr: 'nothing to discard\n' });
  });

  test('narrows --pending', async () => {
    const [marked] = await refusing();
    expect(await events('discard', '--test', '--pending')).toMatchObject([{ id: marked?.['id'] }]);
  });

  test('excludes ids', async () => {
    const { code, stderr } = await workplace.run(['events', 'discard', '--test', ID]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('ids exclude --failed, --pending and --test')]);
  });
});
