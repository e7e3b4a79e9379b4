import { describe, expect, test } from 'vitest';
import { jsonResponse, type Http } from '../../../src/lib/net/http.ts';
import { errorOf, run, type Run } from '../../support/run.ts';

const ID = '67507ad05e593173d0313e0f';
const PICK = { pick_id: 'p1', order_id: 'o1', location_id: 'A01' };
const ANSWER = {
  type: 'CLUSTER',
  site_name: 'Example',
  request_id: ID,
  optimal_clusters: [
    { list_id: 'c0', order_ids: ['o1'], picks: [{ ...PICK, location_id: ['A01'] }], estimated_distance: 900 },
  ],
  asis_distance: 1000,
  optimal_distance: 900,
};
const answering: Http = async ({ method, url }) =>
  jsonResponse(200, method === 'POST' && !url.endsWith('true') ? { request_id: ID } : ANSWER);
const STEP = '/runner/summary.md';

function submit(http: Http, env: Readonly<Record<string, string>>, ...flags: readonly string[]): Promise<Run> {
  return run(['cluster', 'submit', 'wave.json', '--wait', '--github-summary', ...flags], {
    env: { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: 'http://127.0.0.1:4010', ...env },
    http,
    files: {
      'wave.json': JSON.stringify({ site_name: 'Example', picks: [PICK] }),
      [STEP]: 'Built in 3 s',
    },
  });
}

describe('--github-summary', () => {
  test('appends the report to the output of other steps, and does not change stdout', async () => {
    const { code, stdout, host } = await submit(
      answering,
      { GITHUB_STEP_SUMMARY: STEP },
      '--json',
      '--fail-if',
      'saving<5%',
    );
    expect([code, JSON.parse(stdout)]).toEqual([0, ANSWER]);
    expect(host.files.text(STEP)).toBe(`Built in 3 s
## Cluster · Example · \`wave.json\`

**10.0% less walking**: 10.0 m → 9.0 m, 1.0 m saved

1 pick in 1 cluster · request \`${ID}\`

### Gates

| gate | fails if | because |
| --- | --- | --- |
| ✅ passed | \`saving<5%\` | saving is 10.0% |

✅ Audit: passed

### Clusters

| cluster | orders | picks | locations | distance | order ids |
| --- | ---: | ---: | ---: | ---: | --- |
| \`c0\` | 1 | 1 | 1 | 9.0 m | \`o1\` |
`);
  });

  test('reports a request that was refused', async () => {
    const refusing: Http = async () => jsonResponse(400, { detail: 'no such site' });
    const { code, host } = await submit(refusing, { GITHUB_STEP_SUMMARY: STEP });
    expect(code).toBe(5);
    expect(host.files.text(STEP)).toMatch(/^Built in 3 s\n## ❌ no answer: .*no such site/);
  });

  test.each([[{}], [{ GITHUB_STEP_SUMMARY: '' }]])(
    'outside of GitHub (%j) is exit 2 before anything is sent',
    async (env) => {
      const { code, host, stderr } = await submit(answering, env, '--json');
      expect([code, host.requests]).toEqual([2, []]);
      expect(errorOf(stderr)).toMatchObject({ code: 'no_github_summary', exitCode: 2 });
    },
  );

  test('is exit 7 before anything is sent when it cannot be written', async () => {
    const { code, host, stderr } = await submit(answering, { GITHUB_STEP_SUMMARY: '/none/summary.md' }, '--json');
    expect([code, host.requests]).toEqual([7, []]);
    expect(errorOf(stderr.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      code: 'output_not_writable',
      exitCode: 7,
    });
  });

  test('without --wait is exit 2', async () => {
    const { code, stderr } = await run(['route', 'submit', 'wave.json', '--github-summary']);
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      'error: --github-summary needs --wait or --sync: without them there is no answer to judge',
    ]);
  });

  test('of a thousand waves stays below the 1 MiB that GitHub accepts from a step', async () => {
    const waves = Array.from({ length: 1000 }, (_, at) => ({
      ...PICK,
      wave: `wave ${at} ${'of the northern hall '.repeat(20)}`,
    }));
    const rows = waves.map(({ wave, pick_id, order_id, location_id }) =>
      [wave, pick_id, order_id, location_id].join(';'),
    );
    const { code, host } = await run(
      [
        'cluster',
        'submit',
        'waves.csv',
        '--site',
        'Example',
        '--start',
        'S',
        '--end',
        'E',
        '--sync',
        '--github-summary',
        '-q',
      ],
      {
        env: {
          OPTIPICK_API_KEY: 'key-of-the-tests',
          OPTIPICK_BASE_URL: 'http://127.0.0.1:4010',
          GITHUB_STEP_SUMMARY: STEP,
        },
        http: answering,
        files: { 'waves.csv': `wave_id;pick_id;order_id;location_id\n${rows.join('\n')}\n`, [STEP]: '' },
      },
    );
    const summary = host.files.text(STEP) ?? '';
    expect([
      code,
      Buffer.byteLength(summary) < 1024 * 1024,
      summary.includes('1,000') || summary.includes('1000'),
    ]).toEqual([0, true, true]);
  });
});
