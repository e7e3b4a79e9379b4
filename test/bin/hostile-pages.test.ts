/**
 * The pages that hold text from outside, in a real browser: no script of it runs, no element of it is there, nobody is
 * asked for anything. Skipped where there is no Chromium: `apt-get install chromium` brings one.
 *
 * @module-tag browser
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonResponse, type Http } from '../../src/lib/net/http.ts';
import { KIND_NAMES } from '../../src/kinds.ts';
import { createSandbox } from '../../src/library/sandbox.ts';
import { findChromium, startBrowser, type Browser, type Page } from '../support/browser.ts';
import { answerOf, BENIGN, HOSTILE, requestOf } from '../support/hostile.ts';
import { run } from '../support/run.ts';
import { startScriptedServer } from '../support/scripted-server.ts';

const chromium = findChromium();
const ID = '67507ad05e593173d0313e0f';

describe.skipIf(chromium === undefined)('hostile text in Chromium (skipped where there is none)', () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    browser = await startBrowser(chromium ?? '');
    folder = await mkdtemp(join(tmpdir(), 'optipick-test-'));
  });
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** Every element with the names of its attributes, in order. */
  const elements = (page: Page): Promise<unknown> =>
    page.evaluate(
      `[...document.querySelectorAll('*')].map((each) => [each.localName, ...each.getAttributeNames()].join(' '))`,
    );
  const ran = (page: Page): Promise<unknown> => page.evaluate('globalThis.ran ?? "nothing ran"');

  describe.each(Object.entries(HOSTILE))('full of %s', (_name, text) => {
    test.each(KIND_NAMES)('A7: a report about a %s with its floor plan', async (kind) => {
      const report = async (each: string): Promise<Page> => {
        const http: Http = async ({ method }) =>
          jsonResponse(200, method === 'POST' ? { request_id: ID } : answerOf(kind, each));
        const places = [0, 1, 2].map((number) => [`${each}${number}`, { aisle: each, y: number }]);
        const layout = {
          site_name: each,
          aisles: { [each]: { x: 0 } },
          cross_aisles: [0],
          locations: Object.fromEntries([...places, [each, { x: 0, y: -1 }]]) as object,
        };
        const argv = [kind, 'submit', 'waves.json', '--wait', '--format', 'html', '--site-file', 'hall.json'];
        const { stdout } = await run([...argv, '--fail-if', 'saving<99%'], {
          env: { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: 'http://127.0.0.1:4010' },
          http,
          files: { 'waves.json': JSON.stringify(requestOf(each)), 'hall.json': JSON.stringify(layout) },
        });
        expect(stdout).toContain('<svg class="floor"');
        const file = join(folder, 'report.html');
        await writeFile(file, stdout);
        return browser.open(pathToFileURL(file).href);
      };
      const [benign, hostile] = [await report(BENIGN), await report(text)];
      expect(await elements(hostile)).toEqual(await elements(benign));
      expect(await ran(hostile)).toBe('nothing ran');
      expect(hostile.requests).toEqual([expect.stringMatching(/^file:.*report\.html$/)]);
      expect(hostile.complaints).toEqual([]);
    });
  });

  test('A7: the page of the sandbox', async () => {
    const seen = async (each: string): Promise<readonly unknown[]> => {
      await using receiver = await startScriptedServer([{ status: 500, body: each }]);
      const locations = Object.fromEntries(
        [`${each}0`, `${each}1`, `${each}3`, each].map((name, y) => [name, { x: 0, y }]),
      );
      const site = { site_name: each, aisles: { [each]: { x: 0 } }, cross_aisles: [0], locations };
      // The next attempt, which is answered otherwise, comes after a hundred seconds.
      await using sandbox = await createSandbox({ port: 0, site, latency: 0, timeScale: 0.05 });
      sandbox.addEndpoint(`${receiver.url}/hooks`);
      const opened = await browser.open(sandbox.url);
      await fetch(`${sandbox.url}/optimize/route?synchronous=false`, {
        method: 'POST',
        headers: { 'x-api-key': sandbox.apiKey, 'content-type': 'application/json' },
        body: JSON.stringify(requestOf(each)),
      });
      // The page shows by itself what has changed.
      await opened.until(`document.querySelectorAll('#messages .row .count').length === 1`);
      await opened.until(`document.querySelector('#messages .row .saving').textContent === '500'`);
      await opened.click('#jobs .row a');
      await opened.until(`document.querySelectorAll('#result .floor').length > 0`);
      await opened.click('#messages .row a');
      await opened.until(`document.querySelectorAll('#deliveries .fold pre').length === 1`);
      return [await elements(opened), await ran(opened), opened.complaints];
    };
    const [expected] = await seen(BENIGN);
    // Nothing is taken out of the text there: one page can hold all.
    expect(await seen(Object.values(HOSTILE).join(' '))).toEqual([expected, 'nothing ran', []]);
  });
});
