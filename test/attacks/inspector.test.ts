/** Who may look into the inspector, and what the content of others can do there. */
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deliver, payloadOf, SECRET, startListener, type Listener } from '../support/listener.ts';
import { ask, inspectorClient, inspectorUrl } from '../support/inspector.ts';
import { firstLines } from '../support/sandbox.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';

const HOSTILE = '"><script>window.hit=1</script><img src=x onerror=alert(1)>\u202e';

describe('the inspector', () => {
  let workplace: Workplace;
  let listener: Listener;
  let url: URL;
  let client: ReturnType<typeof inspectorClient>;
  const origin = (): string => url.origin;

  beforeAll(async () => {
    workplace = await createWorkplace();
    listener = await startListener(workplace, ['--inspect', '0', '--no-fetch'], { timeoutMs: 120_000 });
    url = await inspectorUrl(listener);
    client = inspectorClient(url);
    await deliver(listener.url, { id: 'msg_plain', body: payloadOf('67507ad05e593173d0313e0f') });
    await deliver(listener.url, { id: 'msg_hostile', body: JSON.stringify({ request_id: HOSTILE, type: HOSTILE }) });
    await deliver(listener.url, {
      id: 'msg_forged',
      body: payloadOf('67507ad05e593173d0313e0f'),
      secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    });
  });
  afterAll(async () => {
    await listener?.[Symbol.asyncDispose]();
    await workplace?.remove();
  });

  test('is at an address of this machine alone', () => {
    expect(url.hostname).toBe('127.0.0.1');
    expect(url.searchParams.get('token')).toMatch(/^[\w-]{32}$/);
  });

  test.each(['/', '/deliveries/1', '/deliveries/1/body', '/rejected/1', '/live', '/page.js', '/nowhere'])(
    'answers 401 without its token at %s',
    async (path) => {
      const { status, body } = await ask(url, path);
      expect(status).toBe(401);
      expect(body).not.toContain('msg_plain');
    },
  );

  test('answers 401 to another token, in the address and as a cookie', async () => {
    expect((await ask(url, `/?token=${'a'.repeat(32)}`)).status).toBe(401);
    expect((await ask(url, '/', { headers: { cookie: `optipick-${url.port}=${'a'.repeat(32)}` } })).status).toBe(401);
    expect((await ask(url, '/', { headers: { cookie: `other=${url.searchParams.get('token') ?? ''}` } })).status).toBe(
      401,
    );
  });

  test('exchanges the token of its address for a cookie that pages elsewhere cannot use', async () => {
    const { status, headers } = await ask(url, `/deliveries/1?state=done&token=${url.searchParams.get('token') ?? ''}`);
    expect({ status, location: headers['location'] }).toEqual({ status: 303, location: '/deliveries/1?state=done' });
    expect(headers['set-cookie']).toEqual([
      `optipick-${url.port}=${url.searchParams.get('token') ?? ''}; Path=/; HttpOnly; SameSite=Lax`,
    ]);
  });

  test.each(['evil.example', 'evil.example:4040', '127.0.0.1.evil.example', '169.254.1.1'])(
    'answers 403 to the host "%s", also with the cookie',
    async (host) => {
      const { status, body } = await client('/', { headers: { host } });
      expect(status).toBe(403);
      expect(body).not.toContain('msg_plain');
    },
  );

  test.each([undefined, 'null', 'http://evil.example', 'https://127.0.0.1', 'http://127.0.0.1:1'])(
    'answers 403 to what the origin %s wants changed',
    async (from) => {
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        ...(from === undefined ? {} : { origin: from }),
      };
      const { status } = await client('/deliveries/1/discard', { method: 'POST', headers, body: '' });
      expect(status).toBe(403);
    },
  );

  test('changes something for its own page alone, and by POST alone', async () => {
    const asked = { method: 'POST', headers: { origin: origin(), accept: 'application/json' }, body: '' };
    const { status, body } = await client('/deliveries/1/replay', asked);
    expect({ status, said: JSON.parse(body) as unknown }).toEqual({
      status: 200,
      said: { ok: true, text: 'Replaying' },
    });
    expect((await client('/deliveries/1/replay')).status).toBe(404);
    expect((await client('/deliveries/1/replay', { ...asked, method: 'PUT' })).status).toBe(405);
    expect((await client('/deliveries/1/nothing', asked)).status).toBe(404);
  });

  test('allows only its own style and script, and no frame', async () => {
    const { headers, body } = await client('/deliveries/1');
    expect(headers).toMatchObject({
      'content-security-policy':
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    });
    expect(body).not.toMatch(/<style|<script(?! type="module" src="\/page.js")|\son\w+=|style=/);
  });

  test('shows what others have sent as text, and never a secret or its own token', async () => {
    const pages = await Promise.all(
      ['/', '/deliveries/2', '/rejected/1', '/?q=%22%3E%3Cscript%3E'].map((path) => client(path)),
    );
    for (const { status, body } of pages) {
      expect(status).toBe(200);
      expect(body).not.toContain('<script>');
      expect(body).not.toContain('<img');
      expect(body).not.toContain('\u202e');
      expect(body).not.toContain(SECRET);
      expect(body).not.toContain(url.searchParams.get('token'));
    }
    expect(pages[1]?.body).toContain('&lt;script&gt;window.hit=1');
  });

  test('gives the bytes of others away for saving, never for showing', async () => {
    const { headers, body } = await client('/deliveries/2/body');
    expect(headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="2.body"',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    expect(JSON.parse(body)).toEqual({ request_id: HOSTILE, type: HOSTILE });
  });

  test('sends no test to another machine, and says so', async () => {
    const body = new URLSearchParams({ place: 'other', url: 'https://example.com/hooks', body: '{}' }).toString();
    const headers = {
      origin: origin(),
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    };
    const answer = await client('/deliveries/1/send', { method: 'POST', headers, body });
    expect(JSON.parse(answer.body)).toEqual({
      ok: false,
      text: 'example.com is not on this machine: nothing was sent',
    });
  });

  test('reads a secret that can be read once only once', async () => {
    const flags = ['--port', '0', '--inspect', '0', '--no-fetch', '--secret-file', '-', '--timeout', '1ms'];
    const { code, stderr } = await workplace.run(['listen', ...flags], { input: SECRET });
    expect({ code, isThere: stderr.includes('inspector at http://127.0.0.1:') }).toEqual({ code: 0, isThere: true });
  });

  test('asks no API about the deliveries of another one', async () => {
    const other = workplace.start(['events', 'ui', '--port', '0', '--json', '--base-url', 'http://127.0.0.1:1']);
    const [line = ''] = await firstLines(other.stdout as Readable, 1);
    const see = inspectorClient(new URL((JSON.parse(line) as { inspector_url: string }).inspector_url));
    const { body } = await see('/deliveries/1');
    expect(body).toContain('It is about another API, https://optipick.api.optioryx.com');
    expect(body).not.toContain('data-load');
    expect((await see('/deliveries/1/result')).body).toContain('It is about another API');
    other.kill('SIGKILL');
  });

  test('reads no form beyond its limit', async () => {
    const answer = await client('/deliveries/1/send', {
      method: 'POST',
      headers: { origin: origin(), accept: 'application/json' },
      body: 'a'.repeat(5 * 1024 * 1024),
    }).catch((error: unknown) => error);
    expect(answer).toSatisfy((seen: unknown) => seen instanceof Error || (seen as { status: number }).status === 413);
  });
});
