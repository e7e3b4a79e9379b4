/** A batch in which every kind of end happens, on a machine in memory. */
import { describe, expect, test } from 'vitest';
import { main } from '../../../src/app/main.ts';
import { jsonResponse, readText, type Http } from '../../../src/lib/net/http.ts';
import { createFakeHost } from '../../support/fake-host.ts';
import { run, type Run } from '../../support/run.ts';
import { screenOf } from '../../support/screen.ts';

const env = { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: 'http://127.0.0.1:4010' };

const TABLE = `WAVE_ID,ORDER_ID,LOCATION_ID,Remark
ok,o1,A01,"first, of all"
fail,o2,FAIL,
bad,o3,NOWHERE,
"a,b",o4,A02,
slow,o5,SLOW,last
`;

const idOf = (wave: string): string => Buffer.from(wave.padEnd(12, '_')).toString('hex').slice(0, 24);

interface Sent {
  readonly wave_id: string;
  readonly picks: readonly { readonly pick_id: string; readonly order_id?: string; readonly location_id: string }[];
}

/** Answers by the name of the wave. `lost`: the answer to the POST of this wave is lost. */
function api({ lost }: { lost?: string } = {}): { readonly http: Http; readonly waves: string[] } {
  const waves: string[] = [];
  const sent = new Map<string, Sent>();
  const http: Http = async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method === 'POST') {
      const body = JSON.parse(await readText(request.body)) as Sent;
      const wave = body.wave_id ?? 'none';
      waves.push(wave);
      sent.set(idOf(wave), body);
      if (wave === lost) return jsonResponse(502, { detail: 'Bad Gateway' });
      if (wave === 'bad') return jsonResponse(422, { detail: 'Location not found: NOWHERE' });
      return jsonResponse(200, { request_id: idOf(wave) });
    }
    const id = pathname.split('/').at(-1) ?? '';
    const body = sent.get(id);
    if (body === undefined || body.wave_id === 'slow') return jsonResponse(404, { detail: 'Request not found' });
    if (body.wave_id === 'fail') return jsonResponse(200, { request_id: id, error: 'Optimization failed' });
    const picks = body.picks.map((pick) => ({ ...pick, location_id: [pick.location_id] }));
    const cluster = { list_id: 'c0', order_ids: picks.map((pick) => pick.order_id), picks, estimated_distance: 900 };
    return jsonResponse(200, {
      type: 'CLUSTER',
      request_id: id,
      wave_id: body.wave_id,
      optimal_clusters: [cluster],
      asis_distance: 1000,
      optimal_distance: 900,
    });
  };
  return { http, waves };
}

function submit(http: Http, flags: readonly string[], more: Parameters<typeof run>[1] = {}): Promise<Run> {
  const argv = ['cluster', 'submit', 'mix.csv', '--site', 'Example', '--concurrency', '1', ...flags];
  return run(argv, { env, http, ...more, files: { 'mix.csv': TABLE, ...more.files } });
}

const WAIT = ['--wait', '--timeout', '2s'];
const RUNNING = `still running; resume with: optipick poll ${idOf('slow')}\n`;

describe('a batch with every kind of end', () => {
  test('prints one table, and each failure with its wave; failures are counted by request', async () => {
    const { code, stdout, stderr } = await submit(api().http, [
      ...WAIT,
      '--fail-if',
      'saving<15%',
      '--fail-if',
      'clusters>0',
    ]);
    expect(code).toBe(5);
    expect(stdout).toBe(`WAVE  REQUEST                   PICKS  CLUSTERS   AS-IS  OPTIMIZED      SAVED
ok    ${idOf('ok')}      1         1  10.0 m      9.0 m      10.0%
fail  ${idOf('fail')}      0         0     n/a        n/a     failed
bad                                                                 no answer
a,b   ${idOf('a,b')}      1         1  10.0 m      9.0 m      10.0%
slow  ${idOf('slow')}                                      no answer

answers   2 of 5 requests answered, 2 picks
distance  20.0 m -> 18.0 m (of 2 that can be compared)
saved     2.0 m (10.0%)
`);
    const errors = stderr.split('\n').filter((line) => line.startsWith('error: '));
    expect(errors).toEqual([
      'error: ok: the gate saving<15% tripped: saving is 10.0%',
      'error: ok: the gate clusters>0 tripped: clusters is 1',
      expect.stringMatching(/^error: fail: the optimization of request \w+ failed: Optimization failed$/),
      'error: fail: the gate saving<15% tripped: cannot be judged: there is no result',
      'error: fail: the gate clusters>0 tripped: cannot be judged: there is no result',
      'error: bad: the API does not know the location "NOWHERE" at site "Example" (mix.csv:4)',
      'error: a,b: the gate saving<15% tripped: saving is 10.0%',
      'error: a,b: the gate clusters>0 tripped: clusters is 1',
      expect.stringMatching(/^error: slow: request \w+ was not found, or is not ready, after 2 s$/),
      'error: 5 of 5 requests failed',
    ]);
    expect(stderr).toContain(RUNNING);
  });

  test('with --json prints a line for each request that has an id', async () => {
    const { stdout } = await submit(api().http, [...WAIT, '--json']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(
      lines.map(({ wave_id, request_id, state, result }) => [wave_id, request_id, state, result !== null]),
    ).toEqual([
      ['ok', idOf('ok'), 'done', true],
      ['fail', idOf('fail'), 'failed', true],
      ['a,b', idOf('a,b'), 'done', true],
      ['slow', idOf('slow'), 'pending', false],
    ]);
  });

  test('as CSV returns each row, with its place in the walk where it has one', async () => {
    const { stdout } = await submit(api().http, [...WAIT, '--format', 'csv']);
    expect(stdout).toBe(`WAVE_ID,ORDER_ID,LOCATION_ID,Remark,CLUSTER,SEQUENCE
ok,o1,A01,"first, of all",c0,1
fail,o2,FAIL,,,
bad,o3,NOWHERE,,,
"a,b",o4,A02,,c0,1
slow,o5,SLOW,last,,
`);
  });

  test('in JUnit reports a failure for each request without a result', async () => {
    // However they end: all at once here.
    const { host } = await submit(api().http, [...WAIT, '--junit', 'report.xml', '--concurrency', '5']);
    const report = host.files.text('report.xml') ?? '';
    const suites = [
      ...report.matchAll(/<testsuite name="([^"]*)" tests="(\d+)" failures="(\d+)" errors="0" skipped="(\d+)"/g),
    ];
    expect(suites.map(([, name, , failures, skipped]) => [name, failures, skipped !== '0'])).toEqual([
      ['ok', '0', false],
      ['fail', '1', true],
      ['bad', '1', false],
      ['a,b', '0', false],
      ['slow', '1', false],
    ]);
    expect(report).toContain('the job failed: Optimization failed');
  });

  test('on a terminal with --watch shows every failure, and leaves no list behind', async () => {
    const audited = await submit(api().http, [...WAIT, '--fail-if', 'saving<15%']);
    const watched = await submit(api().http, [...WAIT, '--fail-if', 'saving<15%', '--watch', '--no-color'], {
      terminal: { stderr: true },
    });
    const seen = screenOf(watched.stderr);
    const said = audited.stderr.trimEnd().split('\n');
    expect(said.filter((line) => !seen.includes(line))).toEqual([]);
    expect(seen.filter((line) => /sending|waiting|░/.test(line))).toEqual([]);
    expect(seen.length).toBe(said.length);
  });
});

const UNSENT = 'note: the column "Remark" is not sent (mix.csv:1:1)';

describe('an unwritable file is exit 7 before anything is sent', () => {
  test.each([
    ['a folder as -o', [...WAIT, '-o', '.', '--format', 'csv']],
    ['a folder as --junit', [...WAIT, '--junit', '.']],
    ['a file in no folder', [...WAIT, '--junit', 'none/report.xml']],
  ])('%s', async (_, flags) => {
    const { http, waves } = api();
    const { code, stderr } = await submit(http, flags);
    expect([code, waves, stderr.split('\n').slice(0, 2)]).toEqual([
      7,
      [],
      [UNSENT, expect.stringMatching(/^error: cannot write /)],
    ]);
  });
});

test('what was answered is not asked for again by poll --pending', async () => {
  const host = createFakeHost({ env, http: api().http, files: { 'mix.csv': TABLE } });
  expect(await main(host, ['cluster', 'submit', 'mix.csv', '--site', 'Example', ...WAIT])).toBe(5);
  const before = host.stdoutText.length;
  expect(await main(host, ['poll', '--pending', '--timeout', '1s', '--json'])).toBe(8);
  expect(host.stdoutText.slice(before)).toBe('');
  const failures = host.stderrText.split('\n').filter((line) => line.startsWith('{'));
  expect(failures).toEqual([expect.stringContaining(idOf('slow')), expect.stringContaining('1 of 1 requests failed')]);
});

test('one request with an unknown outcome is in the JUnit report of the run that meets it again', async () => {
  const { http, waves } = api({ lost: 'ok' });
  const host = createFakeHost({ env, http, files: { 'mix.csv': TABLE } });
  const argv = ['cluster', 'submit', 'mix.csv', '--site', 'Example', '--wave', 'ok', ...WAIT];
  expect(await main(host, argv)).toBe(6);
  expect(await main(host, [...argv, '--continue', '--junit', 'report.xml'])).toBe(6);
  expect(waves).toEqual(['ok']);
  expect(host.files.text('report.xml')).toMatch(/<failure message="ok may have been accepted/);
});

describe('--resubmit', () => {
  test('accepts a wave with a comma in its name', async () => {
    const { http, waves } = api({ lost: 'a,b' });
    const first = await submit(http, []);
    expect(first.stderr).toContain('a,b may have been accepted; to send it all the same: --resubmit "a,b"');
    // The machine of the first run is not that of the second: there it is only known by name.
    waves.length = 0;
    const second = await submit(api().http, ['--resubmit', 'a,b', '--resubmit', 'ok,fail', '--json']);
    expect(second.stderr).not.toContain('no such wave');
    const unknown = await submit(http, ['--resubmit', 'ok,nix']);
    expect([unknown.code, unknown.stderr.split('\n').slice(0, 2), waves]).toEqual([
      2,
      [UNSENT, 'error: --resubmit nix: there is no such wave in the input'],
      [],
    ]);
  });
});

test('--timeout 0 is exit 2', async () => {
  const { http, waves } = api();
  const { code, stderr } = await submit(http, ['--sync', '--timeout', '0']);
  expect([code, waves, stderr.split('\n')[0]]).toEqual([2, [], 'error: --timeout 0 leaves no time for an answer']);
});

test('--wave given twice is exit 2', async () => {
  const { code, stderr } = await submit(api().http, ['--wave', 'ok', '--wave', 'bad']);
  expect([code, stderr.split('\n')[0]]).toEqual([2, 'error: --wave is given twice, and takes one value']);
});

test('a format for answers without --wait is exit 2', async () => {
  const { code, stderr } = await submit(api().http, ['--format', 'csv']);
  expect([code, stderr.split('\n')[0]]).toEqual([
    2,
    'error: --format csv needs --wait or --sync: without them there is no answer to show',
  ]);
});

test('an unknown format is reported, also where no format is used', async () => {
  const { code, stderr } = await submit(api().http, ['--format', 'xls']);
  expect([code, stderr.split('\n')[0]]).toEqual([2, 'error: unknown output format "xls" (from --format)']);
});

test('picks of JSON beside a table get columns of their own', async () => {
  const argv = ['cluster', 'submit', 'lines.csv', 'picks.ndjson', '--site', 'Example', '--wait', '--format', 'csv'];
  const { stdout } = await run(argv, {
    env,
    http: api().http,
    files: {
      'lines.csv': 'Line No,order id,LOCATION_ID\n7,o1,A01\n',
      'picks.ndjson': '{"pick_id":"p1","order_id":"o2","location_id":"A02","wave_id":"N"}\n',
    },
  });
  expect(stdout)
    .toBe(`Line No,order id,LOCATION_ID,WAVE_ID,PICK_ID,LIST_ID,ASIS_SEQUENCE,SKU_ID,QUANTITY,CLUSTER,SEQUENCE
7,o1,A01,,pick_1,,,,,c0,1
,o2,A02,N,p1,,,,,c0,1
`);
});
