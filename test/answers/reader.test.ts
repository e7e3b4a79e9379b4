import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { AnswerSummary } from '../../src/answers/answer.ts';
import { createAnswerReader } from '../../src/answers/reader.ts';
import { JsonSyntaxError } from '../../src/lib/json/scanner.ts';

function read(content: string | Uint8Array, size = Number.POSITIVE_INFINITY): AnswerSummary | undefined {
  const reader = createAnswerReader();
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, Math.min(bytes.length, at + size)));
  return reader.end();
}

const readValue = (value: unknown): AnswerSummary | undefined => read(JSON.stringify(value));

/** What is read of `{}`. */
const NOTHING: AnswerSummary = {
  kind: undefined,
  requestId: undefined,
  siteName: undefined,
  waveId: undefined,
  routeId: undefined,
  timestamp: undefined,
  computationTime: undefined,
  error: undefined,
  status: undefined,
  message: undefined,
  unit: 'cm',
  asisDistance: undefined,
  optimalDistance: undefined,
  visualizationUrl: undefined,
  hasResult: false,
  stops: [],
  clusters: [],
  asisClusters: undefined,
  picks: 0,
  invalidPicks: [],
};

const NO_STOP = { sequence: undefined, orderId: undefined, skuId: undefined, quantity: undefined };

describe('the published cluster answer', () => {
  const bytes = readFileSync(new URL('../fixtures/example-cluster-response.json', import.meta.url));
  const expected: AnswerSummary = {
    ...NOTHING,
    kind: 'cluster',
    requestId: '67507ad05e593173d0313e0f',
    siteName: 'Example',
    timestamp: '2024-12-04T16:52:49.303000',
    computationTime: 0.18871760368347168,
    asisDistance: 13899.510205263432,
    optimalDistance: 8402.228192776922,
    hasResult: true,
    clusters: [
      { listId: 'cluster_0', orders: 1, picks: 2, locations: 2, distance: 1769.3650540474673 },
      { listId: 'cluster_1', orders: 2, picks: 4, locations: 4, distance: 4109.649910247537 },
      { listId: 'cluster_2', orders: 2, picks: 4, locations: 4, distance: 2523.2132284819177 },
    ],
    asisClusters: 3,
    picks: 10,
  };

  it('is read whatever the chunks are', () => {
    expect([1, 2, 3, 64, 1000, bytes.length].map((size) => read(bytes, size))).toEqual(
      Array.from({ length: 6 }, () => expected),
    );
  });

  it('is refused when it is cut off anywhere', () => {
    const text = bytes.toString().trimEnd();
    for (let end = 1; end < text.length; end += 97) {
      expect(() => read(text.slice(0, end))).toThrow(SyntaxError);
    }
  });

  it('has the sums of its clusters for totals when they are left out', () => {
    const {
      asis_distance: asis,
      optimal_distance: optimal,
      ...rest
    } = JSON.parse(bytes.toString()) as Record<string, unknown>;
    const summary = readValue(rest);
    expect([summary?.asisDistance, summary?.optimalDistance]).toEqual([
      expect.closeTo(asis as number, 6),
      expect.closeTo(optimal as number, 6),
    ]);
  });
});

describe('a route answer', () => {
  it('gives its stops in walking order', () => {
    const summary = readValue({
      type: 'ROUTE',
      route_id: 'r1',
      wave_id: 'w1',
      unit: 'mm',
      asis_distance: 10,
      optimal_distance: 5,
      picks: [
        {
          pick_id: 'b',
          location_id: 'A2',
          optim_sequence: 1,
          order_id: 'o',
          sku_id: 's',
          quantity: 2.5,
          path: [[1, 2]],
        },
        { pick_id: 'a', location_id: 'A1', optim_sequence: 0, order_id: null },
      ],
    });
    expect(summary).toEqual({
      ...NOTHING,
      kind: 'route',
      routeId: 'r1',
      waveId: 'w1',
      unit: 'mm',
      asisDistance: 10,
      optimalDistance: 5,
      hasResult: true,
      stops: [
        { ...NO_STOP, sequence: 0, pickId: 'a', locationId: 'A1' },
        { sequence: 1, pickId: 'b', locationId: 'A2', orderId: 'o', skuId: 's', quantity: 2.5 },
      ],
      picks: 2,
    });
  });

  it('keeps the order it came in when a stop does not tell its place', () => {
    const summary = readValue({ picks: [{ pick_id: 'b', optim_sequence: 1 }, { pick_id: 'a' }] });
    expect(summary?.stops).toEqual([
      { ...NO_STOP, sequence: 1, pickId: 'b', locationId: '' },
      { ...NO_STOP, pickId: 'a', locationId: '' },
    ]);
  });
});

describe('invalid picks', () => {
  it('are grouped by reason, the most frequent first, with three examples', () => {
    const summary = readValue({
      invalid_picks: [
        { pick_id: 'p1', location_id: ['X', 'Y'], reason: 'No matching regex' },
        ...[2, 3, 4, 5].map((n) => ({ pick_id: `p${n}`, location_id: [`Z${n}`], reason: 'Location not found' })),
        { location_id: 7 },
        'odd',
      ],
    });
    expect(summary?.invalidPicks).toEqual([
      { reason: 'Location not found', count: 4, examples: ['p2 (Z2)', 'p3 (Z3)', 'p4 (Z4)'] },
      { reason: 'no reason given', count: 2, examples: ['?', '?'] },
      { reason: 'No matching regex', count: 1, examples: ['p1 (X|Y)'] },
    ]);
  });
});

describe('whether there is a result', () => {
  const has = (value: unknown): boolean | undefined => readValue(value)?.hasResult;

  it('is shown by the arrays of a finished job, empty ones too, or by its computing time', () => {
    expect([has({ picks: [] }), has({ optimal_clusters: [] }), has({ computation_time: 0 })]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('is not shown by nulls, other types or other fields', () => {
    expect([
      has({}),
      has({ picks: null, optimal_clusters: null, computation_time: null }),
      has({ picks: {}, optimal_clusters: 'x', computation_time: '1' }),
      has({ request_id: 'a', asis_clusters: [{}] }),
    ]).toEqual([false, false, false, false]);
  });
});

describe('the kind', () => {
  const kind = (value: unknown): unknown => readValue(value)?.kind;

  it('is the type field, in any case, else what the other fields suggest', () => {
    expect([
      kind({ type: 'CLUSTER', picks: [] }),
      kind({ type: 'route' }),
      kind({ optimal_clusters: [], type: 'OTHER' }),
      kind({ asis_clusters: [] }),
      kind({ picks: [] }),
      kind({ route_id: 'r' }),
      kind({ status: 'RUNNING' }),
    ]).toEqual(['cluster', 'route', 'cluster', 'cluster', 'route', 'route', undefined]);
  });
});

describe('an answer that is not as documented', () => {
  it('counts values of another type as absent', () => {
    const summary = readValue({
      type: 1,
      request_id: { a: 1 },
      site_name: [],
      wave_id: 5,
      computation_time: 'soon',
      error: {},
      status: 200,
      unit: null,
      asis_distance: '10',
      optimal_distance: true,
      asis_clusters: 'none',
      optimal_clusters: 7,
      picks: 'many',
      invalid_picks: { a: 1 },
    });
    expect(summary).toEqual(NOTHING);
  });

  it('passes over elements of its lists that are no objects', () => {
    const summary = readValue({
      picks: [null, 5, [], { pick_id: 9, location_id: {}, quantity: '3', optim_sequence: 'x' }],
      optimal_clusters: [
        null,
        'x',
        { picks: 'x', order_ids: 'y', estimated_distance: '5', list_id: 5 },
        { picks: [null, 4, {}] },
      ],
    });
    const blank = { listId: '', orders: 0, picks: 0, locations: 0, distance: undefined };
    expect(summary).toEqual({
      ...NOTHING,
      kind: 'cluster',
      hasResult: true,
      stops: [{ ...NO_STOP, pickId: '', locationId: '' }],
      clusters: [blank, { ...blank, picks: 1 }],
      picks: 2,
    });
  });

  it('counts an empty or blank text as absent, and a number beyond all bounds too', () => {
    expect(read('{"error":"","status":"  ","unit":"","asis_distance":1e999}')).toEqual(NOTHING);
  });

  it('takes the last of equal keys', () => {
    const summary = read(
      `{"status":"A","status":"B","picks":[{"pick_id":"x"}],"picks":[{"pick_id":"y"},{"pick_id":"z"}],
        "optimal_clusters":[{"picks":[1,2,3],"picks":[{"order_id":"o"}],"list_id":"p","list_id":"q"}],
        "invalid_picks":[{}],"invalid_picks":null,"asis_clusters":[{}],"asis_clusters":"gone"}`,
    );
    expect(summary).toEqual({
      ...NOTHING,
      kind: 'cluster',
      status: 'B',
      hasResult: true,
      stops: [
        { ...NO_STOP, pickId: 'y', locationId: '' },
        { ...NO_STOP, pickId: 'z', locationId: '' },
      ],
      clusters: [{ listId: 'q', orders: 1, picks: 1, locations: 0, distance: undefined }],
      picks: 3,
    });
  });

  it('is not misled by keys that objects inherit', () => {
    const summary = read(
      '{"__proto__":{"error":"no"},"constructor":1,"toString":"x","picks":[{"__proto__":{"pick_id":"no"},"pick_id":"yes"}]}',
    );
    expect([summary, ({} as Record<string, unknown>)['error']]).toEqual([
      { ...NOTHING, kind: 'route', hasResult: true, stops: [{ ...NO_STOP, pickId: 'yes', locationId: '' }], picks: 1 },
      undefined,
    ]);
  });
});

describe('a document that is no object', () => {
  it('has no summary', () => {
    expect(['', ' \n', 'null', '"67507ad0"', '[{"picks":[]}]', '42'].map((text) => read(text))).toEqual(
      Array(6).fill(undefined),
    );
  });

  it('is a syntax error only at the end, however much comes after the fault', () => {
    const reader = createAnswerReader();
    reader.push(Buffer.from('<html>'));
    reader.push(Buffer.from('{"picks":[]}'));
    expect(() => reader.end()).toThrow(new JsonSyntaxError("not JSON: '<' at byte 0", 0));
  });
});

describe('an answer of 50 MB with 100,000 picks', () => {
  it('is read in less than 150 MB of memory', () => {
    const reader = new URL('../../src/answers/reader.ts', import.meta.url).href;
    const program = `
      import { createAnswerReader } from ${JSON.stringify(reader)};
      const reader = createAnswerReader();
      const note = 'x'.repeat(320);
      let size = 0;
      const push = (text) => { const bytes = Buffer.from(text); size += bytes.length; reader.push(bytes); };
      push('{"picks":[');
      for (let at = 0; at < 100000; at += 50) {
        let text = at === 0 ? '' : ',';
        for (let n = at; n < at + 50; n += 1) {
          text += (n === at ? '' : ',') + JSON.stringify({ pick_id: 'pick_' + n, location_id: 'A' + (n % 400),
            order_id: 'order_' + (n >> 2), sku_id: 'sku_' + (n % 5000), quantity: n % 7, optim_sequence: n,
            path: [[1.5, 2.5], [3.5, 4.5]], note });
        }
        push(text);
      }
      push(']}');
      const { stops } = reader.end();
      console.log(JSON.stringify({ mb: Math.floor(size / 1e6), stops: stops.length, kb: process.resourceUsage().maxRSS }));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '--no-warnings', '-e', program], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      encoding: 'utf8',
    });
    const { mb, stops, kb } = JSON.parse(output) as { mb: number; stops: number; kb: number };
    expect({ large: mb >= 48, stops, small: kb < 150 * 1024 }).toEqual({ large: true, stops: 100_000, small: true });
  });
});

describe('an error that is no text', () => {
  it.each([
    ['an object with a message', { message: 'no route', code: 7 }, 'no route'],
    ['an object with a detail', { detail: 'no route' }, 'no route'],
    ['another object', { code: 7 }, '{"code":7}'],
    ['a list', ['no route'], '["no route"]'],
    ['an empty object', {}, undefined],
    ['an empty list', [], undefined],
    ['false', false, undefined],
  ])('%s', (_name, error, expected) => {
    expect(readValue({ error })?.error).toBe(expected);
  });
});
