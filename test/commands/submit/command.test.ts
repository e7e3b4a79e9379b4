import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bodyOf, jsonResponse, readText, type Http, type HttpResponse } from '../../../src/lib/net/http.ts';
import { createFakeHost } from '../../support/fake-host.ts';
import { errorOf, run } from '../../support/run.ts';

const ID = '67507ad05e593173d0313e0f';
const fixture = (name: string): string => readFileSync(join(import.meta.dirname, '../../fixtures', name), 'utf8');
const REQUEST = fixture('example-cluster-request.json');
const ANSWER = fixture('example-cluster-response.json');
const TABLE = `Cluster · Example · ${ID}

CLUSTER    ORDERS  PICKS  LOCATIONS  DISTANCE
cluster_0       1      2          2    17.7 m
cluster_1       2      4          4    41.1 m
cluster_2       2      4          4    25.2 m

picks     10 in 3 clusters (as-is 3)
distance  139 m -> 84.0 m
saved     55.0 m (39.6%)
computed  in 189 ms
`;

const env = { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: 'http://127.0.0.1:4010' };
const files = { 'wave.json': REQUEST };

const done = (text = ANSWER): HttpResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: bodyOf(text),
});

/** An API on which a job is done at the second look. */
function api(answer = ANSWER): { readonly http: Http; readonly seen: string[]; readonly bodies: string[] } {
  const seen: string[] = [];
  const bodies: string[] = [];
  const http: Http = async (request) => {
    const { pathname, search } = new URL(request.url);
    seen.push(`${request.method} ${pathname}${search}`);
    if (request.method === 'POST') {
      bodies.push(await readText(request.body));
      return search.endsWith('true') ? done(answer) : jsonResponse(200, { request_id: ID });
    }
    return seen.length > 2 ? done(answer) : jsonResponse(200, { request_id: ID });
  };
  return { http, seen, bodies };
}

const compact = (text: string): string => JSON.stringify(JSON.parse(text));

describe('the request', () => {
  test('of --dry-run is, byte for byte, what is sent without it', async () => {
    const { http, bodies } = api();
    const dry = await run(['cluster', 'submit', 'wave.json', '--dry-run'], { env, files, http });
    expect(dry.ended).toEqual({
      code: 0,
      stdout: `${compact(REQUEST)}\n`,
      stderr: `POST http://127.0.0.1:4010/optimize/cluster?synchronous=false
X-API-KEY: $OPTIPICK_API_KEY
Content-Type: application/json
Content-Length: ${Buffer.byteLength(compact(REQUEST))}
`,
    });
    expect(dry.host.requests).toEqual([]);
    const sent = await run(['cluster', 'submit', 'wave.json'], { env, files, http });
    expect(sent.ended).toEqual({ code: 0, stdout: `${ID}\n`, stderr: '' });
    expect(bodies.map((body) => `${body}\n`)).toEqual([dry.stdout]);
  });

  test('of --dry-run needs no key', async () => {
    const dry = await run(['cluster', 'submit', 'wave.json', '--dry-run', '-q'], { files });
    expect(dry.ended).toEqual({ code: 0, stdout: `${compact(REQUEST)}\n`, stderr: '' });
  });

  test('T8: with a placeholder is rejected with the flag that sends it, and then sent with a warning', async () => {
    const table = 'ORDER_ID,LOCATION_ID\n#N/A,A\n--,A\u200b1\nO\u200b,B\n';
    const machine = { files: { 'wave.csv': table } };
    const argv = ['cluster', 'submit', 'wave.csv', '--site', 'Example', '--dry-run', '-q'];
    expect((await run(argv, machine)).ended).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: wave.csv is not a valid cluster request: 2 errors
  ORDER_ID: "#N/A" is a placeholder: empty the cell, or allow it with --allow-value '#N/A' (wave.csv:2:1)
  ORDER_ID: "--" is a placeholder: empty the cell, or allow it with --allow-value '--' (wave.csv:3:1)
hint: nothing was sent: fix the file and run the command again, or send the rest with --skip-invalid
`,
    });
    expect((await run([...argv, '--allow-value', '#N/A', '--allow-value', '--'], machine)).ended).toEqual({
      code: 0,
      stdout:
        '{"site_name":"Example","picks":[{"pick_id":"pick_1","location_id":"A","order_id":"#N/A"},{"pick_id":"pick_2","location_id":"A\u200b1","order_id":"--"},{"pick_id":"pick_3","location_id":"B","order_id":"O"}]}\n',
      stderr: '',
    });
    expect((await run([...argv.slice(0, -1), '--allow-value', '#N/A', '--allow-value=--'], machine)).stderr).toContain(
      'warning: LOCATION_ID: "A<U+200B>1" holds an invisible character (U+200B): sent as it is (wave.csv:3:4)\n',
    );
  });

  test('takes site, points, wave and parameters from the flags before those of the file', async () => {
    const { http, bodies } = api();
    const file = {
      site_name: 'Old',
      wave_id: 'w0',
      parameters: { max_runtime: 60, keep: 1 },
      picks: [{ pick_id: 'p', location_id: 'A01' }],
    };
    const { ended } = await run(
      [
        'route',
        'submit',
        'wave.json',
        '--site',
        'New',
        '--wave',
        'w1',
        '--start',
        'S',
        '--end',
        'E1,E2',
        '--end',
        'E3',
        '--param',
        'max_runtime=30',
        '--param',
        'a-new_one={"b":[1]}',
        '--param',
        'routing_policy="ASIS"',
        '-q',
      ],
      { env, http, files: { 'wave.json': JSON.stringify(file) } },
    );
    expect(ended).toEqual({ code: 0, stdout: `${ID}\n`, stderr: '' });
    expect(bodies.map((body) => JSON.parse(body) as unknown)).toEqual([
      {
        site_name: 'New',
        wave_id: 'w1',
        parameters: { max_runtime: 30, keep: 1, 'a-new_one': { b: [1] }, routing_policy: 'ASIS' },
        picks: [{ pick_id: 'p', location_id: 'A01' }],
        start_points: 'S',
        end_points: ['E1', 'E2', 'E3'],
      },
    ]);
  });

  test('is read from stdin with -', async () => {
    const { http, bodies } = api();
    const { ended } = await run(['cluster', 'submit', '-', '--json'], { env, http, stdin: REQUEST });
    expect(ended).toEqual({ code: 0, stdout: `{"v":1,"request_id":"${ID}","kind":"cluster"}\n`, stderr: '' });
    expect(bodies).toEqual([compact(REQUEST)]);
  });

  test('and the key cannot both be read from stdin', async () => {
    const { ended, host } = await run(['cluster', 'submit', '-', '--api-key-file', '-'], { env, stdin: REQUEST });
    expect(ended.code).toBe(2);
    expect(host.requests).toEqual([]);
  });

  test('keeps integers beyond 2^53 and names such as __proto__, and so does the answer', async () => {
    const request =
      '{"site_name":"E","extra":{"__proto__":{"a":12345678901234567890},"constructor":1.0},"picks":[{"pick_id":"p","location_id":"A01"}]}';
    const answer =
      '{ "type": "ROUTE", "request_id": "x", "computation_time": 1.0, "picks": [], "extra": {"__proto__": 12345678901234567890, "a": 1e400} }\n';
    const { http, bodies } = api(answer);
    const { ended } = await run(['route', 'submit', '-', '--sync', '--json', '-q'], { env, http, stdin: request });
    expect(ended).toEqual({ code: 0, stdout: answer, stderr: '' });
    expect(bodies).toEqual([request]);
  });

  test('with an unknown field is sent with a warning', async () => {
    const { http, bodies } = api();
    const request = '{"site_name":"E","picks":[{"pick_id":"p","location_id":"A01","quantitiy":1}]}';
    const { ended } = await run(['route', 'submit', '-'], { env, http, stdin: request });
    expect(ended).toEqual({
      code: 0,
      stdout: `${ID}\n`,
      stderr: 'warning: /picks/0: unknown field "quantitiy", did you mean "quantity"? Sent as it is (<stdin>:1:62)\n',
    });
    expect(bodies).toEqual([request]);
  });
});

describe('an invalid request is exit 2 with all its errors, and nothing is sent', () => {
  const bad = `{
  "site_name": "Example",
  "picks": [
    { "pick_id": "p1", "loction_id": "A01" },
    { "pick_id": "p1", "location_id": 7, "quantity": "two" }
  ],
  "parameters": { "routing_policy": "FASTEST" }
}
`;

  test('for people', async () => {
    const { ended, host } = await run(['route', 'submit', 'bad.json'], { env, files: { 'bad.json': bad } });
    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toMatch(/^error: bad\.json is not a valid route request: \d errors\n/);
    expect(ended.stderr).toContain('did you mean "location_id"? (bad.json:4:24)');
    expect(ended.stderr).toMatch(/hint: nothing was sent: fix the file and run the command again\n$/);
    expect(host.requests).toEqual([]);
  });

  test('for machines: each error with path, message and place', async () => {
    const { ended, host } = await run(['route', 'submit', 'bad.json', '--json'], { env, files: { 'bad.json': bad } });
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 2, stdout: '' });
    const error = errorOf(ended.stderr) as { details: { path: string; message: string; place: string }[] };
    expect(error).toMatchObject({ code: 'invalid_request', exitCode: 2, retryable: false });
    expect(error.details.map(({ path, place }) => [path, place])).toEqual([
      ['/parameters/routing_policy', 'bad.json:7:37'],
      ['/picks/0', 'bad.json:4:24'],
      ['/picks/1/location_id', 'bad.json:5:39'],
      ['/picks/1/quantity', 'bad.json:5:54'],
      ['/picks/1/pick_id', 'bad.json:5:18'],
    ]);
    expect(host.requests).toEqual([]);
  });

  const faults: readonly (readonly [string, readonly string[], string, string])[] = [
    ['JSON that breaks off', ['cluster', 'submit', '-'], '{"site_name": "E", "picks": [', 'invalid_json'],
    ['an empty input', ['cluster', 'submit', '-'], '', 'empty_input'],
    ['a file that is not there', ['cluster', 'submit', 'absent.json'], '', 'input_not_readable'],
    ['a folder without requests', ['cluster', 'submit', '/'], '', 'empty_folder'],
    ['a parameter that is not JSON', ['cluster', 'submit', 'wave.json', '--param', 'a=b c'], '', 'invalid_parameter'],
    ['a parameter without a value', ['cluster', 'submit', 'wave.json', '--param', 'a'], '', 'usage'],
    ['--wait beside --sync', ['cluster', 'submit', 'wave.json', '--wait', '--sync'], '', 'conflicting_options'],
    ['--curl alone', ['cluster', 'submit', 'wave.json', '--curl'], '', 'conflicting_options'],
    ['-o with nothing to write', ['cluster', 'submit', 'wave.json', '-o', 'a.json'], '', 'conflicting_options'],
    ['an unknown format', ['cluster', 'submit', 'wave.json', '--wait', '--format', 'xml'], '', 'unknown_format'],
    ['an unknown input format', ['cluster', 'submit', 'wave.json', '--format-in', 'yaml'], '', 'invalid_argument'],
    ['a duration without a sense', ['cluster', 'submit', 'wave.json', '--timeout', 'soon'], '', 'invalid_duration'],
    ['a missing file name', ['cluster', 'submit'], '', 'missing_argument'],
    ['the same file twice', ['cluster', 'submit', 'wave.json', 'wave.json'], '', 'input_twice'],
    ['a number that is none', ['cluster', 'submit', 'wave.json', '--concurrency', '0'], '', 'invalid_argument'],
    ['a mapping without its column', ['cluster', 'submit', 'wave.json', '--map', 'pick_id'], '', 'invalid_map'],
    ['--map for JSON', ['cluster', 'submit', 'wave.json', '--map', 'pick_id=No'], '', 'conflicting_options'],
    ['a name that is not there', ['cluster', 'submit', 'wave.json', '--resubmit', 'W9'], '', 'no_such_wave'],
    ['an unknown option', ['cluster', 'submit', 'wave.json', '--wiat'], '', 'unknown_option'],
    ['an option without its value', ['cluster', 'submit', 'wave.json', '--site'], '', 'option_missing_argument'],
    ['an unknown command', ['clutser', 'submit', 'wave.json'], '', 'unknown_command'],
    ['an unknown command of a group', ['cluster', 'sumbit', 'wave.json'], '', 'unknown_command'],
    [
      'plain http to another machine',
      ['cluster', 'submit', 'wave.json', '--base-url', 'http://o.example'],
      '',
      'bad_base_url',
    ],
    ['a malformed key', ['cluster', 'submit', 'wave.json', '--api-key-file', 'wave.json'], '', 'bad_api_key'],
    ['a key file without a name', ['cluster', 'submit', 'wave.json', '--api-key-file', ''], '', 'input_not_readable'],
  ];
  test.each(faults)('%s', async (_name, argv, stdin, code) => {
    const { ended, host } = await run([...argv, '--json'], { env, files, stdin });
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 2, stdout: '' });
    expect(errorOf(ended.stderr)).toMatchObject({ code, exitCode: 2, retryable: false });
    const plain = await run(argv, { env, files, stdin });
    expect(plain.code).toBe(2);
    expect(plain.stderr).toMatch(/^error: /);
    expect([...host.requests, ...plain.host.requests]).toEqual([]);
  });

  test.each([['--json'], ['--format', 'json'], ['--format=json']])('errors are JSON with %s %s', async (...flags) => {
    const { ended } = await run(['cluster', 'submit', 'absent.json', ...flags], { env });
    expect(errorOf(ended.stderr)).toEqual({
      code: 'input_not_readable',
      message: 'cannot read absent.json: there is no such file',
      exitCode: 2,
      retryable: false,
      hint: 'give the path of a file, or - to read stdin',
    });
  });

  test('a mistyped file is answered with the one beside it', async () => {
    const { ended } = await run(['cluster', 'submit', 'wav.json'], { env, files });
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: cannot read wav.json: there is no such file\nhint: did you mean wave.json?\n',
    });
  });

  test('the hint for a mistyped command names the nearest one, and a help that exists', async () => {
    const near = await run(['clutser', 'get', 'x']);
    expect(near.ended).toEqual({
      code: 2,
      stdout: '',
      stderr: "error: unknown command 'clutser'\nhint: did you mean optipick cluster?\n",
    });
    const far = await run(['-p', 'staging', 'xyzzy']);
    expect(far.ended).toEqual({ code: 2, stdout: '', stderr: "error: unknown command 'xyzzy'\nhint: optipick help\n" });
  });
});

describe('the answer', () => {
  test('of --wait is a table on stdout, and its progress on stderr', async () => {
    const { http, seen } = api();
    const { ended } = await run(['cluster', 'submit', 'wave.json', '--wait'], { env, files, http });
    expect(ended).toEqual({
      code: 0,
      stdout: TABLE,
      stderr: `submitted as ${ID}\nwaiting for ${ID}\n`,
    });
    expect(seen).toEqual([
      'POST /optimize/cluster?synchronous=false',
      `GET /optimize/cluster/${ID}`,
      `GET /optimize/cluster/${ID}`,
    ]);
  });

  test.each([
    ['--wait', ['--wait', '-q']],
    ['--sync', ['--sync', '-q']],
    ['global options in front', ['--sync', '--quiet']],
  ])('with -q leaves stderr empty (%s)', async (_name, flags) => {
    const { ended } = await run(['cluster', 'submit', 'wave.json', ...flags], { env, files, http: api().http });
    expect(ended).toEqual({ code: 0, stdout: TABLE, stderr: '' });
  });

  test('of --sync takes one call', async () => {
    const { http, seen } = api();
    const { ended } = await run(['--json', 'cluster', 'submit', 'wave.json', '--sync'], { env, files, http });
    expect(ended).toEqual({ code: 0, stdout: ANSWER.endsWith('\n') ? ANSWER : `${ANSWER}\n`, stderr: '' });
    expect(seen).toEqual(['POST /optimize/cluster?synchronous=true']);
  });

  test.each([
    ['answer.json', [], ANSWER],
    ['answer.txt', [], TABLE],
    ['answer.json', ['--format', 'table'], TABLE],
    ['answer.txt', ['--json'], ANSWER],
    ['answer', ['--json'], ANSWER],
    ['answer', [], TABLE],
  ])('is written to %s with %j as the name or the format says', async (file, flags, content) => {
    for (const way of ['--wait', '--sync']) {
      const { ended, host } = await run(['cluster', 'submit', 'wave.json', way, '-q', '-o', file, ...flags], {
        env,
        files,
        http: api().http,
      });
      expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(host.files.text(file)).toBe(content);
    }
  });

  test.each(['--wait', '--sync'])(
    'into a folder that is not there is exit 7 before anything is sent (%s)',
    async (way) => {
      const argv = ['cluster', 'submit', 'wave.json', way, '-o', 'absent/answer.json'];
      const { ended, host } = await run(argv, { env, files, http: api().http });
      expect(ended).toEqual({
        code: 7,
        stdout: '',
        stderr:
          'error: cannot write absent/answer.json: there is no folder absent\nhint: create it first: mkdir absent\n',
      });
      expect(host.requests).toEqual([]);
    },
  );

  test('is not requested when the extension of the file is no format', async () => {
    const argv = ['cluster', 'submit', 'wave.json', '--wait', '-o', 'answer.docx'];
    const { ended, host } = await run(argv, { env, files, http: api().http });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^error: unknown output format "docx" \(from the extension of answer\.docx\)\nhint: /);
    expect(host.requests).toEqual([]);
  });

  test('of a job that failed is shown, and exit 3', async () => {
    const failed = jsonResponse(200, { type: 'CLUSTER', request_id: ID, error: 'no way to BIG Location' });
    const { ended } = await run(['cluster', 'submit', 'wave.json', '--sync'], { env, files, http: async () => failed });
    expect(ended).toEqual({
      code: 3,
      stdout: `Cluster · ${ID}\nfailed: no way to BIG Location\n`,
      stderr:
        `error: the optimization of request ${ID} failed: no way to BIG Location\n` +
        `hint: optipick cluster get ${ID} --json shows the whole answer\n`,
    });
  });

  test('that times out is exit 8, with the id and the command to resume with', async () => {
    const http: Http = async ({ method }) =>
      method === 'POST' ? jsonResponse(200, { request_id: ID }) : jsonResponse(202, {});
    const argv = ['cluster', 'submit', 'wave.json', '--wait', '--timeout', '90s', '-q', '-p', 'staging'];
    const { ended } = await run(argv, { env, files, http });
    expect(ended).toEqual({
      code: 8,
      stdout: '',
      stderr:
        `still running; resume with: optipick poll ${ID} --profile staging\n` +
        `error: request ${ID} is not finished after 1 min 30 s\n`,
    });
  });
});

describe('the streams', () => {
  test('a closed stderr does not keep the request from being sent', async () => {
    const { http, seen } = api();
    const host = createFakeHost({
      env,
      http,
      stdin: '{"site_name":"E","x":1,"picks":[{"pick_id":"p","location_id":"A"}]}',
    });
    const { main } = await import('../../../src/app/main.ts');
    const { ClosedPipeError } = await import('../../../src/platform/host.ts');
    const deaf = Object.create(host, {
      stderr: { value: { isTTY: false, columns: undefined, write: () => Promise.reject(new ClosedPipeError('gone')) } },
    }) as typeof host;
    expect(await main(deaf, ['route', 'submit', '-'])).toBe(0);
    expect([host.stdoutText, seen]).toEqual([`${ID}\n`, ['POST /optimize/route?synchronous=false']]);
    expect(await main(deaf, ['route', 'submit', 'absent.json'])).toBe(2);
  });

  test('a closed stdout ends it quietly', async () => {
    const { ended } = await run(['cluster', 'submit', 'wave.json', '--sync'], {
      env,
      files,
      http: api().http,
      stdoutClosesAfter: 0,
    });
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
