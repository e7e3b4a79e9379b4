import { describe, expect, test } from 'vitest';

import { jsonResponse, readText } from '../../../src/lib/net/http.ts';
import { parseSite } from '../../../src/site/layout.ts';
import { type Bench, createBench, routeOf } from '../bench.ts';

const TARGET = 'http://127.0.0.1:5000/webhook';
const EVIL = `<script>alert("1")</script>'&`;
const ESCAPED = '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;';

async function pageOf(bench: Bench): Promise<string> {
  const { status, text } = await bench.get('/');
  expect(status).toBe(200);
  return text;
}

describe('the status page', () => {
  test('is shown without a key, runs its own script only, and is not cached', async () => {
    const { app } = createBench();
    const { status, headers, body } = await app.http({ method: 'GET', url: '/', headers: {} });
    const text = await readText(body);
    expect(status).toBe(200);
    const nonce = /<script nonce="([^"]+)">/.exec(text)?.[1] ?? '';
    expect(nonce).toHaveLength(24);
    expect(headers).toEqual({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-optipick-sandbox': '1',
    });
    expect(text).toContain("It is not Optioryx's optimizer.");
    const again = await readText((await app.http({ method: 'GET', url: '/', headers: {} })).body);
    expect(again).not.toContain(nonce);
  });

  test.each(['127.0.0.1:4010', 'localhost:4010', '[::1]:4010'])('is shown under the name %s', async (host) => {
    expect((await createBench().get('/', { host })).status).toBe(200);
  });

  test.each(['evil.example', 'evil.example:4010', '127.0.0.1.evil.example', '%'])(
    'is not shown under the name %s',
    async (host) => {
      const bench = createBench();
      const { status, text } = await bench.get('/', { host });
      expect(status).toBe(403);
      expect(text).not.toContain(bench.app.apiKey);
    },
  );

  test('says that there is nothing yet', async () => {
    const text = await pageOf(createBench());
    expect(text.match(/<p>None yet\.<\/p>/g)).toHaveLength(2);
    expect(text).toContain('Floor plan of Example; no route yet');
  });

  test('shows jobs, endpoints, deliveries with their attempts, and the buttons that act on them', async () => {
    const bench = createBench({ latency: 0 }, async () => jsonResponse(500, { oh: 'no' }));
    const { id: endpointId } = bench.app.addEndpoint(TARGET, { events: ['route.optimized'] });
    const { id: off } = bench.app.addEndpoint('http://127.0.0.1:5001/', { events: ['route.*'] });
    await bench.post(`/_sandbox/endpoints/${off}/disable`);
    const done = await bench.submit('route', { ...routeOf('A01', 'A02'), wave_id: 'wave 7' });
    const failed = await bench.submit('cluster', routeOf('FAIL'));
    await bench.clock.advance(0);
    const pending = await bench.submit('route', routeOf('SLOW'));
    const text = await pageOf(bench);
    for (const id of [done, failed, pending]) expect(text).toContain(`<code>${id}</code>`);
    expect(text).toContain('<td>wave 7</td>');
    expect(text).toContain('failed: Optimization failed (a pick is at the location FAIL)');
    expect(text).toContain('<td>pending</td>');
    expect(text).toContain(`data-post="/_sandbox/endpoints/${endpointId}/disable">Disable</button>`);
    expect(text).toContain(`data-post="/_sandbox/endpoints/${off}/enable">Enable</button>`);
    expect(text).toContain(`data-secret="/_sandbox/endpoints/${endpointId}/secret"`);
    expect(text).toContain('disabled: disabled by hand');
    const [message] = (await bench.get('/_sandbox/messages')).body as { id: string }[];
    expect(text).toContain(`data-post="/_sandbox/messages/${message?.id}/resend">Resend</button>`);
    expect(text).toContain(
      '2026-01-31 12:00:00 UTC, scheduled: HTTP 500 (0 ms)<pre>{&quot;oh&quot;:&quot;no&quot;}</pre>',
    );
    expect(text).toMatch(/: pending, next attempt 2026-01-31 12:00:0[456] UTC/);
    expect(text).toContain('no endpoint takes it');
    expect(text).not.toContain(bench.app.secret);
  });

  test('escapes every text from outside', async () => {
    const apiKey = '</script><b>';
    const site = parseSite({ site_name: EVIL, names: [EVIL], matrix: [[0]] });
    const bench = createBench({ latency: 0, apiKey, site }, async () => jsonResponse(500, EVIL));
    bench.app.addEndpoint(`${TARGET}?x=%22`, { events: [`route.optimized.${EVIL}.*`] });
    await bench.submit('route', { site_name: EVIL, wave_id: EVIL, picks: [{ pick_id: '1', location_id: EVIL }] });
    await bench.clock.advance(0);
    const text = await pageOf(bench);
    expect(text).not.toContain('<script>');
    expect(text).not.toContain('</script><b>');
    expect(text).toContain(String.raw`const apiKey = "\u003C/script>\u003Cb>";`);
    expect(text).toContain(`<td>${ESCAPED}</td>`);
    expect(text).toContain(`Site ${ESCAPED}`);
    expect(text).toContain(`route.optimized.${ESCAPED}.*`);
    expect(text).toContain('no plan');
  });

  test('draws the floor with the last route on it', async () => {
    const bench = createBench({ latency: 0 });
    const points = { start_points: 'Start', end_points: 'Start' };
    await bench.post('/optimize/route', { ...routeOf('A02'), ...points });
    const text = await pageOf(bench);
    expect(text).toContain('Floor plan of Example; the last route: Start, A02, Start');
    // Down aisle A and back; up is away from the front.
    expect(text).toMatch(/<polyline points="0,200 (0,0 )?0,-200 0,-200 (0,0 )?0,200"\s*\/>/);
    expect(text.match(/<circle /g)).toHaveLength(43);
    expect(text.match(/class="walked"/g)).toHaveLength(2);
    expect(text).toContain('<title>BIG Location</title>');
  });

  test('shows the newest fifty, and says so', async () => {
    const bench = createBench();
    const ids: string[] = [];
    for (let count = 0; count < 51; count += 1) ids.push(await bench.submit('route', routeOf('A01')));
    const text = await pageOf(bench);
    expect(text).toContain('<p>The newest 50 of 51.</p>');
    expect(ids.filter((id) => !text.includes(id))).toEqual([ids[0]]);
  });
});
