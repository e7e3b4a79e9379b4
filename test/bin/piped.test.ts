/** What arrives in a pipe: colours only when forced, and nothing that moves a cursor. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { startScriptedServer, type Scripted } from '../support/scripted-server.ts';

const ID = '67507ad05e593173d0313e0f';
const REQUEST = join(import.meta.dirname, '../fixtures/example-cluster-request.json');
const ANSWER = await readFile(join(import.meta.dirname, '../fixtures/example-cluster-response.json'), 'utf8');
const DONE: Scripted = { body: ANSWER, headers: { 'content-type': 'application/json' } };

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

const env = (url: string) => ({ OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: url });

test('the real answer of the vendor is shown in metres and per cent, uncoloured', async () => {
  await using server = await startScriptedServer([DONE]);
  expect(await workplace.run(['cluster', 'get', ID], { env: env(server.url) })).toEqual({
    code: 0,
    stdout: `Cluster · Example · ${ID}

CLUSTER    ORDERS  PICKS  LOCATIONS  DISTANCE
cluster_0       1      2          2    17.7 m
cluster_1       2      4          4    41.1 m
cluster_2       2      4          4    25.2 m

picks     10 in 3 clusters (as-is 3)
distance  139 m -> 84.0 m
saved     55.0 m (39.6%)
computed  in 189 ms
`,
    stderr: '',
  });
});

describe('colours in a pipe', () => {
  test.each([
    ['FORCE_COLOR gives them', { FORCE_COLOR: '1' }, [], true],
    ['NO_COLOR wins over FORCE_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, [], false],
    ['--no-color wins over FORCE_COLOR', { FORCE_COLOR: '1' }, ['--no-color'], false],
    ['an empty FORCE_COLOR counts as unset', { FORCE_COLOR: '' }, [], false],
    ['FORCE_COLOR=0 gives none', { FORCE_COLOR: '0' }, [], false],
  ])('%s', async (_name, colours, args, coloured) => {
    await using server = await startScriptedServer([{ body: { type: 'CLUSTER', request_id: ID, error: 'no way' } }]);
    const result = await workplace.run(['cluster', 'get', ID, ...args], { env: { ...env(server.url), ...colours } });
    expect(result.code).toBe(3);
    expect([
      result.stdout.includes('\u001b[1mCluster\u001b[22m'),
      result.stderr.startsWith('\u001b[31merror:\u001b[39m'),
    ]).toEqual([coloured, coloured]);
    if (!coloured) expect(result.stdout + result.stderr).not.toContain('\u001b');
  });
});

/** A colour, a window title, the clipboard, a cursor move in 8 bits, and text that reads backwards. */
const ATTACKS =
  '\u001b[31m\u001b]0;title\u0007\u001b]52;c;cm0gLXJm\u001b\\\u009b2J\u009d0;x\u009c\u202e\u0000\b\r\nnext';
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe('what a server says cannot drive the terminal', () => {
  const pick = {
    pick_id: `pick${ATTACKS}`,
    location_id: `A01${ATTACKS}`,
    order_id: `order${ATTACKS}`,
    sku_id: `sku${ATTACKS}`,
    optim_sequence: 0,
  };
  const answers: readonly (readonly [string, readonly string[], Scripted, number])[] = [
    [
      'in the texts of a route',
      ['route', 'get', ID],
      {
        body: {
          type: 'ROUTE',
          site_name: `Site${ATTACKS}`,
          wave_id: `wave${ATTACKS}`,
          route_id: `route${ATTACKS}`,
          request_id: `id${ATTACKS}`,
          unit: `cm${ATTACKS}`,
          computation_time: 1,
          picks: [pick],
          asis_distance: 2,
          optimal_distance: 1,
          visualization_url: `https://example.com/${ATTACKS}`,
          invalid_picks: [{ pick_id: `bad${ATTACKS}`, location_id: [`B${ATTACKS}`], reason: `why${ATTACKS}` }],
        },
      },
      0,
    ],
    [
      'in the texts of a cluster',
      ['cluster', 'get', ID],
      {
        body: {
          type: 'CLUSTER',
          request_id: ID,
          computation_time: 1,
          optimal_clusters: [
            { list_id: `list${ATTACKS}`, order_ids: [`o${ATTACKS}`], picks: [pick], estimated_distance: 3 },
          ],
        },
      },
      0,
    ],
    ['in the error of a failed job', ['route', 'get', ID], { body: { request_id: ID, error: `bad${ATTACKS}` } }, 3],
    ['in a refusal', ['route', 'get', ID], { status: 422, body: { detail: `bad${ATTACKS}` } }, 3],
    [
      'in the list of a refusal',
      ['route', 'get', ID],
      { status: 400, body: { detail: [{ loc: ['body', `p${ATTACKS}`], msg: `m${ATTACKS}`, type: `t${ATTACKS}` }] } },
      5,
    ],
    ['in a web page', ['route', 'get', ID], { status: 403, body: `<title>${ATTACKS}</title>` }, 5],
    ['in a redirect', ['route', 'get', ID], { status: 302, headers: { location: 'https://e.example/\u009b2J' } }, 5],
    [
      'in a status word',
      ['poll', ID, '--kind', 'route', '--timeout', '1s', '--interval', '100ms'],
      { body: { request_id: ID, status: `BUSY${ATTACKS}` } },
      8,
    ],
    ['in an id', ['cluster', 'submit', REQUEST], { body: { request_id: `id${ATTACKS}` } }, 0],
    [
      'in an id that is waited for',
      ['cluster', 'submit', REQUEST, '--wait', '--timeout', '1s'],
      { body: { request_id: `id${ATTACKS}` } },
      8,
    ],
  ];
  test.each(answers)('%s', async (_name, args, answer, code) => {
    await using server = await startScriptedServer([answer]);
    for (const more of [[], ['--debug']]) {
      const result = await workplace.run([...args, ...more], { env: env(server.url) });
      expect(result.code).toBe(code);
      expect(result.stdout + result.stderr).not.toMatch(CONTROLS);
    }
  });

  test('nor can what a file or an argument holds', async () => {
    const input = JSON.stringify({ site_name: 'E', [`f${ATTACKS}`]: 1, picks: [{ [`pick_ids${ATTACKS}`]: 1 }] });
    for (const result of [
      await workplace.run(['route', 'submit', '-', '--dry-run'], { input }),
      await workplace.run(['route', 'submit', `no${ATTACKS.replaceAll('\0', '')}file.json`]),
      await workplace.run([`--no${ATTACKS.replaceAll('\0', '')}`]),
      await workplace.run(['help', `no${ATTACKS.replaceAll('\0', '')}`]),
      await workplace.run(['poll', 'x', '--timeout', `5${ATTACKS.replaceAll('\0', '')}`]),
    ]) {
      expect(result.code).toBe(2);
      expect(result.stdout + result.stderr).not.toMatch(CONTROLS);
    }
  });
});
