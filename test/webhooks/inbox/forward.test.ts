import { afterEach, describe, expect, test } from 'vitest';

import { bodyOf, readBytes } from '../../../src/lib/net/http.ts';
import type { Http, HttpHeaders, HttpResponse } from '../../../src/lib/net/http.ts';
import type { Server } from '../../../src/platform/host.ts';
import { createHttp } from '../../../src/platform/http/http.ts';
import { serveHttp } from '../../../src/platform/server/server.ts';
import { endToEndHeaders } from '../../../src/webhooks/forward-headers.ts';
import { forwardDelivery } from '../../../src/webhooks/inbox/forward.ts';

const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
}

async function startTarget(answer: HttpResponse): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = [];
  const app: Http = async ({ method, url, headers, body }) => {
    received.push({ method, url, headers: { ...headers }, body: Uint8Array.from(await readBytes(body)) });
    return answer;
  };
  const server = await serveHttp(app, { host: '127.0.0.1', port: 0, maxBodyBytes: 1e6 }, { platform: 'linux' });
  servers.push(server);
  return { url: server.url, received };
}

const http = createHttp({});
const delivery = {
  headers: [
    ['svix-id', 'msg_1'],
    ['svix-timestamp', '1767225600'],
    ['svix-signature', 'v1,AAAA v1a,BBBB'],
    ['content-type', 'application/json; charset=utf-8'],
    ['x-custom', 'one'],
    ['x-custom', 'two'],
  ],
  body: new Uint8Array([0x7b, 0xff, 0x00, 0x7d]),
} as const;

describe('forwarding', () => {
  test('sends the bytes and headers as they came', async () => {
    const target = await startTarget({ status: 202, headers: {}, body: null });
    expect(await forwardDelivery(http, `${target.url}/hook?a=1`, delivery)).toMatchObject({
      ok: true,
      answer: { status: 202 },
    });
    const [request] = target.received;
    expect(request).toMatchObject({
      method: 'POST',
      url: '/hook?a=1',
      body: delivery.body,
      headers: {
        host: target.url.replace('http://', ''),
        'svix-id': 'msg_1',
        'svix-timestamp': '1767225600',
        'svix-signature': 'v1,AAAA v1a,BBBB',
        'content-type': 'application/json; charset=utf-8',
        'content-length': '4',
      },
    });
    expect([request?.headers['x-custom']].flat().join(', ')).toBe('one, two');
  });

  test.each([400, 500, 503])('takes %i for a failure', async (status) => {
    const target = await startTarget({ status, headers: {}, body: null });
    expect(await forwardDelivery(http, target.url, delivery)).toMatchObject({
      ok: false,
      answer: { status },
      error: `answered ${status}`,
    });
  });

  test.each([
    ['the same address with a slash', '/hook/', 'BASE/hook/'],
    ['another server, with a token', 'https://other.test/hook?token=secret-0123', 'https://other.test/hook'],
    ['a place with a password', 'http://me:hunter22@127.0.0.1:1/', 'http://127.0.0.1:1/'],
    ['nowhere', undefined, undefined],
    ['a phone', 'tel:1', undefined],
  ])('N7: does not follow a redirect to %s, and says what to write instead', async (_where, location, place) => {
    const target = await startTarget({ status: 308, headers: location === undefined ? {} : { location }, body: null });
    const base = new URL(target.url).origin;
    const instead = place === undefined ? '' : `, a redirect: forward to ${place.replace('BASE', base)} instead`;
    expect(await forwardDelivery(http, `${base}/hook`, delivery)).toMatchObject({
      ok: false,
      answer: { status: 308 },
      error: `answered 308${instead}`,
    });
    expect(target.received).toHaveLength(1);
  });

  test('takes a target that is not there for a failure', async () => {
    const target = await startTarget({ status: 200, headers: {}, body: null });
    await servers.pop()?.close(0);
    expect(await forwardDelivery(http, target.url, delivery)).toMatchObject({ ok: false, answer: undefined });
  });

  test('has the answer, without credentials and without what is secret in the address of the target', async () => {
    const target = await startTarget({
      status: 422,
      headers: {
        'content-type': 'text/plain',
        'set-cookie': 'session=hush',
        'www-authenticate': 'Bearer hush',
        'x-csrf-token': 'hush',
        location: '/elsewhere?key=hush',
        'x-echo': 'token-of-the-target',
        'x-link': '<https://a.test/?page=hush>',
        'x-request': 'r1',
      },
      body: bodyOf('no such field; called as /hook?token=token-of-the-target'),
    });
    const { answer } = await forwardDelivery(http, `${target.url}/hook?token=token-of-the-target`, delivery);
    const headers = Object.fromEntries(answer?.headers ?? []);
    expect(headers).toMatchObject({ 'content-type': 'text/plain', 'x-request': 'r1', 'x-echo': '***' });
    expect(JSON.stringify(headers)).not.toMatch(/hush|token/);
    expect(Buffer.from(answer?.body ?? []).toString()).toBe('no such field; called as /hook?token=***');
    expect(answer?.isCut).toBe(false);
  });

  test('does not read an answer without end', async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        sent += 1;
        yield new Uint8Array(16_384);
      }
    }
    const answering: Http = async () => ({ status: 200, headers: {}, body: endless() });
    const result = await forwardDelivery(answering, 'http://x', delivery);
    expect(result).toMatchObject({ ok: true, answer: { status: 200, isCut: true } });
    expect(result.answer?.body.byteLength).toBe(20_000);
    expect(sent).toBe(2);
  });

  test('A6: gives the target half a minute for all of its answer, however it trickles', async () => {
    const times: unknown[] = [];
    const answering: Http = async ({ timeoutMs, totalMs }) => {
      times.push([timeoutMs, totalMs]);
      return { status: 200, headers: {}, body: null };
    };
    await forwardDelivery(answering, 'http://x', delivery);
    expect(times).toEqual([[30_000, 30_000]]);
  });

  test('ends with the reason of an abort', async () => {
    const abort = new AbortController();
    const reason = new Error('stopped');
    const waiting: Http = ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('cut')));
      });
    const forwarding = forwardDelivery(waiting, 'http://x', delivery, abort.signal);
    abort.abort(reason);
    await expect(forwarding).rejects.toBe(reason);
  });
});

test('stays good: Expect and hop-by-hop headers stay behind, and so do those that Connection names', () => {
  expect(
    endToEndHeaders({
      host: 'x',
      connection: ['keep-alive', 'X-Hop , te'],
      'keep-alive': 'timeout=5',
      'transfer-encoding': 'chunked',
      'content-length': '3',
      te: 'trailers',
      upgrade: 'h2c',
      expect: '100-continue',
      'proxy-authorization': 'Basic x',
      'x-hop': '1',
      'x-end': ['1', '2'],
      'svix-id': 'msg_1',
      nothing: undefined,
    }),
  ).toEqual([
    ['x-end', '1'],
    ['x-end', '2'],
    ['svix-id', 'msg_1'],
  ]);
});
