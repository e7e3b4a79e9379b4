/**
 * The inspector in a real browser. Skipped where there is no Chromium: `apt-get install chromium` brings one.
 *
 * @module-tag browser
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { findChromium, startBrowser, type Browser, type Page } from '../support/browser.ts';
import { inspectorUrl } from '../support/inspector.ts';
import { deliver, OTHER_SECRET, payloadOf, SECRET, startListener, type Listener } from '../support/listener.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { startReceiver, type Received, type Receiver } from '../support/receiver.ts';
import { startSandbox, type RunningSandbox } from '../support/sandbox.ts';

const chromium = findChromium();
const WIDTHS = [320, 390, 768, 1280];
const PICKS = ['B08', 'A01', 'D10', 'A05'].map((location, index) => ({
  pick_id: String(index),
  location_id: location,
  order_id: `O${index}`,
  asis_sequence: index,
}));
const HOSTILE_WAVE = '<b onclick="x">W1</b>';

describe.skipIf(chromium === undefined)('the inspector in Chromium (skipped where there is none)', () => {
  let workplace: Workplace;
  let target: Receiver;
  let sandbox: RunningSandbox;
  let listener: Listener;
  let browser: Browser;
  let url: string;
  let requestId: string;

  beforeAll(async () => {
    workplace = await createWorkplace();
    target = await startReceiver();
    sandbox = await startSandbox(workplace, ['--latency', '0ms', '--secret', SECRET], { timeoutMs: 300_000 });
    listener = await startListener(workplace, ['--inspect', '0', '--forward-to', target.url], {
      env: { OPTIPICK_BASE_URL: sandbox.url, OPTIPICK_API_KEY: sandbox.ready.api_key },
      timeoutMs: 300_000,
    });
    url = (await inspectorUrl(listener)).href;
    await sandbox.call('POST', '/_sandbox/endpoints', { url: listener.url });
    requestId = await sandbox.submit('route', {
      site_name: 'Example',
      start_points: 'Start',
      end_points: 'End',
      wave_id: HOSTILE_WAVE,
      picks: PICKS,
    });
    await received(requestId);
    await listener.line(({ type }) => type === 'event');
    const reserialized = { id: 'msg_forged', body: payloadOf(requestId), secret: OTHER_SECRET };
    expect(await deliver(listener.url, reserialized)).toBe(401);
    browser = await startBrowser(chromium ?? '');
  });
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await listener?.[Symbol.asyncDispose]();
    await sandbox?.[Symbol.asyncDispose]();
    await target?.[Symbol.asyncDispose]();
    await workplace?.remove();
  });

  /** The next delivery at the target that is about this request. */
  const received = async (about: string): Promise<Received> => {
    for (;;) {
      const next = await target.next();
      if (next.body.includes(about)) return next;
    }
  };
  const textOf = async (page: Page, selector: string): Promise<string> =>
    String(await page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`))
      .replaceAll(/\s+/g, ' ')
      .trim();
  const has = (selector: string, text: string): string =>
    `(document.querySelector(${JSON.stringify(selector)})?.innerText ?? '').includes(${JSON.stringify(text)})`;
  /** Nothing was wrong, and nobody else was asked. */
  const expectQuiet = (page: Page): void => {
    expect(page.complaints).toEqual([]);
    const hosts = new Set(page.requests.filter((each) => !each.startsWith('data:')).map((each) => new URL(each).host));
    expect([...hosts]).toEqual([new URL(url).host]);
  };

  test('lists what was received and what was rejected, and keeps its token out of the address', async () => {
    const page = await browser.open(url);
    await page.until(has('#d1', 'saved'));
    expect(await textOf(page, '#d1')).toMatch(
      /^\d\d:\d\d:\d\d done Route <b onclick="x">W1<\/b> Example [\d.]+% saved 1 attempts now$/,
    );
    expect(await textOf(page, '.row.rejected, #r1')).toMatch(/rejected 401 no match msg_forged now$/);
    expect(await page.evaluate('location.href')).toBe(`${new URL(url).origin}/`);
    expect(await page.evaluate('document.querySelectorAll("b[onclick]").length')).toBe(0);
    expectQuiet(page);
    await page.context.close();
  });

  test('shows at once what arrives, under the eyes of the reader', async () => {
    const page = await browser.open(url);
    await page.chromium.focus('#d1 a');
    await page.evaluate('document.querySelector("#d1 a").marked = true');
    expect(await deliver(listener.url, { id: 'msg_live', body: payloadOf('67507ad05e593173d0313e0f') })).toBe(204);
    await page.until('document.querySelectorAll("#rows .row").length === 3');
    expect(await textOf(page, '#rows .row')).toContain('67507ad05e593173d0313e0f');
    expect(await page.evaluate('document.activeElement.marked')).toBe(true);
    expectQuiet(page);
    await page.context.close();
  });

  test('narrows the list down by text, kind, site and state', async () => {
    const page = await browser.open(url);
    const rows = 'document.querySelectorAll(".row").length';
    await page.chromium.fill('input[type=search]', 'onclick');
    await page.until(`${rows} === 1 && document.querySelector("#d1") !== null`);
    expect(await page.evaluate('location.search')).toBe('?q=onclick');
    await page.chromium.fill('input[type=search]', '');
    await page.chromium.fill('input[name=site]', 'Example');
    await page.until(`${rows} === 1`);
    await page.chromium.fill('input[name=site]', '');
    await page.chromium.selectOption('select[name=kind]', 'cluster');
    await page.until(has('#list', 'Nothing fits these filters.'));
    await page.click('.empty a');
    await page.until(`${rows} >= 3`);
    await page.click('.tabs a[href*="rejected"]');
    await page.until(`${rows} === 1 && document.querySelector("#r1") !== null`);
    expect(await page.evaluate('document.querySelector(".tabs a[aria-current]").innerText.replace(/\\s+/g, " ")')).toBe(
      'Rejected 1',
    );
    expectQuiet(page);
    await page.context.close();
  });

  test('shows a delivery with its result, its floor, its steps, its bytes and its signature', async () => {
    const page = await browser.open(url);
    await page.click('#d1 a');
    await page.until('document.querySelector("#result svg.floor") !== null');
    expect(await textOf(page, '#detail h2')).toBe(`Wave ${HOSTILE_WAVE}`);
    expect(await textOf(page, '#result .lead')).toMatch(
      /^[\d.]+ m instead of [\d.]+ m for the same 4 picks: [\d.]+ m saved\.$/,
    );
    expect(await textOf(page, '#steps')).toMatch(
      /Received .* Fetch and print the result done .* Done at [\d:]+ after 1 attempt\. Forward to http:\/\/127.* done .* Answered 204 at/,
    );
    expect(await textOf(page, '.verdict')).toMatch(
      /^It was verified when it arrived\. Signed at .* with the secret of OPTIPICK_WEBHOOK_SECRET\.$/,
    );
    expect(await textOf(page, '.views pre')).toBe(`{ "request_id": "${requestId}" }`);
    await page.click('.views details:last-of-type summary');
    expect(await textOf(page, '.views details:last-of-type pre')).toMatch(
      /^00000000 7b 22 72 65 71 75 65 73 74 5f 69 64 22 3a/,
    );
    expect(await page.evaluate('document.querySelectorAll(".views details[open]").length')).toBe(1);
    expectQuiet(page);
    await page.context.close();
  });

  test('explains why a delivery was rejected', async () => {
    const page = await browser.open(url);
    await page.click('#r1 a');
    await page.until(has('#detail', 'no match'));
    expect(await textOf(page, '.verdict')).toContain(
      'It was rejected, and nothing was done for it. It does not verify: ',
    );
    expect(await textOf(page, '#detail')).toContain('msg_forged');
    expectQuiet(page);
    await page.context.close();
  });

  test('replays a delivery, to one target as well, and the target gets it again', async () => {
    const page = await browser.open(url);
    await page.click('#d1 a');
    await page.click('.timeline li:last-child button');
    const again = await received(requestId);
    await page.until(has('#notice', 'Replaying'));
    expect(JSON.parse(again.body.toString())).toEqual({ request_id: requestId });
    await page.until(has('.timeline li:last-child', 'Done at'));
    expectQuiet(page);
    await page.context.close();
  });

  test('sends an edited body, signed anew and marked as a test, and shows the answer', async () => {
    const page = await browser.open(url);
    await page.click('#d1 a');
    await page.click('button[data-dialog=send]');
    await page.chromium.fill('#send-body', '{"request_id":"67507ad05e593173d0313e0f",\n"note":"édité"}');
    await page.chromium.click('#send button.strong');
    const { headers, body } = await received('édité');
    expect(body.toString()).toBe('{"request_id":"67507ad05e593173d0313e0f",\n"note":"édité"}');
    const own = Object.fromEntries(
      ['id', 'timestamp', 'signature'].map((name) => [`webhook-${name}`, String(headers[`svix-${name}`])]),
    );
    expect(new Webhook(SECRET).verify(body.toString(), own)).toMatchObject({ note: 'édité' });
    expect(headers['svix-id']).toMatch(/^msg_optipick_test_/);
    await page.until(has('#send .outcome', 'was answered 204'));
    expectQuiet(page);
    await page.context.close();
  });

  test('copies a delivery as curl and JSON', async () => {
    const page = await browser.open(url);
    await page.click('#d1 a');
    const copied = async (link: string): Promise<string> => {
      await page.evaluate('navigator.clipboard.writeText("")');
      await page.click(`a[data-copy-from$="${link}"]`);
      await page.until('navigator.clipboard.readText().then((text) => text !== "")');
      return String(await page.evaluate('navigator.clipboard.readText()'));
    };
    expect(await copied('/json')).toBe(payloadOf(requestId));
    const curl = await copied('/curl');
    expect(curl).toMatch(
      /^curl -sS http:\/\/127\.0\.0\.1:3000\/hooks \\\n {2}-H 'content-type: application\/json' \\\n/,
    );
    expect(curl).toContain(`--data-raw '${payloadOf(requestId)}'\n`);
    expect(curl).not.toContain(SECRET);
    expectQuiet(page);
    await page.context.close();
  });

  test('needs no mouse: rows, search, opening, replay, keys and the way back', async () => {
    const page = await browser.open(url, { width: 390, height: 800 });
    const { keyboard } = page.chromium;
    await keyboard.press('/');
    await page.until('document.activeElement.matches("input[type=search]")');
    await keyboard.type('jk?onclick');
    await page.until(has('#list', 'Nothing fits'));
    await page.chromium.fill('input[type=search]', 'onclick');
    await page.until('document.querySelectorAll(".row").length === 1');
    await keyboard.press('Escape');
    await keyboard.press('j');
    await page.until('document.activeElement.closest("#d1") !== null');
    await keyboard.press('Enter');
    await page.until('document.activeElement.id === "detail-title"');
    await keyboard.press('r');
    await received(requestId);
    await page.until(has('#notice', 'Replaying'));
    await keyboard.press('?');
    await page.until('document.querySelector("#keys").open');
    expect(await textOf(page, '#keys dl')).toContain('r replay what is open');
    await keyboard.press('Escape');
    await page.until('!document.querySelector("#keys").open');
    await keyboard.press('Escape');
    await page.until('location.pathname === "/" && document.activeElement.closest("#d1") !== null');
    expectQuiet(page);
    await page.context.close();
  });

  test('never takes away text that is selected', async () => {
    const page = await browser.open(url);
    await page.until('document.querySelector("#d1 b") !== null');
    await page.evaluate('getSelection().selectAllChildren(document.querySelector("#d1 b"))');
    await deliver(listener.url, { id: 'msg_selected', body: payloadOf('67507ad05e593173d0313e10') });
    await page.until(has('#rows', '67507ad05e593173d0313e10'));
    expect(await page.evaluate('getSelection().toString()')).toBe(HOSTILE_WAVE);
    await page.context.close();
  });

  test('keeps the focus when a row above goes, and what is selected in a result', async () => {
    const page = await browser.open(url);
    for (const id of ['msg_focus_below', 'msg_focus_above'])
      await deliver(listener.url, { id, body: payloadOf('67507ad05e593173d0313e11') });
    await page.chromium.goto(new URL('/?q=msg_focus', url).href);
    await page.until('document.querySelectorAll("#rows .row").length === 2');
    await page.chromium.focus('#rows .row:last-child a');
    const focused = await page.evaluate('document.activeElement.closest(".row").id');
    // As a live update without the row above: the search goes on, and the focus stays.
    await page.evaluate('history.replaceState(undefined, "", "/?q=msg_focus_below")');
    await page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
    await page.until('document.querySelectorAll("#rows .row").length === 1');
    expect(await page.evaluate('document.activeElement.closest(".row")?.id')).toBe(focused);

    await page.chromium.goto(new URL('/deliveries/1', url).href);
    await page.until('document.querySelector("#result .lead") !== null');
    await page.evaluate('getSelection().selectAllChildren(document.querySelector("#result .lead"))');
    const selected = await page.evaluate('getSelection().toString()');
    await page.click('.actions form[action$="/replay"] button');
    await page.until(has('#notice', 'Replaying'));
    await received(requestId);
    await page.until(has('.timeline li:last-child', 'Done at'));
    expect(await page.evaluate('getSelection().toString()')).toBe(selected);
    expectQuiet(page);
    await page.context.close();
  });

  test('keeps the tab when the reader searches, and the search on the way back', async () => {
    const page = await browser.open(url);
    await page.click('.tabs a[href*="rejected"]');
    await page.until('location.search === "?state=rejected"');
    const query = 'Object.fromEntries(new URLSearchParams(location.search))';
    await page.chromium.fill('input[type=search]', 'forged');
    await page.until(`${query}.q === "forged"`);
    expect(await page.evaluate(query)).toEqual({ state: 'rejected', q: 'forged' });
    await page.until('document.querySelectorAll(".row").length === 1');
    await page.click('#r1 a');
    await page.until('location.pathname === "/rejected/1"');
    await page.chromium.fill('input[type=search]', 'match');
    await page.until(`${query}.q === "match"`);
    await page.click('.back');
    await page.until('location.pathname === "/"');
    expect(await page.evaluate(query)).toEqual({ state: 'rejected', q: 'match' });
    expect(await page.evaluate('document.querySelector("input[type=search]").value')).toBe('match');
    await page.chromium.goBack();
    await page.until('location.pathname === "/rejected/1"');
    expectQuiet(page);
    await page.context.close();
  });

  test('opens from a file of this machine, as the key "o" opens it', async () => {
    const file = join(workplace.folder, 'open.html');
    await writeFile(file, `<meta http-equiv="refresh" content="0;url=${url}">`);
    const page = await browser.open(pathToFileURL(file).href);
    await page.until('document.querySelector("#d1") !== null');
    expect(page.complaints).toEqual([]);
    await page.context.close();
  });

  test('can be read without script', async () => {
    const page = await browser.open(url, { script: false });
    await page.chromium.click('#d1 a');
    expect(await page.chromium.innerText('#detail h2')).toBe(`Wave ${HOSTILE_WAVE}`);
    expect(await page.chromium.innerText('.views pre')).toContain(requestId);
    await page.chromium.click('#result a');
    expect(await page.chromium.innerText('body')).toContain('less walking');
    await page.chromium.goBack();
    await page.chromium.click('[action$="/discard"] button');
    expect(await page.chromium.innerText('main')).toContain('It owes nothing');
    await page.chromium.click('text=Back to the delivery');
    expect(await page.chromium.innerText('#detail h2')).toBe(`Wave ${HOSTILE_WAVE}`);
    await page.context.close();
  });

  test.each(['light', 'dark'] as const)(
    'fits every width without scrolling sideways, and axe finds nothing, %s',
    async (scheme) => {
      const page = await browser.open(url, { scheme });
      for (const width of WIDTHS) {
        await page.chromium.setViewportSize({ width, height: 800 });
        for (const path of ['/', '/deliveries/1', '/rejected/1', '/?q=nothing']) {
          await page.chromium.goto(new URL(path, url).href);
          await page.until('document.querySelector("[aria-busy=true]") === null');
          const [needed, there] = (await page.evaluate(
            '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
          )) as [number, number];
          expect({ path, width, needed }).toEqual({ path, width, needed: there });
          // Between the narrowest and the widest nothing else is shown.
          if ((width === WIDTHS.at(0) || width === WIDTHS.at(-1)) && !path.includes('nothing')) {
            expect({ path, width, found: await page.accessibility() }).toEqual({ path, width, found: [] });
          }
        }
      }
      expectQuiet(page);
      await page.context.close();
    },
    180_000,
  );

  test('says that the listener has stopped, and shows what was last seen', async () => {
    const page = await browser.open(url);
    await page.until('document.querySelector("#d1") !== null');
    listener.kill('SIGINT');
    await listener.ended;
    await page.until(has('#notice', 'optipick has stopped'));
    expect(await textOf(page, '#d1')).toContain('done');
    await page.context.close();
  });
});
