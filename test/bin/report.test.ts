/** Reports of the built program, and the HTML one in a real browser where there is one. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findChromium, startBrowser, type Browser } from '../support/browser.ts';
import { createWorkplace, type RunResult, type Workplace } from '../support/program.ts';
import { startSandbox, type RunningSandbox } from '../support/sandbox.ts';

const chromium = findChromium();

let workplace: Workplace;
let sandbox: RunningSandbox;
beforeEach(async () => {
  workplace = await createWorkplace();
  sandbox = await startSandbox(workplace, ['--latency', '10ms', '--seed', '1']);
  await writeFile(join(workplace.folder, 'waves.csv'), WAVES);
});
afterEach(async () => {
  await sandbox[Symbol.asyncDispose]();
  await workplace.remove();
});

const WAVES = `WAVE_ID,PICK_ID,ORDER_ID,LOCATION_ID,LIST_ID,ASIS_SEQUENCE,Remark
W1,1,SO-1,A01,L1,1,<b>first</b>
W1,2,SO-1,C02,L1,2,
W1,3,SO-2,B08,L2,1,
W1,4,SO-2,A03,L2,2,
W2,1,SO-3,D05,L1,1,
W2,2,SO-4,A07,L1,2,
`;
/** Four picks an order, spread over all places of the floor. */
function largeWave(picks: number): string {
  const rows = Array.from({ length: picks }, (_, index) => {
    const place = `${'ABCD'.charAt((index * 7) % 4)}${String(((index * 13) % 10) + 1).padStart(2, '0')}`;
    const order = Math.floor(index / 4);
    return `W1,${index + 1},SO-${1000 + order},${place},L${Math.floor(order / 6)},${(index % 24) + 1}`;
  });
  return ['WAVE_ID,PICK_ID,ORDER_ID,LOCATION_ID,LIST_ID,ASIS_SEQUENCE', ...rows, ''].join('\n');
}

const FLAGS = ['--site', 'Example', '--start', 'Start', '--end', 'End', '--wait'];

const optipick = (...args: readonly string[]): Promise<RunResult> =>
  workplace.run(args, { env: { OPTIPICK_API_KEY: sandbox.ready.api_key, OPTIPICK_BASE_URL: sandbox.url } });
const read = (name: string): Promise<string> => readFile(join(workplace.folder, name), 'utf8');

async function submitBoth(kind: 'route' | 'cluster'): Promise<readonly string[]> {
  const { stdout } = await optipick(kind, 'submit', 'waves.csv', ...FLAGS.slice(0, -1));
  return stdout.trim().split('\n');
}

describe('a report', () => {
  test('of one wave is Markdown on stdout, audited against what was sent', async () => {
    const args = ['cluster', 'submit', 'waves.csv', ...FLAGS, '--wave', 'W1', '--fail-if', 'clusters>3'];
    const { code, stdout, stderr } = await optipick(...args, '--format', 'md', '-q');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.replace(/computed in .*/, '')).toMatch(
      /^## Cluster · Example · wave `W1`\n\n\*\*\d+\.\d% less walking\*\*: /,
    );
    expect(stdout).toContain('| ✅ passed | `clusters>3` | clusters is 1 |');
    expect(stdout).toContain('✅ Audit: passed');
  });

  test('of several waves is one, in the order of the input, in a file of its extension', async () => {
    expect((await optipick('cluster', 'submit', 'waves.csv', ...FLAGS, '-o', 'all.md')).code).toBe(0);
    const text = await read('all.md');
    expect(text).toMatch(/^## 2 cluster requests · Example\n/);
    expect(text.match(/<details><summary>.*?<code>W\d<\/code>/g)).toEqual([
      '<details><summary>✅ <code>W1</code>',
      '<details><summary>✅ <code>W2</code>',
    ]);
  });

  test('of answers that are asked for by their ids: one table with one header', async () => {
    const ids = await submitBoth('route');
    const { code, stdout } = await optipick('poll', ...ids, '--format', 'csv');
    const [header, ...rows] = stdout.trimEnd().split('\n');
    const picks = rows.map((row) => row.split(',').slice(0, 2).join());
    expect([code, header]).toEqual([
      0,
      'WAVE_ID,PICK_ID,ORDER_ID,LOCATION_ID,LIST_ID,ASIS_SEQUENCE,SKU_ID,QUANTITY,CLUSTER,SEQUENCE',
    ]);
    expect(picks.slice(0, 4).toSorted()).toEqual(['W1,1', 'W1,2', 'W1,3', 'W1,4']);
    expect(picks.slice(4)).toEqual(['W2,2', 'W2,1']);
  });

  test('names the ids that have no answer, and ends as without a report', async () => {
    const [id = ''] = await submitBoth('cluster');
    const unknown = '000000000000000000000001';
    const { code, stderr } = await optipick('poll', id, unknown, '--timeout', '3s', '-o', 'some.htm');
    expect([code, stderr.split('\n').at(-2)]).toEqual([8, 'error: 1 of 2 requests failed']);
    const html = await read('some.htm');
    expect(html).toMatch(new RegExp(`<a href="#r1">${id}</a>`));
    expect(html).toMatch(new RegExp(`>${unknown}</th>.*✕ no answer: `));
  });

  test('of a job that failed says so, and is exit 3', async () => {
    await writeFile(join(workplace.folder, 'fail.csv'), 'pick_id,order_id,location_id\n1,o,FAIL\n');
    const { code, stdout } = await optipick('cluster', 'submit', 'fail.csv', ...FLAGS, '--format', 'md');
    expect(code).toBe(3);
    expect(stdout).toContain('❌ **No result**: ');
  });

  test('with a layout that cannot be used is exit 2 before anything is sent', async () => {
    await writeFile(join(workplace.folder, 'hall.json'), '{"aisles":{}}');
    const before = (await sandbox.call('GET', '/_sandbox/messages')).body;
    const args = ['cluster', 'submit', 'waves.csv', ...FLAGS, '-o', 'r.html', '--site-file', 'hall.json'];
    const { code, stderr } = await optipick(...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: hall\.json is not a valid site file: /m)]);
    expect((await sandbox.call('GET', '/_sandbox/messages')).body).toEqual(before);
  });

  test.runIf(process.platform === 'linux').each([
    ['of one', ['--wave', 'W1'], 1],
    ['of several', [], 2],
  ])('%s that cannot be written is exit 7, and how to fetch the answers again is said', async (_, more, count) => {
    const args = ['cluster', 'submit', 'waves.csv', ...FLAGS, ...more, '--format', 'csv', '-o', '/dev/full'];
    const { code, stderr } = await optipick(...args);
    expect(code).toBe(7);
    const ids = /^answered, but not written; fetch again with: optipick poll ((?:[0-9a-f]{24} ?)+)$/m.exec(stderr)?.[1];
    expect(ids?.trim().split(' ')).toHaveLength(count);
    expect(stderr).toMatch(/^error: cannot write \/dev\/full: the disk is full$/m);
  });

  test('as a table draws no layout, and says so', async () => {
    const args = ['cluster', 'submit', 'waves.csv', ...FLAGS, '--wave', 'W1', '--site-file', 'hall.json'];
    const { code, stderr } = await optipick(...args);
    expect([code, stderr]).toEqual([0, expect.stringContaining('warning: --site-file is not used: only HTML reports')]);
    expect(stderr.split('--site-file is not used')).toHaveLength(2);
  });
});

describe('walking time and cost', () => {
  const rates = ['--pick-speed', '1.2m/s', '--wage', '25EUR/h'];

  test('are in the table of an answer, of several, and in a report', async () => {
    const one = await optipick('cluster', 'submit', 'waves.csv', ...FLAGS, '--wave', 'W1', ...rates);
    const walk =
      /^time {6}.* -> .* (?:saved|more)\ncost {6}\d+\.\d\d EUR -> \d+\.\d\d EUR, \d+\.\d\d EUR (?:saved|more)$/m;
    expect([one.code, one.stdout]).toEqual([0, expect.stringMatching(walk)]);
    const several = await optipick('cluster', 'submit', 'waves.csv', ...FLAGS, ...rates);
    expect([several.code, several.stdout]).toEqual([0, expect.stringMatching(walk)]);
    const ids = await submitBoth('cluster');
    const report = await optipick('poll', ...ids, '--format', 'md', ...rates);
    expect(report.stdout).toMatch(/^Walking time .* \(at 1\.2 m\/s and 25\.00 EUR\/h\)$/m);
  });

  test('are not in the data: the distances of the API are', async () => {
    const args = ['cluster', 'submit', 'waves.csv', ...FLAGS, '--wave', 'W1', ...rates, '--format', 'csv'];
    const { code, stdout, stderr } = await optipick(...args);
    expect([code, stdout.includes('EUR')]).toEqual([0, false]);
    expect(stderr).toContain('warning: --pick-speed is not used: csv holds the distances of the API\n');
  });

  test.each([
    [['--pick-speed', '1.2'], '--pick-speed: "1.2" is not a speed'],
    [['--pick-speed', '1.2m/s', '--wage', '25'], '--wage: "25" is not an amount an hour'],
    [['--wage', '25/h'], '--wage needs --pick-speed'],
  ])('with %j are exit 2', async (flags, message) => {
    for (const command of [
      ['cluster', 'submit', 'waves.csv', ...FLAGS],
      ['route', 'get', '000000000000000000000001'],
      ['poll', '000000000000000000000001'],
    ]) {
      const { code, stderr } = await optipick(...command, ...flags);
      expect([code, stderr.split('\n')[0]]).toEqual([2, `error: ${message}`]);
    }
  });
});

describe.skipIf(chromium === undefined)(
  'the HTML report in Chromium (skipped where there is none)',
  { tags: ['browser'] },
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await startBrowser(chromium ?? '');
    });
    afterAll(async () => {
      await browser?.[Symbol.asyncDispose]();
    });

    test.each([
      ['one answer', ['--wave', 'W1'], 1],
      ['several', [], 2],
    ])('of %s opens without a complaint and asks nobody, light, dark and printed', async (_name, more, count) => {
      expect((await optipick('cluster', 'submit', 'waves.csv', ...FLAGS, ...more, '-o', 'report.html')).code).toBe(0);
      const page = await browser.open(pathToFileURL(join(workplace.folder, 'report.html')).href);
      const seen = await page.evaluate(`(() => {
      const plans = [...document.querySelectorAll('svg.floor')];
      return {
        headline: document.querySelector('h1').textContent,
        before: plans.filter((plan) => plan.closest('.before')).length,
        after: plans.filter((plan) => plan.closest('.after')).length,
        drawn: plans.every((plan) => [...plan.querySelectorAll('polyline')].every((line) => {
          const { width, height } = line.getBoundingClientRect();
          return width > 20 && height > 20 && getComputedStyle(line).stroke !== 'none';
        })),
        named: plans.every((plan) => plan.getAttribute('aria-labelledby').split(' ').every((id) => document.getElementById(id).textContent !== '')),
        fits: document.documentElement.scrollWidth <= innerWidth,
      };
    })()`);
      expect(seen).toEqual({
        headline: expect.stringMatching(/^\d+\.\d% less walking$/),
        before: count,
        after: count,
        drawn: true,
        named: true,
        fits: true,
      });
      const grounds: unknown[] = [];
      for (const scheme of ['light', 'dark'] as const) {
        expect((await page.screenshot(scheme)).subarray(1, 4).toString()).toBe('PNG');
        grounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
      }
      expect(grounds).toEqual(['rgb(250, 249, 246)', 'rgb(20, 22, 26)']);
      expect((await page.print()).subarray(0, 5).toString()).toBe('%PDF-');
      expect(page.requests).toEqual([expect.stringMatching(/^file:.*report\.html$/)]);
      expect(page.complaints).toEqual([]);
    });

    test.each([
      ['13 clusters', 'cluster', '8'],
      ['50 clusters', 'cluster', '2'],
      ['a route', 'route', '2'],
    ])('of 400 picks in %s prints on at most 8 pages, and fits a phone', async (_name, kind, orders) => {
      await writeFile(join(workplace.folder, 'large.csv'), largeWave(400));
      const args = [kind, 'submit', 'large.csv', ...FLAGS, '--param', `max_orders=${orders}`, '-o', 'report.html'];
      expect((await optipick(...args)).code).toBe(0);
      const page = await browser.open(pathToFileURL(join(workplace.folder, 'report.html')).href);
      const plans = await page.evaluate(`[...document.querySelectorAll('.plans svg')].map((svg) => {
        const [aisles, walk] = [svg.querySelector('use'), svg.querySelector('polyline')].map((part) => part.getBoundingClientRect());
        return svg.getAttribute('aria-label') !== '' && aisles.width > 20 && walk.height > 20;
      })`);
      expect(plans).toEqual(Array.from({ length: kind === 'route' ? 0 : Math.ceil(100 / Number(orders)) }, () => true));
      const pages = (await page.print()).toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g)?.length;
      expect(pages).toBeGreaterThan(2);
      expect(pages).toBeLessThanOrEqual(8);
      await page.screenshot('light', 390);
      expect(await page.evaluate('[innerWidth, document.documentElement.scrollWidth <= innerWidth]')).toEqual([
        390,
        true,
      ]);
      expect(page.complaints).toEqual([]);
    });
  },
);
