import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { parseSite } from '../../../src/site/layout.ts';
import type { SandboxConfig } from '../../../src/sandbox/config.ts';
import { createBench, routeOf } from '../bench.ts';

type Json = Record<string, unknown>;

function fixture(name: string): Json {
  return JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8')) as Json;
}

const SCHEMAS = (fixture('openapi.json')['components'] as { schemas: Record<string, { properties: Json }> }).schemas;

/** The fields that the documents give an object, sorted. */
function documented(schema: string, ...without: readonly string[]): string[] {
  return Object.keys(SCHEMAS[schema]?.properties ?? {})
    .filter((field) => !without.includes(field))
    .sort();
}

/** Only seen in the one real answer of 2024-12, on no page of today. */
const OLD_FIELDS = ['_id', 'ownerId', 'is_deleted', 'site_id', 'visualization_url', 'purpose', 'id'];

async function answerTo(kind: 'route' | 'cluster', body: object, options: SandboxConfig = {}): Promise<Json> {
  const bench = createBench({ latency: 0, ...options });
  const { status, text } = await bench.post(`/optimize/${kind}`, body);
  expect([status, text]).toEqual([200, expect.any(String)]);
  return JSON.parse(text) as Json;
}

/** Ten places on a line, one apart: every distance can be told by eye. */
const LINE = parseSite({
  site_name: 'Line',
  unit: 'm',
  names: ['L0', 'L1', 'L2', 'L3', 'L4', 'L5', 'L6', 'L7', 'L8', 'L9'],
  matrix: Array.from({ length: 10 }, (_, from) => Array.from({ length: 10 }, (_, to) => Math.abs(from - to))),
});

function onLine(...picks: readonly Json[]): Json {
  return {
    site_name: 'Line',
    start_points: 'L0',
    end_points: 'L0',
    picks: picks.map((pick, index) => Object.assign({ pick_id: `p${index}`, order_id: `o${index}` }, pick)),
  };
}

function picksOf(answer: Json): Json[] {
  return answer['picks'] as Json[];
}

function clustersOf(
  answer: Json,
  field = 'optimal_clusters',
): { list_id: string; picks: Json[]; order_ids: string[] }[] {
  return answer[field] as { list_id: string; picks: Json[]; order_ids: string[] }[];
}

/** Where the order is the optimizer's own. */
function sorted(values: readonly unknown[]): string[] {
  return values.map(String).sort();
}

describe('the answer has every documented field', () => {
  test('of a route', async () => {
    const answer = await answerTo('route', {
      ...routeOf('A01', 'B03'),
      route_id: 'r1',
      wave_id: 'w1',
      parameters: { generate_instructions: true },
    });
    expect(Object.keys(answer).sort()).toEqual(documented('RouteResponse'));
    expect(picksOf(answer).map((pick) => Object.keys(pick).sort())).toEqual([
      documented('RoutedPick'),
      documented('RoutedPick'),
    ]);
    expect(Object.keys(picksOf(answer)[0]?.['instructions'] as Json).sort()).toEqual(documented('PickInstructions'));
    expect(answer).toMatchObject({ type: 'ROUTE', site_name: 'Example', wave_id: 'w1', route_id: 'r1', unit: 'cm' });
  });

  test('of clusters', async () => {
    const answer = await answerTo('cluster', fixture('example-cluster-request.json'));
    expect(Object.keys(answer).sort()).toEqual(documented('ClusterResponse', ...OLD_FIELDS));
    for (const cluster of [...clustersOf(answer), ...clustersOf(answer, 'asis_clusters')]) {
      expect(Object.keys(cluster).sort()).toEqual(documented('Cluster'));
      for (const pick of cluster.picks) expect(Object.keys(pick).sort()).toEqual(documented('ClusterPick'));
    }
  });

  test('of an invalid pick', async () => {
    const body = { ...routeOf('A01', 'Z99'), parameters: { pick_violation_handling: 'REMOVE_PICKS' } };
    const answer = await answerTo('route', body);
    const invalid = answer['invalid_picks'] as Json[];
    expect(invalid.map((pick) => Object.keys(pick).sort())).toEqual([documented('InvalidPick')]);
  });

  test('with a timestamp in microseconds and no zone, and the time it took in seconds', async () => {
    const answer = await answerTo('route', routeOf('A01'));
    expect(answer['timestamp']).toBe('2026-01-31T12:00:00.000000');
    expect(answer['computation_time']).toBe(0);
  });
});

describe('the published example', () => {
  test('gives an answer of the same shape as the published one', async () => {
    const real = fixture('example-cluster-response.json');
    const answer = await answerTo('cluster', fixture('example-cluster-request.json'));
    const common = Object.keys(real).filter((field) => !OLD_FIELDS.includes(field));
    expect(Object.keys(answer)).toEqual(expect.arrayContaining(common));
    const realPick = clustersOf(real)[0]?.picks[0] ?? {};
    expect(Object.keys(clustersOf(answer)[0]?.picks[0] ?? {})).toEqual(expect.arrayContaining(Object.keys(realPick)));
    // The lists of today hold the same picks in the same order, each pick as it was published.
    const known = (pick: Json): Json => ({ ...pick, sequence_priority: null, quantity: null });
    expect(
      clustersOf(answer, 'asis_clusters').map(({ list_id, picks, order_ids }) => ({ list_id, picks, order_ids })),
    ).toEqual(
      clustersOf(real, 'asis_clusters').map(({ list_id, picks, order_ids }) => ({
        list_id,
        picks: picks.map(known),
        order_ids,
      })),
    );
  });

  test("totals are the sums of the clusters, the optimized one no longer than today's", async () => {
    const answer = await answerTo('cluster', fixture('example-cluster-request.json'));
    const sum = (field: string): number =>
      (answer[field] as { estimated_distance: number }[]).reduce((total, one) => total + one.estimated_distance, 0);
    expect(answer['asis_distance']).toBe(sum('asis_clusters'));
    expect(answer['optimal_distance']).toBe(sum('optimal_clusters'));
    expect(answer['optimal_distance']).toBeLessThanOrEqual(answer['asis_distance'] as number);
  });
});

describe('a route', () => {
  test('visits the picks in the shortest order, counted from 0', async () => {
    const body = onLine(
      { location_id: 'L5', asis_sequence: 1 },
      { location_id: 'L2', asis_sequence: 2 },
      { location_id: 'L9', asis_sequence: 3 },
    );
    const answer = await answerTo('route', { ...body, end_points: 'L9' }, { site: LINE });
    expect(picksOf(answer).map((pick) => [pick['location_id'], pick['optim_sequence']])).toEqual([
      ['L2', 0],
      ['L5', 1],
      ['L9', 2],
    ]);
    // Today: 0 to 5, back to 2, on to 9.
    expect([answer['asis_distance'], answer['optimal_distance'], answer['unit']]).toEqual([15, 9, 'm']);
  });

  test('has no asis_distance when a pick has no asis_sequence', async () => {
    const body = onLine({ location_id: 'L5', asis_sequence: 1 }, { location_id: 'L2' });
    const answer = await answerTo('route', body, { site: LINE });
    expect([answer['asis_distance'], answer['optimal_distance']]).toEqual([null, 10]);
  });

  test.each([{ routing_policy: 'ASIS' }, { asis_routing: true }])(
    'keeps the order of today with %o',
    async (parameters) => {
      const body = onLine(
        { location_id: 'L5', asis_sequence: 3 },
        { location_id: 'L2', asis_sequence: 1 },
        { location_id: 'L9', asis_sequence: 2 },
      );
      const answer = await answerTo('route', { ...body, parameters }, { site: LINE });
      expect(picksOf(answer).map((pick) => pick['location_id'])).toEqual(['L2', 'L9', 'L5']);
      expect([answer['asis_distance'], answer['optimal_distance']]).toEqual([18, 18]);
    },
  );

  test('walks priority groups strictly: low sequence_priority first, then high priority', async () => {
    const body = onLine(
      { location_id: 'L1' },
      { location_id: 'L2', priority: 5 },
      { location_id: 'L3', sequence_priority: 2 },
      { location_id: 'L8', sequence_priority: 1 },
      { location_id: 'L9', sequence_priority: 1, priority: 1 },
    );
    const answer = await answerTo('route', body, { site: LINE });
    expect(picksOf(answer).map((pick) => pick['location_id'])).toEqual(['L9', 'L8', 'L3', 'L2', 'L1']);
  });

  test('chooses the best of several places, starts and ends', async () => {
    const body = onLine({ location_id: ['L9', 'L4'] }, { location_id: ['L8', 'L5'] });
    const points = { start_points: ['L9', 'L3'], end_points: ['L0', 'L5'] };
    const answer = await answerTo('route', { ...body, ...points }, { site: LINE });
    expect(picksOf(answer).map((pick) => pick['location_id'])).toEqual(['L4', 'L5']);
    expect(answer['optimal_distance']).toBe(2);
  });

  test('names the hallways on the way when instructions are asked for', async () => {
    const body = { ...routeOf('A05', 'B05'), start_points: 'Start', parameters: { generate_instructions: true } };
    const answer = await answerTo('route', body);
    expect(picksOf(answer).map((pick) => [pick['location_id'], pick['instructions']])).toEqual([
      ['A05', { hallways: ['A'], end_loop: false, start_loop: false }],
      ['B05', { hallways: ['A', 'B'], end_loop: false, start_loop: false }],
    ]);
    const plain = await answerTo('route', routeOf('A05'));
    expect(picksOf(plain)[0]).toMatchObject({ instructions: null, path: null });
  });

  test('repeats the optional fields of the picks', async () => {
    const brought = {
      sku_id: 's',
      quantity: 1.5,
      order_id: 'o',
      hu_id: 'h',
      hu_type: 't',
      asis_sequence: 7,
      priority: 3,
    };
    const answer = await answerTo('route', onLine({ location_id: 'L1', ...brought }), { site: LINE });
    expect(picksOf(answer)).toEqual([
      {
        pick_id: 'p0',
        location_id: 'L1',
        ...brought,
        sequence_priority: null,
        optim_sequence: 0,
        path: null,
        instructions: null,
      },
    ]);
  });

  test('is the same each time for the same input and seed', async () => {
    const locations = Array.from(
      { length: 30 },
      (_, index) => `${'ABCD'[index % 4]}${String((index % 10) + 1).padStart(2, '0')}`,
    );
    const first = await answerTo('route', routeOf(...locations), { seed: 7 });
    const second = await answerTo('route', routeOf(...locations), { seed: 7 });
    expect(second).toEqual(first);
  });
});

describe('clusters', () => {
  test('hold no more orders than max_orders, and name themselves', async () => {
    const body = onLine(
      { location_id: 'L1', list_id: 'x' },
      { location_id: 'L9', list_id: 'x' },
      { location_id: 'L1', list_id: 'y' },
      { location_id: 'L9', list_id: 'y' },
    );
    const answer = await answerTo('cluster', { ...body, parameters: { max_orders: 2 } }, { site: LINE });
    const clusters = clustersOf(answer);
    expect(clusters.map(({ list_id: name }) => name)).toEqual(['cluster_0', 'cluster_1']);
    expect(sorted(clusters.map(({ order_ids: orders }) => sorted(orders).join('+')))).toEqual(['o0+o2', 'o1+o3']);
    expect([answer['asis_distance'], answer['optimal_distance']]).toEqual([36, 20]);
    expect(sorted(clusters.flatMap(({ picks }) => picks.map((pick) => pick['list_id'])))).toEqual(['x', 'x', 'y', 'y']);
  });

  test.each([
    ['max_locations', 1, {}],
    ['max_distance', 10, {}],
    ['max_weight', 5, { sku_weight: 2, quantity: 2 }],
    ['max_volume', 30, { sku_width: 2, sku_height: 3, sku_depth: 4 }],
    ['max_surface', 10, { sku_width: 2, sku_depth: 4 }],
  ])('keep to %s', async (limit, value, goods) => {
    const body = onLine({ location_id: 'L4', ...goods }, { location_id: 'L6', ...goods });
    const free = await answerTo('cluster', body, { site: LINE });
    expect(clustersOf(free)).toHaveLength(1);
    const kept = await answerTo('cluster', { ...body, parameters: { [limit]: value } }, { site: LINE });
    expect(clustersOf(kept).map(({ order_ids: orders }) => orders)).toEqual(expect.arrayContaining([['o0'], ['o1']]));
    expect(clustersOf(kept)).toHaveLength(2);
  });

  test("walk today's lists in asis_sequence", async () => {
    const body = onLine(
      { location_id: 'L9', list_id: 'x', asis_sequence: 2 },
      { location_id: 'L1', list_id: 'x', asis_sequence: 3 },
      { location_id: 'L5', list_id: 'x', asis_sequence: 1 },
    );
    const answer = await answerTo('cluster', body, { site: LINE });
    // 0 to 5, on to 9, back to 1 and 0.
    expect(clustersOf(answer, 'asis_clusters')).toMatchObject([{ list_id: 'x', estimated_distance: 18 }]);
  });

  test('have no asis_distance when a pick has no list', async () => {
    const answer = await answerTo('cluster', onLine({ location_id: 'L1', list_id: 'x' }, { location_id: 'L2' }), {
      site: LINE,
    });
    expect([answer['asis_clusters'], answer['asis_distance']]).toEqual([[], null]);
  });

  test("have no asis_distance when today's lists exceed a limit", async () => {
    const body = onLine({ location_id: 'L1', list_id: 'x' }, { location_id: 'L2', list_id: 'x' });
    const answer = await answerTo('cluster', { ...body, parameters: { max_orders: 1 } }, { site: LINE });
    expect([answer['asis_clusters'], answer['asis_distance']]).toEqual([[], null]);
  });

  test("are walked in today's order with routing_policy ASIS", async () => {
    const body = onLine(
      { location_id: 'L9', list_id: 'x', asis_sequence: 1 },
      { location_id: 'L1', list_id: 'y', asis_sequence: 2 },
      { location_id: 'L8', list_id: 'z', asis_sequence: 3 },
    );
    const parameters = { routing_policy: 'ASIS' };
    const answer = await answerTo('cluster', { ...body, parameters }, { site: LINE });
    expect(clustersOf(answer)).toMatchObject([{ estimated_distance: 9 + 8 + 7 + 8 }]);
  });

  test('treat a pick without an order as an order of its own', async () => {
    const body = {
      site_name: 'Line',
      picks: [
        { pick_id: 'a', location_id: 'L1' },
        { pick_id: 'b', location_id: 'L2', order_id: 'a' },
      ],
    };
    const answer = await answerTo('cluster', { ...body, parameters: { max_orders: 1 } }, { site: LINE });
    expect(clustersOf(answer).map(({ picks }) => picks.map((pick) => [pick['pick_id'], pick['order_id']]))).toEqual(
      expect.arrayContaining([[['a', 'a']], [['b', 'a']]]),
    );
  });
});

describe('names of locations', () => {
  const rewritten = { location_regex: [[String.raw`^(A\d\d)([A-Z])$`, String.raw`\1`]] };

  test('are rewritten before they are looked up, and answered as they were sent', async () => {
    const answer = await answerTo('route', { ...routeOf('A01B', 'B03'), parameters: rewritten });
    expect(sorted(picksOf(answer).map((pick) => pick['location_id']))).toEqual(['A01B', 'B03']);
  });

  test('must match a rule when allow_regex_default is false', async () => {
    const parameters = { ...rewritten, allow_regex_default: false, pick_violation_handling: 'REMOVE_PICKS' };
    const answer = await answerTo('route', { ...routeOf('A01B', 'B03', 'A99B'), parameters });
    expect(picksOf(answer).map((pick) => pick['location_id'])).toEqual(['A01B']);
    expect(answer['invalid_picks']).toMatchObject([
      { pick_id: 'p1', location_id: ['B03'], location_id_processed: null, reason: 'No matching regex' },
      { pick_id: 'p2', location_id: ['A99B'], location_id_processed: ['A99'], reason: 'Location not found' },
    ]);
  });

  test('make a pick valid when one of several is known', async () => {
    const answer = await answerTo('route', routeOf(['Z99', 'A01']));
    expect(picksOf(answer)).toMatchObject([{ location_id: 'A01' }]);
    expect(answer['invalid_picks']).toEqual([]);
  });
});

describe('a pick that cannot be made', () => {
  const body = {
    site_name: 'Example',
    picks: [
      { pick_id: 'a', location_id: 'A01', order_id: 'one' },
      { pick_id: 'b', location_id: 'Z99', order_id: 'one' },
      { pick_id: 'c', location_id: 'B03', order_id: 'two' },
    ],
  };
  const handled = (handling: string): object => ({ ...body, parameters: { pick_violation_handling: handling } });

  test.each(['?synchronous=true', '?synchronous=false'])(
    'refuses the whole request with IGNORE, the default (%s)',
    async (query) => {
      const bench = createBench();
      for (const request of [body, handled('IGNORE')]) {
        const answer = await bench.post(`/optimize/cluster${query}`, request);
        expect([answer.status, answer.body]).toEqual([
          422,
          {
            detail: [
              {
                loc: ['body', 'picks', 1, 'location_id'],
                msg: 'Value error, Location not found: "Z99"',
                type: 'value_error',
              },
            ],
          },
        ]);
      }
    },
  );

  test('is left out with REMOVE_PICKS', async () => {
    const answer = await answerTo('cluster', handled('REMOVE_PICKS'));
    expect(sorted(clustersOf(answer).flatMap(({ picks }) => picks.map((pick) => pick['pick_id'])))).toEqual(['a', 'c']);
    expect(answer['invalid_picks']).toMatchObject([{ pick_id: 'b', reason: 'Location not found' }]);
  });

  test('removes its whole order with REMOVE_ORDERS', async () => {
    const answer = await answerTo('cluster', handled('REMOVE_ORDERS'));
    expect(clustersOf(answer).flatMap(({ picks }) => picks.map((pick) => pick['pick_id']))).toEqual(['c']);
    expect(answer['invalid_picks']).toMatchObject([
      { pick_id: 'a', location_id_processed: ['A01'], reason: 'Order contains invalid pick' },
      { pick_id: 'b', location_id_processed: ['Z99'], reason: 'Location not found' },
    ]);
  });

  test('fails the job when none is left', async () => {
    const only = { ...routeOf('Z99'), parameters: { pick_violation_handling: 'REMOVE_PICKS' } };
    const answer = await answerTo('route', only);
    expect(answer).toMatchObject({ error: 'No valid picks are left', picks: [], invalid_picks: [{ pick_id: 'p0' }] });
  });
});

describe('extra', () => {
  test('is echoed to the last digit, whatever it contains', async () => {
    const extra =
      '{"big":12345678901234567890,"price":1.10,"tiny":1e400,"__proto__":{"x":[1,null,true]},"ü":"\\u0000<"}';
    const bench = createBench({ latency: 0 });
    const { text } = await bench.post(
      '/optimize/route',
      `{"site_name":"Example","picks":[{"pick_id":"1","location_id":"A01"}],"extra":${extra}}`,
    );
    expect(text).toContain(`"extra":${extra}`);
  });

  test('is null when there is none', async () => {
    expect((await answerTo('route', routeOf('A01')))['extra']).toBeNull();
    expect((await answerTo('route', { ...routeOf('A01'), extra: null }))['extra']).toBeNull();
  });
});
