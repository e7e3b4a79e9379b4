/** Which requests of a sandbox have their bodies read, and how much of them is in memory at the same time. */
import { readText } from '../../src/lib/net/http.ts';
import { describe, expect, test } from 'vitest';

import type { HttpHeaders } from '../../src/lib/net/http.ts';
import { MAX_CONTROL_BYTES, MAX_SANDBOX_BYTES, MAX_SUBMISSION_BYTES } from '../../src/limits.ts';
import { createBench, routeOf, type Bench } from './bench.ts';

const ROUTE = JSON.stringify(routeOf('A01'));
/** As the id of nothing that is there. */
const ID = '67507ad05e593173d0313e0f';

/** Sends a body that says whether anybody has begun to read it. */
async function send({ app }: Bench, method: string, url: string, headers: HttpHeaders): Promise<[number, boolean]> {
  let isRead = false;
  const body = (async function* () {
    isRead = true;
    yield new TextEncoder().encode(ROUTE);
  })();
  const { status } = await app.http({ method, url, headers, body });
  return [status, isRead];
}

describe('A16: a body is not read', () => {
  test.each([
    ['GET', '/', 200],
    ['POST', '/', 405],
    ['POST', '/page/reset', 403],
    ['GET', '/page.css', 200],
    ['POST', '/nothing', 404],
    ['POST', '/optimize/route', 403],
    ['POST', '/optimize/cluster?synchronous=false', 403],
    ['GET', `/optimize/route/${ID}`, 403],
    ['PUT', '/optimize/route', 405],
    ['GET', '/_sandbox/endpoints', 403],
    ['POST', '/_sandbox/endpoints', 403],
    ['POST', `/_sandbox/endpoints/${ID}/recover`, 403],
    ['GET', '/_sandbox/messages', 403],
    ['POST', `/_sandbox/messages/${ID}/resend`, 403],
  ])('without the key: %s %s', async (method, path, status) => {
    const bench = createBench();
    for (const headers of [{}, { 'x-api-key': 'wrong' }]) {
      expect(await send(bench, method, path, headers)).toEqual([status, false]);
    }
  });

  test.each([
    ['GET', '/', 200],
    ['GET', `/optimize/route/${ID}`, 404],
    ['GET', '/_sandbox/endpoints', 200],
    ['GET', `/_sandbox/endpoints/${ID}/secret`, 404],
    ['POST', `/_sandbox/endpoints/${ID}/rotate`, 404],
    ['GET', '/_sandbox/messages', 200],
  ])('with the key where none is expected: %s %s', async (method, path, status) => {
    const bench = createBench();
    expect(await send(bench, method, path, { 'x-api-key': bench.app.apiKey })).toEqual([status, false]);
  });
});

describe('A16: a body with the key is read', () => {
  test('where one is expected', async () => {
    const bench = createBench();
    const key = { 'x-api-key': bench.app.apiKey };
    expect(await send(bench, 'POST', '/optimize/route?synchronous=false', key)).toEqual([200, true]);
  });

  test.each([
    ['/optimize/route', MAX_SUBMISSION_BYTES],
    ['/_sandbox/endpoints', MAX_CONTROL_BYTES],
  ])('within a limit: %s', async (path, limit) => {
    const bench = createBench();
    const { status, body } = await bench.post(path, 'x'.repeat(limit + 1));
    expect([status, body]).toEqual([413, { detail: `request body larger than ${limit} bytes` }]);
  });

  test('within the limit for all requests together; the next is answered 503 until there is room', async () => {
    const bench = createBench();
    const size = MAX_SANDBOX_BYTES / 4;
    const sent = Promise.withResolvers<void>();
    const slow = (ready: Promise<void> = sent.promise) =>
      bench.app.http({
        method: 'POST',
        url: '/optimize/route?synchronous=false',
        headers: { 'x-api-key': bench.app.apiKey, 'content-length': String(size) },
        body: (async function* () {
          await ready;
          yield new TextEncoder().encode(ROUTE);
        })(),
      });
    const waiting = [slow(), slow(), slow(), slow()];
    const next = await slow(Promise.resolve());
    expect([next.status, next.headers['retry-after'], JSON.parse(await readText(next.body))]).toEqual([
      503,
      '1',
      { detail: 'too many large requests at the same time' },
    ]);
    expect((await bench.get(`/optimize/route/${ID}`)).status).toBe(404);
    sent.resolve();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await bench.post('/optimize/route?synchronous=false', ROUTE)).status).toBe(200);
  });
});
