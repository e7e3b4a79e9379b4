/** What a port rejects itself, and what senders cannot hold: raw sockets, with no HTTP client between. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { afterEach, describe, expect, test } from 'vitest';

import { bodyOf, jsonResponse, readBytes, readText } from '../../../src/lib/net/http.ts';
import type { Http } from '../../../src/lib/net/http.ts';
import { MAX_CONNECTIONS, MAX_DISCARDS, MAX_HEADER_BYTES, MAX_PIPELINED_REQUESTS } from '../../../src/limits.ts';
import type { PortRejection, ServeOptions, Server } from '../../../src/platform/host.ts';
import { serveHttp, type ServeMachine } from '../../../src/platform/server/server.ts';
import { sourceUrl, startChild } from '../../support/child.ts';
import { dial, raw, reading, rest } from '../../support/raw-socket.ts';
import { testTls } from '../../support/tls.ts';

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const task of cleanUp.splice(0).reverse()) await task();
});

interface Served {
  readonly server: Server;
  /** Targets that the app was asked for. */
  readonly asked: string[];
  readonly rejected: PortRejection[];
}

const noContent: Http = async () => ({ status: 204, headers: {}, body: null });

async function serve(
  app: Http,
  options: Partial<ServeOptions> = {},
  timeouts: ServeMachine['timeouts'] = {},
): Promise<Served> {
  const asked: string[] = [];
  const rejected: PortRejection[] = [];
  const server = await serveHttp(
    (request) => {
      asked.push(request.url);
      return app(request);
    },
    { host: '127.0.0.1', port: 0, maxBodyBytes: 10_000_000, onRejected: (one) => rejected.push(one), ...options },
    { platform: 'linux', timeouts },
  );
  cleanUp.push(() => server.close(0));
  return { server, asked, rejected };
}

const statusLines = (answer: string): string[] => answer.match(/HTTP\/1\.1 \d.*/g) ?? [];
const post = (lines: string, rest = ''): string => `POST / HTTP/1.1\r\nHost: h\r\n${lines}\r\n${rest}`;
const chunked = (body: string): string => post('Transfer-Encoding: chunked\r\n', body);

/** What hides behind each request: a server that reads it differently would answer it. */
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n';

describe('A2: a request that is not strictly HTTP is answered 400, reported, and seen by nobody', () => {
  test.each([
    [
      'Content-Length before Transfer-Encoding',
      post('Content-Length: 3\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
    ],
    [
      'Transfer-Encoding before Content-Length',
      post('Transfer-Encoding: chunked\r\nContent-Length: 3\r\n', '0\r\n\r\n'),
    ],
    ['two equal lengths', post('Content-Length: 3\r\nContent-Length: 3\r\n', 'abc')],
    ['two lengths', post('Content-Length: 3\r\nContent-Length: 0\r\n', 'abc')],
    ['a list of lengths', post('Content-Length: 3, 3\r\n', 'abc')],
    ['a length with a sign', post('Content-Length: +3\r\n', 'abc')],
    ['a hexadecimal length', post('Content-Length: 0x3\r\n', 'abc')],
    ['an empty length', post('Content-Length: \r\n', 'abc')],
    ['a length beyond 64 bits', post('Content-Length: 99999999999999999999\r\n', 'abc')],
    ['chunked that is not last', post('Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n')],
    ['an unknown coding', post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n')],
    ['chunked twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')],
    ['a blank before the colon', post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n')],
    ['a vertical tab before the value', post('Transfer-Encoding:\u000Bchunked\r\n', '0\r\n\r\n')],
    ['Transfer-Encoding in HTTP/1.0', 'POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a folded header', post('X: a\r\n b\r\nContent-Length: 0\r\n')],
    ['a folded coding', post('Transfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n')],
    ['a header that begins with a blank', 'POST / HTTP/1.1\r\n X: a\r\nHost: h\r\n\r\n'],
    ['line feeds alone', 'POST / HTTP/1.1\nHost: h\nContent-Length: 0\n\n'],
    ['a line feed alone after a header', post('X: a\nContent-Length: 0\r\n')],
    ['a line feed alone at the end of the head', 'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\n'],
    ['a carriage return alone', post('X: a\rContent-Length: 3\r\nContent-Length: 0\r\n')],
    ['a zero byte', post('X: a\0b\r\nContent-Length: 0\r\n')],
    ['a header without a name', post(': x\r\nContent-Length: 0\r\n')],
    ['a chunk with a line feed alone', chunked('1\na\r\n0\r\n\r\n')],
    ['a chunk that is longer than it says', chunked('1\r\nab\r\n0\r\n\r\n')],
    ['a chunk size with a prefix', chunked('0x1\r\na\r\n0\r\n\r\n')],
    ['a negative chunk size', chunked('-1\r\na\r\n0\r\n\r\n')],
    ['a chunk size beyond 64 bits', chunked('fffffffffffffffff\r\na\r\n0\r\n\r\n')],
    ['chunk extensions without an end', chunked(`1;${'a'.repeat(20_000)}\r\na\r\n0\r\n\r\n`)],
    ['no Host', 'POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n'],
    ['two Hosts', post('Host: i\r\nContent-Length: 0\r\n')],
    ['a blank in the target', 'GET /a /b HTTP/1.1\r\nHost: h\r\n\r\n'],
    ['an unknown method', 'FOO / HTTP/1.1\r\nHost: h\r\n\r\n'],
    ['an unknown version', 'GET / HTTP/3.7\r\nHost: h\r\n\r\n'],
    ['HTTP/2 with prior knowledge', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['nonsense', 'nonsense\r\n\r\n'],
  ])('%s', async (_, bytes) => {
    const { server, asked, rejected } = await serve(async (request) => {
      await readBytes(request.body);
      return { status: 204, headers: {}, body: null };
    });
    const answer = await raw(server, bytes + SMUGGLED);
    expect(statusLines(answer)).toEqual(['HTTP/1.1 400 Bad Request']);
    expect(asked).not.toContain('/smuggled');
    expect(rejected).toEqual([
      { status: 400, reason: 'malformed_request', detail: expect.any(String), remoteAddress: '127.0.0.1' },
    ]);
  });

  test('CONNECT is answered 405', async () => {
    const { server, asked, rejected } = await serve(noContent);
    const answer = await raw(server, 'CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(statusLines(answer)).toEqual(['HTTP/1.1 405 Method Not Allowed']);
    expect(asked).toEqual([]);
    expect(rejected).toMatchObject([{ status: 405, reason: 'malformed_request', detail: 'CONNECT is for proxies' }]);
  });

  test('TLS on a port without it is named', async () => {
    const { server, rejected } = await serve(noContent);
    connectTls({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false }).on('error', () => undefined);
    await expect
      .poll(() => rejected)
      .toMatchObject([
        { reason: 'malformed_request', detail: 'the sender speaks TLS, and this port serves plain HTTP' },
      ]);
  });

  test('an expectation that is not known does not stop a request', async () => {
    const { server, rejected } = await serve(noContent);
    const answer = await raw(server, post('Expect: tea\r\nConnection: close\r\nContent-Length: 0\r\n'));
    expect([statusLines(answer), rejected]).toEqual([['HTTP/1.1 204 No Content'], []]);
  });
});

describe('W2: headers', () => {
  const head = (size: number): string => {
    const start = 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX: ';
    return `${start}${'x'.repeat(size - start.length)}\r\n\r\n`;
  };

  test('of almost 16 KB are taken', async () => {
    const { server, rejected } = await serve(noContent);
    const answer = await raw(server, head(MAX_HEADER_BYTES - 100));
    expect([statusLines(answer), rejected]).toEqual([['HTTP/1.1 204 No Content'], []]);
  });

  test.each([MAX_HEADER_BYTES + 100, 60_000])('of %i bytes are answered 431 and reported', async (size) => {
    const { server, asked, rejected } = await serve(noContent);
    const answer = await raw(server, head(size));
    expect(statusLines(answer)).toEqual(['HTTP/1.1 431 Request Header Fields Too Large']);
    expect(rejected).toEqual([
      { status: 431, reason: 'headers_too_large', detail: 'the headers are too large', remoteAddress: '127.0.0.1' },
    ]);
    expect(asked).toEqual([]);
  });
});

describe('A2: a sender that stalls loses its connection', () => {
  const quick = { headersTimeout: 100, requestTimeout: 100, connectionsCheckingInterval: 20 };
  const reading: Http = async (request) => jsonResponse(200, (await readBytes(request.body)).byteLength);

  test.each([
    ['in its head', 'GET / HTTP/1.1\r\nHost: h\r\nX-Slow: '],
    ['in a body of known length', post('Content-Length: 10\r\n', 'x')],
    ['in a chunked body', chunked('5\r\nab')],
    ['in its second request', `${SMUGGLED}POST / HTTP/1.1\r\n`],
  ])('%s: 408, reported', async (_, bytes) => {
    const { server, rejected } = await serve(reading, {}, quick);
    const answer = await raw(server, bytes);
    expect(statusLines(answer).at(-1)).toBe('HTTP/1.1 408 Request Timeout');
    expect(rejected).toEqual([
      {
        status: 408,
        reason: 'request_timeout',
        detail: 'the request did not arrive in time',
        remoteAddress: '127.0.0.1',
      },
    ]);
  });

  test('without a byte: closed, and no rejection', async () => {
    const { server, rejected } = await serve(noContent, {}, quick);
    expect(await raw(server, '')).toBe('');
    expect(rejected).toEqual([]);
  });

  test('in a body after its answer: closed, and not answered twice', async () => {
    const { server, rejected } = await serve(async () => jsonResponse(401, { detail: 'no' }), {}, quick);
    const answer = await raw(server, post('Content-Length: 10\r\n', 'x'));
    expect(statusLines(answer)).toEqual(['HTTP/1.1 401 Unauthorized']);
    expect(rejected).toEqual([]);
  });

  test('between two requests', async () => {
    const { server, rejected } = await serve(noContent, {}, { keepAliveTimeout: 50 });
    const answer = await raw(server, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    expect([statusLines(answer), rejected]).toEqual([['HTTP/1.1 204 No Content'], []]);
  });

  test.each([
    ['of one piece', bodyOf(Buffer.alloc(50_000_000))],
    [
      'of many pieces',
      (async function* () {
        for (let piece = 0; piece < 1000; piece += 1) yield Buffer.alloc(50_000);
      })(),
    ],
  ])('in reading an answer %s', async (_, body) => {
    const { server } = await serve(async () => ({ status: 200, headers: {}, body }), {}, { answerTimeout: 100 });
    const socket = await dial(server);
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await once(socket, 'readable');
    // It lets running answers end: the grace is longer than the test may take.
    await server.close(600_000);
    socket.destroy();
  });
});

describe('A2: TLS', () => {
  const options = { tls: testTls() };
  const quick = { headersTimeout: 100, connectionsCheckingInterval: 20 };

  test.each([
    ['that never begins', ''],
    ['that stops in its first record', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000'],
  ])('a handshake %s loses its connection, reported', async (_, bytes) => {
    const { server, rejected } = await serve(noContent, options, quick);
    expect(await raw(server, bytes)).toBe('');
    expect(rejected).toMatchObject([
      { status: undefined, reason: 'tls_failed', detail: 'the TLS handshake did not end in time' },
    ]);
  });

  test('plain HTTP instead is named', async () => {
    const { server, rejected } = await serve(noContent, options);
    await raw(server, SMUGGLED);
    expect(rejected).toMatchObject([
      { reason: 'tls_failed', detail: 'the sender speaks plain HTTP, and this port serves https' },
    ]);
  });

  test('a sender of an old version is reported', async () => {
    const { server, rejected } = await serve(noContent, options);
    connectTls({ port: server.port, host: '127.0.0.1', minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }).on(
      'error',
      () => undefined,
    );
    await expect
      .poll(() => rejected)
      .toMatchObject([
        {
          status: undefined,
          reason: 'tls_failed',
          detail: expect.stringMatching(/^the TLS handshake failed: ./) as string,
        },
      ]);
  });

  test('a connection that is closed before its handshake is none that was rejected', async () => {
    const { server, asked, rejected } = await serve(noContent, options);
    (await dial(server)).destroy();
    const socket = connectTls({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false });
    socket.write('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    await rest(socket);
    expect([asked, rejected]).toEqual([['/'], []]);
  });

  test('a sender that stalls after its handshake loses its connection', async () => {
    const { server, rejected } = await serve(noContent, options, quick);
    const socket = connectTls({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false });
    socket.write('GET / HTTP/1.1\r\n');
    expect(statusLines(await rest(socket))).toEqual(['HTTP/1.1 408 Request Timeout']);
    expect(rejected).toMatchObject([{ status: 408, reason: 'request_timeout' }]);
  });
});

describe('A2: a sender that does not wait for its answers', () => {
  const requests = (count: number): string => 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'.repeat(count);

  test('may have some waiting, and gets all of them', async () => {
    const { server, rejected } = await serve(noContent);
    const last = 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';
    const answer = await raw(server, requests(MAX_PIPELINED_REQUESTS - 1) + last);
    expect(statusLines(answer)).toHaveLength(MAX_PIPELINED_REQUESTS);
    expect(rejected).toEqual([]);
  });

  test('loses its connection beyond that, whatever it sends more, and the app is not asked', async () => {
    const held = Promise.withResolvers<void>();
    const { server, asked, rejected } = await serve(async (request) => {
      await held.promise;
      return noContent(request);
    });
    expect(await raw(server, requests(2000))).toBe('');
    held.resolve();
    expect(asked).toHaveLength(MAX_PIPELINED_REQUESTS);
    expect(rejected).toEqual([
      {
        status: undefined,
        reason: 'too_many_requests',
        detail: `${MAX_PIPELINED_REQUESTS} requests of the connection wait for answers`,
        remoteAddress: '127.0.0.1',
      },
    ]);
  });
});

describe('A2: a sender that goes away', () => {
  const patient: Http = async (request) => jsonResponse(200, await readText(request.body));

  test.each([
    ['in its head', 'POST / HTTP/1.1\r\nHo'],
    ['in its body', post('Content-Length: 10\r\n', 'x')],
  ])('%s is reported', async (_, bytes) => {
    const { server, rejected } = await serve(patient);
    const socket = await dial(server);
    socket.end(bytes);
    await rest(socket);
    expect(rejected).toMatchObject([
      { reason: 'incomplete_request', detail: 'the sender closed the connection too early' },
    ]);
  });

  test('with a reset in its body is reported', async () => {
    const { server, asked, rejected } = await serve(patient);
    const socket = await dial(server);
    socket.write(post('Content-Length: 10\r\n', 'x'));
    await expect.poll(() => asked).toHaveLength(1);
    socket.resetAndDestroy();
    await expect.poll(() => rejected).toMatchObject([{ status: undefined, reason: 'incomplete_request' }]);
  });

  test.each(['destroy', 'resetAndDestroy'] as const)('between requests (%s) is not', async (ending) => {
    const { server, rejected } = await serve(noContent);
    const socket = await dial(server);
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await once(socket, 'data');
    socket[ending]();
    // The server has seen the end of the first when it answers the next.
    await raw(server, 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    expect(rejected).toEqual([]);
  });
});

describe('A2: an answer before the body', () => {
  const refusal: Http = async () => jsonResponse(401, { detail: 'no' });

  test('leaves the connection usable when the length of the body is known', async () => {
    const { server, asked } = await serve(refusal);
    const socket = await dial(server);
    const until = reading(socket);
    socket.write(post('Content-Length: 1000000\r\n', 'x'));
    expect(await until(/\{"detail":"no"\}/)).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n[^]*connection: keep-alive/i);
    socket.write(`${'x'.repeat(999_999)}${SMUGGLED}`);
    expect(statusLines(await until(/\{"detail":"no"\}/))).toEqual(['HTTP/1.1 401 Unauthorized']);
    expect(asked).toEqual(['/', '/smuggled']);
    socket.destroy();
  });

  test('leaves it usable when the app has read the beginning', async () => {
    const { server, asked } = await serve(async ({ body }) => {
      for await (const chunk of body as AsyncIterable<Uint8Array>) return jsonResponse(413, chunk.byteLength > 0);
      return jsonResponse(200, 'end');
    });
    const socket = await dial(server);
    const until = reading(socket);
    socket.write(post('Content-Length: 1000000\r\n', 'x'));
    await until(/true/);
    socket.write(`${'x'.repeat(999_999)}${post('Content-Length: 2\r\n')}`);
    socket.write('x');
    expect(statusLines(await until(/true/))).toEqual(['HTTP/1.1 413 Payload Too Large']);
    expect(asked).toEqual(['/', '/']);
    socket.destroy();
  });

  test('ends the connection of an endless body, which is not taken for a request', async () => {
    const { server, asked } = await serve(refusal);
    const answer = await raw(server, chunked(`5\r\nabcde\r\n${SMUGGLED}`));
    expect(statusLines(answer)).toEqual(['HTTP/1.1 401 Unauthorized']);
    expect(answer).toMatch(/connection: close/i);
    expect(asked).toEqual(['/']);
  });

  test('is instead of 100 Continue, and ends the connection: the body may come or not', async () => {
    const { server, asked } = await serve(refusal);
    const answer = await raw(server, post('Expect: 100-continue\r\nContent-Length: 50\r\n', SMUGGLED));
    expect(statusLines(answer)).toEqual(['HTTP/1.1 401 Unauthorized']);
    expect(answer).toMatch(/connection: close/i);
    expect(asked).toEqual(['/']);
  });

  test('100 Continue is sent when the app reads', async () => {
    const held = Promise.withResolvers<void>();
    const { server, asked } = await serve(async (request) => {
      await held.promise;
      return jsonResponse(200, await readText(request.body));
    });
    const socket = await dial(server);
    const until = reading(socket);
    socket.write(post('Expect: 100-continue\r\nContent-Length: 2\r\n'));
    await expect.poll(() => asked).toHaveLength(1);
    expect(socket.bytesRead).toBe(0);
    held.resolve();
    await until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    socket.write('hi');
    expect(await until(/"hi"/)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*keep-alive/i);
    socket.destroy();
  });

  test('is followed by the end of the connection where too many bodies are read for nobody already', async () => {
    const { server } = await serve(async () => jsonResponse(200, 'early'));
    const answers: string[] = [];
    for (let number = 0; number <= MAX_DISCARDS; number += 1) {
      const socket = await dial(server);
      const until = reading(socket);
      socket.write(post('Content-Length: 900\r\n', 'the beginning'));
      answers.push(await until(/"early"/));
    }
    const closed = answers.map((answer) => /^connection: close/im.test(answer));
    expect(closed).toEqual([...Array.from({ length: MAX_DISCARDS }, () => false), true]);
  });

  test('a connection stays open when the body is there before the 100 Continue', async () => {
    const { server } = await serve(async (request) => jsonResponse(200, await readText(request.body)));
    const socket = await dial(server);
    const until = reading(socket);
    socket.write(post('Expect: 100-continue\r\nContent-Length: 2\r\n', 'hi'));
    expect(statusLines(await until(/"hi"/))).toEqual(['HTTP/1.1 100 Continue', 'HTTP/1.1 200 OK']);
    socket.write(post('Content-Length: 5\r\n', 'again'));
    expect(statusLines(await until(/"again"/)).at(-1)).toBe('HTTP/1.1 200 OK');
    socket.destroy();
  });
});

describe('A2: the connections of a port', () => {
  /** Answers with the number of connections that it has dropped. */
  const code = `
    const { bodyOf } = await import(${JSON.stringify(sourceUrl('src/lib/net/http.ts'))});
    const { serveHttp } = await import(${JSON.stringify(sourceUrl('src/platform/server/server.ts'))});
    const dropped = {};
    const server = await serveHttp(
      async () => ({ status: 200, headers: {}, body: bodyOf(JSON.stringify(dropped)) }),
      {
        host: '127.0.0.1', port: 0, maxBodyBytes: 1000,
        onRejected: ({ status, reason }) => (dropped[reason] = (dropped[reason] ?? 0) + 1),
      },
      { platform: 'linux' },
    );
    console.log(server.port);
    process.stdin.on('end', () => server.close(0)).resume();
  `;

  test('are all served up to the limit; beyond it they are closed at once and counted, until there is room', async () => {
    const child = startChild(code);
    const [line] = (await once(child.process.stdout as NonNullable<typeof child.process.stdout>, 'data')) as [Buffer];
    const server = { port: Number(line.toString()) };
    const ask = async (socket: Socket): Promise<string> => {
      socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return answer.toString();
    };
    const sockets = await Promise.all(Array.from({ length: MAX_CONNECTIONS }, () => dial(server)));
    const answers = await Promise.all(sockets.map(ask));
    expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 200 OK'))).toHaveLength(MAX_CONNECTIONS);

    const beyond = await Promise.all(Array.from({ length: 10 }, async () => rest(await dial(server))));
    expect(beyond).toEqual(Array.from({ length: 10 }, () => ''));
    const [first, second] = sockets as [Socket, Socket];
    expect(await ask(first)).toMatch(/\{"too_many_connections":10\}$/);

    second.destroy();
    await expect
      .poll(() => raw(server, 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'))
      .toMatch(/^HTTP.1.1 200/);
    child.process.stdin?.end();
    expect((await child.ended).code).toBe(0);
    for (const socket of sockets) socket.destroy();
  });

  test.each([
    ['', {}],
    [' over TLS', { tls: testTls() }],
  ])('end within the grace whatever they wait for%s', async (_, options) => {
    const { server, asked } = await serve(async (request) => jsonResponse(200, await readText(request.body)), options);
    const ends: Promise<string>[] = [];
    for (const bytes of [
      '',
      'GET / HT',
      post('Content-Length: 10\r\n', 'x'),
      chunked('5\r\na'),
      post('Expect: 100-continue\r\nContent-Length: 10\r\n'),
    ]) {
      const socket =
        'tls' in options
          ? connectTls({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false })
          : connect(server.port, '127.0.0.1');
      ends.push(rest(socket));
      await once(socket, 'tls' in options ? 'secureConnect' : 'connect');
      socket.write(bytes);
    }
    // With TLS: a handshake that stalls.
    ends.push(rest(await dial(server)));
    await expect.poll(() => asked).toHaveLength(3);
    await Promise.all([server.close(200), ...ends]);
  });
});
