import { afterEach, describe, expect, test } from 'vitest';

import { createApiClient } from '../../src/api/client.ts';
import { createHttp } from '../../src/platform/http/http.ts';
import { failureOf, startScriptedApi, TEST_KEY } from '../support/api-client.ts';
import type { Script, ScriptedApi } from '../support/api-client.ts';
import { createInstantClock } from '../support/instant-clock.ts';
import { startScriptedServer, type Scripted } from '../support/scripted-server.ts';

const ID = '67507ad05e593173d0313e0f';
const BODY = Buffer.from('{"site_name":"Example","picks":[]}');

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function api(...script: Script | [() => Scripted]): Promise<ScriptedApi> {
  const [first] = script;
  const started = await startScriptedApi(typeof first === 'function' ? first : (script as Script));
  closers.push(() => started.server.close());
  return started;
}

describe('an asynchronous submit', () => {
  test('posts the body unchanged, with key, length and synchronous=false', async () => {
    const { client, server } = await api({ body: { request_id: ID } });
    expect(await client.submit('route', BODY)).toEqual({ kind: 'route', requestId: ID });
    expect(await client.submit('cluster', BODY)).toEqual({ kind: 'cluster', requestId: ID });
    expect(server.lines()).toEqual([
      'POST /optimize/route?synchronous=false',
      'POST /optimize/cluster?synchronous=false',
    ]);
    expect(server.seen[0]).toMatchObject({
      body: BODY.toString(),
      headers: {
        'x-api-key': TEST_KEY,
        'content-type': 'application/json',
        'content-length': String(BODY.byteLength),
        accept: 'application/json',
        'user-agent': 'optipick/test',
      },
    });
  });

  test('sends a large body completely, in pieces, with its length', async () => {
    const { client, server } = await api({ body: { request_id: ID } });
    const large = Buffer.alloc(3 * 1024 * 1024 + 7, 'x');
    await client.submit('route', large);
    expect(server.seen[0]?.body.length).toBe(large.byteLength);
    expect(server.seen[0]?.headers).toMatchObject({ 'content-length': String(large.byteLength) });
    expect(server.seen[0]?.headers['transfer-encoding']).toBeUndefined();
  });

  test.each([
    ['a quoted string', JSON.stringify(ID), ID],
    ['bare text', `${ID}\n`, ID],
    ['bare digits that read as a number', '675079005593173203130001', '675079005593173203130001'],
    ['bare text that reads as an exponent', '67507e105593173203130001', '67507e105593173203130001'],
    ['request_id', `{"request_id":"${ID}","id":"other"}`, ID],
    ['id', `{"id":"${ID}"}`, ID],
    ['_id, beside an id of null', `{"id":null,"_id":"${ID}"}`, ID],
    ['an id that is a number', '{"id":42}', '42'],
    ['an id of another form', '{"request_id":"job/7 b"}', 'job/7 b'],
    ['the finished answer', `{"type":"ROUTE","request_id":"${ID}","picks":[]}`, ID],
    ['the finished answer of the older edition', `{"_id":"${ID}","optimal_clusters":[]}`, ID],
  ])('finds the id in %s', async (_form, body, requestId) => {
    const { client } = await api({ body, status: 202 });
    expect(await client.submit('route', BODY)).toEqual({ kind: 'route', requestId });
  });

  test.each([
    ['nothing', '', ''],
    ['null', 'null', ': null'],
    ['a word', '"accepted"', ': "accepted"'],
    ['an object without id', '{"ok":true}', ': {"ok":true}'],
    ['an error', '{"error":"no such site"}', ': no such site'],
    ['a list', '[]', ': []'],
  ])('is not repeated when it is answered with %s, and says so', async (_form, body, words) => {
    const { client, server } = await api({ body });
    const failure = await failureOf(client.submit('route', BODY));
    expect(failure).toMatchObject({ failure: 'refused', code: 'no_request_id', status: 200 });
    expect(failure.message).toBe(
      `the API accepted the request without giving it an id${words}; it may have been accepted`,
    );
    expect(server.seen).toHaveLength(1);
  });

  test('reports that a web page is not the API', async () => {
    const { client } = await api({
      headers: { 'content-type': 'text/html' },
      body: '<html><title>Welcome to the hotel WLAN</title></html>',
    });
    expect(await failureOf(client.submit('route', BODY))).toMatchObject({
      failure: 'refused',
      code: 'not_the_api',
      message: 'a web page arrived instead of an answer of the API: Welcome to the hotel WLAN',
    });
  });

  test('is repeated after 429, not before Retry-After', async () => {
    const { client, server, clock } = await api(
      { status: 429, headers: { 'retry-after': '3' } },
      { status: 429 },
      { body: { request_id: ID } },
    );
    expect(await client.submit('route', BODY)).toEqual({ kind: 'route', requestId: ID });
    expect(clock.sleeps).toEqual([3750, 1000]);
    expect(new Set(server.seen.map(({ body }) => body))).toEqual(new Set([BODY.toString()]));
  });

  test('fails after four 429', async () => {
    const { client, server } = await api({ status: 429, headers: { 'retry-after': '2' }, body: { message: 'Slow' } });
    expect(await failureOf(client.submit('route', BODY))).toMatchObject({
      failure: 'unavailable',
      code: 'rate_limited',
      status: 429,
      retryable: true,
      message: 'the API asks for fewer requests (HTTP 429): Slow',
      hint: 'try again in 2 s',
    });
    expect(server.seen).toHaveLength(4);
  });

  test('is repeated when nothing was sent', async () => {
    const server = await startScriptedServer([{}]);
    await server.close();
    const clock = createInstantClock();
    const client = createApiClient({
      http: createHttp({}),
      baseUrl: server.url,
      apiKey: TEST_KEY,
      clock,
      random: () => 1,
    });
    expect(await failureOf(client.submit('route', BODY))).toMatchObject({
      failure: 'unavailable',
      code: 'connection_refused',
      retryable: true,
    });
    expect(clock.sleeps).toEqual([500, 1000, 2000]);
  });

  test.each([
    ['is cut off', 'cut' as const, undefined],
    ['is cut off in the answer', { body: '{"requ', ending: 'cut' as const }, undefined],
    ['meets 500', { status: 500 }, 500],
    ['meets 502', { status: 502, body: '<html><title>Bad Gateway</title></html>' }, 502],
    ['meets 504', { status: 504, body: { message: 'Endpoint request timed out' } }, 504],
  ])('that %s has an unknown outcome and is never sent again', async (_case, scripted, status) => {
    const { client, server, clock } = await api(scripted);
    const failure = await failureOf(client.submit('route', BODY));
    expect(failure).toMatchObject({
      failure: 'unavailable',
      code: 'may_have_been_accepted',
      status,
      retryable: false,
    });
    expect(failure.message).toContain('may have been accepted');
    expect([server.seen.length, clock.sleeps]).toEqual([1, []]);
  });

  test('throws the reason of its signal', async () => {
    const { client, server } = await api('hang');
    const stop = new AbortController();
    const reason = new Error('stopped');
    const submitted = client.submit('route', BODY, { signal: stop.signal });
    await expect.poll(() => server.seen.length).toBe(1);
    stop.abort(reason);
    await expect(submitted).rejects.toBe(reason);
  });
});

describe('a refusal', () => {
  test.each([
    [400, { detail: 'Location Z99 not found' }, 'refused', 'bad_request', ': Location Z99 not found'],
    [404, { detail: 'Not Found' }, 'refused', 'not_found', ': Not Found'],
    [409, null, 'refused', 'conflict', ''],
    [413, null, 'refused', 'too_large', ''],
    [418, { message: 'teapot' }, 'refused', 'refused', ': teapot'],
  ])('with %i is final', async (status, body, failureClass, code, words) => {
    const { client, server } = await api({ status, body });
    expect(await failureOf(client.submit('route', BODY))).toMatchObject({
      failure: failureClass,
      code,
      status,
      retryable: false,
      message: `the API refused the request (HTTP ${status})${words}`,
    });
    expect(server.seen).toHaveLength(1);
  });

  test('with 422 names the place of each error', async () => {
    const detail = [
      { loc: ['body', 'picks', 3, 'location_id'], msg: 'Field required', type: 'missing' },
      { loc: ['body', 'site_name'], msg: 'Input should be a string', type: 'string_type' },
    ];
    const { client } = await api({ status: 422, body: { detail } });
    expect(await failureOf(client.submit('route', BODY))).toMatchObject({
      failure: 'refused',
      code: 'invalid_request',
      status: 422,
      message: 'the API refused the request (HTTP 422): /picks/3/location_id: Field required (and 1 more)',
      details: [
        { path: '/picks/3/location_id', message: 'Field required' },
        { path: '/site_name', message: 'Input should be a string' },
      ],
    });
  });

  test.each([
    [401, { detail: `invalid key ${TEST_KEY}` }, ': invalid key ***'],
    [403, { message: 'Forbidden' }, ': Forbidden'],
  ])('with %i is about the key, which is not shown', async (status, body, words) => {
    const { client } = await api({ status, body });
    const failure = await failureOf(client.submit('route', BODY));
    expect(failure).toMatchObject({
      failure: 'auth',
      code: 'key_rejected',
      status,
      message: `the API did not accept the key (HTTP ${status})${words}`,
    });
    expect(failure.hint).toContain('optipick login');
    expect(failure.hint).toContain('365 days');
  });

  const LOGIN = 'check --base-url, and whether the network wants you to log in first';
  const OTHER = ', which is not followed: the API key is for one server only';
  const SAME = ', which is not followed';

  test.each([
    [
      'a page to log in at',
      'https://other.test/login?next=secret-0123',
      `to https://other.test/login HTTP${OTHER}`,
      LOGIN,
    ],
    ['such a page of the same server', '/login?next=1', `to /login HTTP${SAME}`, LOGIN],
    [
      'where the API has moved',
      'https://api.other.test/v2/optimize/route?synchronous=false',
      `to https://api.other.test/v2/optimize/route HTTP${OTHER}`,
      'if that is the API, use --base-url https://api.other.test/v2',
    ],
    [
      'another path of the same server',
      '/latest/optimize/route',
      `to /latest/optimize/route HTTP${SAME}`,
      'if that is the API, use --base-url BASE/latest',
    ],
    [
      'the same address with a slash',
      'BASE/optimize/route/?synchronous=false',
      `to /optimize/route/ HTTP${SAME}`,
      'the server wants its own addresses spelled in another way: whoever runs it has to accept this one',
    ],
    [
      'plain http',
      'http://api.other.test/optimize/route',
      `to http://api.other.test/optimize/route HTTP${OTHER}`,
      'plain http would show the API key to everyone on the way: use an https address',
    ],
    ['a place with a password', 'https://me:hunter22@other.test/', `to https://other.test/ HTTP${OTHER}`, LOGIN],
    ['nowhere', undefined, 'and does not say where to HTTP', 'check --base-url'],
    ['a phone', 'tel:123', 'and does not say where to HTTP', 'check --base-url'],
  ])('N7: by a redirect to %s names the target and what to use instead', async (_where, location, where, hint) => {
    let base = '';
    const { client, server } = await api(() => ({
      status: 307,
      headers: location === undefined ? {} : { location: location.replace('BASE', base), 'content-type': 'text/html' },
      body: location === undefined ? '' : '<html><title>307 Temporary Redirect</title></html>',
    }));
    base = server.url;
    const failure = await failureOf(client.submit('route', BODY));
    expect(failure).toMatchObject({
      failure: 'refused',
      code: 'redirect_refused',
      status: 307,
      message: `the API redirects ${where.replace('HTTP', '(HTTP 307)')}`,
      hint: hint.replace('BASE', base),
    });
    expect(server.seen).toHaveLength(1);
  });

  test.each([
    ['code, params and message', { code: 'SITE_NOT_FOUND', params: { site: 'X' }, message: 'no site X' }, 'no site X'],
    ['a code alone', { code: 'SITE_NOT_FOUND', params: {} }, 'SITE_NOT_FOUND'],
  ])('N10: with %s has the code of the API', async (_shape, body, words) => {
    const { client } = await api({ status: 400, body });
    expect(await failureOf(client.submit('route', BODY))).toMatchObject({
      failure: 'refused',
      code: 'bad_request',
      apiCode: 'SITE_NOT_FOUND',
      message: `the API refused the request (HTTP 400): ${words}`,
    });
  });

  test.each([
    ['as text', 500, 'Internal Server Error', 'may_have_been_accepted', ': Internal Server Error; the request may'],
    ['as a message', 403, { message: 'Forbidden' }, 'key_rejected', ': Forbidden'],
    ['as a detail', 400, { detail: 'no site X' }, 'bad_request', ': no site X'],
  ])('N10: %s has no code', async (_shape, status, body, code, words) => {
    const { client } = await api({ status, body });
    const failure = await failureOf(client.submit('route', BODY));
    expect(failure).toMatchObject({ code, apiCode: undefined, status });
    expect(failure.message).toContain(words);
  });

  test('N10: with 402 is about the subscription, not the key', async () => {
    const { client, server } = await api({ status: 402, body: { message: 'No active plan' } });
    expect(await failureOf(client.submit('route', BODY))).toMatchObject({
      failure: 'auth',
      exitCode: 4,
      code: 'no_subscription',
      status: 402,
      retryable: false,
      message: 'the account has no subscription for this (HTTP 402): No active plan',
    });
    expect(await failureOf(client.checkKey())).toMatchObject({ failure: 'auth', code: 'no_subscription' });
    expect(server.seen).toHaveLength(2);
  });

  test.each([[401], [402], [403], [404], [422], [511]])(
    'N1: as a web page under %i is not of the API',
    async (status) => {
      const body = '<!-- x --><html><title>Request blocked</title></html>';
      const { client, server } = await api({ status, body, headers: { 'www-authenticate': 'Negotiate' } });
      const expected = {
        failure: 'refused',
        code: 'not_the_api',
        status,
        message: `a web page arrived instead of an answer of the API (HTTP ${status}): Request blocked`,
        hint: LOGIN,
      };
      expect(await failureOf(client.submit('route', BODY))).toMatchObject(expected);
      expect(await failureOf(client.submitAndAwait('route', BODY))).toMatchObject(expected);
      expect(await failureOf(client.getAnswer('route', ID))).toMatchObject(expected);
      expect(await failureOf(client.checkKey())).toMatchObject(expected);
      expect(server.seen).toHaveLength(4);
    },
  );

  test.each([
    [429, 'rate_limited'],
    [502, 'server_error'],
    [503, 'server_error'],
  ])('N1: as a web page with HTTP %i is a gateway failure, which may pass', async (status, code) => {
    const { client } = await api({ status, body: '<html><title>Back soon</title></html>' });
    const failure = await failureOf(client.getAnswer('route', ID));
    expect(failure).toMatchObject({ failure: 'unavailable', code, status });
    expect(failure.message).toContain('Back soon');
  });

  test('that breaks off is still a refusal with a known outcome', async () => {
    const { client, server } = await api({
      status: 400,
      headers: { 'content-length': '500' },
      body: 'no site X',
      ending: 'cut',
    });
    expect(await failureOf(client.submit('route', BODY))).toMatchObject({
      failure: 'refused',
      code: 'bad_request',
      message: 'the API refused the request (HTTP 400): no site X',
    });
    expect(server.seen).toHaveLength(1);
  });
});

describe('a synchronous submit', () => {
  const answer = JSON.stringify({ type: 'ROUTE', request_id: ID, picks: [], asis_distance: 2, optimal_distance: 1 });

  test('returns the answer of the one call', async () => {
    const { client, server } = await api({ body: answer });
    const result = await client.submitAndAwait('route', BODY);
    expect(result).toMatchObject({ state: 'done', kind: 'route', requestId: ID, failure: undefined });
    expect(Buffer.from(result.raw ?? []).toString()).toBe(answer);
    expect(server.lines()).toEqual(['POST /optimize/route?synchronous=true']);
  });

  test('passes the bytes to a sink', async () => {
    const { client } = await api({ body: answer });
    let got = '';
    const sink = async (chunk: Uint8Array): Promise<void> => {
      got += Buffer.from(chunk).toString();
    };
    const result = await client.submitAndAwait('route', BODY, { sink });
    expect([got, result.raw]).toEqual([answer, undefined]);
  });

  test('returns a failed job as an answer', async () => {
    const body = JSON.stringify({ request_id: ID, error: 'no path to Z99' });
    const { client } = await api({ body });
    expect(await client.submitAndAwait('cluster', BODY)).toMatchObject({
      state: 'failed',
      requestId: ID,
      failure: 'no path to Z99',
    });
  });

  test.each([
    ['a bare id', JSON.stringify(ID)],
    ['an unfinished answer', JSON.stringify({ request_id: ID, status: 'QUEUED' })],
  ])('that is answered with %s says how to continue', async (_form, body) => {
    const { client } = await api({ body });
    expect(await failureOf(client.submitAndAwait('route', BODY))).toMatchObject({
      failure: 'pending',
      code: 'accepted_asynchronously',
      requestId: ID,
      hint: `optipick poll ${ID}`,
    });
  });

  test.each([[502], [503], [504]])('that ends with HTTP %i names the gateway and suggests --wait', async (status) => {
    const { client, server } = await api({ status });
    const failure = await failureOf(client.submitAndAwait('cluster', BODY));
    expect(failure).toMatchObject({ failure: 'unavailable', code: 'may_have_been_accepted', status });
    expect(failure.message).toContain('about 29 s');
    expect(failure.hint).toContain('--wait');
    expect(server.seen).toHaveLength(1);
  });

  test('that times out names the gateway and suggests --wait', async () => {
    const { client } = await api('hang');
    const failure = await failureOf(client.submitAndAwait('cluster', BODY, { timeoutMs: 500 }));
    expect(failure).toMatchObject({ failure: 'unavailable', code: 'may_have_been_accepted', status: undefined });
    expect(failure.message).toContain('did not answer within 500 ms; the request may have been accepted');
    expect(failure.hint).toContain('--wait');
  });

  test('has an unknown outcome when the answer holds no result and no id', async () => {
    const { client } = await api({ body: '{"unexpected"' });
    expect(await failureOf(client.submitAndAwait('route', BODY))).toMatchObject({
      failure: 'unavailable',
      code: 'may_have_been_accepted',
      retryable: false,
    });
  });
});
