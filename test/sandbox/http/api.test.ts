import { describe, expect, test } from 'vitest';

import { createBench, LATENCY, routeOf } from '../bench.ts';
import { NOON } from '../fake-clock.ts';

const ROUTE = { ...routeOf('A01', 'B03'), start_points: 'Start', end_points: 'End' };
const SUBMIT = '/optimize/route?synchronous=false';

/** Answers once the clock has moved on by so much. */
async function after<Value>(bench: ReturnType<typeof createBench>, ms: number, work: Promise<Value>): Promise<Value> {
  await bench.clock.advance(ms);
  return work;
}

describe('the API key', () => {
  test.each([
    ['no key', {}],
    ['another key', { 'x-api-key': 'wrong' }],
  ])('is closed with %s', async (_, headers) => {
    const bench = createBench();
    const response = await bench.app.http({ method: 'GET', url: '/optimize/route/0123', headers });
    expect(response.status).toBe(403);
    expect(response.headers).toEqual({ 'content-type': 'application/json', 'x-optipick-sandbox': '1' });
    const wrong = await bench.get('/_sandbox/endpoints', { 'x-api-key': 'wrong' });
    expect([wrong.status, wrong.body]).toEqual([403, { message: 'Forbidden' }]);
  });

  test('is the configured one, or a generated one', async () => {
    const given = createBench({ apiKey: 'mine' });
    expect(given.app.apiKey).toBe('mine');
    expect((await given.get('/_sandbox/endpoints', { 'x-api-key': 'mine' })).status).toBe(200);
    expect(createBench().app.apiKey).toMatch(/^sandbox_[0-9a-f]{32}$/);
  });

  test('is followed by 404 for an unknown path and 405 for a wrong method', async () => {
    const bench = createBench();
    const unknown = ['/sites', '/optimize', '/optimize/slotting', '/optimize/route/a/b', '/_sandbox', '/optimizeroute'];
    for (const path of unknown) {
      const { status, body } = await bench.get(path);
      expect([path, status, body]).toEqual([path, 404, { detail: 'Not Found' }]);
    }
    const { status, headers, body } = await bench.get('/optimize/cluster');
    expect([status, headers['allow'], body]).toEqual([405, 'POST', { detail: 'Method Not Allowed' }]);
    const star = await bench.app.http({ method: 'OPTIONS', url: '*', headers: {} });
    expect(star.status).toBe(404);
  });

  test('works with a whole URL as well as a path', async () => {
    const bench = createBench();
    const { status } = await bench.get('http://127.0.0.1:4010/_sandbox/endpoints?x=1');
    expect(status).toBe(200);
  });
});

describe('a synchronous call', () => {
  test('answers with the result, and so does its id later', async () => {
    const bench = createBench();
    const answer = await after(bench, LATENCY, bench.post('/optimize/route', ROUTE));
    expect(answer.status).toBe(200);
    const { request_id: id } = answer.body as { request_id: string };
    expect(await bench.get(`/optimize/route/${id}`)).toEqual(answer);
  });

  test.each(['true', 'True', '1', 'yes', 'on'])('is asked for with synchronous=%s', async (word) => {
    const bench = createBench({ latency: 0 });
    const { body } = await bench.post(`/optimize/route?synchronous=${word}`, ROUTE);
    expect(body).toHaveProperty('optimal_distance');
  });

  test('rejects another value of synchronous', async () => {
    const { status, body } = await createBench().post('/optimize/route?synchronous=maybe', ROUTE);
    expect(status).toBe(422);
    expect(body).toEqual({
      detail: [
        {
          loc: ['query', 'synchronous'],
          msg: 'Input should be a valid boolean, unable to interpret input',
          type: 'bool_parsing',
        },
      ],
    });
  });
});

describe('an asynchronous call', () => {
  test('answers at once with an id whose first eight digits are the time', async () => {
    const bench = createBench();
    const { status, body } = await bench.post(SUBMIT, ROUTE);
    expect(status).toBe(200);
    expect(body).toEqual({ request_id: expect.stringMatching(/^[0-9a-f]{24}$/) as string });
    const { request_id: id } = body as { request_id: string };
    expect(Number.parseInt(id.slice(0, 8), 16)).toBe(NOON / 1000);
  });

  test.each(['request_id', 'id', '_id'] as const)('names the id %s with that submitShape', async (submitShape) => {
    const { body } = await createBench({ submitShape }).post(SUBMIT, ROUTE);
    expect(Object.keys(body as object)).toEqual([submitShape]);
  });

  test('answers the bare id with submitShape bare', async () => {
    const { body } = await createBench({ submitShape: 'bare' }).post(SUBMIT, ROUTE);
    expect(body).toMatch(/^[0-9a-f]{24}$/);
  });

  test('is pending for as long as a job runs, then done', async () => {
    const bench = createBench();
    const id = await bench.submit('route', ROUTE);
    await bench.clock.advance(LATENCY - 1);
    const pending = await bench.get(`/optimize/route/${id}`);
    expect([pending.status, pending.body]).toEqual([404, { detail: 'Request not found, or not finished yet' }]);
    await bench.clock.advance(1);
    const done = await bench.get(`/optimize/route/${id}`);
    expect(done.status).toBe(200);
    expect(done.body).toMatchObject({ type: 'ROUTE', request_id: id, error: null });
  });

  test.each([
    ['404', 404, (): unknown => ({ detail: 'Request not found, or not finished yet' })],
    ['202', 202, (id: string): unknown => ({ request_id: id })],
    ['null', 200, (): unknown => null],
    ['status', 200, (id: string): unknown => ({ request_id: id, status: 'RUNNING' })],
  ] as const)('is pending as %s when told to', async (pendingAs, status, body) => {
    const bench = createBench({ pendingAs });
    const id = await bench.submit('route', ROUTE);
    const answer = await bench.get(`/optimize/route/${id}`);
    expect([answer.status, answer.body]).toEqual([status, body(id)]);
  });

  test('is not found under the other kind, nor under an unknown id', async () => {
    const bench = createBench({ pendingAs: 'status' });
    const id = await bench.submit('route', ROUTE);
    for (const path of [`/optimize/cluster/${id}`, '/optimize/route/000000000000000000000000', '/optimize/route/%zz']) {
      const { status, body } = await bench.get(path);
      expect([path, status, body]).toEqual([path, 404, { detail: 'Request not found' }]);
    }
  });

  test('is answered two hundred times at once, before anything is computed', async () => {
    const bench = createBench({ latency: 0 });
    const ids = await Promise.all(Array.from({ length: 200 }, () => bench.submit('route', ROUTE)));
    expect(new Set(ids).size).toBe(200);
    expect(bench.events.filter(({ type }) => type === 'finished')).toEqual([]);
    while (bench.events.filter(({ type }) => type === 'finished').length < 200) await bench.clock.advance(0);
    const answers = await Promise.all(ids.map((id) => bench.get(`/optimize/route/${id}`)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });
});

describe('magic inputs', () => {
  test('FAIL fails the job and says so in error', async () => {
    const bench = createBench({ latency: 0 });
    const route = await bench.post('/optimize/route', routeOf('A01', 'FAIL'));
    expect(route.status).toBe(200);
    expect(route.body).toMatchObject({
      error: 'Optimization failed (a pick is at the location FAIL)',
      picks: [],
      asis_distance: null,
      optimal_distance: null,
    });
    const cluster = await bench.post('/optimize/cluster', routeOf(['FAIL']));
    expect(cluster.body).toMatchObject({
      error: 'Optimization failed (a pick is at the location FAIL)',
      asis_clusters: [],
      optimal_clusters: [],
    });
  });

  test('SLOW keeps the job pending ten times longer', async () => {
    const bench = createBench();
    const id = await bench.submit('route', routeOf('A01', 'SLOW'));
    await bench.clock.advance(10 * LATENCY - 1);
    expect((await bench.get(`/optimize/route/${id}`)).status).toBe(404);
    await bench.clock.advance(1);
    const { status, body } = await bench.get(`/optimize/route/${id}`);
    expect([status, body]).toEqual([200, expect.objectContaining({ error: null })]);
    const { picks } = body as { picks: { location_id: string }[] };
    expect(picks.map(({ location_id: location }) => location).sort()).toEqual(['A01', 'SLOW']);
  });

  test('x-sandbox-status answers that status once', async () => {
    const bench = createBench();
    const headers = { 'x-sandbox-status': '429' };
    const first = await bench.post(SUBMIT, ROUTE, headers);
    expect([first.status, first.headers['retry-after'], first.body]).toEqual([
      429,
      '1',
      { detail: 'x-sandbox-status asked for 429' },
    ]);
    expect(bench.events.some(({ type }) => type === 'submitted')).toBe(false);
    expect((await bench.post(SUBMIT, ROUTE, headers)).status).toBe(200);
    expect((await bench.post(SUBMIT, ROUTE)).status).toBe(200);
    expect((await bench.post(SUBMIT, ROUTE, headers)).status).toBe(429);
  });

  test('x-sandbox-status accepts any status that ends an exchange', async () => {
    const bench = createBench();
    for (const status of [204, 304, 401, 418, 503, 599]) {
      const answer = await bench.get('/optimize/route/1', { 'x-sandbox-status': String(status) });
      expect(answer.status).toBe(status);
    }
    for (const value of ['100', '600', 'abc', '4290', '']) {
      const { status, body } = await bench.get('/optimize/route/1', { 'x-sandbox-status': value });
      expect([value, status]).toEqual([value, 422]);
      expect(body).toMatchObject({ detail: [{ loc: ['header', 'x-sandbox-status'] }] });
    }
  });
});

describe('stopping', () => {
  test('cuts the requests that wait, and leaves nothing asleep', async () => {
    const bench = createBench();
    const waiting = bench.post('/optimize/route', ROUTE);
    const outcome = expect(waiting).rejects.toMatchObject({ name: 'TransportError', kind: 'reset' });
    await bench.clock.advance(1);
    await bench.submit('cluster', routeOf('A01'));
    await bench.app.stop();
    await outcome;
    expect(bench.clock.sleepers()).toBe(0);
  });
});

test('requests, jobs and failures are reported as events', async () => {
  const bench = createBench();
  const id = await bench.submit('route', routeOf('FAIL'));
  await bench.clock.advance(LATENCY);
  expect(bench.events).toEqual([
    { type: 'submitted', kind: 'route', requestId: id, picks: 1 },
    { type: 'request', method: 'POST', path: '/optimize/route', status: 200 },
    {
      type: 'finished',
      kind: 'route',
      requestId: id,
      error: 'Optimization failed (a pick is at the location FAIL)',
    },
  ]);
});

test.each([
  [{ latency: -1 }, "the sandbox's latency must be a duration of 0 or more"],
  [{ timeScale: 0 }, "the sandbox's time-scale must be a number above 0"],
  [{ timeScale: Number.POSITIVE_INFINITY }, "the sandbox's time-scale must be a number above 0"],
  [{ seed: 1.5 }, "the sandbox's seed must be a whole number"],
  [{ apiKey: 'two words' }, "the sandbox's api-key must be a word of visible ASCII characters"],
  [{ secret: 'whsec_!' }, 'the webhook secret is malformed'],
  [{ faults: { drop: 2 } }, 'the fault drop cannot have the rate "2"'],
])('the option %o is refused', (options, message) => {
  expect(() => createBench(options)).toThrow(expect.objectContaining({ failure: 'usage', message }) as Error);
});
