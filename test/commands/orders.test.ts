import { describe, expect, test } from 'vitest';
import { jsonResponse, type Http } from '../../src/lib/net/http.ts';
import { run } from '../support/run.ts';
import { expectScreen, screenOf, WIDTHS } from '../support/screens.ts';

const ID = '67507ad05e593173d0313e0f';
const OTHER = '67507ad05e593173d0313e10';
const env = { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: 'http://127.0.0.1:4010', NO_COLOR: '1' };

const orders = (count: number, start: string): string[] =>
  Array.from({ length: count }, (_, at) => `${start}${String(at + 1).padStart(4, '0')}`);

const ANSWER = {
  type: 'CLUSTER',
  request_id: ID,
  site_name: 'Example',
  wave_id: 'W1',
  unit: 'cm',
  asis_distance: 42_800,
  optimal_distance: 8400,
  computation_time: 0.2,
  optimal_clusters: [
    {
      list_id: 'cluster_0',
      order_ids: orders(40, 'SO-2026-'),
      estimated_distance: 5100,
      picks: [{ pick_id: 'p1', location_id: ['A01'], order_id: 'SO-2026-0001' }],
    },
    // No `order_ids`: those of the picks count.
    {
      list_id: 'cluster_1',
      order_ids: [],
      estimated_distance: 3300,
      picks: [
        { pick_id: 'p2', location_id: ['B01'], order_id: 'rush order\u001b[2J 7' },
        { pick_id: 'p3', location_id: ['B02'], order_id: '8' },
        { pick_id: 'p4', location_id: ['B02'], order_id: '8' },
      ],
    },
    { list_id: 'cluster_2', order_ids: [], estimated_distance: 0, picks: [{ pick_id: 'p5', location_id: ['C01'] }] },
  ],
};

const answering =
  (answer: unknown): Http =>
  async ({ method }) =>
    jsonResponse(200, method === 'POST' ? { request_id: ID } : answer);
const http = answering(ANSWER);
const REQUEST = '{"site_name":"Example","picks":[{"pick_id":"p1","location_id":"A01","order_id":"O1"}]}';

const listOf = (stdout: string): string => stdout.slice(stdout.indexOf('CLUSTER'), stdout.indexOf('\n\npicks'));

describe('--orders', () => {
  test('names the orders below each cluster, in a pipe on one line', async () => {
    const { code, stdout } = await run(['cluster', 'get', ID, '--orders'], { env, http });
    expect(code).toBe(0);
    expect(listOf(stdout).split('\n')).toEqual([
      'CLUSTER    ORDERS  PICKS  LOCATIONS  DISTANCE',
      'cluster_0      40      1          1    51.0 m',
      `  orders: ${orders(40, 'SO-2026-').join(', ')}`,
      'cluster_1       2      3          2    33.0 m',
      '  orders: rush order 7, 8',
      'cluster_2       0      1          1     0.0 m',
      '  orders: none in the answer',
    ]);
  });

  test('shows the same for poll, for several ids, for submit, and in a file', async () => {
    const expected = listOf((await run(['cluster', 'get', ID, '--orders'], { env, http })).stdout);
    const polled = await run(['poll', ID, '--kind', 'cluster', '--orders'], { env, http });
    const several = await run(['poll', ID, OTHER, '--kind', 'cluster', '--orders'], { env, http });
    const sync: Http = async () => jsonResponse(200, ANSWER);
    const [waited, synchronous] = await Promise.all([
      run(['cluster', 'submit', '-', '--wait', '--orders'], { env, http, stdin: REQUEST }),
      run(['cluster', 'submit', '-', '--sync', '--orders'], { env, http: sync, stdin: REQUEST }),
    ]);
    const filed = await run(['cluster', 'get', ID, '--orders', '-o', 'answer.txt'], { env, http });
    expect(several.stdout.split('CLUSTER').length).toBe(3);
    for (const { stdout } of [polled, several, waited, synchronous]) expect(listOf(stdout)).toBe(expected);
    const file = await filed.host.files.read('/waves/answer.txt');
    expect(listOf(new TextDecoder().decode(file))).toBe(expected);
  });

  test('is no part of the table without it', async () => {
    const { stdout } = await run(['cluster', 'get', ID], { env, http });
    expect(stdout).toContain('cluster_0      40');
    expect(stdout).not.toContain('orders:');
  });

  test('cuts a list of more than 200 orders, but not with --all', async () => {
    const many = { ...ANSWER, optimal_clusters: [{ list_id: 'c', order_ids: orders(450, 'O'), picks: [] }] };
    const cut = await run(['cluster', 'get', ID, '--orders'], { env, http: answering(many) });
    expect(cut.stdout).toContain('O0200\n          … 250 more orders; --all shows them\n');
    const whole = await run(['cluster', 'get', ID, '--orders', '--all'], { env, http: answering(many) });
    expect(whole.stdout).toContain(`  orders: ${orders(450, 'O').join(', ')}\n`);
  });

  test('warns where it changes nothing', async () => {
    const json = await run(['cluster', 'get', ID, '--orders', '--json'], { env, http });
    expect(json.ended).toMatchObject({
      code: 0,
      stdout: `${JSON.stringify(ANSWER)}\n`,
      stderr: 'warning: --orders is not used: json names the orders without it\n',
    });
    const batch = await run(['cluster', 'submit', '-', '--wait', '--orders'], {
      env,
      http,
      stdin: `${REQUEST}\n${REQUEST}\n`,
    });
    expect(batch.code).toBe(0);
    expect(batch.stderr).toContain('warning: --orders is not used: of several requests each is one line');
  });

  test.each([
    [['route', 'get', ID, '--orders'], "error: unknown option '--orders'"],
    [['poll', ID, '--kind', 'route', '--orders'], 'error: --orders lists the orders of clusters, and a route has none'],
    [['cluster', 'submit', '-', '--orders'], 'error: --orders needs --wait or --sync'],
  ])('is exit 2 in %j', async (argv, message) => {
    const { code, stderr, host } = await run(argv, { env, http, stdin: REQUEST });
    expect([code, host.requests.length]).toEqual([2, 0]);
    expect(stderr).toContain(message);
  });

  test.each(WIDTHS)('is shown as in its file on %i columns', async (columns) => {
    await expectScreen(
      `get/orders-${columns}`,
      await screenOf(['cluster', 'get', ID, '--orders'], columns, { env, http }),
    );
  });
});
