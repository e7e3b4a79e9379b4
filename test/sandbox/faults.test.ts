import { describe, expect, test } from 'vitest';

import { type HttpResponse, jsonResponse } from '../../src/lib/net/http.ts';
import { createFaultInjector, FAULTS, parseFaults } from '../../src/sandbox/faults.ts';
import type { FaultRates } from '../../src/sandbox/faults.ts';
import { signDelivery } from '../../src/webhooks/signature.ts';
import { parseWebhookSecret } from '../../src/settings/secret.ts';
import { type Bench, createBench, createReceiver, type Delivered, routeOf } from './bench.ts';
import { NOON } from './fake-clock.ts';

const TARGET = 'http://127.0.0.1:5000/webhook';
const SUBMIT = '/optimize/route?synchronous=false';

describe('--faults', () => {
  test('reads names with rates, in one text or several', () => {
    expect(parseFaults(['error500=0.25, drop=1', 'job-failure=.5'])).toEqual({
      error500: 0.25,
      drop: 1,
      'job-failure': 0.5,
    });
    expect(parseFaults([])).toEqual({});
    expect(parseFaults(Object.keys(FAULTS).map((name) => `${name}=0`))).toEqual(
      Object.fromEntries(Object.keys(FAULTS).map((name) => [name, 0])),
    );
  });

  test.each([
    ['error-500=1', 'unknown fault "error-500"', 'did you mean "error500"?'],
    ['ratelimit=1', 'unknown fault "ratelimit"', 'did you mean "rate-limit"?'],
    ['', 'unknown fault ""', `faults are ${Object.keys(FAULTS).join(', ')}`],
    ['drop', 'the fault drop has no rate', 'a rate goes from 0 (never) to 1 (always), for example drop=0.2'],
    ['drop=1.5', 'the fault drop cannot have the rate "1.5"', expect.any(String)],
    ['drop=-1', 'the fault drop cannot have the rate "-1"', expect.any(String)],
    ['drop=often', 'the fault drop cannot have the rate "often"', expect.any(String)],
    ['drop=1=2', 'the fault drop cannot have the rate "1"', expect.any(String)],
  ])('refuses "%s"', (text, message, hint: unknown) => {
    expect(() => parseFaults([text])).toThrow(
      expect.objectContaining({ failure: 'usage', code: 'bad_faults', message, hint }) as Error,
    );
  });

  test('injects each fault at its own rate, from its own seed', () => {
    const strikes = (rates: FaultRates, seed: number): boolean[] => {
      const injector = createFaultInjector(rates, seed);
      return Array.from({ length: 2000 }, () => injector.shouldInject('drop'));
    };
    const once = strikes({ drop: 0.3 }, 1);
    const share = once.filter(Boolean).length / once.length;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.35);
    expect(strikes({ drop: 0.3, slow: 1 }, 1)).toEqual(once);
    expect(strikes({ drop: 0.3 }, 2)).not.toEqual(once);
    expect(strikes({ drop: 1 }, 1)).not.toContain(false);
    expect(strikes({ drop: 0 }, 1)).not.toContain(true);
  });
});

describe('a fault of the API', () => {
  test.each([
    ['error500', 500, { detail: 'Internal Server Error' }, undefined],
    ['rate-limit', 429, { detail: 'Too Many Requests' }, '1'],
  ] as const)('%s answers %i and does nothing else', async (fault, status, body, retryAfter) => {
    const bench = createBench({ faults: { [fault]: 1 } });
    const answer = await bench.post(SUBMIT, routeOf('A01'));
    expect([answer.status, answer.body, answer.headers['retry-after']]).toEqual([status, body, retryAfter]);
    expect(bench.events.map(({ type }) => type)).toEqual(['request']);
    expect((await bench.get('/_sandbox/endpoints')).status).toBe(200);
  });

  test('drop does what was asked and cuts the connection', async () => {
    const bench = createBench({ faults: { drop: 1 } });
    await expect(bench.post(SUBMIT, routeOf('A01'))).rejects.toMatchObject({
      name: 'TransportError',
      kind: 'reset',
      sent: true,
    });
    expect(bench.events).toMatchObject([{ type: 'submitted' }, { type: 'request', status: 'dropped' }]);
  });

  test('slow answers three seconds late', async () => {
    const bench = createBench({ faults: { slow: 1 } });
    let status: number | undefined;
    const answer = bench.post(SUBMIT, routeOf('A01')).then((response) => (status = response.status));
    await bench.clock.advance(2999);
    expect(status).toBeUndefined();
    await bench.clock.advance(1);
    expect(status).toBe(200);
    await answer;
  });

  test('job-failure fails jobs that were accepted', async () => {
    const bench = createBench({ latency: 0, faults: { 'job-failure': 1 } });
    const { status, body } = await bench.post('/optimize/cluster', routeOf('A01'));
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        error: 'Optimization failed (the sandbox was asked to let jobs fail)',
        optimal_clusters: [],
      }),
    ]);
  });
});

describe('a fault of webhooks', () => {
  function createPost(
    faults: FaultRates,
    answer: (number: number) => HttpResponse = () => jsonResponse(200, {}),
  ): Bench & { seen: Delivered[] } {
    const receiver = createReceiver(async (_, number) => answer(number));
    const bench = createBench({ latency: 0, faults }, receiver.http);
    receiver.bind(bench.clock);
    bench.app.addEndpoint(TARGET);
    return { ...bench, seen: receiver.seen };
  }

  const sentIds = (seen: readonly Delivered[]): unknown[] =>
    seen.map(({ body }) => (JSON.parse(body) as { request_id: unknown }).request_id);

  test('duplicate sends the same message twice at the same time', async () => {
    const post = createPost({ duplicate: 1 });
    await post.submit('route', routeOf('A01'));
    await post.clock.advance(0);
    const [first, second] = post.seen;
    expect(post.seen).toHaveLength(2);
    expect(second).toEqual(first);
    const [message] = (await post.get('/_sandbox/messages')).body as { id: string }[];
    const attempts = (await post.get(`/_sandbox/messages/${message?.id}/attempts`)).body as { trigger: string }[];
    expect(attempts.map(({ trigger }) => trigger).sort()).toEqual(['duplicate', 'scheduled']);
  });

  test('reorder lets the next message overtake', async () => {
    const post = createPost({ reorder: 1 });
    const ids: string[] = [];
    for (let count = 0; count < 4; count += 1) {
      ids.push(await post.submit('route', routeOf('A01')));
      await post.clock.advance(10);
    }
    expect(sentIds(post.seen)).toEqual([ids[1], ids[0], ids[3], ids[2]]);
  });

  test('reorder sends a message that nothing overtakes after five seconds', async () => {
    const post = createPost({ reorder: 1 });
    const id = await post.submit('route', routeOf('A01'));
    await post.clock.advance(4999);
    expect(post.seen).toEqual([]);
    await post.clock.advance(1);
    expect(sentIds(post.seen)).toEqual([id]);
  });

  test('bad-signature signs with an unknown secret', async () => {
    const post = createPost({ 'bad-signature': 1 });
    await post.submit('route', routeOf('A01'));
    await post.clock.advance(0);
    const [{ headers, body } = { headers: {} as Record<string, string>, body: '' }] = post.seen;
    const signable = { id: headers['svix-id'] ?? '', timestamp: NOON / 1000, body: Buffer.from(body) };
    expect(headers['svix-timestamp']).toBe(String(signable.timestamp));
    expect(headers['svix-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
    expect(headers['svix-signature']).not.toBe(signDelivery(parseWebhookSecret(post.app.secret), signable));
  });
});
