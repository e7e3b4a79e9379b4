/** The sandbox under attack: without its key nothing is read and nothing is done, and names are never markup. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanText } from '../../src/lib/text/sanitize-terminal.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox-entry.ts';
import { findChromium, startBrowser, type Browser, type Page } from '../support/browser.ts';
import { until } from '../support/gate.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.ts';
import { talk, written, type HeaderLine, type RawAnswer } from '../support/wire.ts';

const REQUEST = (picks: readonly object[]): object => ({ site_name: 'Example', picks });
const PICK = { pick_id: '1', order_id: 'a', list_id: 'x', location_id: 'A01' };

describe('without the key', () => {
  let sandbox: Sandbox;
  let receiver: ScriptedServer;
  let routes: readonly (readonly [method: string, path: string, body: string])[];

  beforeAll(async () => {
    receiver = await startScriptedServer([{ status: 204 }]);
    sandbox = await createSandbox({ latency: 0 });
    const { id: endpoint } = sandbox.addEndpoint(receiver.url);
    const submitted = await ask(
      'POST',
      '/optimize/route?synchronous=false',
      [['X-API-KEY', sandbox.apiKey]],
      REQUEST([PICK]),
    );
    const { request_id: job } = JSON.parse(submitted.body) as { readonly request_id: string };
    await until('a webhook', () => receiver.seen.length === 1);
    const [{ id: message }] = JSON.parse(await state()) as [{ readonly id: string }];
    routes = [
      ...['route', 'cluster'].flatMap((kind) => [
        ['POST', `/optimize/${kind}?synchronous=true`, JSON.stringify(REQUEST([PICK]))] as const,
        ['GET', `/optimize/${kind}/${job}`, ''] as const,
      ]),
      ['GET', '/_sandbox/endpoints', ''],
      ['POST', '/_sandbox/endpoints', JSON.stringify({ url: receiver.url })],
      ['GET', `/_sandbox/endpoints/${endpoint}/secret`, ''],
      ...['disable', 'enable', 'rotate', 'recover'].map(
        (action) => ['POST', `/_sandbox/endpoints/${endpoint}/${action}`, '{}'] as const,
      ),
      ['GET', '/_sandbox/messages', ''],
      ['GET', `/_sandbox/messages/${message}/attempts`, ''],
      ['POST', `/_sandbox/messages/${message}/resend`, '{}'],
    ];
  });
  afterAll(async () => {
    await sandbox?.stop();
    await receiver?.close();
  });

  async function ask(
    method: string,
    path: string,
    headers: readonly HeaderLine[],
    body: object | string = '',
  ): Promise<RawAnswer> {
    const host: HeaderLine[] = headers.some(([name]) => name === 'Host') ? [] : [['Host', `127.0.0.1:${sandbox.port}`]];
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const framing: HeaderLine[] = [
      ['Content-Length', String(bytes.byteLength)],
      ['Connection', 'close'],
    ];
    const request = { line: `${method} ${path} HTTP/1.1`, headers: [...host, ...headers, ...framing], body: bytes };
    const [answer] = await talk(sandbox.port, written(request));
    if (answer === undefined) throw new Error(`no answer to ${method} ${path}`);
    return answer;
  }

  /** All that can be read with the key: messages, and endpoints with their secrets. */
  async function state(): Promise<string> {
    const own: HeaderLine[] = [['X-API-KEY', sandbox.apiKey]];
    return (await ask('GET', '/_sandbox/messages', own)).body;
  }
  async function endpoints(): Promise<string> {
    return (await ask('GET', '/_sandbox/endpoints', [['X-API-KEY', sandbox.apiKey]])).body;
  }

  /** What nobody may learn without the key. */
  function expectNothingSaid({ body, headers }: RawAnswer): void {
    expect(body).not.toContain(sandbox.apiKey);
    expect(body).not.toContain(sandbox.secret.slice('whsec_'.length));
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  }

  test('every route answers 403 without a key, with another, and with the right one in the wrong place, and does nothing', async () => {
    const { apiKey } = sandbox;
    const wrongKeys: readonly (readonly HeaderLine[])[] = [
      [],
      [['X-API-KEY', '']],
      [['X-API-KEY', 'wrong']],
      [['X-API-KEY', apiKey.slice(0, -1)]],
      [['X-API-KEY', `${apiKey}0`]],
      [['X-API-KEY', apiKey.toUpperCase()]],
      [['X-API-KEY', `"${apiKey}"`]],
      [['X-API-KEY', `Bearer ${apiKey}`]],
      [['X-API-KEY', `${apiKey}, ${apiKey}`]],
      [
        ['X-API-KEY', 'wrong'],
        ['X-API-KEY', apiKey],
      ],
      [
        ['X-API-KEY', apiKey],
        ['X-API-KEY', 'wrong'],
      ],
      [['X_API_KEY', apiKey]],
      [['API-KEY', apiKey]],
      [['Authorization', `Bearer ${apiKey}`]],
      [['Authorization', apiKey]],
      [['Cookie', `x-api-key=${apiKey}`]],
      [['X-Forwarded-For', '127.0.0.1']],
      [
        ['Origin', `http://127.0.0.1:${sandbox.port}`],
        ['Sec-Fetch-Site', 'same-origin'],
      ],
    ];
    const before = [await state(), await endpoints()];
    for (const [method, path, body] of routes) {
      for (const headers of wrongKeys) {
        const answer = await ask(method, path, headers, body);
        expect([method, path, headers, answer.status, answer.body]).toEqual([
          method,
          path,
          headers,
          403,
          '{"message":"Forbidden"}',
        ]);
        expectNothingSaid(answer);
      }
      const separator = path.includes('?') ? '&' : '?';
      const inQuery = await ask(method, `${path}${separator}x-api-key=${apiKey}&api_key=${apiKey}`, [], body);
      expect([method, path, inQuery.status]).toEqual([method, path, 403]);
    }
    expect([await state(), await endpoints()]).toEqual(before);
    expect(receiver.seen).toHaveLength(1);
  });

  test('other spellings of a route are rejected as well', async () => {
    for (const [method, path, body] of routes) {
      const ways = [
        `/${path}`,
        path.replace('/_sandbox', '/_sandbox/.').replace('/optimize', '/optimize/.'),
        path.replace('_', '%5F').replace('z', '%7A'),
        `/x/..${path}`,
        `${path.replace('?', '/?')}/`,
        `http://127.0.0.1${path}`,
        `http://evil.example${path}`,
        path.toUpperCase(),
      ];
      for (const way of ways) {
        const answer = await ask(method, way, [], body);
        expect([method, way, answer.status < 400]).toEqual([method, way, false]);
        expectNothingSaid(answer);
      }
    }
  });

  test('a page of another origin learns nothing: no answer and no preflight allows it', async () => {
    const foreign: HeaderLine[] = [
      ['Origin', 'https://evil.example'],
      ['Sec-Fetch-Site', 'cross-site'],
    ];
    for (const [method, path, body] of [...routes, ['GET', '/', ''] as const]) {
      const asked: HeaderLine[] = [
        ['Access-Control-Request-Method', method],
        ['Access-Control-Request-Headers', 'x-api-key,content-type'],
      ];
      const question = await ask('OPTIONS', path, [...foreign, ...asked]);
      expect([path, question.status]).toEqual([path, 405]);
      expectNothingSaid(question);
      if (path !== '/') {
        const answer = await ask(method, path, foreign, body);
        expect([path, answer.status]).toEqual([path, 403]);
        expectNothingSaid(answer);
      }
    }
  });

  test('the page, which holds the key, is not served under a name that is not of this machine', async () => {
    const names = [
      'evil.example',
      `evil.example:${sandbox.port}`,
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      'evillocalhost',
      '127.0.0.1.nip.io',
      '192.168.0.1',
      '10.0.0.1',
      '0.0.0.0',
      '[::]',
      '128.0.0.1',
      'a b',
      '',
      'evil.example/127.0.0.1',
      '%31%32%37.0.0.1.evil.example',
    ];
    for (const name of names) {
      const answer = await ask('GET', '/', [['Host', name]]);
      expect([name, answer.status]).toEqual([name, 403]);
      expectNothingSaid(answer);
    }
    const shown = await ask('GET', '/', [['Host', `localhost:${sandbox.port}`]]);
    expect([shown.status, shown.body.includes(sandbox.apiKey)]).toEqual([200, true]);
    expect(shown.headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'/);
  });
});

const HOSTILE = [
  '<script>window.hit = 1</script>',
  '"><img src=x onerror="window.hit = 1">',
  "'><svg onload='window.hit = 1'>",
  '</title></style></script></textarea><script>window.hit = 1</script>',
  '--><iframe srcdoc="<script>parent.hit = 1</script>"></iframe>',
  '<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example/">',
  '<style>* { display: none }</style><link rel="stylesheet" href="https://evil.example/">',
  '" autofocus onfocus="window.hit = 1" x="',
  'javascript:window.hit=1//',
  '&lt;b&gt; &amp;amp; &#60;b&#62;',
  '\u202Ereversed\u202C ${window.hit = 1} {{constructor.constructor("window.hit = 1")()}}',
  '<![CDATA[<b>]]><math><mtext><b>',
];
const HARMLESS = HOSTILE.map((_, number) => `name ${number}`);

/** Everything that a name can get into, with these names. */
interface Scene {
  readonly sandbox: Sandbox;
  readonly receiver: ScriptedServer;
  /** File of a report that the program has written. */
  readonly report: string;
}

describe.skipIf(findChromium() === undefined)(
  'hostile names in Chromium (skipped where there is none)',
  { tags: ['browser'] },
  () => {
    let workplace: Workplace;
    let browser: Browser;
    let hostile: Scene;
    let harmless: Scene;

    beforeAll(async () => {
      workplace = await createWorkplace();
      [hostile, harmless] = await Promise.all([createScene('hostile', HOSTILE), createScene('harmless', HARMLESS)]);
      browser = await startBrowser(findChromium() ?? '');
    }, 60_000);
    afterAll(async () => {
      await browser?.[Symbol.asyncDispose]();
      for (const scene of [hostile, harmless]) {
        await scene?.sandbox.stop();
        await scene?.receiver.close();
      }
      await workplace?.remove();
    });

    async function createScene(name: string, names: readonly string[]): Promise<Scene> {
      const [first = ''] = names;
      const site = {
        site_name: first,
        unit: 'cm',
        aisles: Object.fromEntries(names.map((aisle, number) => [aisle, { x: number * 300 }])),
        cross_aisles: [0, 1100],
        locations: Object.fromEntries(names.map((aisle) => [`bin ${aisle}`, { aisle, y: 100 }])),
        points: { [`start ${first}`]: { x: 0, y: -200 } },
      };
      const receiver = await startScriptedServer([{ status: 500, body: names.join('\n') }]);
      const apiKey = names === HOSTILE ? '<q/onkeyup=top[1]>' : 'key-of-the-harmless';
      const sandbox = await createSandbox({ site, apiKey, latency: 0 });
      // Event names have parts between dots; the rest may be anything.
      const events = names.map((each) => `cluster.optimized.${each.replaceAll(/[.,\s]/g, '_')}`);
      sandbox.addEndpoint(`${receiver.url}/${first}?x=${names.join('&')}`, { events: ['cluster.*', ...events] });
      const request = {
        site_name: first,
        start_points: `start ${first}`,
        end_points: `start ${first}`,
        picks: names.map((each, number) => ({
          pick_id: `pick ${each}`,
          order_id: `order ${each}`,
          list_id: `list ${each}`,
          location_id: `bin ${each}`,
          asis_sequence: number + 1,
        })),
      };
      for (const wave of names) {
        const response = await fetch(`${sandbox.url}/optimize/cluster?synchronous=false`, {
          method: 'POST',
          headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
          body: JSON.stringify({ ...request, wave_id: wave }),
        });
        expect(response.status).toBe(200);
        await response.arrayBuffer();
      }
      await until('the webhooks', () => receiver.seen.length >= names.length);
      const file = (suffix: string): string => join(workplace.folder, `${name}${suffix}`);
      writeFileSync(file('.json'), JSON.stringify({ ...request, wave_id: first }));
      writeFileSync(file('-site.json'), JSON.stringify(site));
      const report = ['--sync', '--site-file', file('-site.json'), '--output', file('.html')];
      const { code, stderr } = await workplace.run(['cluster', 'submit', file('.json'), ...report], {
        env: { OPTIPICK_API_KEY: apiKey, OPTIPICK_BASE_URL: sandbox.url },
      });
      // Names that read backwards are sent, and warned of.
      const rest = stderr.replace(/^warning: .* holds an invisible character \(U\+202E\): .*\n/, '');
      expect([code, rest]).toEqual([0, expect.not.stringMatching(/^(?:error|warning):/m)]);
      return { sandbox, receiver, report: file('.html') };
    }

    /** Tags and names of attributes, as the browser has understood them; of the rows of tables one of each form. */
    const structure = (page: Page): Promise<unknown> =>
      page.evaluate(`(() => {
      const formOf = (element) => {
        const names = [...element.attributes].map(({ name }) => name).sort().join(' ');
        const children = [...new Set([...element.children].map(formOf))];
        return '<' + element.tagName + ' ' + names + '>' + children.join('') + '</>';
      };
      return formOf(document.documentElement);
    })()`);

    /** Of a report the whole address, as it has no others. */
    const placeOf = (url: string): string => (url.startsWith('http:') ? new URL(url).origin : url);

    async function expectUnharmed(page: Page, other: Page): Promise<void> {
      expect(await structure(page)).toBe(await structure(other));
      expect(await page.evaluate('typeof window.hit')).toBe('undefined');
      expect(page.complaints).toEqual([]);
      expect(new Set(page.requests.map(placeOf))).toEqual(new Set([placeOf(page.requests[0] ?? '')]));
      const title = String(await other.evaluate('document.title'));
      expect(await page.evaluate('document.title')).toBe(title.replaceAll('name 0', () => HOSTILE[0] ?? ''));
    }

    test('on the page of the sandbox are plain text, unchanged', async () => {
      const page = await browser.open(hostile.sandbox.url);
      await expectUnharmed(page, await browser.open(harmless.sandbox.url));
      const waves = (await page.evaluate(
        `[...document.querySelectorAll('#jobs .what b')].map(({ textContent }) => textContent)`,
      )) as readonly string[];
      // The last one is that of the report.
      expect(waves.toReversed()).toEqual([...HOSTILE, HOSTILE[0] ?? ''].map((name) => cleanText(name)));
      expect(await page.evaluate('document.querySelector(".top p code").textContent')).toBe(HOSTILE[0]);
      await page.click('#jobs .row a');
      await page.until('document.querySelector("#result .floor") !== null');
      const text = String(await page.evaluate('document.querySelector("#result").textContent'));
      expect(HOSTILE.map((name) => cleanText(name)).filter((name) => !text.includes(`order ${name}`))).toEqual([]);
      // The buttons work: the key did not break the page.
      await page.click('.endpoints [value=disable]');
      await page.until('document.querySelector(".endpoints .state").textContent === "disabled"');
      expect(await page.evaluate('typeof window.hit')).toBe('undefined');
      expect(page.complaints).toEqual([]);
    });

    test('in a report are plain text, unchanged', async () => {
      const page = await browser.open(pathToFileURL(hostile.report).href);
      await expectUnharmed(page, await browser.open(pathToFileURL(harmless.report).href));
      const text = String(await page.evaluate('document.body.textContent'));
      // Characters that change the direction of text are escaped there.
      const shown = HOSTILE.filter((name) => !/[\u202A-\u202E]/.test(name));
      expect(shown.filter((name) => !text.includes(`bin ${name}`) || !text.includes(`order ${name}`))).toEqual([]);
      expect(text).not.toMatch(/[\u202A-\u202E]/);
    });
  },
);
