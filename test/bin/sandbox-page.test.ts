/**
 * The sandbox's page in a real browser. Skipped where there is no Chromium: `apt-get install chromium` brings one.
 *
 * @module-tag browser
 */
import { Webhook } from 'svix';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox-entry.ts';
import { findChromium, startBrowser, type Browser, type Page } from '../support/browser.ts';
import { startReceiver, type Received, type Receiver } from '../support/receiver.ts';

const chromium = findChromium();
const SECRET = `whsec_${Buffer.from('a secret for the page, 24+').toString('base64')}`;
const WIDTHS = [320, 390, 768, 1280];
const ROUTE = {
  site_name: 'Example',
  start_points: 'Start',
  end_points: 'End',
  wave_id: '<b>wave</b>',
  picks: [
    { pick_id: '1', location_id: 'B08', asis_sequence: 1 },
    { pick_id: '2', location_id: 'A01', asis_sequence: 2 },
    { pick_id: '3', location_id: 'B03', asis_sequence: 3 },
  ],
};

interface Scene extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly receiver: Receiver;
  /** Of the API and its own calls, with the key. */
  call(path: string, body?: object): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Submits without waiting for the result, and returns the id. */
  submit(): Promise<string>;
}

async function newScene(statuses: readonly number[] = [], options: SandboxOptions = {}): Promise<Scene> {
  const receiver = await startReceiver(statuses);
  // The retry of a webhook comes after a hundred seconds, and not in the middle of a test.
  const sandbox = await createSandbox({ secret: SECRET, latency: 0, timeScale: 0.05, ...options });
  sandbox.addEndpoint(receiver.url);
  const call: Scene['call'] = async (path, body) => {
    const headers = { 'x-api-key': sandbox.apiKey, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(sandbox.url + path, { headers, ...sent });
    return { status: response.status, body: await response.json() };
  };
  return {
    sandbox,
    receiver,
    call,
    async submit() {
      const { body } = await call('/optimize/route?synchronous=false', ROUTE);
      return (body as { readonly request_id: string }).request_id;
    },
    async [Symbol.asyncDispose]() {
      await sandbox.stop();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(chromium === undefined)('the sandbox page in Chromium (skipped where there is none)', () => {
  let browser: Browser;
  /** With a job that is done, and its webhook. */
  let scene: Scene;
  let requestId: string;
  let messageId: string;

  beforeAll(async () => {
    scene = await newScene();
    requestId = await scene.submit();
    messageId = String((await scene.receiver.next()).headers['svix-id']);
    browser = await startBrowser(chromium ?? '');
  });
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await scene?.[Symbol.asyncDispose]();
  });

  const textOf = async (page: Page, selector: string): Promise<string> =>
    String(await page.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`))
      .replaceAll(/\s+/g, ' ')
      .trim();
  const says = (page: Page, text: string): Promise<void> =>
    page.until(`document.getElementById('notice').textContent === ${JSON.stringify(text)}`);
  /** What it says; throws when its signature does not fit. */
  const verified = ({ body, headers }: Received, secret: string): unknown => {
    new Webhook(secret).verify(body.toString(), headers as Record<string, string>);
    return JSON.parse(body.toString());
  };

  test('leads from a job to its figures, picks and walks on the floor', async () => {
    const page = await browser.open(scene.sandbox.url);
    expect(await textOf(page, `#row-${requestId}`)).toBe(
      `done Route <b>wave</b> ${requestId} 3 picks ${await textOf(page, `#row-${requestId} .saving`)} now`,
    );
    await page.click(`#row-${requestId} a`);
    await page.until('document.querySelector("#result .floor") !== null');
    expect(new URL(page.chromium.url()).pathname).toBe(`/jobs/${requestId}`);
    expect(await textOf(page, '#detail-title')).toBe('<b>wave</b>');
    expect(await textOf(page, '#result h2')).toMatch(/^\d+\.\d% less walking$/);
    expect(await textOf(page, '#result .figures')).toContain('auditpassed');
    const seen = await page.evaluate(`(() => {
      const line = document.querySelector('#result figure.after .floor .route *');
      const { width, height } = line.getBoundingClientRect();
      return [width > 20 && height > 20 && getComputedStyle(line).stroke !== 'none', document.querySelectorAll('#result table.picks tbody tr').length];
    })()`);
    expect(seen).toEqual([true, 3]);
    await page.click('#result [data-copy-from]');
    await says(page, 'Copied');
    const copied = String(await page.evaluate('navigator.clipboard.readText()'));
    expect(JSON.parse(copied)).toEqual((await scene.call(`/optimize/route/${requestId}`)).body);
    expect(page.complaints).toEqual([]);
  });

  test('shows a job that runs, and its result as soon as there is one', async () => {
    await using slow = await newScene([], { latency: 300 });
    const page = await browser.open(slow.sandbox.url);
    const id = await slow.submit();
    await page.until(`document.getElementById('row-${id}') !== null`);
    await page.click(`#row-${id} a`);
    await page.until('document.querySelector("#result .floor") !== null');
    expect(await textOf(page, '#head .state')).toBe('done');
    expect(page.complaints).toEqual([]);
  });

  test('shows a webhook as it was sent, and resends it at a click', async () => {
    await using other = await newScene([503, 204]);
    const id = await other.submit();
    const first = await other.receiver.next();
    const page = await browser.open(other.sandbox.url);
    await page.until('document.querySelector("#messages .row") !== null');
    await page.click('#messages .row a');
    await page.until('document.querySelectorAll("#deliveries .timeline > li").length === 1');
    expect(await textOf(page, '#deliveries .timeline > li p')).toMatch(/^Answered 503 after .*\.$/);
    expect(await textOf(page, '#deliveries .note')).toMatch(/^The next attempt is due at \d\d:\d\d:\d\d\.$/);
    expect(JSON.parse(await textOf(page, '.views pre'))).toEqual({ request_id: id });
    await page.click('#deliveries .fold summary');
    const shown = await textOf(page, '#deliveries .fold');
    for (const name of ['svix-id', 'svix-timestamp', 'svix-signature', 'content-type', 'user-agent']) {
      expect(shown).toContain(name + String(first.headers[name]));
    }
    await page.click('#detail > .actions button');
    const { headers, body } = await other.receiver.next();
    expect([headers['svix-id'], body.toString()]).toEqual([first.headers['svix-id'], first.body.toString()]);
    await page.until('document.querySelector("#deliveries .state").textContent === "delivered"');
    expect(await textOf(page, '#deliveries .timeline > li:nth-child(2) h4')).toMatch(/^Attempt 2 .* resent$/);
    // What was opened stays open over what happens.
    expect(await page.evaluate('document.querySelector("#deliveries .fold").open')).toBe(true);
    await page.click('#deliveries section button');
    expect((await other.receiver.next()).body.equals(body)).toBe(true);
    expect(page.complaints).toEqual([]);
  });

  test('adds an endpoint, disables it, recovers what it missed, and rotates its secret', async () => {
    await using other = await newScene();
    await using second = await startReceiver();
    const page = await browser.open(other.sandbox.url);
    await page.chromium.fill('#add-url', 'ftp://nowhere');
    await page.click('.add button');
    await says(page, '"ftp://nowhere" is no address that webhooks can be sent to');
    await page.chromium.fill('#add-url', second.url.replace('http://', ''));
    await page.chromium.fill('#add-events', 'route.optimized');
    await page.click('.add button');
    await page.until('document.querySelectorAll(".endpoints > li").length === 2');
    expect(await page.evaluate('document.querySelector("#add-url").value')).toBe('');
    const item = '.endpoints > li:nth-child(2)';
    expect(await textOf(page, `${item} .to`)).toBe(`${second.url} enabled`);
    expect(await textOf(page, `${item} .note`)).toBe('route.optimized');

    await page.click(`${item} [value=disable]`);
    await page.until(`document.querySelector('${item} .state').textContent === 'disabled'`);
    const id = await other.submit();
    await other.receiver.next();
    await page.click(`${item} [value=enable]`);
    await page.until(`document.querySelector('${item} .state').textContent === 'enabled'`);
    await page.click(`${item} [value=recover]`);
    await says(page, 'Resending 1 webhook');
    const recovered = await second.next();
    expect(JSON.parse(recovered.body.toString())).toEqual({ request_id: id });

    await page.click(`${item} [value=rotate]`);
    await page.until(`document.querySelector('${item} .outcome code') !== null`);
    const secret = await textOf(page, `${item} .outcome code`);
    expect(await textOf(page, `${item} .outcome .note`)).toBe('The new secret. Old and new sign for a day.');
    await page.chromium.selectOption('[name=kind]', 'route');
    await page.click('form[action="/page/test-event"] button');
    const signed = await second.next();
    for (const each of [secret, SECRET]) expect(verified(signed, each)).toEqual({ request_id: id });
    // What was asked for is still shown after what has happened since.
    await page.until(`document.querySelector('${item} .note').textContent.includes('2 delivered')`);
    expect(await textOf(page, `${item} .outcome code`)).toBe(secret);
    expect(page.complaints).toEqual([]);
  });

  test('sends a test event about a request that does not exist, then about the last job', async () => {
    await using other = await newScene();
    const page = await browser.open(other.sandbox.url);
    const send = async (): Promise<Received> => {
      await page.chromium.selectOption('[name=kind]', 'route');
      await page.click('form[action="/page/test-event"] button');
      return other.receiver.next();
    };
    const first = await send();
    expect(first.headers['svix-id']).toMatch(/^msg_optipick_test_/);
    expect(verified(first, SECRET)).toEqual({ request_id: expect.stringMatching(/^[0-9a-f]{24}$/) as string });
    await says(page, 'Sending to 1 endpoint, about a request that does not exist');
    const id = await other.submit();
    await other.receiver.next();
    const second = await send();
    expect(verified(second, SECRET)).toEqual({ request_id: id });
    expect(second.headers['svix-id']).not.toMatch(/test/);
    expect(page.complaints).toEqual([]);
  });

  test('a fault that is switched on happens until it is switched off', async () => {
    await using other = await newScene();
    const page = await browser.open(other.sandbox.url);
    const answered = async (): Promise<number> => (await other.call('/optimize/route/67507ad05e593173d0313e0f')).status;
    expect(await answered()).toBe(404);
    await page.chromium.getByRole('switch', { name: 'error500' }).check();
    await says(page, 'error500 happens always');
    expect(await answered()).toBe(500);
    await page.chromium.fill('form:has(#fault-error500) [name=rate]', '20');
    await page.chromium.keyboard.press('Tab');
    await says(page, 'error500 happens at 20.0%');
    await page.chromium.reload();
    expect(await page.evaluate('document.getElementById("fault-error500").checked')).toBe(true);
    await page.chromium.getByRole('switch', { name: 'error500' }).uncheck();
    await says(page, 'error500 is off');
    expect(await answered()).toBe(404);
    expect(page.complaints).toEqual([]);
  });

  test('is reset after a question; endpoints and faults stay', async () => {
    await using other = await newScene([], { faults: { slow: 0.5 } });
    await other.submit();
    await other.receiver.next();
    const page = await browser.open(other.sandbox.url);
    await page.until('document.querySelector("#messages .row") !== null');
    const questions: string[] = [];
    page.chromium.on('dialog', (dialog) => {
      questions.push(dialog.message());
      void (questions.length === 1 ? dialog.dismiss() : dialog.accept());
    });
    await page.click('form[action="/page/reset"] button');
    await page.until('document.querySelectorAll(".board .row").length === 2');
    await page.click('form[action="/page/reset"] button');
    await page.until('document.querySelectorAll(".board .row").length === 0');
    expect(questions).toEqual(['Forget all jobs and webhooks?', 'Forget all jobs and webhooks?']);
    expect((await other.call('/_sandbox/messages')).body).toEqual([]);
    expect(await page.evaluate('document.querySelectorAll(".endpoints > li").length')).toBe(1);
    expect(await page.evaluate('document.getElementById("fault-slow").checked')).toBe(true);
    expect(page.complaints).toEqual([]);
  });

  test('copies what connects a program; the secret is only there when it is asked for', async () => {
    const { url, apiKey } = scene.sandbox;
    const page = await browser.open(url);
    const copied = async (selector: string): Promise<string> => {
      await page.evaluate("navigator.clipboard.writeText('')");
      await page.click(selector);
      await page.until("navigator.clipboard.readText().then((text) => text !== '')");
      return String(await page.evaluate('navigator.clipboard.readText()'));
    };
    const lines = [
      `export OPTIPICK_BASE_URL=${url}`,
      `export OPTIPICK_API_KEY=${apiKey}`,
      `export OPTIPICK_WEBHOOK_SECRET=${SECRET}`,
    ];
    expect(await copied('.views details:first-child li:nth-child(1) button')).toBe(lines[0]);
    expect(await copied('.views details:first-child li:nth-child(3) a')).toBe(`${lines[2]}\n`);
    expect(await copied('.views details:first-child .all a')).toBe(`${lines.join('\n')}\n`);
    await page.click('.views details:nth-child(2) summary');
    expect(await copied('.views details:nth-child(2) .all a')).toBe(
      `$env:OPTIPICK_BASE_URL = '${url}'\n$env:OPTIPICK_API_KEY = '${apiKey}'\n$env:OPTIPICK_WEBHOOK_SECRET = '${SECRET}'\n`,
    );
    const hasSecret = `document.documentElement.outerHTML.includes(${JSON.stringify(SECRET)})`;
    expect(await page.evaluate(hasSecret)).toBe(false);
    await page.click('[value=secret]');
    await page.until(hasSecret);
    expect(await textOf(page, '.outcome code')).toBe(SECRET);
    expect(page.complaints).toEqual([]);
  });

  test('is at the keyboard: rows, back, keys', async () => {
    const page = await browser.open(scene.sandbox.url);
    await page.chromium.keyboard.press('j');
    await page.chromium.keyboard.press('Enter');
    await page.until('document.querySelector("#result .floor") !== null');
    await page.chromium.keyboard.press('Escape');
    await page.until('location.pathname === "/" && document.activeElement.closest(".row") !== null');
    await page.chromium.keyboard.press('?');
    await page.until('document.querySelector("#keys").open');
    expect(page.complaints).toEqual([]);
  });

  test('can be read, and acted on, without its script', async () => {
    await using other = await newScene();
    const id = await other.submit();
    const { headers } = await other.receiver.next();
    const { chromium: page } = await browser.open(other.sandbox.url, { script: false });
    await page.click(`#row-${id} a`);
    expect(await page.locator('#result .floor').count()).toBe(2);
    await page.goto(`${other.sandbox.url}/messages/${String(headers['svix-id'])}`);
    await page.click('#detail > .actions button');
    expect((await other.receiver.next()).headers['svix-id']).toBe(headers['svix-id']);
    expect(new URL(page.url()).pathname).toBe(`/messages/${String(headers['svix-id'])}`);
    await page.goto(other.sandbox.url);
    await page.click('[value=secret]');
    expect(await page.textContent('main')).toContain(SECRET);
    await page.goto(other.sandbox.url);
    await page.fill('#add-url', 'ftp://nowhere');
    await page.click('.add button');
    expect(await page.textContent('main')).toContain('"ftp://nowhere" is no address that webhooks can be sent to');
  });

  test.each(['overview', 'job', 'webhook'])(
    'fits every screen, light and dark, and is accessible: the %s',
    async (what) => {
      const path = { overview: '/', job: `/jobs/${requestId}`, webhook: `/messages/${messageId}` }[what] ?? '';
      for (const scheme of ['light', 'dark'] as const) {
        const page = await browser.open(scene.sandbox.url + path, { scheme });
        for (const width of WIDTHS) {
          await page.chromium.setViewportSize({ width, height: 800 });
          const isWider =
            '[document.documentElement, ...document.querySelectorAll(".list, .detail, .card")].some((each) => each.scrollWidth > each.clientWidth)';
          expect([scheme, width, await page.evaluate(isWider)]).toEqual([scheme, width, false]);
        }
        expect(await page.accessibility()).toEqual([]);
        expect(page.complaints).toEqual([]);
        expect([...new Set(page.requests.map((url) => new URL(url).origin))]).toEqual([scene.sandbox.url]);
      }
    },
  );
});
