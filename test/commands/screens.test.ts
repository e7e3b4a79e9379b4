/** What a person sees of the commands that ask the API, whole, at the widths of common terminals. */
import { describe, test } from 'vitest';
import { TransportError, jsonResponse, type Http } from '../../src/lib/net/http.ts';
import type { FakeHostOptions } from '../support/fake-host.ts';
import { expectScreen, screenOf, WIDTHS } from '../support/screens.ts';

const ID = '67507ad05e593173d0313e0f';
const BASE = 'http://127.0.0.1:4010';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const env = { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: BASE, NO_COLOR: '1' };

const CLUSTERS = {
  type: 'CLUSTER',
  request_id: ID,
  site_name: 'Distribution Center Aalst',
  wave_id: 'W-2026-11-29-EARLY',
  unit: 'cm',
  asis_distance: 428_000,
  optimal_distance: 258_512,
  computation_time: 125.4,
  optimal_clusters: Array.from({ length: 23 }, (_, at) => ({
    list_id: `cluster_${at}`,
    order_ids: [`SO-${at}`, `SO-${at + 100}`],
    estimated_distance: 1000 + 400 * at,
    picks: [{ pick_id: `p${at}`, location_id: ['A01'], order_id: `SO-${at}` }],
  })),
  invalid_picks: ['x1', 'x2', 'x3', 'x4'].map((pick_id) => ({
    pick_id,
    location_id: ['Z-09-01', 'Z-09-02'],
    reason: 'Location not found',
  })),
};

const ROUTE = {
  type: 'ROUTE',
  request_id: ID,
  site_name: 'Example',
  route_id: 'R7',
  unit: 'cm',
  optimal_distance: 84_000,
  computation_time: 0.012,
  picks: Array.from({ length: 6 }, (_, at) => ({
    pick_id: `PICK-2026-00${at}`,
    location_id: `AISLE-${at}-BAY-12`,
    order_id: `SO-2026-000${at}`,
    sku_id: `SKU-FOODS-3300${at}`,
    quantity: at + 1,
    optim_sequence: at,
  })),
  visualization_url: 'https://pictures.example/67507ad0',
};

const REQUEST = JSON.stringify({
  site_name: 'Example',
  picks: [{ pick_id: 'p1', location_id: 'A01', order_id: 'O1', asis_sequence: 1, list_id: 'L1' }],
});
const WAVES = `WAVE_ID,PICK_ID,ORDER_ID,LOCATION_ID
W-2026-11-29-EARLY,p1,O1,A01
W-2026-11-29-LATE,p2,O2,A02
`;
const ROWS = Array.from({ length: 30 }, (_, at) => `W1,p${at},O${at},AISLE-${at % 12}-BAY-01\n`);
const TABLE = `WAVE_ID,PICK_ID,ORDER_ID,LOCATION_ID\n${ROWS.join('')}`;
const INVALID = `WAVE_ID,PICK_ID,ORDER_ID,LOCATION_ID,QUANTITY
W1,p1,O1,A01,a dozen or so
W1,p1,O2,,2
W1,p3,,A03,-1
`;

interface Wave {
  readonly picks: readonly { readonly pick_id: string; readonly order_id: string }[];
}

/** Answers each request with its own picks: one cluster for each order, or a walk in the order of the request. */
function solving(): Http {
  const posted: Wave[] = [];
  return async ({ method, url, body }) => {
    if (method === 'POST') {
      posted.push(JSON.parse(new TextDecoder().decode(body as Uint8Array)) as Wave);
      return jsonResponse(200, { request_id: `${ID.slice(0, -1)}${posted.length}` });
    }
    const request_id = url.slice(-ID.length);
    const { picks, ...head } = posted[Number(request_id.at(-1)) - 1] as Wave;
    const all = { ...head, request_id, unit: 'cm', computation_time: 125.4 };
    if (url.includes('/route/')) {
      const walk = picks.map((pick, optim_sequence) => ({ ...pick, optim_sequence }));
      return jsonResponse(200, { ...all, type: 'ROUTE', asis_distance: 42_800, optimal_distance: 8400, picks: walk });
    }
    const clusters = picks.map((pick, at) => ({
      list_id: `cluster_${at}`,
      order_ids: [pick.order_id],
      estimated_distance: 1000 + 400 * at,
      picks: [pick],
    }));
    const asis = [{ ...clusters[0], list_id: 'L1', estimated_distance: 428_000, order_ids: [], picks }];
    return jsonResponse(200, { ...all, type: 'CLUSTER', optimal_clusters: clusters, asis_clusters: asis });
  };
}

const answering =
  (answer: unknown): Http =>
  async ({ method }) =>
    jsonResponse(200, method === 'POST' ? { request_id: ID } : answer);
const running: Http = async ({ method }) =>
  method === 'POST' ? jsonResponse(200, { request_id: ID }) : jsonResponse(202, {});
const refusing: Http = async () =>
  jsonResponse(422, {
    detail: ROWS.map((_, at) => ({
      loc: ['body', 'picks', at, 'location_id'],
      msg: `Value error, Location not found: "AISLE-${at % 12}-BAY-01"`,
      type: 'value_error',
    })),
  });
const unreachable: Http = async () => {
  throw new TransportError('refused', `nothing listens at ${BASE}`, { sent: false });
};

type Screen = readonly [argv: readonly string[], options: FakeHostOptions];

const files = {
  'picks.json': REQUEST,
  'waves.csv': WAVES,
  'aalst.csv': TABLE,
  'invalid.csv': INVALID,
};
const screens = (): Readonly<Record<string, readonly Screen[]>> => ({
  'submit/cluster-wait': [
    [['cluster', 'submit', 'aalst.csv', '--site', 'Example', '--wait'], { http: solving() }],
    [
      ['cluster', 'submit', 'picks.json', '--wait', '--pick-speed', '1.2m/s', '--wage', 'EUR25/h'],
      {
        http: answering({
          ...CLUSTERS,
          error: 'the solver found no plan within the limits of this site',
          optimal_clusters: [],
        }),
      },
    ],
  ],
  'submit/route-wait': [[['route', 'submit', 'picks.json', '--wait'], { http: solving() }]],
  'submit/batch': [
    [['cluster', 'submit', 'waves.csv', '--site', 'Example', '--wait'], { http: solving() }],
    [['cluster', 'submit', 'waves.csv', '--site', 'Example', '--wait'], { http: refusing }],
  ],
  'submit/refused': [[['cluster', 'submit', 'aalst.csv', '--site', 'Example'], { http: refusing }]],
  'submit/invalid': [[['cluster', 'submit', 'invalid.csv', '--site', 'Example'], { http: refusing }]],
  'submit/unreachable': [[['cluster', 'submit', 'picks.json'], { http: unreachable }]],
  'submit/timeout': [[['route', 'submit', 'picks.json', '--wait', '--timeout', '125s'], { http: running }]],
  'submit/no-key': [
    [['cluster', 'submit', 'picks.json'], { env: { OPTIPICK_BASE_URL: BASE, NO_COLOR: '1' } }],
    [['cluster', 'submit', 'picks.json'], { env: { NO_COLOR: '1' } }],
  ],
  'submit/flags': [
    [['cluster', 'submit', 'picks.json', '--wait', '--sync'], {}],
    [['cluster', 'submit', 'picks.json', '-o', 'report.html'], {}],
    [['cluster', 'submit', 'picks.json', '--fail-if', 'optimal_distance>500'], {}],
    [['cluster', 'submit', 'picks.json', '--wait', '--fail-if', 'optimal_distance>500'], {}],
    [['cluster', 'submit', 'picks.json', '--wiat'], {}],
    [['cluster', 'submit'], {}],
    [['cluster', 'get', ID, '--format', 'xlsx'], {}],
    [['poll', ID, '--timeout', 'soon'], {}],
    [['poll'], {}],
  ],
  'get/answers': [
    [['cluster', 'get', ID], { http: answering(CLUSTERS) }],
    [['route', 'get', ID], { http: running }],
    [['route', 'get', ID], { http: unreachable }],
  ],
  'poll/answers': [
    [['poll', ID, '--kind', 'route'], { http: answering(ROUTE) }],
    [['poll', ID, '--kind', 'route', '--timeout', '125s'], { http: running }],
    [['poll', ID, '--kind', 'route'], { http: unreachable }],
  ],
  'events/none': [
    [['events', 'list'], {}],
    [['events', 'show', 'msg_2fYkXyZ0123456789abcdefghij'], {}],
  ],
  'events/nothing-to-do': [
    [['events', 'replay', '--failed'], {}],
    [['events', 'discard', '--pending'], {}],
    [['events', 'discard'], {}],
    [['events', 'sync'], { http: unreachable }],
  ],
  'listen/flags': [
    [['listen'], {}],
    [['listen', '--port', '70000'], {}],
    [['listen', '--relay', '--allow-from', 'svix'], { env: { ...env, OPTIPICK_WEBHOOK_SECRET: SECRET } }],
    [['listen', '--forward-to', '5000'], { env: { ...env, OPTIPICK_WEBHOOK_SECRET: SECRET } }],
    [['listen'], { env: { OPTIPICK_WEBHOOK_SECRET: 'whsec_not-base64!', NO_COLOR: '1' } }],
    [['listen', '-e', 'route.optimize'], { env: { ...env, OPTIPICK_WEBHOOK_SECRET: SECRET } }],
  ],
  'completion/shells': [
    [['completion'], {}],
    [['completion', 'powershell'], {}],
  ],
  'help/unknown': [
    [['help', 'nonsense'], {}],
    [['cluster', 'sumbit'], {}],
  ],
  'doctor/checks': [
    [['doctor'], { http: async () => jsonResponse(404, { detail: 'Not Found' }) }],
    [['doctor'], { http: unreachable }],
  ],
});

describe.each(WIDTHS)('on %i columns', (columns) => {
  test.each(Object.entries(screens()))('%s is as in its file', async (name, shown) => {
    const texts: string[] = [];
    for (const [argv, options] of shown) texts.push(await screenOf(argv, columns, { env, files, ...options }));
    // The version of Node.js is that of the machine.
    const screen = texts.join('\n').replaceAll(/^ok +runtime[^]*?\n(?=ok)/gm, 'ok       runtime         ...\n');
    await expectScreen(`${name}-${columns}`, screen);
  });
});
