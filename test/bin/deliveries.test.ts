/** What real senders put on the wire, at a real listener: raw sockets, and signatures of the svix library. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { Webhook } from 'svix';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SECRET, startListener, type Listener } from '../support/listener.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { dial, rest } from '../support/raw-socket.ts';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

const BODY = '{"request_id":"67507ad05e593173d0313e0f"}';
const CODINGS = [
  ['gzip', gzipSync(BODY)],
  ['deflate', deflateSync(BODY)],
  ['deflate', deflateRawSync(BODY)],
  ['br', brotliCompressSync(BODY)],
  ['zstd', zstdCompressSync(BODY)],
] as const;

/** Sends the head and the bytes as they are on a connection of their own, and returns the first line of the answer. */
async function post(
  { port }: Pick<Listener, 'port'>,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array | string,
): Promise<string> {
  const socket = await dial({ port });
  const lines = Object.entries({
    host: 'h',
    connection: 'close',
    ...headers,
    'content-length': Buffer.byteLength(body),
  });
  socket.write(`POST /webhook HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  socket.write(body);
  return (await rest(socket)).split('\r\n', 1)[0] ?? '';
}

function signed(id: string, body: string): Record<string, string> {
  const now = Math.floor(Date.now() / 1000);
  return {
    'content-type': 'application/json',
    'svix-id': id,
    'svix-timestamp': String(now),
    'svix-signature': new Webhook(SECRET).sign(id, new Date(now * 1000), body),
  };
}

/** Over bytes that are no text, which the library does not sign. */
async function signedBytes(id: string, body: Uint8Array): Promise<Record<string, string>> {
  const headers = signed(id, '');
  const raw = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
  const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const content = Buffer.concat([Buffer.from(`${id}.${headers['svix-timestamp']}.`), body]);
  const signature = Buffer.from(await crypto.subtle.sign('HMAC', key, content)).toString('base64');
  return { ...headers, 'svix-signature': `v1,${signature}` };
}

const health = async ({ port }: Listener): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}/healthz`)).json();

describe('W1: a compressed delivery', () => {
  test('in each coding is accepted, signed plain or compressed, and its payload is read', async () => {
    await using listener = await startListener(workplace, ['--no-fetch']);
    for (const [at, [coding, coded]] of CODINGS.entries()) {
      const encoding = { 'content-encoding': coding };
      const plain = await post(listener, { ...signed(`msg_p${at}`, BODY), ...encoding }, coded);
      const compressed = await post(listener, { ...(await signedBytes(`msg_c${at}`, coded)), ...encoding }, coded);
      expect([coding, plain, compressed]).toEqual([coding, 'HTTP/1.1 204 No Content', 'HTTP/1.1 204 No Content']);
      for (const id of [`msg_p${at}`, `msg_c${at}`]) {
        expect(await listener.line((line) => line['id'] === id)).toMatchObject({
          request_id: '67507ad05e593173d0313e0f',
          payload: { request_id: '67507ad05e593173d0313e0f' },
        });
      }
    }
    expect(await post(listener, signed('msg_magic', BODY), gzipSync(BODY))).toBe('HTTP/1.1 204 No Content');
    expect(await listener.line((line) => line['id'] === 'msg_magic')).toMatchObject({
      request_id: expect.any(String) as unknown,
    });
    // JSON as it came is that, whatever a header that nobody signed makes of it.
    for (const coding of ['gzip', 'deflate', 'br']) {
      const headers = { ...signed(`msg_${coding}`, BODY), 'content-encoding': coding };
      expect(await post(listener, headers, BODY)).toBe('HTTP/1.1 204 No Content');
      expect(await listener.line((line) => line['id'] === `msg_${coding}`)).toMatchObject({
        payload: JSON.parse(BODY) as unknown,
      });
    }
    const shown = await workplace.run(['events', 'show', 'msg_c3', '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({ payload: { request_id: '67507ad05e593173d0313e0f' } });
  });

  test('is forwarded as the bytes that were signed, so that the target can verify it', async () => {
    const seen: { headers: Record<string, unknown>; body: Buffer }[] = [];
    const target = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push({ headers: request.headers, body: Buffer.concat(chunks) });
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => {
      target.listen(0, '127.0.0.1', resolve);
    });
    const { port } = target.address() as { port: number };
    await using listener = await startListener(workplace, ['--no-fetch', '--forward-to', `http://127.0.0.1:${port}/`]);
    const coded = brotliCompressSync(BODY);
    await post(listener, { ...signed('msg_p', BODY), 'content-encoding': 'br' }, coded);
    await expect.poll(() => seen.length, { timeout: 20_000 }).toBe(1);
    await post(listener, { ...(await signedBytes('msg_c', coded)), 'content-encoding': 'br' }, coded);
    await expect.poll(() => seen.length, { timeout: 20_000 }).toBe(2);
    expect(seen.map(({ headers, body }) => [headers['svix-id'], headers['content-encoding'], body])).toEqual([
      ['msg_p', undefined, Buffer.from(BODY)],
      ['msg_c', 'br', coded],
    ]);
    target.close();
  });

  test('that does not verify, breaks off or is larger than --max-body when decoded is rejected with its proof', async () => {
    await using listener = await startListener(workplace, ['--no-fetch', '--max-body', '20kb', '--record', 'kept']);
    const gzip = { 'content-encoding': 'gzip' };
    const indented = gzipSync(JSON.stringify(JSON.parse(BODY), null, 2));
    const answers = [
      await post(listener, { ...signed('msg_indented', BODY), ...gzip }, indented),
      await post(listener, { ...signed('msg_cut', BODY), ...gzip }, gzipSync(BODY).subarray(0, 30)),
      await post(listener, { ...signed('msg_unknown', BODY), 'content-encoding': 'aws-chunked' }, `29\r\n${BODY}`),
      await post(listener, { ...signed('msg_bomb', ' '.repeat(50_000)), ...gzip }, gzipSync(' '.repeat(50_000))),
    ];
    expect(answers).toEqual([
      ...Array.from({ length: 3 }, () => 'HTTP/1.1 401 Unauthorized'),
      'HTTP/1.1 413 Payload Too Large',
    ]);
    const rejected = (id: string): Promise<unknown> => listener.line((line) => line['id'] === id);
    expect(await rejected('msg_indented')).toMatchObject({
      cause: 'body_changed',
      explanation: expect.stringContaining('The body arrived as gzip') as unknown,
    });
    expect(await rejected('msg_cut')).toMatchObject({
      cause: 'body_changed',
      detail: expect.stringContaining('the body is said to be gzip and breaks off') as unknown,
    });
    expect(await rejected('msg_unknown')).toMatchObject({
      detail: expect.stringContaining('the content coding aws-chunked, which is not known here') as unknown,
    });
    expect(await rejected('msg_bomb')).toMatchObject({
      reason: 'body_too_large',
      detail: 'the body is larger than 20480 bytes when it is decoded (gzip)',
    });
  });

  test('is verified from its record as the listener did it, and replayed from it', async () => {
    await using listener = await startListener(workplace, ['--no-fetch', '--record', 'kept']);
    const coded = brotliCompressSync(BODY);
    await post(listener, { ...signed('msg_p', BODY), 'content-encoding': 'br' }, coded);
    await post(listener, { ...(await signedBytes('msg_c', coded)), 'content-encoding': 'br' }, coded);
    const names = (await readdir(join(workplace.folder, 'kept'))).toSorted();
    const env = { OPTIPICK_WEBHOOK_SECRET: SECRET };
    for (const name of names) {
      const { code, stdout } = await workplace.run(['verify', `kept/${name}`], { env });
      expect([code, stdout]).toEqual([0, expect.stringMatching(/^verified: msg_/)]);
    }
    const again = await workplace.run(['trigger', '--to', listener.url, '--replay', 'kept', '--re-sign'], { env });
    expect(again.code).toBe(0);
    const duplicates = await Promise.all(
      ['msg_p', 'msg_c'].map((id) => listener.line((line) => line['type'] === 'duplicate' && line['id'] === id)),
    );
    expect(duplicates.map((line) => line['request_id'])).toEqual(
      Array.from({ length: 2 }, () => '67507ad05e593173d0313e0f'),
    );
  });
});

describe('W2: a delivery that never reaches the receiver', () => {
  test('has a line with its reason, and is counted in /healthz', async () => {
    await using listener = await startListener(workplace, ['--no-fetch']);
    const headers = signed('msg_1', BODY);
    const large = await post(listener, { ...headers, 'x-baggage': 'x'.repeat(20_000) }, BODY);
    const control = await post(listener, { ...headers, 'x-text': 'a\u0001b' }, BODY);
    const socket = await dial(listener);
    socket.write('hello\r\n\r\n');
    const noHttp = (await rest(socket)).split('\r\n', 1)[0];
    const twice = await post(listener, { ...headers, 'Content-Length': '3' }, BODY);
    expect([large, control, noHttp, twice]).toEqual([
      'HTTP/1.1 431 Request Header Fields Too Large',
      ...Array.from({ length: 3 }, () => 'HTTP/1.1 400 Bad Request'),
    ]);
    expect(await listener.line(({ status }) => status === 431)).toMatchObject({
      type: 'rejected',
      reason: 'headers_too_large',
      detail: 'the headers are too large',
    });
    await expect
      .poll(() => listener.lines().filter(({ status }) => status === 400).length, { timeout: 20_000 })
      .toBe(3);
    expect(await health(listener)).toMatchObject({ limits_reached: { headers_too_large: 1, malformed_request: 3 } });
    // What comes next is received as ever.
    expect(await post(listener, headers, BODY)).toBe('HTTP/1.1 204 No Content');
    listener.kill('SIGTERM');
    await listener.ended;
    expect(listener.lines().at(-1)).toMatchObject({ type: 'closed', accepted: 1, rejected: 4 });
  });
});

describe('W7: a signed event without a request id', () => {
  const EVENTS = {
    msg_empty: '{}',
    msg_example: '{"request_id":"","site":"string"}',
    msg_other: '{"type":"invoice.paid","timestamp":"2026-01-31T12:00:00Z","data":{"id":"in_1"}}',
    msg_list: '[{"type":"cluster.optimized"}]',
  };

  test('is answered 204, stored and printed, and said to be one once', async () => {
    const env = { OPTIPICK_API_KEY: 'live_key_of_tests_1234', OPTIPICK_BASE_URL: 'http://127.0.0.1:9' };
    await using listener = await startListener(workplace, [], { env });
    for (const [id, body] of Object.entries(EVENTS)) {
      expect(await post(listener, signed(id, body), body)).toBe('HTTP/1.1 204 No Content');
      expect(await listener.line((line) => line['id'] === id)).toMatchObject({
        type: 'event',
        request_id: null,
        payload: JSON.parse(body) as unknown,
        result: null,
      });
    }
    listener.kill('SIGTERM');
    const { stderr } = await listener.ended;
    expect(stderr.match(/no request id|has no request id/g)).toHaveLength(1);
    expect(stderr).toContain('msg_empty has no request id: an example of the webhook portal');
    const { stdout } = await workplace.run(['events', 'list', '--json'], { env });
    const stored = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; status: string });
    expect(Object.fromEntries(stored.map(({ id, status }) => [id, status]))).toEqual(
      Object.fromEntries(Object.keys(EVENTS).map((id) => [id, 'done'])),
    );
  });

  test('is a line that says so, for a person', async () => {
    const running = workplace.start(['listen', '--no-fetch', '--port', '0', '--count', '1'], {
      env: { OPTIPICK_WEBHOOK_SECRET: SECRET },
    });
    let notes = '';
    const port = await new Promise<number>((resolve) => {
      running.stderr?.on('data', (chunk: Buffer) => {
        notes += chunk.toString();
        const found = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(notes)?.[1];
        if (found !== undefined) resolve(Number(found));
      });
    });
    await post({ port }, signed('msg_1', EVENTS.msg_other), EVENTS.msg_other);
    const { stdout } = await running;
    expect(String(stdout)).toMatch(/^\d\d:\d\d:\d\d {2}ok {2}invoice\.paid {7}msg_1 {2}no request id\n$/);
  });
});

describe('W8: an AutoConfig token of Svix as the secret', () => {
  const content = { aid: 'app_1', eid: 'ep_2', surl: 'https://x.test', esec: SECRET, tok: 'sk_test_abcdefghijkl' };
  const token = `auto_v1_${Buffer.from(JSON.stringify(content)).toString('base64')}`;

  test('receives what its endpoint signs, and shows neither the token nor what is in it', async () => {
    await using listener = await startListener(workplace, ['--no-fetch'], { env: { OPTIPICK_WEBHOOK_SECRET: token } });
    expect(await post(listener, signed('msg_1', BODY), BODY)).toBe('HTTP/1.1 204 No Content');
    listener.kill('SIGTERM');
    const { stderr } = await listener.ended;
    expect(stderr).toContain('the webhook secret is an AutoConfig token of Svix: the signing secret in it is used');
    for (const hidden of [token, SECRET, content.tok]) expect(stderr).not.toContain(hidden.slice(0, 20));
  });

  test('is stored as the signing secret alone, and verifies', async () => {
    const env = { OPTIPICK_WEBHOOK_SECRET: '' };
    const set = await workplace.run(['config', 'set', 'webhook-secret', '-'], { input: `${token}\n` });
    expect([set.code, set.stdout]).toEqual([0, expect.not.stringContaining(token.slice(0, 30)) as unknown]);
    const stored = await readFile(join(workplace.folder, 'config', 'config.json'), 'utf8');
    expect([stored.includes(SECRET), stored.includes('auto_v1_'), stored.includes(content.tok)]).toEqual([
      true,
      false,
      false,
    ]);
    const headers = signed('msg_1', BODY);
    const request = `POST /webhook HTTP/1.1\r\n${Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n${BODY}`;
    await writeFile(join(workplace.folder, 'a.http'), request);
    expect((await workplace.run(['verify', 'a.http'], { env: { ...env } })).code).toBe(0);
    const given = await workplace.run(['verify', 'a.http'], { env: { OPTIPICK_WEBHOOK_SECRET: token } });
    expect([given.code, given.stderr]).toEqual([0, '']);
  });

  test('of which only a part was copied, or a polling key, is exit 2 with what to paste instead', async () => {
    const listen = async (secret: string): Promise<unknown> => {
      const { code, stderr } = await workplace.run(['listen', '--no-fetch', '--port', '0'], {
        env: { OPTIPICK_WEBHOOK_SECRET: secret },
      });
      return { code, stderr };
    };
    expect(await listen(token.slice(0, 60))).toEqual({
      code: 2,
      stderr: `error: the AutoConfig token (auto_v...) holds no signing secret: it is not whole, or of a later version
hint: copy the "Signing Secret" (whsec_...) of your endpoint from the webhook settings
`,
    });
    expect(await listen('sk_poll_yHiqZ0QyAqCWsR5Bf.us')).toEqual({
      code: 2,
      stderr: `error: this is the key of a polling endpoint (sk_poll_...), which signs nothing
hint: copy the "Signing Secret" (whsec_...) of a webhook endpoint from the webhook settings
`,
    });
  });
});

test('W10: a secret that two profiles have is named with both', async () => {
  for (const profile of ['live', 'staging']) {
    await workplace.run(['config', 'set', 'webhook-secret', '-', '--profile', profile], { input: SECRET });
  }
  await using listener = await startListener(workplace, ['--no-fetch'], {
    env: { OPTIPICK_WEBHOOK_SECRET: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD' },
  });
  await post(listener, signed('msg_1', BODY), BODY);
  expect(await listener.line(({ type }) => type === 'rejected')).toMatchObject({
    cause: 'other_secret',
    explanation:
      'The delivery was signed with the secret of profile live and profile staging. The signature would match, but another secret is in use here.',
  });
});

test('W3: a retry with an altered body is held against the intact one in the inbox', async () => {
  await using listener = await startListener(workplace, ['--no-fetch']);
  const headers = signed('msg_1', BODY);
  await post(listener, headers, BODY);
  await post(listener, headers, BODY.replace('0313e0f', '0313e0e'));
  expect(await listener.line(({ type }) => type === 'rejected')).toMatchObject({
    cause: 'body_changed',
    explanation: expect.stringContaining('The signed body is in the inbox. First difference at byte 38.') as unknown,
  });
});

test('W6: a delivery whose body a proxy has emptied is rejected with a word on that', async () => {
  await using listener = await startListener(workplace, ['--no-fetch']);
  await post(listener, signed('msg_1', BODY), '');
  expect(await listener.line(({ type }) => type === 'rejected')).toMatchObject({
    cause: 'body_changed',
    explanation: expect.stringMatching(/^The body is empty\. Something read the request/) as unknown,
  });
});
