/** What may differ between one service and another: how paths are joined, errors are worded, webhooks are filled. */
import { describe, expect, test } from 'vitest';

import { jsonResponse } from '../../src/lib/net/http.ts';
import { ERROR_SHAPES } from '../../src/sandbox/config.ts';
import { createBench, createReceiver, LATENCY, routeOf } from './bench.ts';

describe('N12: slashes that are repeated or at the end', () => {
  test.each(['//optimize/route/{}', '/optimize//route///{}', '/optimize/route/{}/', '//optimize//route//{}//'])(
    '%s is the path without them',
    async (path) => {
      const bench = createBench();
      const id = await bench.submit('route', routeOf('A01'));
      await bench.clock.advance(LATENCY);
      const plain = await bench.get(`/optimize/route/${id}`);
      const joined = await bench.get(path.replace('{}', id));
      expect([joined.status, joined.body]).toEqual([200, plain.body]);
    },
  );

  test.each([
    '//optimize/cluster?synchronous=false',
    '/optimize/cluster/?synchronous=false',
    'http://127.0.0.1:4010//optimize/cluster//?synchronous=false',
  ])('a request can be submitted to %s', async (path) => {
    const { status, body } = await createBench({ submitShape: 'id' }).post(path, routeOf('A01'));
    expect([status, body]).toEqual([200, { id: expect.stringMatching(/^[0-9a-f]{24}$/) as string }]);
  });

  test('do not change which path it is, and still require the key', async () => {
    const bench = createBench();
    const seen = [];
    for (const path of ['//', '//optimize', '/optimize/route/a//b', '/opti/mize/route']) {
      seen.push((await bench.get(path)).status);
    }
    seen.push((await bench.get('//optimize/route/x', { 'x-api-key': 'wrong' })).status);
    expect(seen).toEqual([200, 404, 404, 404, 403]);
  });
});

const FAULT = { loc: ['body', 'picks'], msg: 'Field required', type: 'missing' };

describe('N10: --error-shape', () => {
  const request = { site_name: 'Example' };

  test('fastapi is the default, with the detail of each field; a wrong key is rejected as a gateway does', async () => {
    for (const errorShape of [undefined, 'fastapi'] as const) {
      const bench = createBench({ errorShape });
      expect((await bench.post('/optimize/route', request)).body).toEqual({ detail: [FAULT] });
      expect((await bench.get('/sites')).body).toEqual({ detail: 'Not Found' });
      const { body } = await bench.get('/optimize/route/x', { 'x-api-key': 'wrong' });
      expect(body).toEqual(errorShape === undefined ? { message: 'Forbidden' } : { detail: 'Forbidden' });
    }
  });

  test('gateway is a message that contains the place', async () => {
    const bench = createBench({ errorShape: 'gateway' });
    expect((await bench.post('/optimize/route', request)).body).toEqual({ message: 'body.picks: Field required' });
    expect((await bench.get('/optimize/route/x')).body).toEqual({ message: 'Request not found' });
    expect((await bench.get('/sites', { 'x-api-key': 'wrong' })).body).toEqual({
      detail: undefined,
      message: 'Not Found',
    });
  });

  test('coded is a code, parameters and a message', async () => {
    const bench = createBench({ errorShape: 'coded', faults: { error500: 0 } });
    expect((await bench.post('/optimize/route', request)).body).toEqual({
      code: 'validation_error',
      params: { errors: [FAULT] },
      message: 'body.picks: Field required',
    });
    const { status, body } = await bench.get('/optimize/route/x', { 'x-sandbox-status': '402' });
    expect([status, body]).toEqual([
      402,
      { code: 'payment_required', params: {}, message: 'x-sandbox-status asked for 402' },
    ]);
    const odd = await bench.get('/optimize/route/x', { 'x-sandbox-status': '418' });
    expect(odd.body).toMatchObject({ code: 'error_418' });
  });

  test('text is plain text', async () => {
    const bench = createBench({ errorShape: 'text', faults: { error500: 1 } });
    const { status, headers, text } = await bench.get('/optimize/route/x');
    expect([status, headers['content-type'], text]).toEqual([
      500,
      'text/plain; charset=utf-8',
      'Internal Server Error',
    ]);
    expect((await bench.get('/sites', { 'x-api-key': 'wrong' })).text).toBe('Not Found');
    expect((await bench.get('/optimize/route/x', { 'x-api-key': 'wrong' })).text).toBe('Forbidden');
  });

  test.each(ERROR_SHAPES)('%s: 429 says when to come back, and a job that runs is not found', async (errorShape) => {
    const limited = await createBench({ errorShape, faults: { 'rate-limit': 1 } }).get('/optimize/route/x');
    expect([limited.status, limited.headers['retry-after'], limited.text]).toEqual([
      429,
      '1',
      expect.stringContaining('Too Many Requests'),
    ]);
    const bench = createBench({ errorShape });
    const id = await bench.submit('route', routeOf('A01'));
    const pending = await bench.get(`/optimize/route/${id}`);
    expect([pending.status, pending.text]).toEqual([404, expect.stringContaining('not finished yet')]);
    await bench.clock.advance(LATENCY);
    expect((await bench.get(`/optimize/route/${id}`)).body).toMatchObject({ request_id: id, error: null });
  });
});

describe('W9: --payload-shape', () => {
  async function bodiesWith(options: Parameters<typeof createBench>[0]): Promise<readonly string[]> {
    const receiver = createReceiver(async (_, number) => jsonResponse(number < 3 ? 500 : 200, {}));
    const bench = createBench({ ...options, latency: 0 }, receiver.http);
    bench.app.addEndpoint('http://127.0.0.1:5000/webhook');
    const id = await bench.submit('cluster', routeOf('A01'));
    await bench.clock.advance(24 * 60 * 60 * 1000);
    return receiver.seen.map(({ body }) => body.replace(id, 'ID'));
  }

  test('id is the default: the id and nothing else, on each attempt', async () => {
    const bodies = Array.from({ length: 3 }, () => '{"request_id":"ID"}');
    expect(await bodiesWith({})).toEqual(bodies);
    expect(await bodiesWith({ payloadShape: 'id' })).toEqual(bodies);
  });

  test('rich names the event', async () => {
    const body = '{"type":"cluster.optimized","request_id":"ID"}';
    expect(await bodiesWith({ payloadShape: 'rich' })).toEqual([body, body, body]);
  });
});
