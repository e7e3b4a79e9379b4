import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

import { afterEach, describe, expect, onTestFinished, test } from 'vitest';

import { EXEC, SHOW } from '../../../src/state/delivery-steps.ts';
import { createByteBudget } from '../../../src/lib/bytes/budget.ts';
import { bodyOf, headerOf, readText } from '../../../src/lib/net/http.ts';
import type { Http, HttpHeaders, HttpRequest } from '../../../src/lib/net/http.ts';
import { parseWebhookSecret } from '../../../src/settings/secret.ts';
import { CliError } from '../../../src/errors.ts';
import { serveHttp } from '../../../src/platform/server/server.ts';
import type { Delivery } from '../../../src/state/delivery.ts';
import type { Inbox } from '../../../src/state/inbox.ts';
import { createReceiver } from '../../../src/webhooks/receiver/receiver.ts';
import type { ReceiverOptions, Rejection } from '../../../src/webhooks/receiver/receiver.ts';
import { createVerifier, signDelivery } from '../../../src/webhooks/signature.ts';
import { createSourceCheck } from '../../../src/webhooks/receiver/source-addresses.ts';
import { NOW } from '../../state/inbox-support.ts';
import { createInboxFolder } from '../../state/sqlite/inbox-folder.ts';

const SECRET = parseWebhookSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
const OTHER_SECRET = parseWebhookSecret('whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD');
const PAYLOAD = '{"request_id":"67507ad05e593173d0313e0f"}';

interface Door {
  readonly receive: Http;
  readonly inbox: Inbox;
  /** What the listener was told, in order. */
  readonly told: unknown[];
}

const openDoors: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of openDoors.splice(0)) await close();
});

function openDoor(changes: Partial<ReceiverOptions> = {}): Door {
  const folder = createInboxFolder();
  const inbox = folder.open();
  openDoors.push(async () => {
    await inbox.close();
    folder[Symbol.dispose]();
  });
  const told: unknown[] = [];
  const receive = createReceiver({
    path: '/webhook',
    verifier: createVerifier([SECRET]),
    inbox,
    steps: [SHOW, EXEC],
    clock: { now: () => NOW },
    maxBodyBytes: 1000,
    events: {
      accepted: (delivery) => told.push(['accepted', delivery.id]),
      duplicate: (delivery) => told.push(['duplicate', delivery.id]),
      rejected: ({ id, status, reason, detail }) => told.push(['rejected', id, status, reason, detail]),
    },
    ...changes,
  });
  return { receive, inbox, told };
}

/** A signed delivery as Svix sends it, altered as given. A header of `undefined` is left out. */
async function delivered(
  changes: {
    readonly id?: string;
    readonly body?: string | Uint8Array;
    readonly sentAt?: number;
    readonly secret?: typeof SECRET;
    readonly headers?: HttpHeaders;
    readonly request?: Partial<HttpRequest>;
  } = {},
): Promise<HttpRequest> {
  const id = changes.id ?? 'msg_1';
  const timestamp = Math.floor((changes.sentAt ?? NOW) / 1000);
  const given = changes.body ?? PAYLOAD;
  const body = typeof given === 'string' ? new TextEncoder().encode(given) : given;
  const signature = signDelivery(changes.secret ?? SECRET, { id, timestamp, body });
  return {
    method: 'POST',
    url: '/webhook',
    headers: {
      host: 'localhost:5000',
      'content-type': 'application/json',
      'content-length': String(body.byteLength),
      'user-agent': 'Svix-Webhooks/1.100 (sender-9YMgn)',
      'svix-id': id,
      'svix-timestamp': String(timestamp),
      'svix-signature': signature,
      ...changes.headers,
    },
    body,
    remoteAddress: '127.0.0.1',
    ...changes.request,
  };
}

async function answerOf(door: Door, request: HttpRequest): Promise<readonly [status: number, error: unknown]> {
  const response = await door.receive(request);
  const text = await readText(response.body);
  return [response.status, text === '' ? undefined : (JSON.parse(text) as { error?: unknown }).error];
}

describe('A2, A13: what is judged before a byte of the body is read', () => {
  /** Fails whoever reads it. */
  async function* untouchable(): AsyncGenerator<Uint8Array, void> {
    yield await Promise.reject(new Error('the body was read'));
  }

  test.each<[string, HttpHeaders, number, string]>([
    ['no signature headers', { 'svix-signature': undefined }, 400, 'missing_header'],
    ['an id that is none', { 'svix-id': 'a.b' }, 400, 'malformed_header'],
    ['a timestamp that is none', { 'svix-timestamp': '0x1' }, 400, 'malformed_timestamp'],
    ['an old timestamp', { 'svix-timestamp': '1' }, 401, 'too_old'],
    ['a timestamp of the future', { 'svix-timestamp': '99999999999' }, 401, 'too_new'],
    ['a page (Origin)', { origin: 'http://localhost:5000' }, 403, 'browser_request'],
    ['a page (Sec-Fetch-Site)', { 'sec-fetch-site': 'same-origin' }, 403, 'browser_request'],
    ['a declared length over the limit', { 'content-length': '1001' }, 413, 'body_too_large'],
    ['another type', { 'content-type': 'text/html' }, 415, 'unsupported_content_type'],
  ])('%s', async (_name, headers, status, reason) => {
    const door = openDoor();
    const request = await delivered({ headers, request: { body: untouchable() } });
    expect(await answerOf(door, request)).toEqual([status, reason]);
  });
});

describe('what the receiver answers', () => {
  test('204 to a signed delivery, once it is in the inbox as it came, with what it owes', async () => {
    const door = openDoor();
    const response = await door.receive(await delivered());
    expect([response.status, response.body]).toEqual([204, null]);
    const request = await delivered();
    const expected: Delivery = {
      id: 'msg_1',
      receivedAt: NOW,
      headers: [
        ['content-type', 'application/json'],
        ['user-agent', 'Svix-Webhooks/1.100 (sender-9YMgn)'],
        ['svix-id', 'msg_1'],
        ['svix-timestamp', String(NOW / 1000)],
        ['svix-signature', headerOf(request.headers, 'svix-signature') ?? ''],
      ],
      body: new TextEncoder().encode(PAYLOAD),
      verified: true,
      kind: undefined,
      event: undefined,
      requestId: '67507ad05e593173d0313e0f',
    };
    const found = await door.inbox.find('msg_1');
    expect(found).toEqual([expect.objectContaining(expected)]);
    expect(found[0]?.steps.map(({ name }) => name).toSorted()).toEqual([EXEC, SHOW]);
    expect(door.told).toEqual([['accepted', 'msg_1']]);
  });

  test('204 to a duplicate, also to one signed anew', async () => {
    const door = openDoor();
    const requests = [await delivered(), await delivered(), await delivered({ sentAt: NOW - 60_000 })];
    const answers = await Promise.all(requests.map((request) => answerOf(door, request)));
    expect(answers).toEqual([
      [204, undefined],
      [204, undefined],
      [204, undefined],
    ]);
    expect(door.told).toEqual([
      ['accepted', 'msg_1'],
      ['duplicate', 'msg_1'],
      ['duplicate', 'msg_1'],
    ]);
    expect(await door.inbox.counts()).toEqual({ pending: 1, done: 0, failed: 0 });
  });

  test.each([
    ['/webhook', undefined],
    ['/webhook/', undefined],
    ['/webhook//', undefined],
    ['/webhook?x=/webhook/route', undefined],
    ['/webhook/route', 'route'],
    ['/webhook/cluster', 'cluster'],
    ['http://localhost:5000/webhook/cluster?x', 'cluster'],
  ])('204 at %s, which tells the kind %s', async (url, kind) => {
    const door = openDoor();
    expect(await answerOf(door, await delivered({ request: { url } }))).toEqual([204, undefined]);
    expect((await door.inbox.list()).map((entry) => entry.kind)).toEqual([kind]);
  });

  test.each([
    ['{"type":"cluster.optimized","request_id":"a"}', 'cluster', 'cluster.optimized', 'a'],
    ['{"event_type":"route.optimized.Example.673f","request_id":"a"}', 'route', 'route.optimized.Example.673f', 'a'],
    ['{"eventType":"something.else","data":{"request_id":"a"}}', 'route', 'something.else', 'a'],
    ['{"type":"CLUSTER","request_id":"a"}', 'cluster', undefined, 'a'],
    ['{"type":"ping","event_type":"cluster.optimized"}', 'cluster', 'cluster.optimized', undefined],
    ['{"request_id":"../../admin"}', 'route', undefined, undefined],
    ['{"request_id":7}', 'route', undefined, undefined],
    ['[]', 'route', undefined, undefined],
    ['\uFEFF{"request_id":"a"}', 'route', undefined, 'a'],
  ])('the payload %s speaks before the path', async (body, kind, event, requestId) => {
    const door = openDoor();
    await answerOf(door, await delivered({ body, request: { url: '/webhook/route' } }));
    expect(await door.inbox.list()).toMatchObject([{ kind, event, requestId }]);
  });

  test.each([
    ['text', 'not json'],
    ['nothing', ''],
    ['bytes that are no text', new Uint8Array([0xff, 0x00])],
  ])('204 to a signed body of %s', async (_name, body) => {
    const door = openDoor();
    expect(await answerOf(door, await delivered({ body }))).toEqual([204, undefined]);
    expect(await door.inbox.list()).toMatchObject([{ requestId: undefined, verified: true }]);
  });

  test.each([
    ['404 elsewhere', { request: { url: '/other' } }, 404, 'not_found'],
    ['404 below', { request: { url: '/webhook/other' } }, 404, 'not_found'],
    ['404 for the case of the path', { request: { url: '/Webhook' } }, 404, 'not_found'],
    ['404 at the root', { request: { url: '/' } }, 404, 'not_found'],
    ['404 for a target that is no path', { request: { url: '*' } }, 404, 'not_found'],
    ['405 for GET', { request: { method: 'GET' } }, 405, 'method_not_allowed'],
    ['405 for PUT', { request: { method: 'PUT' } }, 405, 'method_not_allowed'],
    ['413 for a declared length', { headers: { 'content-length': '1001' } }, 413, 'body_too_large'],
    ['413 for what came', { body: 'x'.repeat(1001), headers: { 'content-length': undefined } }, 413, 'body_too_large'],
    ['415 for XML', { headers: { 'content-type': 'application/xml' } }, 415, 'unsupported_content_type'],
    [
      '415 for a form',
      { headers: { 'content-type': 'multipart/form-data; boundary=x' } },
      415,
      'unsupported_content_type',
    ],
    ['400 without an id', { headers: { 'svix-id': undefined } }, 400, 'missing_header'],
    ['400 without a signature', { headers: { 'svix-signature': '' } }, 400, 'missing_header'],
    ['400 for two ids', { headers: { 'svix-id': ['msg_1', 'msg_2'] } }, 400, 'malformed_header'],
    ['400 for two ids joined', { headers: { 'svix-id': 'msg_1, msg_2' } }, 400, 'malformed_header'],
    ['400 for two timestamps', { headers: { 'svix-timestamp': ['1', '1'] } }, 400, 'malformed_header'],
    ['400 for a word as timestamp', { headers: { 'svix-timestamp': 'hello' } }, 400, 'malformed_timestamp'],
    ['400 for twelve digits', { headers: { 'svix-timestamp': '176722560000' } }, 400, 'malformed_timestamp'],
    ['401 for another secret', { secret: OTHER_SECRET }, 401, 'no_match'],
    ['401 for another body', { request: { body: '{}' } }, 401, 'no_match'],
    ['401 for an old one', { sentAt: NOW - 301_000 }, 401, 'too_old'],
    ['401 for a future one', { sentAt: NOW + 301_000 }, 401, 'too_new'],
    ['401 for v2 only', { headers: { 'svix-signature': 'v2,AAAA' } }, 401, 'unsupported_scheme'],
  ] as const)('%s', async (_name, changes, status, error) => {
    const door = openDoor();
    expect(await answerOf(door, await delivered(changes))).toEqual([status, error]);
    expect(await door.inbox.counts()).toEqual({ pending: 0, done: 0, failed: 0 });
  });

  test('405 names the method that is allowed', async () => {
    const door = openDoor();
    const get = await door.receive({ method: 'GET', url: '/webhook', headers: {} });
    const post = await door.receive({ method: 'POST', url: '/healthz', headers: {} });
    expect([get.headers['allow'], post.headers['allow']]).toEqual(['POST', 'GET, HEAD']);
  });

  test.each([
    undefined,
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/cloudevents+json',
    'text/json',
    'text/plain;charset=UTF-8',
    'application/octet-stream',
    ' application/json ',
    'application/vnd.a-b_c.1!#$&^+json',
    '',
    ';charset=utf-8',
  ])('204 to the content type %s', async (type) => {
    expect(await answerOf(openDoor(), await delivered({ headers: { 'content-type': type } }))).toEqual([
      204,
      undefined,
    ]);
  });

  test.each([
    'xapplication/json',
    'application/jsonx',
    'application/+json',
    'application/a b+json',
    'application/a+jsonx',
    'text/jsonp',
    'text/xml',
  ])('415 to the content type %s', async (type) => {
    const request = await delivered({ headers: { 'content-type': type } });
    expect(await answerOf(openDoor(), request)).toEqual([415, 'unsupported_content_type']);
  });

  test('204 to a body of exactly the limit', async () => {
    expect(await answerOf(openDoor(), await delivered({ body: 'x'.repeat(1000) }))).toEqual([204, undefined]);
  });

  test('413 to a body that is larger than the limit once it is decoded, 204 to one that cannot be', async () => {
    const door = openDoor();
    const headers = { 'content-encoding': 'gzip' };
    const large = await delivered({ body: gzipSync('x'.repeat(1001)), headers });
    expect(await answerOf(door, large)).toEqual([413, 'body_too_large']);
    expect(door.told).toEqual([
      ['rejected', 'msg_1', 413, 'body_too_large', expect.stringMatching(/^the body .*1000/)],
    ]);
    expect(await answerOf(door, await delivered({ body: 'no gzip', headers }))).toEqual([204, undefined]);
    expect(await answerOf(door, await delivered({ body: gzipSync('{}'), headers, id: 'msg_2' }))).toEqual([
      204,
      undefined,
    ]);
  });

  test('503 while other bodies take all the memory, which is given back with each answer', async () => {
    const budget = createByteBudget(100);
    const taken: number[] = [];
    const counts = async () => ({ pending: 0, done: 0, failed: 0 });
    const accept = async (): Promise<'new'> => {
      taken.push(budget.used);
      return 'new';
    };
    const door = openDoor({ budget, inbox: { accept, counts } });
    const streamed = async (): Promise<HttpRequest> => await delivered({ request: { body: bodyOf(PAYLOAD) } });
    expect(await answerOf(door, await streamed())).toEqual([204, undefined]);
    expect([taken, budget.used]).toEqual([[PAYLOAD.length], 0]);
    budget.take(90);
    expect(await answerOf(door, await streamed())).toEqual([503, 'overloaded']);
    expect(door.told.at(-1)).toEqual([
      'rejected',
      'msg_1',
      503,
      'overloaded',
      'too many bytes of other requests are being received',
    ]);
    expect(budget.used).toBe(90);
  });

  test('204 to webhook-* headers, and to a signature header that came in two parts', async () => {
    const door = openDoor();
    const { headers } = await delivered();
    const standard = {
      'svix-id': undefined,
      'svix-timestamp': undefined,
      'svix-signature': undefined,
      'webhook-id': headers['svix-id'],
      'webhook-timestamp': headers['svix-timestamp'],
      'webhook-signature': ['v1,AAAA', headerOf(headers, 'svix-signature') ?? ''],
    };
    expect(await answerOf(door, await delivered({ headers: standard }))).toEqual([204, undefined]);
  });

  test('204 where signatures are not checked, each unsigned delivery under an id of its own', async () => {
    const door = openDoor({ verifier: undefined });
    const unsigned = { 'svix-id': undefined, 'svix-timestamp': undefined, 'svix-signature': undefined };
    await answerOf(door, await delivered({ headers: unsigned }));
    await answerOf(door, await delivered({ headers: unsigned, body: '{}' }));
    await answerOf(door, await delivered({ secret: OTHER_SECRET, sentAt: 0, id: 'msg_forged' }));
    expect(await door.inbox.list()).toMatchObject([
      { id: 'msg_forged', verified: false },
      { id: expect.stringMatching(/^unsigned_1767225600000_[0-9a-f]{16}$/) as unknown, verified: false },
      { id: expect.stringMatching(/^unsigned_1767225600000_[0-9a-f]{16}$/) as unknown, verified: false },
    ]);
  });

  test.each([
    ['of 256 letters', 'i'.repeat(256), true],
    ['of 257 letters', 'i'.repeat(257), false],
    ['with a blank before it', ' msg_1', false],
    ['with a blank behind it', 'msg_1 ', false],
  ])(
    '204 where signatures are not checked, under an id %s only if a message can have it',
    async (_what, id, isKept) => {
      const door = openDoor({ verifier: undefined });
      await answerOf(door, await delivered({ headers: { 'svix-id': id } }));
      const [entry] = await door.inbox.list();
      expect(entry?.id).toEqual(isKept ? id : expect.stringMatching(/^unsigned_/));
    },
  );

  test('403 to a source that is not on the list, before all that costs more', async () => {
    const sourceCheck = createSourceCheck({ allowFrom: ['svix'], trustProxy: true });
    const door = openDoor({ sourceCheck });
    const from = (forwarded: string | undefined): Promise<HttpRequest> =>
      delivered({ headers: { 'x-forwarded-for': forwarded, 'content-length': '5000' } });
    expect(await answerOf(door, await from('203.0.113.9'))).toEqual([403, 'source_not_allowed']);
    expect(await answerOf(door, await from(''))).toEqual([403, 'source_not_allowed']);
    expect(await answerOf(door, await from('garbage'))).toEqual([403, 'source_not_allowed']);
    expect(await answerOf(door, await from('44.228.126.217'))).toEqual([413, 'body_too_large']);
    expect(await answerOf(door, await delivered({ headers: { 'x-forwarded-for': '44.228.126.217' } }))).toEqual([
      204,
      undefined,
    ]);
  });

  test('503 when it is being stopped', async () => {
    const closing = new AbortController();
    const door = openDoor({ closing: closing.signal });
    expect(await answerOf(door, await delivered())).toEqual([204, undefined]);
    closing.abort();
    const response = await door.receive(await delivered({ id: 'msg_2' }));
    expect([response.status, response.headers['retry-after']]).toEqual([503, '5']);
    expect(door.told.at(-1)).toEqual(['rejected', 'msg_2', 503, 'shutting_down', 'the listener is being stopped']);
  });

  test('503 when the inbox cannot be written, without telling the sender about this machine', async () => {
    const failure = new CliError('environment', 'the inbox cannot be written: /home/me is full', {
      code: 'inbox_unavailable',
    });
    const door = openDoor({ inbox: { accept: () => Promise.reject(failure), counts: () => Promise.reject(failure) } });
    const response = await door.receive(await delivered());
    expect([response.status, JSON.parse(await readText(response.body))]).toEqual([
      503,
      { error: 'inbox_unavailable', detail: 'try again later' },
    ]);
    expect(door.told).toEqual([
      ['rejected', 'msg_1', 503, 'inbox_unavailable', 'the inbox cannot be written: /home/me is full'],
    ]);
    const health = await door.receive({ method: 'GET', url: '/healthz', headers: {} });
    expect([health.status, JSON.parse(await readText(health.body))]).toEqual([
      503,
      { status: 'inbox_unavailable', accepted: 0, duplicates: 0, rejected: 1, limits_reached: {} },
    ]);
  });

  test.each([[{}], [{ events: {} }]])('the same where nobody hears of it: %j', async (changes) => {
    const { inbox } = openDoor();
    const receive = createReceiver({
      path: '/webhook',
      verifier: createVerifier([SECRET]),
      inbox,
      steps: [SHOW],
      clock: { now: () => NOW },
      maxBodyBytes: 1000,
      ...changes,
    });
    const requests = [await delivered(), await delivered(), await delivered({ secret: OTHER_SECRET })];
    const statuses: number[] = [];
    for (const request of requests) statuses.push((await receive(request)).status);
    expect(statuses).toEqual([204, 204, 401]);
  });

  test('a mistake of the program is not taken for a full disk', async () => {
    const bug = new TypeError('a bug');
    const door = openDoor({ inbox: { accept: () => Promise.reject(bug), counts: () => Promise.reject(bug) } });
    await expect(door.receive(await delivered())).rejects.toBe(bug);
    await expect(door.receive({ method: 'GET', url: '/healthz', headers: {} })).rejects.toBe(bug);
  });

  test('counts at /healthz', async () => {
    const door = openDoor();
    await answerOf(door, await delivered());
    await answerOf(door, await delivered());
    await answerOf(door, await delivered({ id: 'msg_2' }));
    await answerOf(door, await delivered({ secret: OTHER_SECRET }));
    const response = await door.receive({ method: 'GET', url: '/healthz', headers: {} });
    expect([response.status, JSON.parse(await readText(response.body))]).toEqual([
      200,
      { status: 'ok', accepted: 2, duplicates: 1, rejected: 1, pending: 2, done: 0, failed: 0, limits_reached: {} },
    ]);
  });

  test('at /healthz whether it is being stopped, and which limits were reached; to HEAD as well', async () => {
    const closing = new AbortController();
    const door = openDoor({ closing: closing.signal, limitsReached: () => ({ connections: 3 }) });
    const health = async (method: string): Promise<unknown> => {
      const response = await door.receive({ method, url: '/healthz', headers: {} });
      return [response.status, JSON.parse(await readText(response.body))];
    };
    expect(await health('GET')).toMatchObject([200, { status: 'ok', limits_reached: { connections: 3 } }]);
    closing.abort();
    expect(await health('HEAD')).toMatchObject([200, { status: 'closing' }]);
  });

  test('at another path, and at the root, as configured', async () => {
    for (const path of ['/a/b', '/a/b/', '/a/b//', '/']) {
      const door = openDoor({ path });
      const url = path === '/' ? '/cluster' : '/a/b/cluster';
      expect(await answerOf(door, await delivered({ request: { url } }))).toEqual([204, undefined]);
      expect(await answerOf(door, await delivered({ request: { url: '/webhook' } }))).toEqual([404, 'not_found']);
      expect((await door.receive({ method: 'GET', url: '/healthz', headers: {} })).status).toBe(200);
    }
  });
});

describe('a rejection is told with its reason in words', () => {
  test.each([
    [{ sentAt: NOW - 400_000 }, 'too_old', 'sent 6 min 40 s ago: an old delivery, or a clock is off'],
    [{ sentAt: NOW + 400_000 }, 'too_new', 'sent 6 min 40 s in the future: a clock is off'],
    [{ secret: OTHER_SECRET }, 'no_match', 'no signature matches: another secret, or the delivery was altered'],
    [{ headers: { 'svix-signature': undefined } }, 'missing_header', 'missing header svix-signature'],
  ])('%o', async (changes, reason, detail) => {
    const door = openDoor();
    await door.receive(await delivered(changes));
    expect(door.told).toEqual([['rejected', 'msg_1', reason === 'missing_header' ? 400 : 401, reason, detail]]);
  });

  test('an id that no message can have is not repeated', async () => {
    const door = openDoor();
    await door.receive(await delivered({ headers: { 'svix-id': '\u001b[31m evil' } }));
    expect(door.told).toEqual([
      ['rejected', undefined, 400, 'malformed_header', 'the id header holds characters that no message id has'],
    ]);
  });
});

describe('a request that is no delivery', () => {
  const sent = { body: new TextEncoder().encode('{}'), headers: { 'svix-id': 'msg_1', 'x-a': 'b' } };

  async function rejectionsOf(request: Partial<HttpRequest>, path = '/webhook'): Promise<Rejection[]> {
    const rejections: Rejection[] = [];
    const door = openDoor({ path, events: { rejected: (rejection) => rejections.push(rejection) } });
    await door.receive({ method: 'POST', url: '/', ...sent, ...request });
    return rejections;
  }

  test.each([
    ['/other?token=hush', '/webhook', 'nothing is received at /other: the path of the endpoint is /webhook'],
    ['/', '/webhook/', 'nothing is received at /: the path of the endpoint is /webhook'],
    ['/other#a', '/', 'nothing is received at /other: the path of the endpoint is /'],
    ['http://me:hush@localhost/other/', '/', 'nothing is received at /other: the path of the endpoint is /'],
    ['*', '/', 'nothing is received at *: the path of the endpoint is /'],
    [`/${'x'.repeat(300)}`, '/', `nothing is received at /${'x'.repeat(199)}: the path of the endpoint is /`],
  ])('is rejected where it was sent to %s, with what is known of it', async (url, path, detail) => {
    expect(await rejectionsOf({ url }, path)).toEqual([
      {
        id: 'msg_1',
        status: 404,
        reason: 'not_found',
        detail,
        receivedAt: NOW,
        headers: [
          ['svix-id', 'msg_1'],
          ['x-a', 'b'],
        ],
        body: sent.body,
      },
    ]);
  });

  test('is rejected where its method is another, and not mentioned where a browser may have looked', async () => {
    expect(await rejectionsOf({ method: 'PUT', url: '/webhook' })).toMatchObject([
      {
        status: 405,
        reason: 'method_not_allowed',
        detail: 'PUT to /webhook: webhooks are sent with POST',
        body: sent.body,
      },
    ]);
    for (const url of ['/webhook', '/other', '/favicon.ico'])
      expect(await rejectionsOf({ method: 'GET', url })).toEqual([]);
  });

  test('is rejected without its body where that is larger than the limit', async () => {
    const body = new Uint8Array(1001);
    expect(await rejectionsOf({ url: '/other', body })).toMatchObject([{ reason: 'not_found', body: undefined }]);
    expect(await rejectionsOf({ url: '/other', body: body.subarray(1) })).toMatchObject([{ body: body.subarray(1) }]);
  });
});

describe('behind a real port', () => {
  async function serve(door: Door): Promise<{ readonly url: string; readonly port: number }> {
    const server = await serveHttp(
      door.receive,
      { host: '127.0.0.1', port: 0, maxBodyBytes: 1000 },
      { platform: 'linux' },
    );
    onTestFinished(() => server.close(0));
    return server;
  }

  test('a delivery sent by fetch is kept', async () => {
    const door = openDoor();
    const { url } = await serve(door);
    const { headers, body } = await delivered({ headers: { host: undefined, 'content-length': undefined } });
    const sent = Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []));
    const init = {
      method: 'POST',
      headers: Object.fromEntries(sent) as Record<string, string>,
      body: body as Uint8Array<ArrayBuffer>,
    };
    const statuses = [(await fetch(`${url}/webhook`, init)).status, (await fetch(`${url}/webhook`, init)).status];
    expect(statuses).toEqual([204, 204]);
    expect(door.told).toEqual([
      ['accepted', 'msg_1'],
      ['duplicate', 'msg_1'],
    ]);
  });

  test('repeated headers are told apart: two signatures are one list, two ids are refused', async () => {
    const door = openDoor();
    const { port } = await serve(door);
    const { headers } = await delivered();
    const lines = (extra: string): string =>
      [
        'POST /webhook HTTP/1.1',
        'Host: x',
        'Connection: close',
        'Content-Type: application/json',
        `Svix-Id: msg_1`,
        `Svix-Timestamp: ${String(headers['svix-timestamp'])}`,
        'Svix-Signature: v1,AAAA',
        `Svix-Signature: ${String(headers['svix-signature'])}`,
        ...(extra === '' ? [] : [extra]),
        `Content-Length: ${PAYLOAD.length}`,
        '',
        PAYLOAD,
      ].join('\r\n');
    expect(await statusLine(port, lines(''))).toBe('HTTP/1.1 204 No Content');
    expect(await statusLine(port, lines('svix-id: msg_1'))).toBe('HTTP/1.1 400 Bad Request');
  });

  test('a body that grows past the limit is answered 413', async () => {
    const door = openDoor();
    const { port } = await serve(door);
    const signed = `Svix-Id: msg_1\r\nSvix-Timestamp: ${NOW / 1000}\r\nSvix-Signature: v1,AAAA\r\n`;
    const head = `POST /webhook HTTP/1.1\r\nHost: x\r\n${signed}Transfer-Encoding: chunked\r\n\r\n`;
    const chunk = `3e8\r\n${'x'.repeat(1000)}\r\n`;
    expect(await statusLine(port, `${head}${chunk}${chunk}0\r\n\r\n`)).toBe('HTTP/1.1 413 Payload Too Large');
    expect(door.told).toEqual([['rejected', 'msg_1', 413, 'body_too_large', 'the body is larger than 1000 bytes']]);
  });
});

/** Sends the text as it is; gives the first line of the answer. */
function statusLine(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('latin1');
    socket.once('data', (data) => {
      resolve(String(data).split('\r\n', 1)[0] ?? '');
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
