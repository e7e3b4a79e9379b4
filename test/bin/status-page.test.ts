/**
 * The sandbox's page in a real browser. Skipped where there is no Chromium: `apt-get install chromium` brings one.
 *
 * @module-tag browser
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { findChromium, startBrowser, type Browser, type Page } from '../support/browser.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { startSandbox, type RunningSandbox } from '../support/sandbox.ts';

const chromium = findChromium();
const SECRET = `whsec_${Buffer.from('a secret for the page, 24+').toString('base64')}`;
const ROUTE = {
  site_name: 'Example',
  start_points: 'Start',
  end_points: 'End',
  wave_id: '<b>wave</b>',
  picks: [
    { pick_id: '1', location_id: 'B08' },
    { pick_id: '2', location_id: 'A01' },
  ],
};

describe.skipIf(chromium === undefined)('the status page in Chromium (skipped where there is none)', () => {
  let workplace: Workplace;
  let receiver: Receiver;
  let sandbox: RunningSandbox;
  let browser: Browser;
  let requestId: string;

  beforeAll(async () => {
    workplace = await createWorkplace();
    // The first attempt fails; the next is five seconds off, unless somebody resends.
    receiver = await startReceiver([503]);
    sandbox = await startSandbox(workplace, ['--webhook', receiver.url, '--secret', SECRET, '--latency', '0ms']);
    requestId = await sandbox.submit('route', ROUTE);
    await receiver.next();
    browser = await startBrowser(chromium ?? '');
  });
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await sandbox?.[Symbol.asyncDispose]();
    await receiver?.[Symbol.asyncDispose]();
    await workplace?.remove();
  });

  /** The text of each cell of a table's first row. */
  const firstRow = (page: Page, section: string): Promise<unknown> =>
    page.evaluate(
      `[...document.querySelector('section[aria-labelledby=${section}] tbody tr').cells].map((cell) => cell.textContent.trim())`,
    );
  const resend = 'button[data-post$="/resend"]';
  const attempts = 'document.querySelectorAll("details ol li").length';

  test('opens without a complaint and shows the job as it was sent', async () => {
    const page = await browser.open(sandbox.url);
    const [id, kind, wave, picks, , state] = (await firstRow(page, 'jobs')) as readonly string[];
    expect({ id, kind, wave, picks, state }).toEqual({
      id: requestId,
      kind: 'Route',
      wave: '<b>wave</b>',
      picks: '2',
      state: 'done',
    });
    expect(page.complaints).toEqual([]);
  });

  test('draws the floor with the route that was walked', async () => {
    const page = await browser.open(sandbox.url);
    const seen = await page.evaluate(`(() => {
      const svg = document.querySelector('section[aria-labelledby=floor] svg');
      const line = svg.querySelector('.route polyline');
      const { width, height } = line.getBoundingClientRect();
      return {
        places: svg.querySelectorAll('circle').length,
        title: svg.querySelector('title').textContent,
        isVisible: width > 20 && height > 20 && getComputedStyle(line).stroke !== 'none',
      };
    })()`);
    expect(seen).toEqual({
      places: 43,
      title: 'Floor plan of Example; the last route: Start, A01, B08, End',
      isVisible: true,
    });
    expect(page.complaints).toEqual([]);
  });

  test('shows a delivery with its attempts, and resends it at a click', async () => {
    const page = await browser.open(sandbox.url);
    await page.click('details summary');
    const first = await page.evaluate('document.querySelector("details ol li").textContent');
    expect(String(first).replaceAll(/\s+/g, ' ').trim()).toMatch(/UTC, scheduled: HTTP 503 \(\d+ ms\)$/);
    expect(await page.evaluate('document.querySelector("details pre").textContent')).toBe(
      JSON.stringify({ request_id: requestId }),
    );
    await page.click(resend);
    const { headers } = await receiver.next();
    await page.until(`${attempts} > 1`);
    expect(await page.evaluate('document.querySelector("details").open')).toBe(true);
    const messages = (await sandbox.call('GET', '/_sandbox/messages')).body as readonly { id: string }[];
    expect(headers['svix-id']).toBe(messages[0]?.id);
    expect(page.complaints).toEqual([]);
  });

  test('disables an endpoint and enables it again at a click', async () => {
    const page = await browser.open(sandbox.url);
    const state = 'document.querySelector("section[aria-labelledby=endpoints] tbody tr").cells[2].textContent.trim()';
    await page.click('button[data-post$="/disable"]');
    await page.until(`${state} === "disabled: disabled by hand"`);
    expect((await sandbox.call('GET', '/_sandbox/endpoints')).body).toMatchObject([{ disabled: true }]);
    await page.click('button[data-post$="/enable"]');
    await page.until(`${state} === "enabled"`);
    expect((await sandbox.call('GET', '/_sandbox/endpoints')).body).toMatchObject([{ disabled: false }]);
    expect(page.complaints).toEqual([]);
  });

  test('keeps a secret to itself until it is asked to show it', async () => {
    const page = await browser.open(sandbox.url);
    expect(await page.evaluate(`document.documentElement.outerHTML.includes(${JSON.stringify(SECRET)})`)).toBe(false);
    await page.click('button[data-secret]');
    const isShown = `document.querySelector('output').textContent === ${JSON.stringify(SECRET)}`;
    await page.until(isShown);
    // What happens meanwhile appears by itself, and takes nothing away.
    await sandbox.submit('route', ROUTE);
    await page.until('document.querySelectorAll("section[aria-labelledby=jobs] tbody tr").length === 2');
    expect(await page.evaluate(isShown)).toBe(true);
    expect(page.complaints).toEqual([]);
  });

  test('is dark for those who like it dark', async () => {
    const page = await browser.open(sandbox.url);
    const pictures = [await page.screenshot('light'), await page.screenshot('dark')];
    expect(pictures.map((picture) => picture.subarray(1, 4).toString())).toEqual(['PNG', 'PNG']);
    expect(pictures[0]?.equals(pictures[1] ?? Buffer.alloc(0))).toBe(false);
    expect(await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")).toBe(true);
  });
});
