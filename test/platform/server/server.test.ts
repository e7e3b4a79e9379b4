import { once } from 'node:events';

import { afterEach, describe, expect, test } from 'vitest';

import { bodyOf, jsonResponse, readBytes, readText, TransportError } from '../../../src/lib/net/http.ts';
import type { Http, HttpRequest } from '../../../src/lib/net/http.ts';
import type { ServeOptions, Server } from '../../../src/platform/host.ts';
import { createHttp } from '../../../src/platform/http/http.ts';
import { serveHttp } from '../../../src/platform/server/server.ts';
import { dial, raw, rest } from '../../support/raw-socket.ts';
import { testTls, trustTestCertificate } from '../../support/tls.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close(0);
});

async function serve(
  app: Http,
  options: Partial<ServeOptions> = {},
  onError?: (error: unknown) => void,
): Promise<Server> {
  const server = await serveHttp(
    app,
    { host: '127.0.0.1', port: 0, maxBodyBytes: 1000, ...options },
    { platform: 'linux', onError },
  );
  servers.push(server);
  return server;
}

const echo: Http = async (request) => jsonResponse(200, { got: await readText(request.body) });
const ok: Http = async () => ({ status: 204, headers: {}, body: null });

describe('a request', () => {
  test('arrives with its target as sent, all values of its headers, its body and its sender', async () => {
    const seen: (Omit<HttpRequest, 'body'> & { body: string })[] = [];
    const server = await serve(async (request) => {
      seen.push({ ...request, headers: { ...request.headers }, body: await readText(request.body) });
      return { status: 204, headers: {}, body: null };
    });
    await raw(
      server,
      'POST /a%20b?x=1&x=2 HTTP/1.1\r\nHost: h\r\nX-Many: 1\r\nx-many: 2\r\nX-Many: 3\r\n__proto__: p\r\n' +
        'Content-Length: 4\r\nConnection: close\r\n\r\nbody',
    );
    expect(seen).toEqual([
      {
        method: 'POST',
        url: '/a%20b?x=1&x=2',
        headers: Object.fromEntries([
          ['host', 'h'],
          ['x-many', ['1', '2', '3']],
          ['__proto__', 'p'],
          ['content-length', '4'],
          ['connection', 'close'],
        ]),
        body: 'body',
        remoteAddress: '127.0.0.1',
      },
    ]);
  });

  test('without a body has none', async () => {
    const bodies: unknown[] = [];
    const server = await serve(async (request) => {
      bodies.push(request.body);
      return { status: 204, headers: {}, body: null };
    });
    await raw(server, 'GET / HTTP/1.1\r\nHost: h\r\n\r\nPOST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    expect(bodies).toEqual([null, null]);
  });

  test('that is pipelined is answered in its turn', async () => {
    const server = await serve(async (request) => {
      if (request.url === '/slow') await new Promise((resolve) => setTimeout(resolve, 20));
      return { status: 200, headers: {}, body: bodyOf(request.url) };
    });
    const answers = await raw(
      server,
      'GET /slow HTTP/1.1\r\nHost: h\r\n\r\nGET /fast HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
    );
    expect(answers.match(/^\/(?:slow|fast)/gm)).toEqual(['/slow', '/fast']);
  });

  test('that asks first is told to go on', async () => {
    const server = await serve(echo);
    const socket = await dial(server);
    socket.write(
      'POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n',
    );
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('hi');
    expect(await rest(socket)).toMatch(/^HTTP\/1\.1 200 OK[^]*\{"got":"hi"\}$/);
  });

  test.each([
    ['head', 'GET / HTTP/1.1\r\nHost: h\r\nX-Slow: '],
    ['body', 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nx'],
  ])('whose %s dribbles is answered 408', async (_part, bytes) => {
    // Long enough for a busy machine to have read what was sent: a close with unread bytes is a reset, and loses the answer.
    const timeouts = { headersTimeout: 500, requestTimeout: 500, connectionsCheckingInterval: 50 };
    const options = { host: '127.0.0.1', port: 0, maxBodyBytes: 1000 };
    const server = await serveHttp(echo, options, { platform: 'linux', timeouts });
    servers.push(server);
    expect(await raw(server, bytes)).toMatch(/^HTTP\/1\.1 408 Request Timeout/);
  });

  test('that is no HTTP is answered 400', async () => {
    const server = await serve(ok);
    expect(await raw(server, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 Bad Request/);
  });

  test('whose sender goes away in the middle ends its body with an error', async () => {
    const failures: unknown[] = [];
    const server = await serve(async (request) => {
      await readBytes(request.body).catch((error: unknown) => failures.push(error));
      return { status: 204, headers: {}, body: null };
    });
    const socket = await dial(server);
    socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf');
    socket.end();
    await rest(socket);
    await expect.poll(() => failures.length).toBe(1);
    expect(failures[0]).toBeInstanceOf(TransportError);
  });
});

describe('a body that is too large', () => {
  const refusal = { detail: 'request body larger than 1000 bytes' };

  test('is refused by its declared length before the app hears of it', async () => {
    let calls = 0;
    const server = await serve(async () => {
      calls += 1;
      return { status: 204, headers: {}, body: null };
    });
    const response = await createHttp({})({ method: 'POST', url: server.url, headers: {}, body: 'x'.repeat(1001) });
    expect([response.status, response.headers['connection']]).toEqual([413, 'close']);
    expect(JSON.parse(await readText(response.body))).toEqual(refusal);
    expect(calls).toBe(0);
  });

  test('is refused without being invited', async () => {
    const server = await serve(ok);
    const head = 'POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n';
    const socket = await dial(server);
    socket.end(head);
    expect(await rest(socket)).toMatch(/^HTTP\/1\.1 413 Payload Too Large/);
  });

  test.each([
    ['reads it', echo],
    [
      'swallows the error',
      async (request) =>
        readText(request.body).then(
          () => ok(request),
          () => ok(request),
        ),
    ],
  ] satisfies [string, Http][])('is refused when it comes in chunks and the app %s', async (_case, app) => {
    const errors: unknown[] = [];
    const server = await serve(app, {}, (error) => errors.push(error));
    const response = await createHttp({})({
      method: 'POST',
      url: server.url,
      headers: {},
      body: (async function* () {
        for (let n = 0; n < 50; n += 1) yield Buffer.alloc(100, 'x');
      })(),
    });
    expect(response.status).toBe(413);
    expect(JSON.parse(await readText(response.body))).toEqual(refusal);
    expect(errors).toEqual([]);
  });

  test('may be exactly as large as the limit', async () => {
    const server = await serve(async (request) => jsonResponse(200, (await readBytes(request.body)).byteLength));
    const response = await createHttp({})({ method: 'POST', url: server.url, headers: {}, body: 'x'.repeat(1000) });
    expect(await readText(response.body)).toBe('1000');
  });

  test('does not hold the connection when it never ends and nobody reads it', async () => {
    const server = await serve(async () => jsonResponse(401, { detail: 'no' }));
    const socket = await dial(server);
    socket.write('POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
    expect(await rest(socket)).toMatch(/^HTTP\/1\.1 401 Unauthorized[^]*connection: close[^]*\{"detail":"no"\}$/i);
  });
});

describe('an answer', () => {
  test('carries a length when it is short, and is streamed when it is not', async () => {
    const server = await serve(async (request) => ({
      status: 200,
      headers: { 'x-many': ['1', '2'], 'x-none': undefined },
      body:
        request.url === '/short'
          ? bodyOf('short')
          : (async function* () {
              for (let n = 0; n < 300; n += 1) yield Buffer.alloc(10_000, 'y');
            })(),
    }));
    const http = createHttp({});
    const short = await http({ method: 'GET', url: `${server.url}/short`, headers: {} });
    expect(short.headers).toMatchObject({ 'content-length': '5', 'x-many': ['1', '2'] });
    expect(await readText(short.body)).toBe('short');
    const long = await http({ method: 'GET', url: `${server.url}/long`, headers: {} });
    expect(long.headers).toMatchObject({ 'transfer-encoding': 'chunked' });
    expect((await readBytes(long.body)).byteLength).toBe(3_000_000);
  });

  test('without a body has length 0, and 204 has none', async () => {
    const server = await serve(async (request) => ({
      status: request.url === '/204' ? 204 : 200,
      headers: {},
      body: null,
    }));
    const answers = await raw(
      server,
      'GET /200 HTTP/1.1\r\nHost: h\r\n\r\nGET /204 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
    );
    expect(answers.match(/^HTTP.*|^content-length.*/gim)).toEqual([
      'HTTP/1.1 200 OK',
      'content-length: 0',
      'HTTP/1.1 204 No Content',
    ]);
  });

  test('to HEAD leaves the body out', async () => {
    const server = await serve(async () => jsonResponse(200, { a: 1 }));
    const answer = await raw(server, 'HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK[^]*\r\n\r\n$/);
  });

  test('is nothing when the app cuts the connection', async () => {
    const errors: unknown[] = [];
    const app: Http = async () => {
      throw new TransportError('reset', 'dropped', { sent: true });
    };
    const server = await serve(app, {}, (error) => errors.push(error));
    expect(await raw(server, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n')).toBe('');
    expect(errors).toEqual([]);
  });

  test('is 500 when the app fails, which is told to the owner and not to the sender', async () => {
    const errors: unknown[] = [];
    const bug = new Error('secret detail');
    const server = await serve(
      async () => {
        throw bug;
      },
      {},
      (error) => errors.push(error),
    );
    const answer = await raw(server, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 500 [^]*\{"detail":"internal error"\}$/);
    expect(errors).toEqual([bug]);
  });

  test('that fails half way is cut, so that it cannot be taken for whole', async () => {
    const errors: unknown[] = [];
    const app: Http = async () => ({
      status: 200,
      headers: {},
      body: (async function* () {
        yield Buffer.from('one');
        yield Buffer.from('two');
        await Promise.resolve();
        throw new Error('broken');
      })(),
    });
    const server = await serve(app, {}, (error) => errors.push(error));
    const answer = await raw(server, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(answer).not.toContain('\r\n0\r\n');
    expect(errors).toHaveLength(1);
  });
});

describe('a port', () => {
  test('is served over TLS with the given certificate', async () => {
    const server = await serve(echo, { tls: testTls() });
    expect(server.url).toBe(`https://127.0.0.1:${server.port}`);
    trustTestCertificate();
    const response = await createHttp({})({ method: 'POST', url: server.url, headers: {}, body: 'x' });
    expect(await readText(response.body)).toBe('{"got":"x"}');
  });

  test('with a certificate that is none is a usage error', async () => {
    const nonsense = { cert: Buffer.from('x'), key: Buffer.from('y') };
    await expect(serve(ok, { tls: nonsense })).rejects.toMatchObject({ failure: 'usage', code: 'bad_certificate' });
  });

  test.each([
    ['linux', "ss -ltnp 'sport = :PORT'"],
    ['darwin', 'lsof -nP -iTCP:PORT -sTCP:LISTEN'],
    ['win32', 'netstat -ano | findstr :PORT'],
  ])('in use says how to find who has it on %s', async (platform, command) => {
    const { port } = await serve(ok);
    const attempt = serveHttp(ok, { host: '127.0.0.1', port, maxBodyBytes: 1 }, { platform });
    await expect(attempt).rejects.toMatchObject({
      failure: 'environment',
      code: 'port_in_use',
      message: `port ${port} on 127.0.0.1 is in use by another program`,
      hint: `choose another with --port, or a free one with --port 0; see who has it: ${command.replace('PORT', String(port))}`,
    });
  });

  test('on an address that this machine has not is an environment error', async () => {
    await expect(serve(ok, { host: '192.0.2.1' })).rejects.toMatchObject({
      failure: 'environment',
      code: 'address_unavailable',
    });
  });

  test('on all addresses is shown as one that can be called', async () => {
    const server = await serve(ok, { host: '0.0.0.0' });
    expect([server.host, server.url]).toEqual(['0.0.0.0', `http://127.0.0.1:${server.port}`]);
  });
});

describe('closing', () => {
  test('ends idle connections and those on which nothing was ever asked', async () => {
    const server = await serve(ok);
    const silent = await dial(server);
    const idle = await dial(server);
    idle.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await once(idle, 'data');
    // The grace is longer than the test may take: waiting for it would fail.
    await server.close(600_000);
    await Promise.all([rest(silent), rest(idle)]);
  });

  test('lets a running exchange end, and closes its connection', async () => {
    let finish = (): void => {};
    const server = await serve(async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return jsonResponse(200, 'late');
    });
    const socket = await dial(server);
    const answer = rest(socket);
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    const initial = finish;
    await expect.poll(() => finish === initial).toBe(false);
    const closed = server.close(600_000);
    finish();
    await closed;
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK[^]*connection: close[^]*"late"$/i);
  });

  test('cuts what is still running when the grace is over', async () => {
    let asked = false;
    const server = await serve(() => {
      asked = true;
      return new Promise(() => {});
    });
    const socket = await dial(server);
    const answer = rest(socket);
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await expect.poll(() => asked).toBe(true);
    await server.close(10);
    expect(await answer).toBe('');
  });

  test('frees the port', async () => {
    const server = await serve(ok);
    await server.close(0);
    const again = await serve(ok, { port: server.port });
    expect(again.port).toBe(server.port);
  });
});
