/** A refusal that names picks by their place in the request, for requests that were put together of lines. */
import { describe, expect, test } from 'vitest';
import { withPickLines } from '../../../src/commands/submit/pick-lines.ts';
import { CliError } from '../../../src/errors.ts';
import type { SetEntry } from '../../../src/requests/request-set.ts';
import { bodyOf, jsonResponse, type Http } from '../../../src/lib/net/http.ts';
import { errorOf, run, type Run } from '../../support/run.ts';

const env = { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: 'http://127.0.0.1:4010' };
const ID = '65a5317db58d688149520afa';

/** Waves that are mixed, below a title, with a row that is left out. */
const TABLE = `Pick list;;
WAVE_ID;ORDER_ID;LOCATION_ID
W1;O1;A01
W2;O2;A02

W1;O3;
W1;O4;"two
lines"
W1;O5;NOWHERE
`;

const refusing =
  (body: object, status = 422): Http =>
  async () =>
    jsonResponse(status, body);
const atPick = (pick: number, msg: string): object => ({ loc: ['body', 'picks', pick, 'location_id'], msg });

function submit(
  http: Http,
  flags: readonly string[] = [],
  file: readonly [string, string] = ['w.csv', TABLE],
): Promise<Run> {
  const argv = [
    'cluster',
    'submit',
    file[0],
    '--site',
    'Example',
    '--wave',
    'W1',
    '--skip-invalid',
    '--quiet',
    ...flags,
  ];
  return run(argv, { env, http, files: { [file[0]]: file[1] } });
}

describe('T20: a refusal that names picks of a table', () => {
  test('names their lines', async () => {
    const { ended } = await submit(refusing({ detail: [atPick(2, 'out of order'), atPick(1, 'closed')] }));
    expect(ended).toEqual({
      code: 5,
      stdout: '',
      stderr: `error: the API refused the request (HTTP 422): /picks/2/location_id: out of order (and 1 more)
  /picks/2/location_id: out of order (w.csv:9)
  /picks/1/location_id: closed (w.csv:7)
`,
    });
  });

  test('names them in JSON', async () => {
    const { stderr } = await submit(refusing({ detail: [atPick(0, 'unknown location')] }), ['--json']);
    expect(errorOf(stderr)).toMatchObject({
      code: 'invalid_request',
      status: 422,
      details: [{ path: '/picks/0/location_id', message: 'unknown location', place: 'w.csv:3' }],
    });
  });

  test.each([
    ['/picks/2/location_id is unknown', '/picks/2: the pick "pick_4" (w.csv:9)'],
    ['picks.0.location_id: field required', '/picks/0: the pick "pick_1" (w.csv:3)'],
    ['body -> picks -> 1 -> order_id', '/picks/1: the pick "pick_3" (w.csv:7)'],
  ])('names them where the refusal is text: %s', async (detail, line) => {
    const { code, stderr } = await submit(refusing({ detail }, 400));
    expect([code, stderr]).toEqual([5, `error: the API refused the request (HTTP 400): ${detail}\n  ${line}\n`]);
  });

  test('names none where the request has no such pick', async () => {
    const { stderr } = await submit(refusing({ detail: [atPick(7, 'closed')] }));
    expect(stderr).toContain('  /picks/7/location_id: closed\n');
  });

  test('names them when the job fails, of one request and of several', async () => {
    const http: Http = async ({ method }) =>
      method === 'POST'
        ? jsonResponse(200, { request_id: ID })
        : jsonResponse(422, { detail: [atPick(0, 'unknown location')] });
    const single = await submit(http, ['--wait']);
    expect([single.code, single.stderr]).toEqual([
      3,
      expect.stringContaining('  /picks/0: the pick "pick_1" (w.csv:3)\n'),
    ]);
    const table = 'WAVE_ID;ORDER_ID;LOCATION_ID\nV;O;A\nW;O;B\n';
    const several = await run(['cluster', 'submit', 'w.csv', '--site', 'Example', '--wait'], {
      env,
      http,
      files: { 'w.csv': table },
    });
    expect([several.code, several.stderr.match(/\(w\.csv:\d\)/g)]).toEqual([3, ['(w.csv:2)', '(w.csv:3)']]);
  });

  test('is reported without its lines when the temporary file is gone', async () => {
    const gone = (): never => {
      throw new CliError('environment', 'the temporary file of the input cannot be read');
    };
    const entry = { pickLines: async () => gone() } as unknown as SetEntry;
    const refusal = new CliError('refused', '/picks/0 is unknown');
    expect(await withPickLines(refusal, entry)).toBe(refusal);
  });

  test('names the lines of NDJSON picks, and nothing for a request in JSON', async () => {
    const pick = { pick_id: 'p', location_id: 'A', order_id: 'o' };
    const lines = `${JSON.stringify({ ...pick, wave_id: 'V' })}\n\n${JSON.stringify({ ...pick, wave_id: 'W1' })}\n`;
    const http = refusing({ detail: [atPick(0, 'closed')] });
    const ndjson = await submit(http, [], ['w.ndjson', lines]);
    expect(ndjson.stderr).toContain('  /picks/0/location_id: closed (w.ndjson:3)\n');
    const json = await submit(http, [], ['w.json', JSON.stringify({ picks: [pick] })]);
    expect(json.stderr).toContain('  /picks/0/location_id: closed\n');
  });
});

describe('a refusal for locations that the API does not know', () => {
  const rows = Array.from({ length: 12 }, (_, at) => `O${at},L${at % 10}\n`);
  const table = ['w.csv', `ORDER_ID,LOCATION_ID\n${rows.join('')}`] as const;
  const detail = rows.map((_, at) => atPick(at, `Location not found: "L${at % 10}"`));
  const names = Array.from({ length: 10 }, (_, at) => `L${at}`);

  test('is one line with the locations and the first row', async () => {
    const { ended } = await submit(refusing({ detail }), [], table);
    expect(ended).toEqual({
      code: 5,
      stdout: '',
      stderr: `error: the API does not know 10 locations at site "Example" (12 picks): L0, L1, L2, L3, L4, L5, L6, L7, ... (first: w.csv:2)
  --all lists all 12 errors one by one, and --json has them
hint: check the spelling of the locations, and whether --site names their site
`,
    });
  });

  test('is a line for each pick with --all, and whole in JSON', async () => {
    const all = await submit(refusing({ detail }), ['--all'], table);
    expect(all.stderr.split('\n').slice(1, 13)).toEqual(
      rows.map((_, at) => `  /picks/${at}/location_id: Location not found: "L${at % 10}" (w.csv:${at + 2})`),
    );
    const json = await submit(refusing({ detail }), ['--json'], table);
    const error = errorOf(json.stderr) as { details: unknown[] };
    expect([error.details.length, error.details[0]]).toEqual([
      12,
      { path: '/picks/0/location_id', message: 'Location not found: "L0"', place: 'w.csv:2' },
    ]);
  });

  const text = rows.map((_, at) => `body.picks.${at}.location_id: Value error, Location not found: "L${at % 10}"`);

  test.each([
    ['a message', async () => jsonResponse(422, { message: text.join('; ') })],
    ['a code and a message', async () => jsonResponse(422, { code: 'validation_error', message: text.join('; ') })],
    ['plain text', async () => ({ status: 422, headers: {}, body: bodyOf(text.join('; ')) })],
  ] satisfies readonly (readonly [string, Http])[])(
    'is the same line when the API answers with %s',
    async (_, http) => {
      const list = await submit(refusing({ detail }), [], table);
      expect((await submit(http, [], table)).ended).toEqual(list.ended);
    },
  );

  test.each([
    ['a detail', async () => jsonResponse(422, { detail: `Location not found: ${names.join(', ')}` })],
    ['a message', async () => jsonResponse(422, { message: `Unknown locations: ["${names.join('", "')}"]` })],
  ] satisfies readonly (readonly [string, Http])[])(
    'is the same line when the API names them alone in %s',
    async (_, http) => {
      const list = await submit(refusing({ detail }), [], table);
      expect((await submit(http, [], table)).ended).toEqual(list.ended);
      const all = await submit(http, ['--all'], table);
      expect(all.ended).toEqual((await submit(refusing({ detail }), ['--all'], table)).ended);
    },
  );

  test('is as the API words it where no pick has a name', async () => {
    for (const text of ['Location not found: L1, Door', 'Location not found: Door', 'Location not found: L']) {
      const { stderr } = await submit(refusing({ detail: text }), [], table);
      expect(stderr).toContain(`error: the API refused the request (HTTP 422): ${text}\n`);
    }
    const { stderr } = await submit(refusing({ detail: 'Location not found: L3' }), [], table);
    expect(stderr).toMatch(/^error: the API does not know the location "L3" at site "Example" \(w\.csv:5\)\n/);
  });

  test('names one of them in a sentence', async () => {
    const { stderr } = await submit(refusing({ detail: detail.slice(3, 4) }), [], table);
    expect(stderr).toMatch(/^error: the API does not know the location "L3" at site "Example" \(w\.csv:5\)\n/);
  });

  test('of a request in JSON names the pick by its place', async () => {
    const picks = ['A', ['B', 'C']].map((location_id, at) => ({ pick_id: `p${at}`, order_id: 'o', location_id }));
    const http = refusing({ detail: [atPick(1, 'unknown location "C"')] });
    const { stderr } = await submit(http, [], ['w.json', JSON.stringify({ picks })]);
    expect(stderr).toContain('the API does not know the location "C" at site "Example" (/picks/1/location_id)\n');
  });

  test('stands beside the other errors, and names its wave in a batch', async () => {
    const mixed = await submit(refusing({ detail: [...detail, atPick(0, 'Field required')] }), [], table);
    expect(mixed.stderr).toContain(
      '  the API does not know 10 locations at site "Example" (12 picks): L0, L1, L2, L3, L4, L5, L6, L7, ... (first: w.csv:2)\n' +
        '  /picks/0/location_id: Field required (w.csv:2)\n',
    );
    const several = await run(['cluster', 'submit', 'w.csv', '--site', 'Example'], {
      env,
      http: refusing({ detail: [atPick(0, 'unknown location')] }),
      files: { 'w.csv': 'WAVE_ID;ORDER_ID;LOCATION_ID\nV;O;A\nW;O;B\n' },
    });
    expect(several.stderr).toContain('error: W: the API does not know the location "B" at site "Example" (w.csv:3)\n');
  });
});
