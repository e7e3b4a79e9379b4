/** The built program, an id of which it knows no kind, and an API that has something to say for the other kind, too. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { deliver, payloadOf, startListener } from '../support/listener.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { startScriptedServer, type Scripted, type ScriptedServer } from '../support/scripted-server.ts';

const ID = '67507ad05e593173d0313e0f';
const ROUTE = { type: 'ROUTE', request_id: ID, picks: [], computation_time: 0.1 };

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

const env = (url: string) => ({ OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: url });

/** The route is not ready at first. */
function api(cluster: Scripted): Promise<ScriptedServer> {
  let asked = 0;
  return startScriptedServer(({ url }) => {
    if (!url.startsWith('/optimize/route/')) return cluster;
    asked += 1;
    return asked > 1 ? { body: ROUTE } : { status: 404, body: { detail: 'Not Found' } };
  });
}

describe.each([
  ['200 with {}', { body: {} }],
  ['200 with []', { body: '[]' }],
  ['a status word', { body: { status: 'PENDING' } }],
  ['400', { status: 400, body: { detail: 'not a cluster' } }],
  ['422', { status: 422, body: { detail: 'not a cluster' } }],
] as const)('N9: a route of which the API says %s as a cluster', (_what, cluster: Scripted) => {
  test('is found by poll', async () => {
    await using server = await api(cluster);
    const polled = await workplace.run(['poll', ID, '--json', '--interval', '50ms'], { env: env(server.url) });
    expect({ code: polled.code, answer: JSON.parse(polled.stdout) }).toEqual({ code: 0, answer: ROUTE });
  });

  test('is found by listen and by events replay, from an id alone', async () => {
    await using server = await api(cluster);
    await using listener = await startListener(workplace, ['--once'], { env: env(server.url) });
    expect(await deliver(listener.url, { id: 'msg_1', body: payloadOf(ID) })).toBe(204);
    expect(await listener.line(({ type }) => type === 'event')).toMatchObject({ kind: 'route', result: ROUTE });
    expect(await listener.ended).toMatchObject({ code: 0 });
    const replayed = await workplace.run(['events', 'replay', 'msg_1', '--json'], { env: env(server.url) });
    expect(replayed).toMatchObject({ code: 0, stdout: expect.stringContaining('"picks":[]') });
  });
});

describe('N1: a web page in place of answers', () => {
  const page: Scripted = { status: 403, body: '<html><title>Request blocked</title></html>' };

  test('ends a poll at its deadline with 5, its title and the way to resume', async () => {
    await using server = await startScriptedServer([page]);
    const polled = await workplace.run(['poll', ID, '--kind', 'route', '--timeout', '1s', '--interval', '100ms'], {
      env: env(server.url),
    });
    expect({ code: polled.code, stdout: polled.stdout }).toEqual({ code: 5, stdout: '' });
    expect(polled.stderr).toContain('a web page arrived instead of an answer of the API (HTTP 403): Request blocked');
    expect(polled.stderr).toContain(`resume with: optipick poll ${ID}`);
    expect(polled.stderr).not.toContain('optipick login');
    expect(server.seen.length).toBeGreaterThan(1);
  });

  test('counts as a failure of one of several requests', async () => {
    const other = '67507ad05e593173d0313e10';
    await using server = await startScriptedServer(({ url }) => (url.endsWith(other) ? { body: ROUTE } : page));
    const args = ['poll', ID, other, '--kind', 'route', '--timeout', '1s', '--interval', '100ms', '--json'];
    const polled = await workplace.run(args, { env: env(server.url) });
    expect({ code: polled.code, result: JSON.parse(polled.stdout) }).toMatchObject({
      code: 5,
      result: { type: 'result', request_id: other, state: 'done' },
    });
    expect(polled.stderr).toContain('Request blocked');
  });
});

test('N10: --json has what the API calls its error', async () => {
  const body = { code: 'SITE_NOT_FOUND', params: { site: 'X' }, message: 'no site X' };
  await using server = await startScriptedServer([{ status: 400, body }]);
  const got = await workplace.run(['route', 'get', ID, '--json'], { env: env(server.url) });
  expect({ code: got.code, error: JSON.parse(got.stderr) }).toEqual({
    code: 5,
    error: {
      error: {
        code: 'bad_request',
        message: 'the API refused the request (HTTP 400): no site X',
        exitCode: 5,
        status: 400,
        api_code: 'SITE_NOT_FOUND',
        requestId: ID,
        retryable: false,
      },
    },
  });
});
