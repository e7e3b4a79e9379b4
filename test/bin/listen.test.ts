/** `optipick listen` as it is used: the built program, real signatures, a scripted API, the sandbox as sender. */
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  deliver,
  OTHER_SECRET,
  payloadOf,
  SECRET,
  signedHeaders,
  startListener,
  type Line,
} from '../support/listener.ts';
import { createWorkplace, PROGRAM, type Workplace } from '../support/program.ts';
import { startScriptedServer, type Scripted, type SeenRequest } from '../support/scripted-server.ts';
import { testTls } from '../support/tls.ts';

const ID = '67507ad05e593173d0313e0f';
const KEY = 'key-of-the-tests';
const answerOf = (id: string) => ({
  type: 'CLUSTER',
  request_id: id,
  site_name: 'Example',
  unit: 'cm',
  asis_distance: 1389.5,
  optimal_distance: 840.2,
  computation_time: 0.1,
  optimal_clusters: [],
  asis_clusters: [],
});
/** Knows the result of every id. */
const allDone = ({ url }: SeenRequest): Scripted => ({ body: answerOf(url.split('/').at(-1) ?? '') });
const isEvent = ({ type }: Line): boolean => type === 'event';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

const env = (url: string) => ({ OPTIPICK_API_KEY: KEY, OPTIPICK_BASE_URL: url });

/** An API that answers when the test wants it to. */
async function startApi(answer: (id: string, response: ServerResponse) => void) {
  const server = createHttpServer((request, response) => answer(request.url?.split('/').at(-1) ?? '', response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

describe('a webhook', () => {
  test('is verified, kept, answered 204, and shown with its result', async () => {
    await using api = await startScriptedServer(allDone);
    await using listener = await startListener(workplace, [], { env: env(api.url) });
    expect(listener.lines()).toEqual([
      { v: 1, type: 'ready', url: `http://127.0.0.1:${listener.port}/webhook`, port: listener.port },
    ]);
    expect(await deliver(`${listener.url}/cluster`, { id: 'msg_1', body: payloadOf(ID) })).toBe(204);
    const { received_at, ...event } = await listener.line(isEvent);
    expect(event).toEqual({
      v: 1,
      type: 'event',
      id: 'msg_1',
      kind: 'cluster',
      event: null,
      request_id: ID,
      payload: { request_id: ID },
      result: answerOf(ID),
    });
    expect(String(received_at)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(api.lines()).toEqual([`GET /optimize/cluster/${ID}`]);
    listener.kill('SIGTERM');
    expect(await listener.ended).toMatchObject({ code: 143 });
    expect(listener.lines().at(-1)).toEqual({
      v: 1,
      type: 'closed',
      accepted: 1,
      duplicates: 0,
      rejected: 0,
      shown: 1,
      pending: 0,
    });
  });

  test('that comes twice is shown once', async () => {
    await using api = await startScriptedServer(allDone);
    await using listener = await startListener(workplace, [], { env: env(api.url) });
    const sent = { id: 'msg_1', body: payloadOf(ID) };
    expect(await Promise.all([deliver(listener.url, sent), deliver(listener.url, sent)])).toEqual([204, 204]);
    const { received_at, ...duplicate } = await listener.line(({ type }) => type === 'duplicate');
    expect([duplicate, typeof received_at]).toEqual([
      { v: 1, type: 'duplicate', id: 'msg_1', request_id: ID },
      'string',
    ]);
    await deliver(listener.url, { id: 'msg_2', body: payloadOf('b'.repeat(24)) });
    await listener.line(({ id, type }) => id === 'msg_2' && type === 'event');
    expect(
      listener
        .lines()
        .filter(isEvent)
        .map(({ id }) => id),
    ).toEqual(['msg_1', 'msg_2']);
  });

  const refusals: readonly (readonly [string, Parameters<typeof deliver>[1], number, string])[] = [
    ['signed with another secret', { id: 'msg_1', body: '{}', secret: OTHER_SECRET }, 401, 'no_match'],
    ['signed an hour ago', { id: 'msg_1', body: '{}', at: Date.now() - 3_600_000 }, 401, 'too_old'],
    ['without a signature', { id: 'msg_1', body: '{}', headers: { 'svix-signature': '' } }, 400, 'missing_header'],
    [
      'of another content type',
      { id: 'msg_1', body: '{}', headers: { 'content-type': 'application/xml' } },
      415,
      'unsupported_content_type',
    ],
    ['larger than --max-body', { id: 'msg_1', body: `{"x":"${'x'.repeat(5000)}"}` }, 413, 'body_too_large'],
  ];
  for (const [what, sent, status, reason] of refusals) {
    test(`${what} is answered ${status} and told of with the reason`, async () => {
      await using listener = await startListener(workplace, ['--no-fetch', '--max-body', '4kb']);
      expect(await deliver(listener.url, sent)).toBe(status);
      const rejected = await listener.line(({ type }) => type === 'rejected');
      expect(rejected).toMatchObject({ v: 1, id: 'msg_1', status, reason });
      const response = await fetch(new URL('/healthz', listener.url));
      expect(await response.json()).toEqual({
        status: 'ok',
        accepted: 0,
        duplicates: 0,
        rejected: 1,
        pending: 0,
        done: 0,
        failed: 0,
        limits_reached: {},
      });
    });
  }

  test.each([
    [
      'at another path',
      '/hooks',
      'POST',
      404,
      'not_found',
      'nothing is received at /hooks: the path of the endpoint is /webhook',
    ],
    ['with PUT', '/webhook', 'PUT', 405, 'method_not_allowed', 'PUT to /webhook: webhooks are sent with POST'],
  ])('%s is told of, too', async (_, path, method, status, reason, detail) => {
    await using listener = await startListener(workplace, ['--no-fetch']);
    // Somebody who looks by sends nothing.
    expect((await fetch(new URL('/favicon.ico', listener.url))).status).toBe(404);
    const request: RequestInit = { method, body: '{}', headers: { 'svix-id': 'msg_1' } };
    const response = await fetch(new URL(path, listener.url), request);
    expect(response.status).toBe(status);
    const rejected = await listener.line(({ type }) => type === 'rejected');
    expect(rejected).toMatchObject({ id: 'msg_1', status, reason, detail });
    listener.kill('SIGTERM');
    await listener.ended;
    expect(listener.lines().at(-1)).toMatchObject({ type: 'closed', rejected: 1 });
  });

  test('of 30 MB is told of and recorded, though not read', async () => {
    await using listener = await startListener(workplace, ['--no-fetch', '--record', 'kept']);
    const body = 'x'.repeat(30 * 1024 * 1024);
    const answer = await fetch(listener.url, { method: 'POST', body, headers: { 'svix-id': 'msg_1' } }).then(
      ({ status }) => status,
      () => 'cut off while sending',
    );
    expect([413, 'cut off while sending']).toContain(answer);
    expect(await listener.line(({ type }) => type === 'rejected')).toMatchObject({ id: 'msg_1', status: 413 });
    listener.kill('SIGTERM');
    await listener.ended;
    expect(await readdir(join(workplace.folder, 'kept'))).toEqual([expect.stringMatching(/-413-msg_1\.http$/)]);
  });

  test('from elsewhere than --allow-from is answered 403', async () => {
    await using listener = await startListener(workplace, ['--no-fetch', '--allow-from', 'svix']);
    expect(await deliver(listener.url, { id: 'msg_1', body: '{}' })).toBe(403);
    expect(await listener.line(({ type }) => type === 'rejected')).toMatchObject({ reason: 'source_not_allowed' });
  });

  test('whose result comes faster than that of an earlier one is shown in its turn', async () => {
    // The first to be asked for is the last to be answered.
    const held: ServerResponse[] = [];
    await using api = await startApi((id, response) => {
      held.push(response);
      if (held.length < 3) return;
      for (const one of held.toReversed()) one.end(JSON.stringify(answerOf(id)));
    });
    await using listener = await startListener(workplace, [], { env: env(api.url) });
    for (const number of [1, 2, 3]) {
      expect(await deliver(`${listener.url}/cluster`, { id: `msg_${number}`, body: payloadOf(ID) })).toBe(204);
    }
    await listener.line(({ id }) => id === 'msg_3');
    const shown = listener.lines().filter(isEvent);
    expect(shown.map(({ id }) => id)).toEqual(['msg_1', 'msg_2', 'msg_3']);
  });

  test('is taken in over https', async () => {
    await writeFile(join(workplace.folder, 'cert.pem'), testTls().cert);
    await writeFile(join(workplace.folder, 'key.pem'), testTls().key);
    await using listener = await startListener(workplace, [
      '--no-fetch',
      '--tls-cert',
      'cert.pem',
      '--tls-key',
      'key.pem',
    ]);
    expect(listener.url).toBe(`https://127.0.0.1:${listener.port}/webhook`);
    const sent = { id: 'msg_1', body: payloadOf(ID) };
    const headers = Object.entries(signedHeaders(sent)).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
    const { stdout } = await promisify(execFile)('curl', [
      '-sk',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      ...headers,
      '-d',
      sent.body,
      listener.url,
    ]);
    expect(stdout).toBe('204');
    expect(await listener.line(isEvent)).toMatchObject({ id: 'msg_1', result: null });
  });
});

describe('it ends by itself', () => {
  test('--once: after the first event, which leaves the others for the next run', async () => {
    // No result comes before all three are kept.
    const kept = Promise.withResolvers<void>();
    const answer = async (id: string, response: ServerResponse): Promise<void> => {
      await kept.promise;
      response.end(JSON.stringify(answerOf(id)));
    };
    await using api = await startApi((id, response) => void answer(id, response));
    await using first = await startListener(workplace, ['--once'], { env: env(api.url) });
    const ids = ['msg_1', 'msg_2', 'msg_3'];
    const sent = await Promise.all(ids.map((id) => deliver(first.url, { id, body: payloadOf(ID) })));
    expect(sent).toEqual([204, 204, 204]);
    kept.resolve();
    expect(await first.ended).toMatchObject({ code: 0 });
    await using next = await startListener(workplace, ['--count', '2', '--timeout', '15s'], { env: env(api.url) });
    expect(await next.ended).toMatchObject({ code: 0 });
    const shown = [first, next].map((run) =>
      run
        .lines()
        .filter(isEvent)
        .map(({ id }) => String(id)),
    );
    expect(shown.map(({ length }) => length)).toEqual([1, 2]);
    expect(shown.flat().toSorted()).toEqual(ids);
  });

  test('--once: exit 9 at the first delivery that does not verify, and the secret stays hidden', async () => {
    await using listener = await startListener(workplace, ['--once', '--no-fetch']);
    await deliver(listener.url, { id: 'msg_1', body: '{}', secret: OTHER_SECRET });
    const { code, stderr } = await listener.ended;
    expect([code, JSON.parse(stderr)]).toMatchObject([9, { error: { code: 'no_match', exitCode: 9 } }]);
    expect(stderr).not.toContain(SECRET);
    expect(listener.lines().map(({ type }) => type)).toEqual(['ready', 'rejected', 'closed']);
  });

  test('--once: exit 3 when the job had failed, after showing it', async () => {
    await using api = await startScriptedServer([{ body: { request_id: ID, type: 'CLUSTER', error: 'no route' } }]);
    await using listener = await startListener(workplace, ['--once'], { env: env(api.url) });
    await deliver(listener.url, { id: 'msg_1', body: payloadOf(ID) });
    expect(await listener.ended).toMatchObject({ code: 3 });
    expect(listener.lines().find(isEvent)).toMatchObject({ result: { error: 'no route' } });
  });

  test('--once: exit 4 when the key is refused, with the webhook kept for the next run', async () => {
    await using api = await startScriptedServer([{ status: 403, body: { message: 'Forbidden' } }]);
    await using listener = await startListener(workplace, ['--once'], { env: env(api.url) });
    expect(await deliver(listener.url, { id: 'msg_1', body: payloadOf(ID) })).toBe(204);
    expect(await listener.ended).toMatchObject({ code: 4 });
    const { stdout } = await workplace.run(['events', 'list', '--status', 'pending', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ id: 'msg_1', status: 'pending' });
  });

  test('--count: duplicates and refusals do not count', async () => {
    await using listener = await startListener(workplace, ['--count', '2', '--no-fetch']);
    const first = { id: 'msg_1', body: payloadOf(ID) };
    await deliver(listener.url, first);
    await deliver(listener.url, first);
    await deliver(listener.url, { id: 'msg_bad', body: '{}', secret: OTHER_SECRET });
    await deliver(listener.url, { id: 'msg_2', body: payloadOf(ID) });
    expect(await listener.ended).toMatchObject({ code: 0 });
    expect(listener.lines().map(({ type, id }) => [type, id])).toContainEqual(['event', 'msg_2']);
    expect(listener.lines().at(-1)).toMatchObject({ accepted: 2, duplicates: 1, rejected: 1, shown: 2 });
  });

  test('--until: at the event about that request, also when it had come before', async () => {
    await using api = await startScriptedServer(allDone);
    await using listener = await startListener(workplace, ['--until', ID], { env: env(api.url) });
    await deliver(listener.url, { id: 'msg_1', body: payloadOf('b'.repeat(24)) });
    await deliver(listener.url, { id: 'msg_2', body: payloadOf(ID) });
    expect(await listener.ended).toMatchObject({ code: 0 });
    const again = await workplace.run(['listen', '--json', '--port', '0', '--until', ID, '-q'], {
      env: { ...env(api.url), OPTIPICK_WEBHOOK_SECRET: SECRET },
    });
    const lines = again.stdout.trim().split('\n');
    expect([again.code, lines.length, JSON.parse(lines[1] ?? '')]).toMatchObject([
      0,
      3,
      { id: 'msg_2', request_id: ID },
    ]);
  });

  test('--timeout: exit 8 when what was waited for did not come, 0 when nothing was', async () => {
    await using listener = await startListener(workplace, ['--once', '--timeout', '100ms', '--no-fetch']);
    expect(await listener.ended).toMatchObject({ code: 8 });
    await using idle = await startListener(workplace, ['--timeout', '100ms', '--no-fetch']);
    expect(await idle.ended).toMatchObject({ code: 0 });
  });

  test('--events: only those that fit are shown and count; all are kept', async () => {
    await using listener = await startListener(workplace, ['--once', '-e', 'route.optimized', '--no-fetch']);
    await deliver(`${listener.url}/cluster`, { id: 'msg_1', body: payloadOf(ID) });
    await deliver(listener.url, {
      id: 'msg_2',
      body: JSON.stringify({ type: 'route.optimized.Example.u1', request_id: ID }),
    });
    expect(await listener.ended).toMatchObject({ code: 0 });
    expect(
      listener
        .lines()
        .filter(isEvent)
        .map(({ id }) => id),
    ).toEqual(['msg_2']);
    const { stdout } = await workplace.run(['events', 'list', '--json']);
    expect(stdout.trim().split('\n').length).toBe(2);
  });

  test('SIGINT: exit 130 with the counts', async () => {
    await using listener = await startListener(workplace, ['--no-fetch']);
    listener.kill('SIGINT');
    expect(await listener.ended).toMatchObject({ code: 130 });
    expect(listener.lines().map(({ type }) => type)).toEqual(['ready', 'closed']);
  });

  test('in a pipe whose reader goes away, quietly', async () => {
    const listen = '"$NODE" "$PROGRAM" listen --json --port 0 --no-fetch --timeout 20s';
    const script = `${listen} | { head -1; exec <&-; echo gone; }; echo "\${PIPESTATUS[0]}"`;
    const bash = promisify(execFile)('bash', ['-c', script], {
      env: { ...workplace.env, OPTIPICK_WEBHOOK_SECRET: SECRET, NODE: process.execPath, PROGRAM },
    });
    let seen = '';
    bash.child.stdout?.on('data', (chunk: Buffer | string) => {
      seen += String(chunk);
      if (!seen.endsWith('gone\n')) return;
      const { url } = JSON.parse(seen.split('\n')[0] ?? '') as Line;
      void deliver(String(url), { id: 'msg_1', body: payloadOf(ID) }).catch(() => undefined);
    });
    const { stdout, stderr } = await bash;
    expect([stdout.trim().split('\n').at(-1), stderr]).toEqual(['0', '']);
    // It was not shown to anybody: the next run has it.
    const { stdout: kept } = await workplace.run(['events', 'list', '--json']);
    expect(JSON.parse(kept)).toMatchObject({ id: 'msg_1', status: 'pending' });
  });

  test('in a script: listen --once --json --port 0 | jq', async () => {
    await using api = await startScriptedServer(allDone);
    const script = `"$NODE" "$PROGRAM" listen --once --json --port 0 | jq -rc --unbuffered '.url // .result.optimal_distance // empty'`;
    const bash = promisify(execFile)('bash', ['-c', script], {
      env: { ...workplace.env, ...env(api.url), OPTIPICK_WEBHOOK_SECRET: SECRET, NODE: process.execPath, PROGRAM },
    });
    let sent = false;
    bash.child.stdout?.on('data', (chunk: Buffer | string) => {
      if (sent) return;
      sent = true;
      void deliver(String(chunk).trim(), { id: 'msg_1', body: payloadOf(ID) });
    });
    expect((await bash).stdout.split('\n').slice(1)).toEqual(['840.2', '']);
  });
});

describe('it does not begin', () => {
  const cases: readonly (readonly [string, readonly string[], Record<string, string>, number, string])[] = [
    ['without a webhook secret', [], { OPTIPICK_API_KEY: KEY }, 4, 'no_webhook_secret'],
    ['without an API key', [], { OPTIPICK_WEBHOOK_SECRET: SECRET }, 4, 'no_api_key'],
    ['with a malformed secret', ['--no-fetch'], { OPTIPICK_WEBHOOK_SECRET: 'whsec_!' }, 2, 'bad_webhook_secret'],
    [
      'with a certificate but no key',
      ['--no-fetch', '--tls-cert', 'x'],
      { OPTIPICK_WEBHOOK_SECRET: SECRET },
      2,
      'conflicting_options',
    ],
    [
      'with a target that is no URL',
      ['--no-fetch', '-f', 'a.example:3000'],
      { OPTIPICK_WEBHOOK_SECRET: SECRET },
      2,
      'bad_forward_url',
    ],
    [
      'with itself as target',
      ['--no-fetch', '--port', '5001', '-f', 'localhost:5001/webhook'],
      { OPTIPICK_WEBHOOK_SECRET: SECRET },
      2,
      'forward_to_itself',
    ],
    [
      'with a target that holds a password',
      ['--no-fetch', '-f', 'http://u:p@127.0.0.1/'],
      { OPTIPICK_WEBHOOK_SECRET: SECRET },
      2,
      'bad_forward_url',
    ],
    [
      'with a source that is none',
      ['--no-fetch', '--allow-from', 'svixx'],
      { OPTIPICK_WEBHOOK_SECRET: SECRET },
      2,
      'bad_source',
    ],
    ['to count to zero', ['--count', '0'], {}, 2, 'bad_count'],
  ];
  for (const [what, args, surroundings, exitCode, code] of cases) {
    test(`${what}: exit ${exitCode}`, async () => {
      const ended = await workplace.run(['listen', '--json', '--port', '0', ...args], { env: surroundings });
      expect([ended.code, ended.stdout, JSON.parse(ended.stderr)]).toMatchObject([
        exitCode,
        '',
        { error: { code, exitCode } },
      ]);
      for (const secret of Object.values(surroundings)) expect(ended.stderr).not.toContain(secret);
    });
  }

  test('on a port that is in use: exit 7', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', resolve);
    });
    const { port } = taken.address() as AddressInfo;
    const ended = await workplace.run(['listen', '--json', '--no-fetch', '--port', String(port)], {
      env: { OPTIPICK_WEBHOOK_SECRET: SECRET },
    });
    taken.close();
    expect([ended.code, JSON.parse(ended.stderr)]).toMatchObject([7, { error: { code: 'port_in_use' } }]);
  });

  test('when the state cannot be opened: exit 7', async () => {
    const ended = await workplace.run(['listen', '--json', '--no-fetch', '--port', '0'], {
      env: { OPTIPICK_WEBHOOK_SECRET: SECRET, OPTIPICK_STATE_DIR: join(PROGRAM, 'not-a-folder') },
    });
    expect([ended.code, ended.stdout, JSON.parse(ended.stderr)]).toMatchObject([
      7,
      '',
      { error: { code: 'state_unavailable' } },
    ]);
  });
});

describe('what follows from a webhook', () => {
  test('--forward-to: the same bytes and signature, tried again until the target takes it', async () => {
    await using target = await startScriptedServer([{ status: 500 }, { status: 204 }]);
    await using listener = await startListener(workplace, ['--no-fetch', '-f', `${target.url}/hooks`, '--once']);
    const body = `{ "request_id" : "${ID}" }`;
    const sent = { id: 'msg_1', body };
    const headers = signedHeaders(sent);
    await deliver(listener.url, sent);
    expect(await listener.ended).toMatchObject({ code: 0 });
    expect(listener.errors()).toContain('answered 500');
    const { duration_ms, ...forwarded } = listener.lines().find(({ type }) => type === 'forwarded') ?? {};
    expect([forwarded, typeof duration_ms]).toEqual([
      { v: 1, type: 'forwarded', id: 'msg_1', target: `${target.url}/hooks`, status: 500, attempt: 1, ok: false },
      'number',
    ]);
    // What failed is not done: the next run does it.
    await using next = await startListener(workplace, ['--no-fetch', '-f', `${target.url}/hooks`]);
    await expect.poll(() => target.seen.length).toBe(2);
    for (const seen of target.seen) {
      expect(seen).toMatchObject({ method: 'POST', url: '/hooks', body });
      expect(seen.headers).toMatchObject({ 'svix-id': 'msg_1', 'svix-signature': headers['svix-signature'] });
    }
    expect(next.lines().filter(isEvent)).toEqual([]);
  });

  test('SIGTERM in the middle of a forward: exit 143, and the next run does it', async () => {
    await using target = await startScriptedServer(['hang', { status: 204 }]);
    await using listener = await startListener(workplace, ['--no-fetch', '-f', target.url]);
    await deliver(listener.url, { id: 'msg_1', body: payloadOf(ID) });
    await expect.poll(() => target.seen.length).toBe(1);
    listener.kill('SIGTERM');
    expect(await listener.ended).toMatchObject({ code: 143 });
    expect(listener.lines().at(-1)).toMatchObject({ type: 'closed', shown: 1, pending: 1 });
    await using next = await startListener(workplace, ['--no-fetch', '-f', target.url]);
    await expect.poll(() => target.seen.length).toBe(2);
    // It was shown already.
    expect(next.lines().filter(isEvent)).toEqual([]);
  });

  test('--exec: run with the line on stdin, its own stdout kept off ours, and no secret in its environment', async () => {
    const out = join(workplace.folder, 'seen');
    await using listener = await startListener(
      workplace,
      ['--once', '--no-fetch', '--exec', `cat > ${out}; env > ${out}.env; echo noise`],
      {
        env: { OPTIPICK_API_KEY: KEY, MARK: 'here' },
      },
    );
    await deliver(listener.url, { id: 'msg_1', body: payloadOf(ID) });
    expect(await listener.ended).toMatchObject({ code: 0 });
    const event = listener.lines().find(isEvent);
    expect(JSON.parse(await readFile(out, 'utf8'))).toEqual(event);
    const given = await readFile(`${out}.env`, 'utf8');
    expect([given.includes('MARK=here'), given.includes(KEY), given.includes(SECRET)]).toEqual([true, false, false]);
    expect(listener.errors()).toContain('noise');
    expect(listener.lines().map(({ type }) => type)).toEqual(['ready', 'event', 'executed', 'closed']);
  });

  test('--exec: a command that fails is run again', async () => {
    const out = join(workplace.folder, 'runs');
    const command = `echo run >> ${out}; test $(wc -l < ${out}) -gt 1`;
    await using listener = await startListener(workplace, ['--no-fetch', '--exec', command]);
    await deliver(listener.url, { id: 'msg_1', body: payloadOf(ID) });
    await expect
      .poll(async () => (await workplace.run(['events', 'list', '--status', 'done', '--json'])).stdout)
      .toContain('msg_1');
    expect(await readFile(out, 'utf8')).toBe('run\nrun\n');
    expect(listener.errors()).toContain('exec: the command ended with 1');
    const runs = listener.lines().filter(({ type }) => type === 'executed');
    expect(runs.map(({ target, exit_code, attempt, ok }) => [target, exit_code, attempt, ok])).toEqual([
      ['exec', 1, 1, false],
      ['exec', 0, 2, true],
    ]);
    expect(listener.lines().filter(isEvent).length).toBe(1);
  });

  test('--record: each request as a file, accepted or not, sorted by arrival, without credentials', async () => {
    await using listener = await startListener(workplace, ['--no-fetch', '--record', 'kept']);
    const body = `{"request_id":"${ID}","umlaut":"ü"}`;
    const good = { id: 'msg_1', body, headers: { authorization: 'Bearer hush', 'user-agent': 'Svix-Webhooks/1.0' } };
    const headers = signedHeaders(good);
    await deliver(`${listener.url}?token=hush`, good);
    await deliver(listener.url, { id: 'msg_2', body: '{}', secret: OTHER_SECRET });
    listener.kill('SIGTERM');
    await listener.ended;
    const folder = join(workplace.folder, 'kept');
    const names = (await readdir(folder)).toSorted();
    expect(names.map((name) => name.replace(/^\d{8}T\d{6}\.\d{3}Z/, 'TIME'))).toEqual([
      'TIME-000001-204-msg_1.http',
      'TIME-000002-401-msg_2.http',
    ]);
    const [head = '', ...rest] = (await readFile(join(folder, names[0] ?? ''), 'utf8')).split('\r\n\r\n');
    expect(rest).toEqual([body]);
    expect(
      head
        .split('\r\n')
        .map((line) => line.replace(/(received-at: ).*/, '$1TIME'))
        .toSorted(),
    ).toEqual(
      [
        'POST /webhook HTTP/1.1',
        'content-type: application/json',
        'svix-id: msg_1',
        `svix-signature: ${headers['svix-signature']}`,
        `svix-timestamp: ${headers['svix-timestamp']}`,
        'user-agent: Svix-Webhooks/1.0',
        'x-optipick-received-at: TIME',
        'x-optipick-status: 204',
      ].toSorted(),
    );
  });

  test('--no-verify-signature: takes in what anybody sends, and says so even with --quiet', async () => {
    await using listener = await startListener(workplace, ['--no-fetch', '--no-verify-signature', '-q']);
    const response = await fetch(listener.url, {
      method: 'POST',
      body: payloadOf(ID),
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(204);
    expect(await listener.line(isEvent)).toMatchObject({ request_id: ID });
    expect(listener.errors()).toMatch(/^WARNING: signatures are not checked/);
  });
});

test('the walk-through: sandbox, listen, an asynchronous submission, the result on the screen', async () => {
  const sandbox = workplace.start(['sandbox', '--port', '0', '--json', '--latency', '50ms']);
  const sandboxReady = Promise.withResolvers<Line>();
  sandbox.stdout?.once('data', (chunk: Buffer) => sandboxReady.resolve(JSON.parse(chunk.toString()) as Line));
  const { url, api_key, secret } = await sandboxReady.promise;
  const surroundings = {
    OPTIPICK_BASE_URL: String(url),
    OPTIPICK_API_KEY: String(api_key),
    OPTIPICK_WEBHOOK_SECRET: String(secret),
  };
  try {
    // As a person sees it: no --json.
    const listening = workplace.start(['listen', '--port', '0', '--once', '--timeout', '15s'], { env: surroundings });
    const opened = Promise.withResolvers<string>();
    let errors = '';
    listening.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
      const found = /listening on (\S+)/.exec(errors)?.[1];
      if (found !== undefined) opened.resolve(found);
    });
    const target = await opened.promise;
    const added = await fetch(`${String(url)}/_sandbox/endpoints`, {
      method: 'POST',
      headers: { 'x-api-key': String(api_key), 'content-type': 'application/json' },
      body: JSON.stringify({ url: target }),
    });
    expect(added.ok).toBe(true);
    const request = join(import.meta.dirname, '../fixtures/example-cluster-request.json');
    const submitted = await workplace.run(['cluster', 'submit', request], { env: surroundings });
    expect(submitted.code).toBe(0);
    const ended = await listening;
    expect(ended.exitCode).toBe(0);
    const shown = String(ended.stdout).trimEnd();
    expect(shown).toMatch(/^\d\d:\d\d:\d\d {2}ok {2}Example/);
    expect(shown).toContain(submitted.stdout.trim());
    expect(shown).toMatch(/\d m -> .*\d m +[+-]\d.*%$/);
    expect(errors).toMatch(/^\d\d:\d\d:\d\d {2}<- {2}webhook .* verified +204 +\d/m);
    expect(errors).not.toContain('In the web application');
    expect(errors).toContain('1 received, 0 duplicate, 0 rejected, 1 shown');
    expect(errors).not.toContain(String(secret));
    // The listener has seen its end.
    const pending = await workplace.run(['poll', '--pending', '-q'], { env: surroundings });
    expect(pending).toEqual({ code: 0, stdout: '', stderr: '' });
  } finally {
    sandbox.kill('SIGTERM');
    await sandbox;
  }
});

test('with -v the orders of each cluster are named', async () => {
  const picks = [{ pick_id: 'p1', location_id: ['A01'], order_id: 'O3' }];
  const clusters = [
    { list_id: 'c0', order_ids: ['O1', 'O2'], estimated_distance: 840.2, picks: [] },
    { list_id: 'c1', order_ids: [], picks },
    ...Array.from({ length: 20 }, (_, at) => ({ list_id: `more${at}`, order_ids: ['O9'], picks: [] })),
  ];
  await using api = await startScriptedServer(() => ({ body: { ...answerOf(ID), optimal_clusters: clusters } }));
  const listening = workplace.start(['listen', '-v', '--once', '--port', '0'], {
    env: { ...env(api.url), OPTIPICK_WEBHOOK_SECRET: SECRET },
  });
  const opened = Promise.withResolvers<string>();
  let errors = '';
  listening.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
    const found = /listening on (\S+)/.exec(errors)?.[1];
    if (found !== undefined) opened.resolve(found);
  });
  expect(await deliver(await opened.promise, { id: 'msg_1', body: payloadOf(ID) })).toBe(204);
  const { stdout, exitCode } = await listening;
  expect(exitCode).toBe(0);
  const lines = String(stdout).split('\n');
  expect([...lines.slice(4, 8), ...lines.slice(45, 46)]).toEqual([
    'CLUSTER  ORDERS  PICKS  LOCATIONS  DISTANCE',
    'c0            2      0          0     8.4 m',
    '  orders: O1, O2',
    'c1            1      1          1       n/a',
    `… 2 more; optipick cluster get ${ID} --orders --all shows them`,
  ]);
});

describe('whoever waits by asking', () => {
  test('is woken by the webhook that a listener on this machine receives', async () => {
    let received = false;
    await using api = await startScriptedServer(({ method }) => {
      if (method === 'POST') return { body: { request_id: ID } };
      return received ? { body: answerOf(ID) } : { status: 404, body: { detail: 'Not Found' } };
    });
    await using listener = await startListener(workplace, ['--no-fetch'], { env: env(api.url) });
    const request = join(import.meta.dirname, '../fixtures/example-cluster-request.json');
    await workplace.run(['cluster', 'submit', request], { env: env(api.url) });
    // The pause is longer than the test may take: only the webhook can end it.
    const polling = workplace.start(
      ['poll', ID, '--json', '--interval', '10m', '--max-interval', '10m', '--timeout', '20m'],
      {
        env: env(api.url),
      },
    );
    await expect.poll(() => api.lines().filter((line) => line.startsWith('GET')).length).toBe(1);
    received = true;
    expect(await deliver(listener.url, { id: 'msg_1', body: payloadOf(ID) })).toBe(204);
    const polled = await polling;
    expect([polled.exitCode, JSON.parse(String(polled.stdout))]).toEqual([0, answerOf(ID)]);
  });
});
