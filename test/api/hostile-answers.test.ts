/** An API that is broken, or is another's: the client over real sockets against servers that are no HTTP library. */
import { gzipSync } from 'node:zlib';

import { afterEach, describe, expect, test } from 'vitest';

import { createApiClient } from '../../src/api/client.ts';
import type { OptipickClient } from '../../src/api/model.ts';
import { pollAnswer } from '../../src/api/poll.ts';
import type { HttpRequest } from '../../src/lib/net/http.ts';
import { readText, TransportError } from '../../src/lib/net/http.ts';
import { createHttp } from '../../src/platform/http/http.ts';
import { failureOf, TEST_KEY } from '../support/api-client.ts';
import { createInstantClock, type InstantClock } from '../support/instant-clock.ts';
import {
  answerOf,
  bomb,
  endless,
  headOf,
  startRawServer,
  trickle,
  type RawAnswer,
  type RawServer,
} from '../support/raw-server.ts';

const ID = '67507ad05e593173d0313e0f';
const BODY = Buffer.from('{"site_name":"Example","picks":[]}');

/** The head of an answer and of a gzip stream, and a block of it without content (RFC 1951, 3.2.4), of which there may be any number. */
const EMPTY_GZIP = Buffer.concat([
  Buffer.from(headOf('200 OK', 'content-encoding: gzip')),
  Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
]);
const EMPTY_BLOCK = Buffer.from([0, 0, 0, 0xff, 0xff]);

const servers: RawServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

async function serve(answer: RawAnswer): Promise<RawServer> {
  const server = await startRawServer(answer);
  servers.push(server);
  return server;
}

async function api(answer: RawAnswer): Promise<{ client: OptipickClient; server: RawServer; clock: InstantClock }> {
  const server = await serve(answer);
  const clock = createInstantClock();
  const http = createHttp({});
  const client = createApiClient({ http, baseUrl: server.url, apiKey: TEST_KEY, clock, random: () => 1 });
  return { client, server, clock };
}

/** What is said of a failure, without the port. */
async function saidOf(work: Promise<unknown>): Promise<unknown> {
  const { failure, code, message, hint, requestId, retryable } = await failureOf(work);
  return { failure, code, message: message.replace(/127\.0\.0\.1:\d+/, 'HOST'), hint, requestId, retryable };
}

const tooLarge = (message: string, hint?: string) => ({
  failure: 'unavailable',
  code: 'answer_too_large',
  message,
  hint,
  requestId: ID,
  retryable: false,
});
const PASS_ON = `optipick route get ${ID} -o answer.json passes on up to 1 GB`;

describe('A6: an answer to a GET', () => {
  test('that inflates beyond the limit is rejected once, with the limit and what to do', async () => {
    const { client, server } = await api(bomb('{"picks":[', ' ', 40));
    expect(await saidOf(client.getAnswer('route', ID))).toEqual(tooLarge('the answer is larger than 256 MB', PASS_ON));
    expect(await saidOf(client.getAnswer('route', ID, { sink: 'discard' }))).toEqual(
      tooLarge('the answer is larger than 256 MB', PASS_ON),
    );
    expect(server.heads).toHaveLength(2);
  });

  test('with more picks than fit in memory is rejected long before', async () => {
    const { client } = await api(endless(headOf('200 OK').concat('{"picks":['), '{},'));
    expect(await saidOf(client.getAnswer('route', ID, { sink: 'discard' }))).toEqual(
      tooLarge('the answer is too large to be read: its picks and clusters take more than 128 MB of memory', PASS_ON),
    );
  });

  test.each([
    ['a text', '{"error":"', 'x'],
    ['a pick', '{"picks":[{"note":"', 'x'],
    ['a list of ids', '{"optimal_clusters":[{"order_ids":[', '1,'],
    ['a key', '{"', 'x'],
  ])('with %s that never ends is rejected', async (_what, start, piece) => {
    const { client } = await api(endless(headOf('200 OK') + start, piece));
    expect(await saidOf(client.getAnswer('route', ID, { sink: 'discard' }))).toEqual(
      tooLarge('a value of the answer is longer than 1 MB'),
    );
  });

  test.each([
    ['a field that nobody reads', '{"x":', '['],
    ['a field that is read', '{"error":', '{"message":'],
    ['all of it', '', '['],
  ])('that nests without end in %s is rejected', async (_where, start, piece) => {
    const { client } = await api(endless(headOf('200 OK') + start, piece));
    expect(await saidOf(client.getAnswer('route', ID))).toEqual(
      tooLarge('the answer has more than 512 levels of nesting'),
    );
  });

  test('may nest 512 levels, and not one more', async () => {
    const nested = (levels: number): string => `${'{"x":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
    const { client } = await api(answerOf(nested(512)));
    expect(await client.getAnswer('route', ID)).toMatchObject({ state: 'pending' });
    const deeper = await api(answerOf(nested(513)));
    expect(await failureOf(deeper.client.getAnswer('route', ID))).toMatchObject({ code: 'answer_too_large' });
  });

  test('larger than the memory limit is passed on without being held', async () => {
    const filler = 40 * 8 * 1024 * 1024;
    const head = `{"request_id":"${ID}","computation_time":1,"x":"`;
    const { client } = await api(bombOf(head, filler, '"}'));
    let size = 0;
    const sink = async (chunk: Uint8Array): Promise<void> => void (size += chunk.length);
    expect(await client.getAnswer('route', ID, { sink })).toMatchObject({ state: 'done', raw: undefined });
    expect(size).toBe(head.length + filler + 2);
  });

  test('that trickles ends at the time limit', async () => {
    const { client, server } = await api(trickle(`${headOf('200 OK')}{"picks":[`, ' '));
    expect(await saidOf(client.getAnswer('route', ID, { totalMs: 500 }))).toEqual({
      failure: 'unavailable',
      code: 'timeout',
      message: 'HOST did not finish its answer within 500 ms',
      hint: 'try again later',
      requestId: ID,
      retryable: true,
    });
    // Who has waited that long is not made to wait again.
    expect(server.heads).toHaveLength(1);
  });
});

/** `start`, so many blanks inside a text, `end`: gzip. */
function bombOf(start: string, filler: number, end: string): Uint8Array {
  const body = Buffer.from(bomb(start, 'x', filler / (8 * 1024 * 1024)));
  const at = body.indexOf('\r\n\r\n') + 4;
  const content = Buffer.concat([body.subarray(at), gzipSync(end)]);
  return Buffer.concat([
    Buffer.from(headOf('200 OK', 'content-encoding: gzip', `content-length: ${content.length}`)),
    content,
  ]);
}

test('A6: a status word is cut to a hundred characters', async () => {
  const { client } = await api(answerOf(`{"status":"${'x'.repeat(100_000)}"}`));
  expect(await client.getAnswer('route', ID)).toMatchObject({ state: 'pending', word: 'x'.repeat(100) });
});

describe('A6: an answer to a POST', () => {
  test('that is cut by a limit has an unknown outcome', async () => {
    const inDoubt = {
      failure: 'unavailable',
      code: 'may_have_been_accepted',
      message: 'the answer has more than 512 levels of nesting; the request may have been accepted',
      hint: 'sending it again may create a second job; look in the web application first',
      requestId: undefined,
      retryable: false,
    };
    const { client, server } = await api(endless(headOf('200 OK'), '['));
    expect(await saidOf(client.submit('route', BODY))).toEqual(inDoubt);
    expect(await failureOf(client.submitAndAwait('route', BODY))).toMatchObject({ code: 'may_have_been_accepted' });
    expect(server.heads).toHaveLength(2);
  });

  test.each([
    ['grows without end', endless(`${headOf('200 OK')}{"request_id":"${ID}","picks":[`, '{},')],
    ['nests without end', endless(`${headOf('200 OK')}{"id":"${ID}","x":`, '[')],
    ['breaks off', `${headOf('200 OK', 'content-length: 999')}{"_id":"${ID}","x":`],
  ])('returns its id when the rest of it %s', async (_how, answer) => {
    const { client } = await api(answer);
    expect(await client.submit('route', BODY)).toEqual({ kind: 'route', requestId: ID });
  });

  test('returns its id also when the rest trickles', async () => {
    const { client } = await api(trickle(`${headOf('200 OK')}{"request_id":"${ID}","x":"`, 'x'));
    expect(await client.submit('route', BODY, { timeoutMs: 500 })).toEqual({ kind: 'route', requestId: ID });
  });

  test('names its id when the result is cut', async () => {
    const deep = await api(endless(`${headOf('200 OK')}{"request_id":"${ID}","x":`, '['));
    expect(await saidOf(deep.client.submitAndAwait('route', BODY))).toEqual(
      tooLarge(
        `the request was accepted as ${ID}, but its answer was cut off: the answer has more than 512 levels of nesting`,
      ),
    );
    const broken = await api(`${headOf('200 OK', 'content-length: 999')}{"request_id":"${ID}","x":`);
    expect(await failureOf(broken.client.submitAndAwait('route', BODY))).toMatchObject({
      code: 'answer_cut',
      requestId: ID,
      hint: `optipick poll ${ID}`,
    });
  });

  test('that trickles without an id has an unknown outcome at the time limit', async () => {
    const { client } = await api(trickle(headOf('200 OK'), ' '));
    const failure = await failureOf(client.submitAndAwait('route', BODY, { timeoutMs: 500 }));
    expect(failure).toMatchObject({ code: 'may_have_been_accepted' });
    expect(failure.message).toContain('did not finish its answer within 500 ms; the request may have been accepted');
  });
});

describe('A6: an answer that refuses', () => {
  test('without an end is cut, and its text is shown', async () => {
    const { client } = await api(endless(headOf('422 No'), 'no '));
    const failure = await failureOf(client.getAnswer('route', ID));
    expect(failure).toMatchObject({ failure: 'refused', code: 'invalid_request', status: 422 });
    expect(failure.message.length).toBeLessThan(400);
  });

  test.each([
    ['a place', '{"detail":[{"msg":"m","loc":', '[', '0', ']', '}]}'],
    ['a message', '{"error":', '{"message":', '"x"', '}', '}'],
  ])('that nests very deep in %s is read as text', async (_where, start, open, inner, close, end) => {
    const levels = 20_000;
    const { client } = await api(
      answerOf(`${start}${open.repeat(levels)}${inner}${close.repeat(levels)}${end}`, '422 No'),
    );
    expect(await failureOf(client.getAnswer('route', ID))).toMatchObject({
      failure: 'refused',
      code: 'invalid_request',
    });
  });
});

describe('A19: a server that does not speak HTTP', () => {
  const notHttp = (message: string) => ({ failure: 'unavailable', code: 'not_http', message, requestId: ID });
  const INVALID = 'the answer of HOST is not valid HTTP';
  const UNASKED = 'HOST switches to another protocol (HTTP 101), which was not asked for';

  test.each([
    ['a switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', UNASKED],
    ['a switch to nothing', 'HTTP/1.1 101 Switching Protocols\r\n\r\n{"a":', UNASKED],
    [
      'a status of 0',
      'HTTP/1.1 000 Odd\r\n\r\n{}',
      'HOST answers with status 0, which is not an answer to the request',
    ],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n{}', INVALID],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n{}', INVALID],
    ['HTTP/2 in plain text', 'HTTP/2 200 OK\r\n\r\n{}', INVALID],
    ['JSON alone', '{"type":"ROUTE"}', INVALID],
    ['mail', '220 mail.example.com ESMTP\r\n', INVALID],
    ['TLS', Buffer.from([0x15, 3, 3, 0, 2, 2, 70]), INVALID],
    ['a header with a NUL', 'HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n', INVALID],
    ['a chunk without a size', `${headOf('200 OK', 'transfer-encoding: chunked')}zz\r\n`, INVALID],
  ])('is reported for %s', async (_what, answer, message) => {
    const { client } = await api(answer);
    expect(await saidOf(client.getAnswer('route', ID, { attempts: 1 }))).toMatchObject(notHttp(message));
  });

  test('leaves a POST with an unknown outcome', async () => {
    const { client } = await api('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    expect(await saidOf(client.submit('route', BODY))).toMatchObject({
      code: 'may_have_been_accepted',
      message: `${UNASKED}; the request may have been accepted`,
    });
  });

  test('interim answers are skipped, but not endlessly', async () => {
    const hint = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n';
    const { client } = await api(hint.repeat(16) + answerOf(`{"request_id":"${ID}"}`));
    expect(await client.submit('route', BODY)).toEqual({ kind: 'route', requestId: ID });
    const flood = await api(endless('', hint));
    expect(await saidOf(flood.client.getAnswer('route', ID, { attempts: 1 }))).toMatchObject(
      notHttp('HOST answers with status 103, which is not an answer to the request'),
    );
  });

  test('endless headers and trailers are cut, and the request is not repeated', async () => {
    const many = 'x-a: bcdefgh\r\n';
    for (const start of ['HTTP/1.1 200 OK\r\n', `${headOf('200 OK', 'transfer-encoding: chunked')}2\r\n{}\r\n0\r\n`]) {
      const { client, server } = await api(endless(start, many));
      expect(await saidOf(client.getAnswer('route', ID))).toMatchObject({
        code: 'answer_too_large',
        message: 'the headers of the answer of HOST are larger than 64 KB',
        retryable: false,
      });
      expect(server.heads).toHaveLength(1);
    }
  });

  test('headers of 60 KB are accepted', async () => {
    const cookies = Array.from({ length: 15 }, (_, at) => `set-cookie: c${at}=${'x'.repeat(4000)}`);
    const { client } = await api(`${headOf('200 OK', ...cookies, 'content-length: 2')}{}`);
    expect(await client.getAnswer('route', ID)).toMatchObject({ state: 'pending' });
  });
});

describe('A19: a Retry-After far away', () => {
  const busy = (status: string, value: string): string => headOf(status, `retry-after: ${value}`, 'content-length: 0');

  test.each([
    ['429 Too Many Requests', 'Fri, 31 Dec 9999 23:59:59 GMT'],
    ['503 Service Unavailable', 'Fri, 31 Dec 9999 23:59:59 GMT'],
    ['503 Service Unavailable', '999999999'],
    ['503 Service Unavailable', '99999999999999999999999'],
  ])('of %s, %s, is not waited for and is reported', async (status, value) => {
    const { client, server, clock } = await api(busy(status, value));
    expect(await failureOf(client.getAnswer('route', ID))).toMatchObject({
      failure: 'unavailable',
      hint: 'try again in a day or more',
    });
    expect([server.heads.length, clock.sleeps]).toEqual([1, []]);
  });

  test('ends polling when it is beyond the timeout', async () => {
    const { client, clock } = await api(busy('404 Not Found', 'Fri, 31 Dec 9999 23:59:59 GMT'));
    const wait = pollAnswer(client, ['route'], ID, {
      intervalMs: 1000,
      maxIntervalMs: 1000,
      deadline: 60_000,
      knownHere: true,
      clock,
      random: () => 0.5,
    });
    expect(await failureOf(wait)).toMatchObject({
      failure: 'pending',
      message: `request ${ID} was not found, or is not ready, after 0 ms; the server asks to wait a day or more, which is longer than the timeout leaves`,
    });
    expect(clock.sleeps).toEqual([]);
  });
});

describe('the time for an exchange', () => {
  const get = (server: RawServer, facts: Partial<HttpRequest> = {}): HttpRequest => ({
    method: 'GET',
    url: server.url,
    headers: {},
    timeoutMs: 20_000,
    ...facts,
  });
  const kindOf = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof TransportError ? [error.kind, error.sent] : error),
    );
  const http = createHttp({});

  test.each([
    ['a head that trickles', trickle('HTTP/1.1 200 OK\r\n', 'x-a: b\r\n')],
    ['a reason that trickles', trickle('HTTP/1.1 200 ', 'O')],
    ['empty lines before the head', trickle('', '\r\n')],
    ['a body that trickles', trickle(headOf('200 OK'), 'x')],
    ['chunks that trickle', trickle(headOf('200 OK', 'transfer-encoding: chunked'), '1\r\nx\r\n')],
    ['a chunk extension that trickles', trickle(`${headOf('200 OK', 'transfer-encoding: chunked')}2;`, 'x')],
    ['compressed bytes that inflate to nothing', trickle(EMPTY_GZIP, EMPTY_BLOCK)],
  ])('A6: is not prolonged by %s', async (_what, answer) => {
    const server = await serve(answer);
    const exchange = http(get(server, { totalMs: 500 })).then(({ body }) => readText(body));
    expect(await kindOf(exchange)).toEqual(['overdue', true]);
  });

  test('A6: is not prolonged by a server that takes a body in pieces and never answers', async () => {
    const server = await serve(() => undefined);
    async function* pieces(): AsyncGenerator<Uint8Array, void> {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        yield Buffer.from('x');
      }
    }
    expect(await kindOf(http(get(server, { method: 'POST', body: pieces(), totalMs: 500 })))).toEqual([
      'overdue',
      true,
    ]);
  });

  test('does not run while the reader is busy', async () => {
    const server = await serve((socket) => {
      socket.write(headOf('200 OK', 'content-length: 2'));
      socket.write('a', () => setTimeout(() => socket.end('b'), 50));
    });
    const { body } = await http(get(server, { totalMs: 1000 }));
    let text = '';
    for await (const chunk of body ?? []) {
      text += Buffer.from(chunk).toString();
      // A pager that nobody turns.
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
    expect(text).toBe('ab');
  });

  test('of a day does not overflow the timer', async () => {
    const server = await serve((socket) => void setTimeout(() => socket.end(answerOf('{}')), 50));
    const month = 40 * 24 * 60 * 60 * 1000;
    const { body } = await http(get(server, { timeoutMs: month, totalMs: month }));
    expect(await readText(body)).toBe('{}');
  });
});

test.each([65, 100, 128, 129, 192, 300])(
  'an answer of %i KB is whole, however slowly it is read and however soon the server closes',
  async (size) => {
    // In some sizes the last bytes wait in the connection while its end has been seen.
    const server = await serve(answerOf('x'.repeat(size * 1024)));
    const { body } = await createHttp({})({ method: 'GET', url: server.url, headers: {} });
    let received = 0;
    for await (const chunk of body ?? []) {
      received += chunk.length;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(received).toBe(size * 1024);
  },
);
