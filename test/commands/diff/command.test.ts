import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { expectScreen, WIDTHS } from '../../support/screens.ts';
import { errorOf, run } from '../../support/run.ts';

const pick = (id: number, more: object = {}): object => ({
  pick_id: `p${id}`,
  order_id: `o${Math.floor(id / 2)}`,
  location_id: [`A0${id}`],
  ...more,
});
const cluster = (name: string, distance: number, ...ids: readonly number[]): object => ({
  list_id: name,
  picks: ids.map((id) => pick(id)),
  order_ids: [...new Set(ids.map((id) => `o${Math.floor(id / 2)}`))],
  estimated_distance: distance,
});

const A = {
  type: 'CLUSTER',
  site_name: 'Example',
  wave_id: 'w1',
  request_id: '67507ad05e593173d0313e0f',
  computation_time: 0.5,
  unit: 'cm',
  asis_distance: 10_000,
  optimal_distance: 6000,
  optimal_clusters: [cluster('cluster_0', 2000, 0, 1, 2), cluster('cluster_1', 4000, 3, 4, 5)],
};
const B = {
  ...A,
  request_id: '67507ad05e593173d0313e10',
  computation_time: 1.25,
  optimal_distance: 5500,
  optimal_clusters: [cluster('cluster_0', 3500, 4, 5), cluster('cluster_1', 2000, 0, 1, 2, 3)],
  invalid_picks: [{ pick_id: 'p9', location_id: ['X'], reason: 'Location not found' }],
};
const stop = (id: number, sequence: number, place = `A0${id}`): object =>
  pick(id, { location_id: place, optim_sequence: sequence });
const ROUTE = {
  type: 'ROUTE',
  site_name: 'Example',
  computation_time: 0.5,
  unit: 'm',
  asis_distance: 100,
  optimal_distance: 60,
  picks: [stop(0, 0), stop(1, 1), stop(2, 2), stop(3, 3)],
};
const ROUTE_B = { ...ROUTE, optimal_distance: 66, picks: [stop(1, 0), stop(2, 1, 'B07'), stop(3, 2), stop(0, 3)] };

const files = {
  'a.json': JSON.stringify(A),
  'b.json': JSON.stringify(B, null, 2),
  'route.json': JSON.stringify(ROUTE),
  'route-b.json': JSON.stringify(ROUTE_B),
};

describe('diff', () => {
  test.each(WIDTHS)(
    'fits a terminal of %d columns, and never moves an order from a name to the same name',
    async (columns) => {
      const both = await run(['diff', 'a.json', 'b.json'], {
        files,
        terminal: { stdout: true, stderr: true },
        columns,
      });
      const failed = await run(['diff', 'a.json', 'none.json'], {
        files,
        terminal: { stdout: true, stderr: true },
        columns,
      });
      const screen = stripVTControlCharacters([both.stdout, both.stderr, failed.stdout, failed.stderr].join(''));
      expect(both.stdout).not.toMatch(/(cluster_\d+) +\1\n/);
      for (const line of screen.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
      await expectScreen(`diff-${columns}`, screen);
    },
  );

  test('of two cluster answers shows figures, clusters and moved picks', async () => {
    const { ended } = await run(['diff', 'a.json', 'b.json'], { files });
    expect(ended).toEqual({
      code: 0,
      stdout: `Difference of two cluster answers
A  a.json · Example · wave w1 · 67507ad05e593173d0313e0f
B  b.json · Example · wave w1 · 67507ad05e593173d0313e10

                         A       B      DIFFERENCE
as-is distance       100 m   100 m            same
optimized distance  60.0 m  55.0 m  -5.0 m (-8.3%)
saved                40.0%   45.0%     +5.0 points
clusters                 2       2            same
orders                   3       3            same
picks                    6       6            same
invalid picks            0       1              +1
computed in         500 ms   1.3 s

CLUSTER    IN B       ORDERS   PICKS  SHARED  DISTANCE A  DISTANCE B       DIFFERENCE
cluster_0  cluster_1       2  3 -> 4       3      20.0 m      20.0 m             same
cluster_1  cluster_0  2 -> 1  3 -> 2       2      40.0 m      35.0 m  -5.0 m (-12.5%)

1 pick of 1 order moved to another cluster
ORDER  PICKS  FROM       TO
o1         1  cluster_1  cluster_0
`,
      stderr: '',
    });
  });

  test('of two routes shows which stops changed place, and which location', async () => {
    const { ended } = await run(['diff', 'route.json', 'route-b.json'], { files });
    expect(ended).toEqual({
      code: 0,
      stdout: `Difference of two route answers
A  route.json · Example
B  route-b.json · Example

                         A       B       DIFFERENCE
as-is distance       100 m   100 m             same
optimized distance  60.0 m  66.0 m  +6.0 m (+10.0%)
saved                40.0%   34.0%      -6.0 points
orders                   2       2             same
picks                    4       4             same
invalid picks            0       0             same
computed in         500 ms  500 ms

1 of 4 stops changed place
PICK  PLACE A  PLACE B
p0    1        4

1 pick made at another location
PICK  LOCATION A  LOCATION B
p2    A02         B07
`,
      stderr: '',
    });
  });

  test('of the same answer says so', async () => {
    const { code, stdout } = await run(['diff', 'a.json', 'a.json'], { files });
    expect([code, stdout.split('\n').at(-2)]).toEqual([0, 'the two answers say the same']);
  });

  test('for machines is one document', async () => {
    const { code, stdout, stderr } = await run(['diff', 'a.json', 'b.json', '--json'], { files });
    expect([code, stderr, stdout.split('\n').length]).toEqual([0, '', 2]);
    expect(JSON.parse(stdout)).toEqual({
      v: 1,
      type: 'diff',
      kind: 'cluster',
      unit: 'cm',
      same: false,
      a: {
        file: 'a.json',
        request_id: '67507ad05e593173d0313e0f',
        site_name: 'Example',
        wave_id: 'w1',
        unit: 'cm',
        asis_distance: 10_000,
        optimal_distance: 6000,
        saving_percent: 40,
        clusters: 2,
        orders: 3,
        picks: 6,
        invalid_picks: 0,
        computation_time: 0.5,
      },
      b: {
        file: 'b.json',
        request_id: '67507ad05e593173d0313e10',
        site_name: 'Example',
        wave_id: 'w1',
        unit: 'cm',
        asis_distance: 10_000,
        optimal_distance: 5500,
        saving_percent: 45,
        clusters: 2,
        orders: 3,
        picks: 6,
        invalid_picks: 1,
        computation_time: 1.25,
      },
      difference: {
        asis_distance: 0,
        optimal_distance: -500,
        saving_percent: 5,
        clusters: 0,
        orders: 0,
        picks: 0,
        invalid_picks: 1,
        computation_time: 0.75,
      },
      clusters: [
        {
          a: { list_id: 'cluster_0', orders: 2, picks: 3, distance: 2000 },
          b: { list_id: 'cluster_1', orders: 2, picks: 4, distance: 2000 },
          shared_picks: 3,
          distance_difference: 0,
        },
        {
          a: { list_id: 'cluster_1', orders: 2, picks: 3, distance: 4000 },
          b: { list_id: 'cluster_0', orders: 1, picks: 2, distance: 3500 },
          shared_picks: 2,
          distance_difference: -500,
        },
      ],
      regrouped_picks: [{ pick_id: 'p3', a: 'cluster_1', b: 'cluster_1' }],
      relocated_picks: [],
      only_in_a: [],
      only_in_b: [],
      sequence: null,
    });
    const routes = await run(['diff', 'route.json', 'route-b.json', '--format', 'json'], { files });
    expect(JSON.parse(routes.stdout)).toMatchObject({
      clusters: [],
      a: { clusters: null },
      difference: { clusters: null, optimal_distance: 6 },
      relocated_picks: [{ pick_id: 'p2', a: 'A02', b: 'B07' }],
      sequence: { common_stops: 4, moved_stops: [{ pick_id: 'p0', a: 1, b: 4 }], reversed: false },
    });
  });

  test('as Markdown escapes tables, links and HTML in an answer', async () => {
    const odd = { ...B, wave_id: 'w|2\n<b>', optimal_clusters: [cluster('[x](y) `z` *a*', 1, 0, 1, 2, 3, 4, 5)] };
    const { code, stdout, stderr } = await run(['diff', 'a.json', 'odd.json', '--format', 'md'], {
      files: { ...files, 'odd.json': JSON.stringify(odd) },
    });
    expect([code, stderr]).toEqual([0, 'warning: the answers are of different waves: w1, w|2 <b>\n']);
    expect(stdout).toBe(`## Difference of two cluster answers

- A  a.json · Example · wave w1 · 67507ad05e593173d0313e0f
- B  odd.json · Example · wave w&#124;2 &lt;b&gt; · 67507ad05e593173d0313e10

|  | A | B | Difference |
| --- | --: | --: | --: |
| as-is distance | 100 m | 100 m | same |
| optimized distance | 60.0 m | 55.0 m | -5.0 m (-8.3%) |
| saved | 40.0% | 45.0% | +5.0 points |
| clusters | 2 | 1 | -1 |
| orders | 3 | 3 | same |
| picks | 6 | 6 | same |
| invalid picks | 0 | 1 | +1 |
| computed in | 500 ms | 1.3 s |  |

| Cluster | In B | Orders | Picks | Shared | Distance A | Distance B | Difference |
| --- | --- | --: | --: | --: | --: | --: | --: |
| cluster\\_0 | \\[x\\](y) \\\`z\\\` \\*a\\* | 2 -&gt; 3 | 3 -&gt; 6 | 3 | 20.0 m | 1 cm | -20.0 m (-100.0%) |
| cluster\\_1 | - | 2 | 3 | 0 | 40.0 m | - | - |

3 picks of 2 orders moved to another cluster

| Order | Picks | From | To |
| --- | --: | --- | --- |
| o1 | 1 | cluster\\_1 | cluster\\_0 |
| o2 | 2 | cluster\\_1 | cluster\\_0 |
`);
  });

  test('is written to a file in the format of its extension', async () => {
    const { ended, host } = await run(['diff', 'a.json', 'b.json', '-o', 'report.md'], { files });
    expect([ended, host.files.text('report.md')?.slice(0, 36)]).toEqual([
      { code: 0, stdout: '', stderr: '' },
      '## Difference of two cluster answers',
    ]);
    const text = await run(['diff', 'a.json', 'b.json', '-o', 'report.txt'], { files });
    expect(text.host.files.text('report.txt')?.slice(0, 33)).toBe('Difference of two cluster answers');
  });

  test.each([
    ['reads stdin', ['diff', '-', 'b.json'], files['a.json']],
    ['reads a line of a stream', ['diff', '-', 'b.json'], line(A)],
    [
      'reads a line whose members are in another order',
      ['diff', '-', 'b.json'],
      `{"result":${files['a.json']},"type":"result"}`,
    ],
    ['reads UTF-16, as Windows PowerShell writes it', ['diff', '-', 'b.json'], utf16(files['a.json'])],
  ])('%s', async (_, argv, stdin) => {
    const plain = await run(['diff', 'a.json', 'b.json'], { files });
    const { code, stdout, stderr } = await run(argv, { files, stdin });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(plain.stdout.replace('A  a.json', 'A  <stdin>'));
  });

  test('cuts long lists, unless --all is given', async () => {
    const many = (shift: number): string =>
      JSON.stringify({
        ...ROUTE,
        picks: Array.from({ length: 30 }, (_, at) => stop(at + shift, at)),
      });
    const wide = { 'x.json': many(0), 'y.json': many(25) };
    const cut = await run(['diff', 'x.json', 'y.json'], { files: wide });
    const all = await run(['diff', 'x.json', 'y.json', '--all'], { files: wide });
    expect(cut.stdout).toContain('25 picks only in A\nPICK\np0\n');
    expect(cut.stdout.match(/… 5 more; --all shows them/g)).toHaveLength(2);
    expect([all.stdout.includes('--all'), all.stdout.includes('\np24\n')]).toEqual([false, true]);
  });

  test('on a terminal stays within its width', async () => {
    const { stdout } = await run(['diff', 'a.json', 'b.json'], {
      files,
      terminal: { stdout: true },
      env: { NO_COLOR: '1' },
    });
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
  });

  test('of answers in different units compares what can be compared', async () => {
    const units = {
      'm.json': JSON.stringify({ ...ROUTE, unit: 'm' }),
      'cm.json': JSON.stringify({ ...ROUTE, unit: 'cm', asis_distance: 10_000, optimal_distance: 6000 }),
      'paces.json': JSON.stringify({ ...ROUTE, unit: 'paces\u001b[31m' }),
    };
    const same = await run(['diff', 'm.json', 'cm.json'], { files: units });
    expect(same.stdout).toContain('the two answers say the same');
    const other = await run(['diff', 'm.json', 'paces.json'], { files: units });
    expect(other.stdout).toContain('optimized distance  60.0 m  60.0 paces  other unit\n');
    expect(other.stdout).not.toContain('\u001b');
    const json = await run(['diff', 'm.json', 'paces.json', '--json'], { files: units });
    expect(JSON.parse(json.stdout)).toMatchObject({ unit: null, difference: { optimal_distance: null, picks: 0 } });
  });
});

function line(answer: object): string {
  return `${JSON.stringify({ v: 1, type: 'result', request_id: 'x', result: answer })}\n`;
}

function utf16(text: string): Uint8Array {
  return Buffer.from(`\ufeff${text}`, 'utf16le');
}

describe('diff rejects', () => {
  const FAILED = JSON.stringify({ ...A, error: 'no solution \u001b[31mfound' });
  const REQUEST = '{"site_name":"E","picks":[{"pick_id":"p","location_id":"A01"}]}';
  test.each([
    [
      'a file that is not there',
      'nothing.json',
      '',
      'input_not_readable',
      'cannot read nothing.json: there is no such file',
    ],
    [
      'two kinds',
      'route.json',
      '',
      'different_kinds',
      'route.json answers a route and b.json a cluster: they cannot be compared',
    ],
    ['an empty file', '-', ' \n', 'no_answer', '<stdin> is not the answer of a finished job: it is empty'],
    ['a list', '-', '[]', 'no_answer', '<stdin> is not the answer of a finished job: it holds no JSON object'],
    [
      'a failed job',
      '-',
      FAILED,
      'no_answer',
      '<stdin> is not the answer of a finished job: its job failed: no solution found',
    ],
    ['a request', '-', REQUEST, 'no_answer', '<stdin> is not the answer of a finished job: it is a request'],
    [
      'an id',
      '-',
      '{"v":1,"request_id":"x","kind":"route"}',
      'no_answer',
      '<stdin> is not the answer of a finished job: it has no result',
    ],
    [
      'a line without a result',
      '-',
      '{"v":1,"type":"event","result":null}',
      'no_answer',
      '<stdin> is not the answer of a finished job: it has no result',
    ],
    [
      'an answer of no kind',
      '-',
      '{"computation_time":1}',
      'no_answer',
      '<stdin> is not the answer of a finished job: it has neither clusters nor picks',
    ],
  ])('%s', async (_, path, stdin, code, message) => {
    const { ended } = await run(['diff', path, 'b.json', '--json'], { files, stdin });
    expect({ ...ended, stderr: errorOf(ended.stderr) }).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.objectContaining({ code, message, exitCode: 2 }),
    });
  });

  test.each([
    ['text', 'hello', "not JSON: 'h' at byte 0", 'a.json:1:1'],
    ['a slip', '{"é": 1,\n  "b": }', "not JSON: '}' at byte 17", 'a.json:2:8'],
    [
      'a file that is cut off',
      JSON.stringify(A, null, 1).slice(0, 100),
      'the JSON is cut off: it ends after 100 bytes, in the middle',
      'a.json:5:36',
    ],
    [
      'A6: nesting without end',
      `{"x":${'['.repeat(600)}`,
      'more than 512 levels of nesting at byte 516',
      'a.json:1:517',
    ],
  ])('%s, with its place', async (_, text, message, place) => {
    const { ended } = await run(['diff', 'a.json', 'b.json'], { files: { ...files, 'a.json': text } });
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr:
        `error: a.json is not one JSON document\n  ${message} (${place})\n` +
        'hint: an answer is what get, poll or submit --wait write with --json or -o answer.json\n',
    });
  });

  test('A6: a value that is too long to be read', async () => {
    const long = JSON.stringify({
      ...A,
      optimal_clusters: ['x'.repeat(2_000_000), { order_ids: ['x'.repeat(2_000_000)] }],
    });
    const { ended } = await run(['diff', 'a.json', 'b.json'], { files: { ...files, 'a.json': long } });
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: a.json cannot be read: a value of the answer is longer than 1 MB\n',
    });
  });

  test('several lines at once', async () => {
    const { ended } = await run(['diff', 'all.ndjson', 'b.json'], {
      files: { ...files, 'all.ndjson': line(A) + line(B) },
    });
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: all.ndjson is not one JSON document\n  something follows the first document (all.ndjson:2:1)\n' +
        'hint: of a stream of answers take one line, for example: head -n 1 answers.ndjson\n',
    });
  });

  test('stdin twice, an unknown format, and a missing folder', async () => {
    const ends = [
      await run(['diff', '-', '-'], { files, stdin: files['a.json'] }),
      await run(['diff', 'a.json', 'b.json', '--format', 'xml'], { files }),
      await run(['diff', 'a.json', 'b.json', '-o', 'x.csv'], { files }),
      await run(['diff', 'a.json', 'b.json', '-o', 'no/x.md'], { files }),
      await run(['diff', 'a.json'], { files }),
    ];
    expect(ends.map(({ code, stdout, stderr }) => [code, stdout, stderr.split('\n')[0]])).toEqual([
      [2, '', 'error: both answers are read from stdin, which can be read only once'],
      [2, '', 'error: unknown output format "xml" (from --format)'],
      [2, '', 'error: unknown output format "csv" (from the extension of x.csv)'],
      [7, '', 'error: cannot write no/x.md: there is no folder no'],
      [2, '', "error: missing required argument 'b.json'"],
    ]);
  });
});
