/** Answers that are odd in their framing, and yet answers: from sockets that are no HTTP library. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';

import { createApiClient } from '../../src/api/client.ts';
import type { OptipickClient } from '../../src/api/model.ts';
import { createHttp } from '../../src/platform/http/http.ts';
import { failureOf, TEST_KEY } from '../support/api-client.ts';
import { createInstantClock } from '../support/instant-clock.ts';
import { answerOf, headOf, startRawServer, type RawAnswer, type RawServer } from '../support/raw-server.ts';

const ID = '67507ad05e593173d0313e0f';
const BODY = Buffer.from('{"site_name":"Example","picks":[]}');
const ROUTE = `{"request_id":"${ID}","picks":[]}`;
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

const servers: RawServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

const clientOf = (url: string): OptipickClient => {
  const clock = createInstantClock();
  return createApiClient({ http: createHttp({}), baseUrl: url, apiKey: TEST_KEY, clock, random: () => 1 });
};

async function api(answer: RawAnswer): Promise<{ client: OptipickClient; server: RawServer }> {
  const server = await startRawServer(answer);
  servers.push(server);
  return { client: clientOf(server.url), server };
}

describe('N3: headers of an answer', () => {
  /** Headers of so many KB together, as those who set cookies send them. */
  const cookies = (kilobytes: number): string[] =>
    Array.from({ length: kilobytes }, (_, at) => `set-cookie: c${at}=`.padEnd(1022, 'x'));

  test.each([18, 40, 63])('of %i KB are accepted', async (kilobytes) => {
    const answer = headOf('200 OK', ...cookies(kilobytes), `content-length: ${ROUTE.length}`) + ROUTE;
    const { client, server } = await api(answer);
    expect(await client.submit('route', BODY)).toEqual({ kind: 'route', requestId: ID });
    expect(await client.getAnswer('route', ID)).toMatchObject({ state: 'done' });
    expect(server.heads).toHaveLength(2);
  });

  test('of 40 KB in one line are accepted', async () => {
    const { client } = await api(headOf('404 No', `x-trace: ${'x'.repeat(40_000)}`, 'content-length: 0'));
    expect(await client.getAnswer('route', ID)).toEqual({ state: 'missing', retryAfterMs: undefined });
  });

  test.each([66, 200])('of %i KB are too large, which is reported without a retry', async (kilobytes) => {
    const answer = headOf('200 OK', ...cookies(kilobytes), `content-length: ${ROUTE.length}`) + ROUTE;
    const { client, server } = await api(answer);
    const cause = `the headers of the answer of 127.0.0.1:${server.port} are larger than 64 KB`;
    expect(await failureOf(client.getAnswer('route', ID))).toMatchObject({
      failure: 'unavailable',
      code: 'answer_too_large',
      message: cause,
      retryable: false,
    });
    expect(await failureOf(client.submit('route', BODY))).toMatchObject({
      code: 'may_have_been_accepted',
      message: `${cause}; the request may have been accepted`,
    });
    expect(server.heads).toHaveLength(2);
  });
});

describe('N4: a 100 Continue that nobody asked for', () => {
  test.each([
    ['alone', CONTINUE],
    ['twice', CONTINUE + CONTINUE],
    ['with headers', 'HTTP/1.1 100 Continue\r\nserver: x\r\nconnection: keep-alive\r\n\r\n'],
    ['with another reason', 'HTTP/1.1 100 Go on\r\n\r\n'],
    ['before other interim answers', `${CONTINUE}HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n`],
  ])('%s is skipped', async (_how, interim) => {
    const { client, server } = await api(interim + answerOf(ROUTE));
    expect(await client.submit('route', BODY)).toEqual({ kind: 'route', requestId: ID });
    expect(await client.submitAndAwait('route', BODY)).toMatchObject({ state: 'done', requestId: ID });
    expect(await client.getAnswer('route', ID)).toMatchObject({ state: 'done' });
    expect(server.heads).toHaveLength(3);
  });

  test('in pieces is skipped', async () => {
    const bytes = CONTINUE + answerOf(ROUTE);
    const { client } = await api((socket) => {
      socket.setNoDelay(true);
      const next = (at: number): void => {
        if (at >= bytes.length) socket.end();
        else socket.write(bytes.slice(at, at + 3), () => setImmediate(next, at + 3));
      };
      next(0);
    });
    expect(await client.submit('route', BODY)).toEqual({ kind: 'route', requestId: ID });
  });

  test('that nothing follows leaves the POST with an unknown outcome', async () => {
    const { client } = await api(CONTINUE);
    expect(await failureOf(client.submit('route', BODY))).toMatchObject({ code: 'may_have_been_accepted' });
  });

  test('is no answer when it is repeated', async () => {
    const { client } = await api(CONTINUE.repeat(17) + answerOf(ROUTE));
    expect(await failureOf(client.getAnswer('route', ID, { attempts: 1 }))).toMatchObject({ code: 'not_http' });
  });
});

describe('a connection', () => {
  test('skips a byte order mark before JSON, and passes it on', async () => {
    const { client } = await api(answerOf(`\ufeff${ROUTE}`));
    expect(await client.submit('route', BODY)).toEqual({ kind: 'route', requestId: ID });
    const answer = await client.getAnswer('route', ID);
    expect('raw' in answer && Buffer.from(answer.raw ?? []).toString()).toBe(`\ufeff${ROUTE}`);
    const refusing = await api(answerOf('\ufeff{"detail":"no site X"}', '400 No'));
    expect(await failureOf(refusing.client.submit('route', BODY))).toMatchObject({
      message: 'the API refused the request (HTTP 400): no site X',
    });
  });

  test('loses no request when the server closes 40 kept-alive connections', async () => {
    await using server = await startKeepAlive();
    const client = clientOf(server.url);
    const all = Array.from({ length: 40 });
    for (let round = 1; round <= 3; round += 1) {
      const ids = await Promise.all(all.map(async () => (await client.submit('route', BODY)).requestId));
      expect(new Set(ids)).toEqual(new Set([ID]));
      expect(server.answered()).toBe(round * 40);
      await server.closeAll();
    }
  });
});

interface KeepAlive extends AsyncDisposable {
  readonly url: string;
  answered(): number;
  /** Ends all connections, as a server does that restarts. */
  closeAll(): Promise<void>;
}

/** Answers once 40 requests have come, so that each has a connection of its own, which stays open. */
async function startKeepAlive(): Promise<KeepAlive> {
  const open = new Set<Socket>();
  let waiting: Socket[] = [];
  let answered = 0;
  const server: Server = createServer((socket) => {
    open.add(socket);
    let seen = '';
    socket.on('close', () => open.delete(socket)).on('error', () => undefined);
    socket.on('data', (chunk) => {
      seen += chunk.toString('latin1');
      if (!seen.endsWith(BODY.toString('latin1'))) return;
      seen = '';
      waiting.push(socket);
      if (waiting.length < 40) return;
      for (const each of waiting) each.write(answerOf(ROUTE));
      answered += waiting.length;
      waiting = [];
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered: () => answered,
    async closeAll() {
      await Promise.all([...open].map((socket) => (socket.end(), once(socket, 'close'))));
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}
