import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer as createTcpServer } from 'node:net';
import type { AddressInfo, LookupFunction } from 'node:net';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import { afterEach, describe, expect, test } from 'vitest';

import { readText, TransportError } from '../../../src/lib/net/http.ts';
import type { HttpResponse } from '../../../src/lib/net/http.ts';
import { createHttp } from '../../../src/platform/http/http.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';
import type { Scripted, ScriptedServer } from '../../support/scripted-server.ts';
import { testTls, trustTestCertificate } from '../../support/tls.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function scripted(...script: Scripted[]): Promise<ScriptedServer> {
  const server = await startScriptedServer(script);
  closers.push(() => server.close());
  return server;
}

async function opened(server: {
  listen(port: number, host: string): unknown;
  close(): unknown;
  address(): unknown;
}): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server as Server, 'listening');
  closers.push(() => {
    server.close();
    (server as Partial<Server>).closeAllConnections?.();
  });
  return (server.address() as AddressInfo).port;
}

/** A port that nobody listens on. */
async function deadPort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function failureOf(promise: Promise<unknown>): Promise<{ kind: string; sent: boolean; message: string }> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TransportError)) throw new Error(`expected a TransportError, got ${String(error)}`);
  return { kind: error.kind, sent: error.sent, message: error.message };
}

/** A resolver that has one answer to everything. */
const answering =
  (address: string): LookupFunction =>
  (_name, { all }, callback) =>
    all === true ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4);

const get = { method: 'GET', headers: {} } as const;

describe('an exchange', () => {
  test('carries method, target, headers and body there, and status, headers and body back', async () => {
    const server = await scripted({ status: 201, headers: { 'X-Twice': ['a', 'b'] }, body: 'héllo' });
    const response = await createHttp({})({
      method: 'POST',
      url: `${server.url}/path?q=1`,
      headers: { 'x-one': '1', 'x-many': ['2', '3'], 'x-none': undefined },
      body: '{"a":1}',
    });
    expect(response.status).toBe(201);
    expect(response.headers['x-twice']).toEqual(['a', 'b']);
    expect(await readText(response.body)).toBe('héllo');
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({
      method: 'POST',
      url: '/path?q=1',
      body: '{"a":1}',
      headers: { 'x-one': '1', 'x-many': '2, 3', 'content-length': '7' },
    });
    expect(server.seen[0]?.headers).not.toHaveProperty('x-none');
  });

  test('streams a body with the length that was announced', async () => {
    const server = await scripted({});
    await createHttp({})({
      method: 'POST',
      url: server.url,
      headers: { 'content-length': '6' },
      body: (async function* () {
        yield Buffer.from('abc');
        yield Buffer.from('def');
      })(),
    });
    expect(server.seen[0]?.body).toBe('abcdef');
    expect(server.seen[0]?.headers['transfer-encoding']).toBeUndefined();
  });

  test('does not follow a redirect', async () => {
    const server = await scripted({ status: 302, headers: { location: '/elsewhere' } });
    const response = await createHttp({})({ ...get, url: server.url });
    expect([response.status, response.headers['location']]).toEqual([302, '/elsewhere']);
    expect(server.lines()).toEqual(['GET /']);
  });

  test('has no body for HEAD, 204 and 304', async () => {
    const server = await scripted({ headers: { 'content-length': '5' } }, { status: 204 }, { status: 304 });
    const http = createHttp({});
    const responses: HttpResponse[] = [];
    for (const method of ['HEAD', 'GET', 'GET']) responses.push(await http({ method, url: server.url, headers: {} }));
    expect(responses.map(({ status, body }) => [status, body])).toEqual([
      [200, null],
      [204, null],
      [304, null],
    ]);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('undoes %s and drops the headers that are no longer true', async (coding, compress) => {
    const text = 'a picked order '.repeat(10_000);
    const server = await scripted({ headers: { 'content-encoding': coding }, body: compress(text) });
    const response = await createHttp({})({ ...get, url: server.url });
    expect(await readText(response.body)).toBe(text);
    expect(response.headers).not.toHaveProperty('content-encoding');
    expect(response.headers).not.toHaveProperty('content-length');
    expect(server.seen[0]?.headers['accept-encoding']).toBe('gzip, deflate, br');
  });

  test('names damage when compressed bytes cannot be undone', async () => {
    const server = await scripted({ headers: { 'content-encoding': 'gzip' }, body: 'not gzip' });
    const response = await createHttp({})({ ...get, url: server.url });
    expect(await failureOf(readText(response.body))).toEqual({
      kind: 'other',
      sent: true,
      message: 'the answer is damaged: gzip cannot be decompressed',
    });
  });

  test('uses connections again for the next requests', async () => {
    const ports: (number | undefined)[] = [];
    const server = createHttpServer((request, response) => {
      ports.push(request.socket.remotePort);
      response.end('x');
    });
    const port = await opened(server);
    const http = createHttp({});
    for (let n = 0; n < 8; n += 1) await readText((await http({ ...get, url: `http://127.0.0.1:${port}` })).body);
    expect(ports).toHaveLength(8);
    // The first may not be free yet when the second request starts.
    expect(new Set(ports).size).toBeLessThanOrEqual(2);
  });

  test('closes the connection of a body that is not read to its end', async () => {
    const server = createHttpServer((_request, response) => {
      response.write('first');
    });
    const port = await opened(server);
    const closed = once(server, 'connection').then(([socket]) => once(socket as Server, 'close'));
    const response = await createHttp({})({ ...get, url: `http://127.0.0.1:${port}` });
    if (response.body === null) throw new Error('there is a body');
    for await (const chunk of response.body) {
      expect(Buffer.from(chunk).toString()).toBe('first');
      break;
    }
    await closed;
  });
});

describe('a failure', () => {
  test('to connect was never sent', async () => {
    const port = await deadPort();
    expect(await failureOf(createHttp({})({ ...get, url: `http://127.0.0.1:${port}/` }))).toEqual({
      kind: 'refused',
      sent: false,
      message: `nothing answers at 127.0.0.1:${port}: connection refused (ECONNREFUSED)`,
    });
  });

  test('to find the name was never sent', async () => {
    const failure = await failureOf(createHttp({})({ ...get, url: 'http://nowhere.invalid/' }));
    expect([failure.kind, failure.sent]).toEqual(['dns', false]);
    expect(failure.message).toMatch(/^the name nowhere\.invalid cannot be resolved/);
  });

  test('after the request was written may have been seen', async () => {
    const server = await scripted('cut');
    const failure = await failureOf(createHttp({})({ method: 'POST', url: server.url, headers: {}, body: 'x' }));
    expect([failure.kind, failure.sent]).toEqual(['reset', true]);
    expect(failure.message).toContain('closed the connection before its answer was complete');
  });

  test('in the middle of the body is thrown to its reader', async () => {
    const server = await scripted({ body: 'half', headers: { 'content-length': '10' }, ending: 'cut' });
    const response = await createHttp({})({ ...get, url: server.url });
    const failure = await failureOf(readText(response.body));
    expect([failure.kind, failure.sent]).toEqual(['reset', true]);
  });

  test('is a timeout when no head comes, and says how long was waited', async () => {
    const server = await scripted('hang');
    expect(await failureOf(createHttp({})({ ...get, url: server.url, timeoutMs: 500 }))).toEqual({
      kind: 'timeout',
      sent: true,
      message: `127.0.0.1:${server.port} did not answer within 500 ms`,
    });
  });

  test('is a timeout when the body stops', async () => {
    const server = await scripted({ body: 'half', ending: 'hang' });
    const response = await createHttp({})({ ...get, url: server.url, timeoutMs: 1000 });
    const failure = await failureOf(readText(response.body));
    expect([failure.kind, failure.sent]).toEqual(['timeout', true]);
  });

  test('to finish the TLS handshake in time was never sent', async () => {
    const port = await opened(createTcpServer(() => {}));
    expect(await failureOf(createHttp({})({ ...get, url: `https://127.0.0.1:${port}`, timeoutMs: 50 }))).toEqual({
      kind: 'timeout',
      sent: false,
      message: `no connection to 127.0.0.1:${port} within 50 ms`,
    });
  });

  test('names what is no HTTP', async () => {
    const port = await opened(createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')));
    const failure = await failureOf(createHttp({})({ ...get, url: `http://127.0.0.1:${port}` }));
    expect(failure).toEqual({
      kind: 'not_http',
      sent: true,
      message: `the answer of 127.0.0.1:${port} is not valid HTTP`,
    });
  });

  test('of a header that cannot be sent does not repeat its value', async () => {
    const port = await deadPort();
    const headers = { 'x-api-key': 'secret\nvalue' };
    const failure = await failureOf(createHttp({})({ ...get, url: `http://127.0.0.1:${port}`, headers }));
    expect([failure.kind, failure.sent]).toEqual(['other', false]);
    expect(failure.message).not.toContain('secret');
  });
});

describe('a signal', () => {
  test('that is already given sends nothing', async () => {
    const server = await scripted({});
    const signal = AbortSignal.abort(new Error('stop'));
    const failure = await failureOf(createHttp({})({ ...get, url: server.url, signal }));
    expect([failure.kind, failure.sent]).toEqual(['aborted', false]);
    expect(server.seen).toEqual([]);
  });

  test('ends the wait for a connection, for the head, and for the rest of the body', async () => {
    const http = createHttp({});
    const mute = await opened(createTcpServer(() => {}));
    const hanging = await scripted('hang');
    const halting = await scripted({ body: 'half', ending: 'hang' });

    const connecting = new AbortController();
    const first = failureOf(http({ ...get, url: `https://127.0.0.1:${mute}`, signal: connecting.signal }));
    connecting.abort(new Error('stop'));
    expect(await first).toMatchObject({ kind: 'aborted', sent: false });

    const waiting = new AbortController();
    const second = failureOf(http({ ...get, url: hanging.url, signal: waiting.signal }));
    await expect.poll(() => hanging.seen.length).toBe(1);
    waiting.abort(new Error('stop'));
    expect(await second).toMatchObject({ kind: 'aborted', sent: true });

    const reading = new AbortController();
    const response = await http({ ...get, url: halting.url, signal: reading.signal });
    const third = failureOf(readText(response.body));
    reading.abort(new Error('stop'));
    expect(await third).toMatchObject({ kind: 'aborted', sent: true });
  });
});

describe('TLS', () => {
  async function tlsServer(): Promise<number> {
    return opened(createTlsServer(testTls(), (_request, response) => response.end('secret')));
  }

  test('refuses a certificate that nobody vouches for, before anything is sent', async () => {
    const port = await tlsServer();
    const failure = await failureOf(createHttp({})({ ...get, url: `https://127.0.0.1:${port}` }));
    expect([failure.kind, failure.sent]).toEqual(['tls', false]);
    expect(failure.message).toContain(`no trusted TLS connection to 127.0.0.1:${port}`);
  });

  test('accepts a certificate of an authority that Node trusts', async () => {
    trustTestCertificate();
    const port = await tlsServer();
    expect(await readText((await createHttp({})({ ...get, url: `https://127.0.0.1:${port}` })).body)).toBe('secret');
  });

  test('is said to be missing where a server speaks plain HTTP', async () => {
    const server = await scripted({});
    const failure = await failureOf(createHttp({})({ ...get, url: server.url.replace('http:', 'https:') }));
    expect([failure.kind, failure.sent]).toEqual(['not_tls', false]);
    expect(failure.message).toMatch(
      /^[\d.]+:\d+ does not speak TLS: its port is for plain http or another protocol \(\w+\)$/,
    );
  });
});

describe('a proxy', () => {
  /** A forward proxy that answers plain requests itself and tunnels `CONNECT`. */
  async function proxy(status = 200): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = [];
    const server = createHttpServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? '-'}`);
      response.writeHead(status).end('from the proxy');
    });
    server.on('connect', (request, socket) => {
      asked.push(`CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? '-'}`);
      if (status !== 200) {
        socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
        return;
      }
      const [, port] = (request.url ?? '').split(':');
      const target = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        target.pipe(socket).pipe(target);
      });
      target.on('error', () => socket.destroy());
      socket.on('error', () => target.destroy());
    });
    return { url: `http://127.0.0.1:${await opened(server)}`, asked };
  }

  test('is asked for a plain URL by its whole address', async () => {
    const { url, asked } = await proxy();
    const response = await createHttp({ HTTP_PROXY: url })({ ...get, url: 'http://optipick.test/x' });
    expect(await readText(response.body)).toBe('from the proxy');
    expect(asked).toEqual(['GET http://optipick.test/x -']);
  });

  test.each(['HTTP_PROXY', 'http_proxy'])('stays good: %s needs no scheme', async (variable) => {
    const { url, asked } = await proxy();
    const http = createHttp({ [variable]: url.replace('http://', '') });
    expect(await readText((await http({ ...get, url: 'http://optipick.test/x' })).body)).toBe('from the proxy');
    const withUser = createHttp({ [variable]: url.replace('http://', 'user:pass@') });
    expect(await readText((await withUser({ ...get, url: 'http://optipick.test/x' })).body)).toBe('from the proxy');
    const basic = `Basic ${Buffer.from('user:pass').toString('base64')}`;
    expect(asked).toEqual(['GET http://optipick.test/x -', `GET http://optipick.test/x ${basic}`]);
  });

  test('tunnels https, with the user and password of its URL', async () => {
    const target = await opened(createTlsServer(testTls(), (_request, response) => response.end('through')));
    const { url, asked } = await proxy();
    const env = { https_proxy: url.replace('//', '//user:pass@') };
    trustTestCertificate();
    const http = createHttp(env);
    const response = await http({ ...get, url: `https://optipick.test:${target}` });
    expect(await readText(response.body)).toBe('through');
    expect(asked).toEqual([`CONNECT optipick.test:${target} Basic ${Buffer.from('user:pass').toString('base64')}`]);
  });

  test('is passed by for a host in NO_PROXY', async () => {
    const server = await scripted({ body: 'direct' });
    const { url, asked } = await proxy();
    const http = createHttp({ HTTP_PROXY: url, NO_PROXY: 'optipick.test' }, { lookup: answering('127.0.0.1') });
    const response = await http({ ...get, url: `http://optipick.test:${server.port}` });
    expect(await readText(response.body)).toBe('direct');
    expect(asked).toEqual([]);
  });

  test.each(['127.0.0.1', 'localhost', 'api.localhost'])(
    'N6: even one on this machine does not get what is meant for %s',
    async (name) => {
      const server = await scripted({ body: 'direct' });
      const { url, asked } = await proxy();
      const response = await createHttp({ HTTP_PROXY: url })({ ...get, url: `http://${name}:${server.port}` });
      expect(await readText(response.body)).toBe('direct');
      expect(asked).toEqual([]);
    },
  );

  test('that is dead is named, without its password', async () => {
    const port = await deadPort();
    const env = { HTTPS_PROXY: `http://user:hunter2@127.0.0.1:${port}` };
    expect(await failureOf(createHttp(env)({ ...get, url: 'https://optipick.test/' }))).toEqual({
      kind: 'proxy',
      sent: false,
      message: `the proxy 127.0.0.1:${port} cannot be used (ECONNREFUSED)`,
    });
  });

  test.each([
    [407, 'proxy_setup', 'wants a user name and password (407)'],
    [403, 'proxy', 'refused to connect to optipick.test (403)'],
  ])('that answers CONNECT with %i is named with the reason', async (status, kind, words) => {
    const { url } = await proxy(status);
    expect(await failureOf(createHttp({ HTTPS_PROXY: url })({ ...get, url: 'https://optipick.test/' }))).toEqual({
      kind,
      sent: false,
      message: `the proxy ${new URL(url).host} ${words}`,
    });
  });

  test('that wants a password for a plain URL has not passed it on', async () => {
    const { url } = await proxy(407);
    expect(await failureOf(createHttp({ HTTP_PROXY: url })({ ...get, url: 'http://optipick.test/' }))).toEqual({
      kind: 'proxy_setup',
      sent: false,
      message: `the proxy ${new URL(url).host} wants a user name and password (407)`,
    });
  });

  test.each(['::nonsense::', 'socks5://127.0.0.1:1080'])('%s is refused as a proxy', async (value) => {
    expect(await failureOf(createHttp({ HTTPS_PROXY: value })({ ...get, url: 'https://optipick.test/' }))).toEqual({
      kind: 'proxy_setup',
      sent: false,
      message: 'HTTPS_PROXY is not the URL of an http or https proxy',
    });
  });
});

describe('the process', () => {
  test('ends by itself while connections are kept alive, and while one that was given up still connects', async () => {
    const server = await scripted({ body: 'x' });
    const mute = await opened(createTcpServer(() => {}));
    const http = fileURLToPath(new URL('../../../src/platform/http/http.ts', import.meta.url));
    const program = `
      import { createHttp } from ${JSON.stringify(http)};
      const http = createHttp({});
      const { body } = await http({ method: 'GET', url: '${server.url}', headers: {} });
      for await (const chunk of body) process.stdout.write(chunk);
      await http({ method: 'GET', url: 'https://127.0.0.1:${mute}', headers: {}, timeoutMs: 20 })
        .catch((error) => process.stdout.write(error.kind));
    `;
    // Some versions of Node warn on stderr about the color variables that a test runner sets.
    const env = { PATH: process.env['PATH'] };
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'pipe', env });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    // The test's own time limit is the judge: an open socket would hold the process for good.
    const [code] = (await once(child, 'close')) as [number];
    expect([code, output]).toEqual([0, 'xtimeout']);
  });
});
