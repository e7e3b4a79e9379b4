import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AnswerSummary } from '../../../src/answers/answer.ts';
import { createAnswerReader } from '../../../src/answers/reader.ts';
import { renderAnswer, renderAnswerLine } from '../../../src/output/answers/answer-table.ts';
import { displayWidth } from '../../../src/lib/text/display-width.ts';
import { PLAIN_STYLE } from '../../../src/output/terminal/style.ts';

function summaryOf(content: unknown): AnswerSummary {
  const reader = createAnswerReader();
  reader.push(content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content)));
  const summary = reader.end();
  if (summary === undefined) throw new Error('no object');
  return summary;
}

const EXAMPLE = readFileSync(new URL('../../fixtures/example-cluster-response.json', import.meta.url));
const ID = '67507ad05e593173d0313e0f';

const shown = (content: unknown, width?: number, all = false): string[] => [
  ...renderAnswer(summaryOf(content), { width, style: PLAIN_STYLE, all }),
];

const stops = (count: number): unknown[] =>
  Array.from({ length: count }, (_, at) => ({ pick_id: `p${at}`, location_id: `A${at}`, optim_sequence: at }));

describe('the published cluster answer', () => {
  it('shows its clusters and the walk before and after, in metres', () => {
    expect(shown(EXAMPLE)).toEqual([
      `Cluster · Example · ${ID}`,
      '',
      'CLUSTER    ORDERS  PICKS  LOCATIONS  DISTANCE',
      'cluster_0       1      2          2    17.7 m',
      'cluster_1       2      4          4    41.1 m',
      'cluster_2       2      4          4    25.2 m',
      '',
      'picks     10 in 3 clusters (as-is 3)',
      'distance  139 m -> 84.0 m',
      'saved     55.0 m (39.6%)',
      'computed  in 189 ms',
    ]);
  });

  it('has bars on a terminal, and fewer columns on a narrow one', () => {
    expect([shown(EXAMPLE, 80).slice(2, 6), shown(EXAMPLE, 40).slice(3, 7)]).toEqual([
      [
        'CLUSTER    ORDERS  PICKS  LOCATIONS  DISTANCE',
        'cluster_0       1      2          2    17.7 m  █████████',
        'cluster_1       2      4          4    41.1 m  ████████████████████',
        'cluster_2       2      4          4    25.2 m  ████████████',
      ],
      [
        'CLUSTER    ORDERS  PICKS  DISTANCE',
        'cluster_0       1      2    17.7 m',
        'cluster_1       2      4    41.1 m',
        'cluster_2       2      4    25.2 m',
      ],
    ]);
  });

  it('is one line in a stream', () => {
    expect(renderAnswerLine('cluster', summaryOf(EXAMPLE))).toBe(
      `cluster  Example  ${ID}  139 m -> 84.0 m  39.6% saved`,
    );
  });
});

describe('a route answer', () => {
  const route = {
    type: 'ROUTE',
    site_name: 'Example',
    wave_id: 'w1',
    route_id: 'r1',
    request_id: ID,
    picks: [
      { pick_id: 'p2', location_id: 'B03', order_id: 'o1', sku_id: 's1', quantity: 2, optim_sequence: 1 },
      { pick_id: 'p1', location_id: 'A01', order_id: 'o2', optim_sequence: 0 },
    ],
    optimal_distance: 1500,
    visualization_url: 'https://pictures.example/1',
  };

  it('is a pick list in walking order, with the reason why there is no saving', () => {
    expect(shown(route)).toEqual([
      `Route · Example · wave w1 · route r1 · ${ID}`,
      '',
      '#  LOCATION  PICK  ORDER  SKU  QUANTITY',
      '1  A01       p1    o2',
      '2  B03       p2    o1     s1          2',
      '',
      'picks     2',
      'distance  15.0 m',
      'saved     n/a: the answer has no as-is distance: send asis_sequence with every pick',
      '',
      'picture: https://pictures.example/1',
    ]);
  });

  it('leaves out columns without values', () => {
    expect(shown({ ...route, picks: stops(1) })[2]).toBe('#  LOCATION  PICK');
  });

  it('says when the optimized walk is the longer one', () => {
    const longer = { ...route, asis_distance: 1000 };
    expect([shown(longer).slice(7, 9), renderAnswerLine('route', summaryOf(longer))]).toEqual([
      ['distance  10.0 m -> 15.0 m', 'saved     5.0 m longer (-50.0%)'],
      `route  Example  wave w1  ${ID}  10.0 m -> 15.0 m  50.0% longer`,
    ]);
  });

  it('is cut after twenty stops unless all are wanted', () => {
    const long = { type: 'ROUTE', request_id: ID, picks: stops(1020) };
    expect([shown(long).slice(22, 25), shown(long, undefined, true).length]).toEqual([
      ['20  A19       p19', '… 1000 more; --all shows them', ''],
      3 + 1020 + 4,
    ]);
    expect(shown({ ...long, picks: stops(20) }).filter((line) => line.includes('more'))).toEqual([]);
  });
});

describe('invalid picks', () => {
  it('are shown by reason with examples', () => {
    const content = {
      request_id: ID,
      optimal_clusters: [],
      invalid_picks: [
        ...[1, 2, 3, 4].map((n) => ({ pick_id: `p${n}`, location_id: [`Z${n}`], reason: 'Location not found' })),
        { pick_id: 'p9', location_id: ['Q'], reason: 'No matching regex' },
      ],
    };
    expect(shown(content)).toEqual([
      `Cluster · ${ID}`,
      '',
      'picks     0 in 0 clusters',
      'distance  n/a',
      'saved     n/a: the answer has no as-is distance: send list_id with every pick (and lists that respect the limits)',
      '',
      '5 invalid picks',
      '  Location not found: 4 (p1 (Z1), p2 (Z2), p3 (Z3), …)',
      '  No matching regex: 1 (p9 (Q))',
    ]);
  });

  it('do not fill the screen when a server invents reasons', () => {
    const content = { picks: [], invalid_picks: Array.from({ length: 25 }, (_, at) => ({ reason: `reason ${at}` })) };
    expect(shown(content).slice(-2)).toEqual(['  reason 19: 1 (?)', '… 5 more reasons; --all shows them']);
  });
});

describe('an answer without a result', () => {
  it('says that the job failed, and why', () => {
    expect([
      shown({ type: 'CLUSTER', request_id: ID, error: 'no\u001b[31m route\nfound' }),
      shown({ request_id: ID, status: 'FAILED' }),
      shown({ request_id: ID, status: 'FAILED', message: 'out of \u001b[31mtime' }),
      [renderAnswerLine('route', summaryOf({ request_id: ID, error: 'bad\nsite' }))],
    ]).toEqual([
      [`Cluster · ${ID}`, 'failed: no route found'],
      [`Answer · ${ID}`, 'failed: the API gave no reason (status FAILED)'],
      [`Answer · ${ID}`, 'failed: out of time (status FAILED)'],
      [`route  ${ID}  failed: bad site`],
    ]);
  });

  it('says that the job has not finished', () => {
    expect([shown({ status: 'RUNNING' }), [renderAnswerLine('route', summaryOf({}))]]).toEqual([
      ['Answer · no request id', 'not finished: RUNNING'],
      ['route  no request id  not finished'],
    ]);
  });
});

describe('hostile text from a server', () => {
  const evil = 'x\u001b]0;t\u0007\u001b[2J\u202e\n\u200by';
  const content = {
    type: 'ROUTE',
    site_name: evil,
    wave_id: evil,
    route_id: evil,
    request_id: evil,
    status: evil,
    unit: evil,
    asis_distance: 10,
    optimal_distance: 5,
    visualization_url: evil,
    picks: [{ pick_id: evil, location_id: evil, order_id: evil, sku_id: evil }],
    optimal_clusters: [{ list_id: evil, picks: [{}], estimated_distance: 5 }],
    invalid_picks: [{ pick_id: evil, location_id: [evil], reason: evil }],
  };

  it('never reaches the terminal, wherever it stands', () => {
    const lines = [
      ...shown(content),
      ...shown(content, 60),
      ...shown({ ...content, error: evil }),
      renderAnswerLine('route', summaryOf(content)),
      renderAnswerLine('route', summaryOf({ ...content, error: evil })),
    ];
    expect(lines.filter((line) => /[\u0000-\u001f\u007f-\u009f\u200b\u202e]/.test(line))).toEqual([]);
    expect(lines.filter((line) => line.includes('x y')).length).toBeGreaterThan(15);
  });

  it('does not widen a table beyond the terminal', () => {
    const lines = shown({ ...content, picks: [{ pick_id: '倉'.repeat(500), location_id: 'y'.repeat(500) }] }, 40);
    const tables = lines.filter((line) => /倉|yyy|LOCATION/.test(line));
    expect([tables.length, tables.filter((line) => displayWidth(line) > 40)]).toEqual([2, []]);
  });
});
