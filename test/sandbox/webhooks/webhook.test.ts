import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';

import { type HttpHeaders, type HttpResponse, jsonResponse, TransportError } from '../../../src/lib/net/http.ts';
import { SANDBOX_USER_ID } from '../../../src/sandbox/webhooks/event-pattern.ts';
import { DISABLE_AFTER_MS } from '../../../src/sandbox/webhooks/endpoint-health.ts';
import { RETRY_DELAYS_MS } from '../../../src/sandbox/webhooks/retry-schedule.ts';
import type { SandboxConfig } from '../../../src/sandbox/config.ts';
import { type Bench, createBench, createReceiver, type Delivered, type Receive, routeOf } from '../bench.ts';
import { NOON } from '../fake-clock.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TARGET = 'http://127.0.0.1:5000/webhook';

const TAKEN: HttpResponse = { status: 204, headers: {}, body: null };
const refusedWith = (status: number, headers: HttpHeaders = {}): HttpResponse =>
  jsonResponse(status, { no: 1 }, headers);

/** A sandbox whose jobs take no time and one endpoint that answers as the test says. */
function createPost(
  answer: Receive<HttpResponse | Promise<HttpResponse>>,
  options: SandboxConfig = {},
): Bench & { readonly seen: Delivered[]; readonly endpointId: string } {
  const receiver = createReceiver(async (...received) => answer(...received));
  const bench = createBench({ latency: 0, ...options }, receiver.http);
  receiver.bind(bench.clock);
  const { id } = bench.app.addEndpoint(TARGET);
  return { ...bench, seen: receiver.seen, endpointId: id };
}

/** One finished job: one message. */
async function sendOne(bench: Bench): Promise<string> {
  const id = await bench.submit('route', routeOf('A01'));
  await bench.clock.advance(1);
  return id;
}

function timesOf(seen: readonly Delivered[]): number[] {
  return seen.map(({ at }) => at - NOON);
}

async function endpointsOf(bench: Bench): Promise<{ disabled: boolean; disabled_reason: string | null }[]> {
  return (await bench.get('/_sandbox/endpoints')).body as { disabled: boolean; disabled_reason: string | null }[];
}

async function statusesOf(bench: Bench): Promise<string[]> {
  const messages = (await bench.get('/_sandbox/messages')).body as { deliveries: { status: string }[] }[];
  return messages.flatMap(({ deliveries }) => deliveries.map(({ status }) => status));
}

describe('a webhook', () => {
  test('reports a finished job, signed so that any Standard Webhooks library accepts it', async () => {
    const post = createPost(() => TAKEN);
    const requestId = await sendOne(post);
    expect(post.seen).toHaveLength(1);
    const [{ url, headers, body } = { url: '', headers: {}, body: '' }] = post.seen;
    expect(url).toBe(TARGET);
    expect(headers).toEqual({
      accept: '*/*',
      'content-type': 'application/json',
      'user-agent': 'Svix-Webhooks/optipick-sandbox',
      'x-optipick-sandbox': '1',
      'svix-id': expect.stringMatching(/^msg_[A-Za-z0-9]{27}$/) as string,
      'svix-timestamp': String(NOON / SECOND),
      'svix-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/) as string,
    });
    expect(body).toBe(`{"request_id":"${requestId}"}`);
    expect(accepts(post.app.secret, post.seen[0])).toBe(true);
    expect(accepts(`whsec_${Buffer.alloc(24).toString('base64')}`, post.seen[0])).toBe(false);
  });

  test('is sent for an asynchronous job only, also for one that failed', async () => {
    const post = createPost(() => TAKEN);
    await post.post('/optimize/route', routeOf('A01'));
    const failed = await post.submit('cluster', routeOf('FAIL'));
    await post.clock.advance(1);
    expect(post.seen.map(({ body }) => JSON.parse(body) as unknown)).toEqual([{ request_id: failed }]);
  });

  test('sends the credentials of its address as basic authentication and never shows them', async () => {
    const post = createPost(() => TAKEN);
    post.app.addEndpoint('http://me:p%40ss@localhost:5001/x');
    await sendOne(post);
    const [, second] = post.seen;
    expect([second?.url, second?.headers['authorization']]).toEqual([
      'http://localhost:5001/x',
      `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
    ]);
    const shown = [await post.get('/_sandbox/endpoints'), await post.get('/_sandbox/messages'), await post.get('/')];
    for (const { text } of shown) expect(text).not.toMatch(/p%40ss|p@ss/);
    expect(JSON.stringify(post.events)).not.toMatch(/p%40ss|p@ss/);
  });
});

describe('a target that is down', () => {
  test('for the first three attempts gets the event on the fourth, under the same id, with a new signature', async () => {
    const post = createPost((_, number) => {
      if (number <= 3) throw new TransportError('refused', 'connection refused', { sent: false });
      return TAKEN;
    });
    await sendOne(post);
    await post.clock.advance(DAY);
    expect(post.seen).toHaveLength(4);
    const [first = 0, second = 0, third = 0, fourth = 0] = timesOf(post.seen);
    expect(first).toBe(0);
    for (const [pause, base] of [
      [second - first, 5 * SECOND],
      [third - second, 5 * MINUTE],
      [fourth - third, 30 * MINUTE],
    ] as const) {
      expect(pause).toBeGreaterThanOrEqual(0.8 * base);
      expect(pause).toBeLessThanOrEqual(1.2 * base);
    }
    expect(new Set(post.seen.map(({ headers }) => headers['svix-id'])).size).toBe(1);
    expect(new Set(post.seen.map(({ body }) => body)).size).toBe(1);
    expect(post.seen.map(({ headers }) => headers['svix-timestamp'])).toEqual(
      post.seen.map(({ at }) => String(Math.floor(at / SECOND))),
    );
    expect(new Set(post.seen.map(({ headers }) => headers['svix-signature'])).size).toBe(4);
    expect(post.seen.every((delivered) => accepts(post.app.secret, delivered))).toBe(true);
    expect(await statusesOf(post)).toEqual(['succeeded']);
  });

  test('is tried eight times in all, and no more', async () => {
    const post = createPost(() => refusedWith(500));
    await sendOne(post);
    await post.clock.advance(3 * DAY);
    const times = timesOf(post.seen);
    expect(times).toHaveLength(1 + RETRY_DELAYS_MS.length);
    for (const [index, base] of RETRY_DELAYS_MS.entries()) {
      const pause = (times[index + 1] ?? 0) - (times[index] ?? 0);
      expect(Math.abs(pause - base)).toBeLessThanOrEqual(0.2 * base);
    }
    expect(await statusesOf(post)).toEqual(['failed']);
  });

  test('for five days is disabled; enabled again and recovered, it gets all that it missed', async () => {
    let up = false;
    const post = createPost(() => (up ? TAKEN : refusedWith(503)));
    const requests: string[] = [];
    for (let day = 0; day < 6; day += 1) {
      requests.push(await sendOne(post));
      if (day === 4) {
        await post.clock.advance(DAY - 1 - 10 * SECOND);
        expect((await endpointsOf(post))[0]?.disabled).toBe(false);
        await post.clock.advance(10 * SECOND);
        expect((await endpointsOf(post))[0]).toMatchObject({ disabled: true, disabled_reason: 'failed for five days' });
      } else if (day < 4) {
        await post.clock.advance(DAY - 1);
      }
    }
    const before = post.seen.length;
    await post.clock.advance(10 * DAY);
    expect(post.seen).toHaveLength(before);
    expect(new Set(await statusesOf(post))).toEqual(new Set(['failed']));

    up = true;
    await post.post(`/_sandbox/endpoints/${post.endpointId}/enable`);
    const { status, body } = await post.post(`/_sandbox/endpoints/${post.endpointId}/recover`, {
      since: new Date(NOON).toISOString(),
    });
    expect([status, body]).toEqual([
      202,
      { id: post.endpointId, since: new Date(NOON).toISOString(), messages: requests.length },
    ]);
    await post.clock.advance(0);
    const recovered = post.seen.slice(before);
    expect(recovered.map(({ body: sent }) => (JSON.parse(sent) as { request_id: string }).request_id)).toEqual(
      requests,
    );
    expect(new Set(await statusesOf(post))).toEqual(new Set(['succeeded']));
    for (const { headers } of recovered) {
      const attempts = post.seen.filter((one) => one.headers['svix-id'] === headers['svix-id']);
      expect(new Set(attempts.map((one) => one.body)).size).toBe(1);
    }
  });

  test('is disabled five days after its first failure though nothing more was sent', async () => {
    const post = createPost(() => refusedWith(500));
    await sendOne(post);
    await post.clock.advance(DISABLE_AFTER_MS - 2);
    expect((await endpointsOf(post))[0]?.disabled).toBe(false);
    await post.clock.advance(2);
    expect((await endpointsOf(post))[0]?.disabled).toBe(true);
    expect(post.events.at(-2)).toEqual({
      type: 'endpoint-disabled',
      endpointId: post.endpointId,
      url: TARGET,
      reason: 'failed for five days',
    });
  });

  test('is not disabled when a success came in between, nor for one failure long ago', async () => {
    let up = false;
    const post = createPost(() => (up ? TAKEN : refusedWith(500)));
    await sendOne(post);
    await post.clock.advance(4 * DAY);
    up = true;
    await sendOne(post);
    up = false;
    await post.clock.advance(2 * DAY);
    expect((await endpointsOf(post))[0]?.disabled).toBe(false);
    const missed = ((await post.get('/_sandbox/messages')).body as { id: string }[])[0]?.id ?? '';
    await post.post(`/_sandbox/messages/${missed}/resend`);
    await post.clock.advance(30 * DAY);
    expect((await endpointsOf(post))[0]?.disabled).toBe(false);
  });
});

describe('what counts as delivered', () => {
  test.each([200, 201, 299])('%s does', async (status) => {
    const post = createPost(() => refusedWith(status));
    await sendOne(post);
    expect(await statusesOf(post)).toEqual(['succeeded']);
  });

  test.each([301, 307, 400, 404, 410, 429, 500])('%s does not, and no redirect is followed', async (status) => {
    const post = createPost(() => refusedWith(status, { location: 'http://127.0.0.1:5000/elsewhere' }));
    await sendOne(post);
    await post.clock.advance(10 * SECOND);
    expect(post.seen.map(({ url }) => url)).toEqual([TARGET, TARGET]);
    expect(await statusesOf(post)).toEqual(['pending']);
  });

  test('N7: a redirect does not, and the attempt says which endpoint to register', async () => {
    const post = createPost(() => refusedWith(308, { location: '/hooks/?token=secret-0123' }));
    await sendOne(post);
    expect(await attemptsOf(post)).toMatchObject([
      {
        status: 'failed',
        error: `HTTP 308: redirects are not followed; the endpoint to register is ${new URL('/hooks/', TARGET).href}`,
      },
    ]);
  });

  test('an answer after fifteen seconds does not', async () => {
    const post = createPost((_, number, signal) => (number > 1 ? TAKEN : lateAnswer(post, 16 * SECOND, signal)));
    await sendOne(post);
    await post.clock.advance(15 * SECOND - 2);
    expect(await attemptsOf(post)).toEqual([]);
    await post.clock.advance(1);
    expect(await attemptsOf(post)).toMatchObject([
      { status: 'failed', response_status: null, error: 'no answer within 15 s', duration_ms: 15_000 },
    ]);
    await post.clock.advance(10 * SECOND);
    expect(await statusesOf(post)).toEqual(['succeeded']);
  });

  test('the status alone decides, though the body breaks off', async () => {
    const post = createPost(() => ({ status: 200, headers: {}, body: brokenBody() }));
    await sendOne(post);
    expect(await attemptsOf(post)).toMatchObject([{ status: 'succeeded', response_body: 'half' }]);
  });

  test('no more than 20,000 bytes of an answer are stored', async () => {
    const post = createPost(() => jsonResponse(200, 'x'.repeat(50_000)));
    await sendOne(post);
    const [attempt] = await attemptsOf(post);
    expect((attempt as { response_body: string }).response_body).toHaveLength(20_000);
  });
});

describe('the receiver has a say', () => {
  test.each([
    ['8', 8],
    ['7.2', 8],
    ['1', 5],
    ['3600', 10],
    [new Date(NOON + 9 * SECOND).toUTCString(), 9],
    [new Date(NOON - DAY).toUTCString(), 5],
  ])('by Retry-After: %s makes the first pause %i s', async (value, seconds) => {
    const post = createPost((_, number) => (number > 1 ? TAKEN : refusedWith(503, { 'retry-after': value })));
    await sendOne(post);
    await post.clock.advance(MINUTE);
    expect(timesOf(post.seen)).toEqual([0, seconds * SECOND]);
  });

  test('by webhook-delivery: abort-message ends this message only', async () => {
    const post = createPost((_, number) =>
      number === 1 ? refusedWith(400, { 'webhook-delivery': 'abort-message' }) : TAKEN,
    );
    await sendOne(post);
    await post.clock.advance(2 * DAY);
    expect(post.seen).toHaveLength(1);
    await sendOne(post);
    expect(await statusesOf(post)).toEqual(['failed', 'succeeded']);
  });

  test.each([200, 400])('by webhook-delivery: disable ends all, with status %i', async (status) => {
    const post = createPost(() => refusedWith(status, { 'webhook-delivery': ' Disable ' }));
    await sendOne(post);
    expect((await endpointsOf(post))[0]).toMatchObject({
      disabled: true,
      disabled_reason: 'the receiver asked for it',
    });
    await sendOne(post);
    await post.clock.advance(2 * DAY);
    expect(post.seen).toHaveLength(1);
    expect(await statusesOf(post)).toEqual([status === 200 ? 'succeeded' : 'failed', 'failed']);
  });
});

describe('--time-scale', () => {
  test('compresses the schedule but not the signed time', async () => {
    const post = createPost((_, number) => (number <= 3 ? refusedWith(500) : TAKEN), { timeScale: 60 });
    await sendOne(post);
    await post.clock.advance(HOUR);
    expect(post.seen).toHaveLength(4);
    const [, second = 0, third = 0] = timesOf(post.seen);
    expect(Math.abs(third - second - 5 * SECOND)).toBeLessThanOrEqual(SECOND);
    expect(post.seen.map(({ headers }) => headers['svix-timestamp'])).toEqual(
      post.seen.map(({ at }) => String(Math.floor(at / SECOND))),
    );
  });

  test('compresses the five days', async () => {
    const post = createPost(() => refusedWith(500), { timeScale: 3600 });
    await sendOne(post);
    await post.clock.advance(119 * SECOND);
    expect((await endpointsOf(post))[0]?.disabled).toBe(false);
    await post.clock.advance(SECOND);
    expect((await endpointsOf(post))[0]?.disabled).toBe(true);
  });
});

describe('an endpoint', () => {
  const LONG = `route.optimized.Example.${SANDBOX_USER_ID}`;

  test.each([
    [[], 'route.optimized'],
    [['route.optimized'], 'route.optimized'],
    [['cluster.optimized', 'route.*'], 'route.optimized'],
    [['*'], 'route.optimized'],
    [['*.optimized'], 'route.optimized'],
    [['route.optimized.Example.*'], LONG],
    [[LONG], LONG],
    [['route.optimized.*'], LONG],
    [['route.optimized', 'route.optimized.Example.*'], 'route.optimized'],
    [['cluster.optimized'], undefined],
    [['route.optimized.Other.*'], undefined],
  ])('with the events %j gets a finished route as %s', async (events, type) => {
    const receiver = createReceiver(async () => TAKEN);
    const bench = createBench({ latency: 0, payloadShape: 'rich' }, receiver.http);
    bench.app.addEndpoint(TARGET, { events });
    await sendOne(bench);
    expect(receiver.seen.map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual(
      type === undefined ? [] : [type],
    );
  });

  test('may bring a secret of its own', async () => {
    const receiver = createReceiver(async () => TAKEN);
    const bench = createBench({ latency: 0 }, receiver.http);
    const secret = Buffer.from('a secret that nobody knows').toString('base64');
    bench.app.addEndpoint(TARGET, { secret });
    await sendOne(bench);
    receiver.bind(bench.clock);
    expect(accepts(secret, { ...receiver.seen[0], at: NOON } as Delivered)).toBe(true);
  });

  test('is signed for with both secrets during the day after a rotation', async () => {
    const post = createPost(() => TAKEN);
    const old = post.app.secret;
    const { status, body } = await post.post(`/_sandbox/endpoints/${post.endpointId}/rotate`);
    const { secret } = body as { secret: string };
    expect([status, body]).toEqual([200, { id: post.endpointId, secret }]);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
    expect((await post.get(`/_sandbox/endpoints/${post.endpointId}/secret`)).body).toEqual({ secret });
    await sendOne(post);
    await post.clock.advance(DAY);
    await sendOne(post);
    expect(post.seen.map((delivered) => [accepts(old, delivered), accepts(secret, delivered)])).toEqual([
      [true, true],
      [false, true],
    ]);
    expect(post.seen[0]?.headers['svix-signature']?.split(' ')).toHaveLength(2);
  });

  test.each([
    [
      'http://example.com/hook',
      'remote_webhook',
      'the sandbox sends webhooks to this machine only, not to example.com',
    ],
    [
      'http://127.0.0.1.example.com/',
      'remote_webhook',
      'the sandbox sends webhooks to this machine only, not to 127.0.0.1.example.com',
    ],
    ['ftp://127.0.0.1/', 'bad_webhook_url', '"ftp://127.0.0.1/" is no address that webhooks can be sent to'],
    ['127.0.0.1:5000', 'bad_webhook_url', '"127.0.0.1:5000" is no address that webhooks can be sent to'],
    [
      'http://a%zz:hidden@127.0.0.1/',
      'bad_webhook_url',
      '"http://***@127.0.0.1/" is no address that webhooks can be sent to',
    ],
  ])('at %s is refused', (url, code, message) => {
    expect(() => createBench().app.addEndpoint(url)).toThrow(
      expect.objectContaining({ failure: 'usage', code, message }) as Error,
    );
  });

  test.each(['http://localhost:1/', 'http://127.9.9.9/', 'http://[::1]:5000/x', 'https://app.localhost/'])(
    'at %s is on this machine',
    (url) => {
      expect(createBench().app.addEndpoint(url).url).toBe(url);
    },
  );

  test('may be anywhere when that is allowed', () => {
    const { app } = createBench({ allowRemoteWebhooks: true });
    expect(app.addEndpoint('https://example.com/hook').url).toBe('https://example.com/hook');
  });

  test('cannot ask for an event that does not exist', () => {
    const { app } = createBench();
    expect(() => app.addEndpoint(TARGET, { events: ['cluster.optimised'] })).toThrow(
      expect.objectContaining({
        failure: 'usage',
        code: 'bad_event',
        message: 'no event can match "cluster.optimised"',
        hint: 'did you mean "cluster.optimized"?',
      }) as Error,
    );
    expect(() => app.addEndpoint(TARGET, { events: ['pick.made.*'] })).toThrow('no event can match "pick.made.*"');
  });
});

test('a webhook that waits for its next attempt ends with its endpoint, and only recovering brings it back', async () => {
  const post = createPost((_, number) => (number === 1 ? refusedWith(500) : TAKEN));
  await sendOne(post);
  await post.post(`/_sandbox/endpoints/${post.endpointId}/disable`);
  expect(await statusesOf(post)).toEqual(['failed']);
  expect(post.clock.sleepers()).toBe(0);
  await post.post(`/_sandbox/endpoints/${post.endpointId}/enable`);
  await post.clock.advance(2 * DAY);
  expect(post.seen).toHaveLength(1);
  await post.post(`/_sandbox/endpoints/${post.endpointId}/recover`, {});
  await post.clock.advance(0);
  expect(await statusesOf(post)).toEqual(['succeeded']);
});

test('stopping ends every webhook that waits', async () => {
  const post = createPost((_, number, signal) => (number === 1 ? refusedWith(500) : lateAnswer(post, HOUR, signal)));
  await sendOne(post);
  await sendOne(post);
  expect(post.clock.sleepers()).toBeGreaterThan(0);
  await post.app.stop();
  expect(post.clock.sleepers()).toBe(0);
});

async function attemptsOf(bench: Bench): Promise<unknown[]> {
  const [message] = (await bench.get('/_sandbox/messages')).body as { id: string }[];
  return (await bench.get(`/_sandbox/messages/${message?.id}/attempts`)).body as unknown[];
}

/** Whether the independent library takes a delivery. It knows only the real time, so the clock is turned for it. */
function accepts(secret: string, delivered: Delivered | undefined): boolean {
  if (delivered === undefined) throw new Error('nothing was delivered');
  const real = Date.now;
  Date.now = () => delivered.at;
  try {
    new Webhook(secret).verify(delivered.body, {
      'webhook-id': delivered.headers['svix-id'] ?? '',
      'webhook-timestamp': delivered.headers['svix-timestamp'] ?? '',
      'webhook-signature': delivered.headers['svix-signature'] ?? '',
    });
    return true;
  } catch (error) {
    if (!(error instanceof Error) || error.message !== 'No matching signature found') throw error;
    return false;
  } finally {
    Date.now = real;
  }
}

/** Takes its time, and gives up with the sender, as the network does. */
async function lateAnswer(bench: Bench, ms: number, signal: AbortSignal | undefined): Promise<HttpResponse> {
  try {
    await bench.clock.sleep(ms, signal);
  } catch (cause) {
    throw new TransportError('aborted', 'given up', { sent: true, cause });
  }
  return TAKEN;
}

async function* brokenBody(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('half');
  throw new TransportError('reset', 'connection reset', { sent: true });
}
