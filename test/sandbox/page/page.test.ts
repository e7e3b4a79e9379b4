import { describe, expect, test } from 'vitest';

import { jsonResponse, readText, type HttpHeaders } from '../../../src/lib/net/http.ts';
import { parseSite } from '../../../src/site/layout.ts';
import { type Bench, createBench, routeOf } from '../bench.ts';

const TARGET = 'http://127.0.0.1:5000/webhook';
const HOST = '127.0.0.1:4010';
const EVIL = `<script>alert("1")</script>'&`;
const ESCAPED = '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;';

async function pageOf(bench: Bench, path = '/'): Promise<string> {
  const { status, text } = await bench.get(path);
  expect(status).toBe(200);
  return text;
}

/** What a form of the page sends, without the key. */
async function send(
  { app }: Bench,
  action: string,
  fields: Readonly<Record<string, string>>,
  headers: HttpHeaders = { accept: 'application/json' },
): Promise<{ status: number; headers: HttpHeaders; text: string }> {
  const own = { host: HOST, origin: `http://${HOST}` };
  const body = new URLSearchParams(fields).toString();
  const response = await app.http({ method: 'POST', url: `/page/${action}`, headers: { ...own, ...headers }, body });
  return { status: response.status, headers: response.headers, text: await readText(response.body) };
}

describe('the page', () => {
  test('is shown without a key, takes nothing from elsewhere, and is not cached', async () => {
    const { app } = createBench();
    const { status, headers, body } = await app.http({ method: 'GET', url: '/', headers: {} });
    expect(status).toBe(200);
    expect(headers).toEqual({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-optipick-sandbox': '1',
    });
    const text = await readText(body);
    expect(text).toContain('It is not Optioryx’s optimizer.');
    expect(text).not.toMatch(/<style|<script(?! type="module" src="\/page\.js"><)| style=| on\w+=/);
  });

  test.each(['127.0.0.1:4010', 'localhost:4010', '[::1]:4010'])('is shown under the name %s', async (host) => {
    expect((await createBench().get('/', { host })).status).toBe(200);
  });

  test.each([
    '/',
    '/live',
    '/page.css',
    '/page.js',
    '/exports/posix',
    '/jobs/67507ad05e593173d0313e0f',
    '/jobs/67507ad05e593173d0313e0f/answer',
    '/messages/msg_1',
  ])('answers %s under a name of this machine only', async (path) => {
    const bench = createBench();
    for (const host of ['evil.example', 'evil.example:4010', '127.0.0.1.evil.example', '%']) {
      const { status, text } = await bench.get(path, { host });
      expect(status).toBe(403);
      expect(text).not.toContain(bench.app.apiKey);
    }
  });

  test.each([
    [{ host: HOST }],
    [{ host: HOST, origin: 'https://evil.example' }],
    [{ host: HOST, origin: 'null' }],
    [{ host: HOST, origin: `https://${HOST}` }],
    [{ host: HOST, origin: 'http://127.0.0.1:5000' }],
    [{ host: HOST, origin: 'http://localhost:4010' }],
    [{ host: 'evil.example', origin: 'http://evil.example' }],
    [{ origin: `http://${HOST}` }],
  ])('does nothing for a form of elsewhere: %j', async (headers: HttpHeaders) => {
    const { app, ...bench } = createBench();
    app.addEndpoint(TARGET);
    const before = (await bench.get('/_sandbox/endpoints')).text;
    for (const action of ['add-endpoint', 'endpoint', 'resend', 'test-event', 'fault', 'reset', 'nothing']) {
      const { status } = await app.http({ method: 'POST', url: `/page/${action}`, headers, body: 'url=5001' });
      expect([action, status]).toEqual([action, 403]);
    }
    expect((await bench.get('/_sandbox/endpoints')).text).toBe(before);
  });

  test('says that there is nothing yet', async () => {
    const text = await pageOf(createBench());
    expect(text).toContain('No job was submitted yet.');
    expect(text).toContain('Nothing receives webhooks yet.');
  });

  test('has no secret in it, nor credentials of an address', async () => {
    const bench = createBench({ latency: 0 }, async () => jsonResponse(500, {}));
    bench.app.addEndpoint('http://me:p%40ss@localhost:5001/x?token=0123456789');
    const id = await bench.submit('route', routeOf('A01'));
    await bench.clock.advance(0);
    const [message] = (await bench.get('/_sandbox/messages')).body as { id: string }[];
    const texts = [
      await pageOf(bench),
      await pageOf(bench, `/jobs/${id}`),
      await pageOf(bench, `/messages/${message?.id}`),
    ];
    expect(texts[2]).toContain('<dt>authorization</dt><dd><code>Basic ***</code></dd>');
    for (const text of texts) {
      expect(text).not.toContain(bench.app.secret);
      expect(text).not.toMatch(/p%40ss|p@ss|0123456789|bWU6/);
    }
  });

  test('escapes every text from outside', async () => {
    const site = parseSite({ site_name: EVIL, names: [EVIL], matrix: [[0]] });
    const bench = createBench({ latency: 0, apiKey: '</script><b>', site }, async () => jsonResponse(500, EVIL));
    bench.app.addEndpoint(`${TARGET}?x=%22`, { events: [`route.optimized.${EVIL}.*`] });
    const id = await bench.submit('route', {
      site_name: EVIL,
      wave_id: EVIL,
      picks: [{ pick_id: '1', location_id: EVIL }],
    });
    await bench.clock.advance(0);
    const [message] = (await bench.get('/_sandbox/messages')).body as { id: string }[];
    for (const path of ['/', `/jobs/${id}`, `/messages/${message?.id}`]) {
      const text = await pageOf(bench, path);
      expect(text).not.toMatch(/<script>|<b>(?!&lt;)/);
      expect(text).toContain(`<b>${ESCAPED}</b>`);
      expect(text).toContain(`route.optimized.${ESCAPED}.*`);
    }
  });

  test('shows the newest fifty jobs, and says so', async () => {
    const bench = createBench();
    const ids: string[] = [];
    for (let count = 0; count < 51; count += 1) ids.push(await bench.submit('route', routeOf('A01')));
    const text = await pageOf(bench);
    expect(text).toContain('The newest 50 of 51.');
    expect(ids.filter((id) => !text.includes(id))).toEqual([ids[0]]);
  });

  test('shows why a job failed, and a result without a floor where the site has no positions', async () => {
    const site = parseSite({
      site_name: 'Flat',
      names: ['a', 'b'],
      matrix: [
        [0, 1],
        [1, 0],
      ],
    });
    const bench = createBench({ latency: 0, site });
    const submit = (...places: string[]): Promise<string> =>
      bench.submit('route', { ...routeOf(...places), site_name: 'Flat' });
    const [failed, done] = [await submit('FAIL'), await submit('a', 'b')];
    await bench.clock.advance(0);
    await bench.clock.advance(0);
    expect(await pageOf(bench, `/jobs/${failed}`)).toContain('Optimization failed (a pick is at the location FAIL)');
    const text = await pageOf(bench, `/jobs/${done}`);
    expect(text).toContain('Pick list');
    expect(text).not.toContain('<svg class="floor"');
  });

  test.each([
    '/jobs/67507ad05e593173d0313e0f',
    '/messages/msg_1',
    '/jobs/67507ad05e593173d0313e0f/answer',
    '/exports/fish',
  ])('has a page for what is not there: %s', async (path) => {
    const { status, text } = await createBench().get(path);
    expect([status, text.includes('There is no such page')]).toEqual([404, true]);
  });
});

describe('a form of the page', () => {
  test('says how it ended as JSON to the script, and shows the page again without it', async () => {
    const bench = createBench();
    const { id: endpoint } = bench.app.addEndpoint(TARGET);
    const fields = { endpoint, do: 'disable' };
    expect(JSON.parse((await send(bench, 'endpoint', fields)).text)).toEqual({
      ok: true,
      text: 'Disabled the endpoint',
    });
    const way = async (referer: string): Promise<unknown> =>
      (await send(bench, 'endpoint', { ...fields, do: 'enable' }, { referer })).headers['location'];
    expect(await way(`http://${HOST}/messages/msg_1`)).toBe('/messages/msg_1');
    expect(await way(`http://${HOST}//evil.example`)).toBe('/');
  });

  test.each([
    ['endpoint', { endpoint: 'ep_1', do: 'disable' }, 'There is no such endpoint'],
    [
      'add-endpoint',
      { url: 'https://example.com/' },
      'The sandbox sends webhooks to this machine only, not to example.com',
    ],
    ['add-endpoint', { url: '3000', events: 'rout.optimized' }, 'No event can match "rout.optimized"'],
    ['resend', { message: 'msg_1' }, 'There is no such webhook'],
    ['test-event', { kind: 'route' }, 'No endpoint subscribes to route.optimized'],
    ['test-event', { kind: 'x' }, 'There is no such event'],
    ['fault', { fault: 'x', on: 'on', rate: '1' }, 'There is no such fault'],
    ['fault', { fault: 'drop', on: 'on', rate: '101' }, 'The fault drop cannot have the rate "1.01"'],
  ])('that cannot be done says why: %s %j', async (action, fields, text) => {
    const bench = createBench();
    expect(JSON.parse((await send(bench, action, fields as Record<string, string>)).text)).toEqual({ ok: false, text });
    expect((await send(bench, action, fields as Record<string, string>, {})).status).toBe(422);
  });

  test('that is not there is not found', async () => {
    expect((await send(createBench(), 'nothing', {})).status).toBe(404);
  });

  test('resets: what waits is not sent, what runs is forgotten, and who waits for it is answered', async () => {
    const bench = createBench({ latency: 1000 }, async () => jsonResponse(500, {}));
    bench.app.addEndpoint(TARGET);
    await bench.submit('route', routeOf('A01'));
    await bench.clock.advance(1000);
    const sent = bench.events.filter(({ type }) => type === 'attempt').length;
    expect(sent).toBe(1);
    await bench.submit('route', routeOf('A02'));
    const waiting = bench.post('/optimize/route', routeOf('A03'));
    await bench.clock.advance(0);
    await send(bench, 'reset', {});
    await bench.clock.advance(86_400_000);
    expect((await waiting).status).toBe(200);
    expect(bench.events.filter(({ type }) => type === 'attempt')).toHaveLength(sent);
    expect((await bench.get('/_sandbox/messages')).body).toEqual([]);
    expect(await pageOf(bench)).toContain('No job was submitted yet.');
    await bench.app.stop();
  });
});
