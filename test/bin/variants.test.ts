/** The built program against a server that answers in each of the ways that the documentation leaves open. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { startScriptedServer, type Scripted, type SeenRequest } from '../support/scripted-server.ts';

const REQUEST = join(import.meta.dirname, '../fixtures/example-cluster-request.json');
const ANSWER = await readFile(join(import.meta.dirname, '../fixtures/example-cluster-response.json'), 'utf8');
const ID = '67507ad05e593173d0313e0f';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

/** Answers a POST with `submitted`, then GETs with `polls` in order, the last one repeated. */
function api(submitted: Scripted, polls: readonly Scripted[]): (request: SeenRequest) => Scripted {
  let polled = 0;
  return ({ method }) => {
    if (method === 'POST') return submitted;
    const scripted = polls[Math.min(polled, polls.length - 1)];
    polled += 1;
    return scripted ?? { status: 500 };
  };
}

const DONE: Scripted = { headers: { 'content-type': 'application/json' }, body: ANSWER };
const env = (url: string) => ({ OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: url });

const SUBMIT_ANSWERS: readonly (readonly [string, Scripted])[] = [
  ['a bare JSON string', { body: JSON.stringify(ID), headers: { 'content-type': 'application/json' } }],
  ['bare text', { body: ID, headers: { 'content-type': 'text/plain' } }],
  ['an object with request_id', { body: { request_id: ID, status: 'QUEUED' } }],
  ['an object with id', { body: { id: ID } }],
  ['an object with _id', { status: 202, body: { _id: ID, id: null } }],
];

const PENDING_ANSWERS: readonly (readonly [string, Scripted])[] = [
  ['404', { status: 404, body: { detail: 'Not Found' } }],
  ['202', { status: 202, body: { status: 'accepted' } }],
  ['204', { status: 204 }],
  ['425', { status: 425 }],
  ['null', { body: 'null', headers: { 'content-type': 'application/json' } }],
  ['an empty body', { body: '' }],
  ['an object without results', { body: { request_id: ID } }],
  ['the status RUNNING', { body: { request_id: ID, status: 'RUNNING' } }],
  ['a status nobody knows', { body: { request_id: ID, status: 'Marinating' } }],
];

describe('submit, then poll', () => {
  for (const [name, submitted] of SUBMIT_ANSWERS) {
    test(`a submission answered with ${name} gives the id, and polling by it the answer`, async () => {
      await using server = await startScriptedServer(api(submitted, [DONE]));
      const sent = await workplace.run(['cluster', 'submit', REQUEST], { env: env(server.url) });
      expect(sent).toEqual({ code: 0, stdout: `${ID}\n`, stderr: '' });
      const polled = await workplace.run(['poll', ID, '--json'], { env: env(server.url) });
      expect(polled).toEqual({ code: 0, stdout: ANSWER.endsWith('\n') ? ANSWER : `${ANSWER}\n`, stderr: '' });
      expect(server.lines()).toEqual(['POST /optimize/cluster?synchronous=false', `GET /optimize/cluster/${ID}`]);
      expect(server.seen.map(({ headers }) => headers['x-api-key'])).toEqual(['key-of-the-tests', 'key-of-the-tests']);
    });
  }

  for (const [name, pending] of PENDING_ANSWERS) {
    test(`polling answered with ${name} is waited out`, async () => {
      await using server = await startScriptedServer(api({ body: { request_id: ID } }, [pending, DONE]));
      await workplace.run(['cluster', 'submit', REQUEST], { env: env(server.url) });
      const polled = await workplace.run(['poll', ID, '--json', '--interval', '50ms', '-q'], { env: env(server.url) });
      expect({ code: polled.code, answer: JSON.parse(polled.stdout), stderr: polled.stderr }).toEqual({
        code: 0,
        answer: JSON.parse(ANSWER),
        stderr: '',
      });
    });

    test(`poll --once, answered with ${name}, is exit 8 for an id submitted here`, async () => {
      await using server = await startScriptedServer(api({ body: { request_id: ID } }, [pending]));
      await workplace.run(['cluster', 'submit', REQUEST], { env: env(server.url) });
      const polled = await workplace.run(['poll', ID, '--once'], { env: env(server.url) });
      expect({ code: polled.code, stdout: polled.stdout }).toEqual({ code: 8, stdout: '' });
      expect(polled.stderr).toContain(`optipick poll ${ID}`);
    });
  }

  test('an unknown status word is warned about once', async () => {
    const odd: Scripted = { body: { request_id: ID, status: 'Marinating' } };
    await using server = await startScriptedServer(api({ body: { request_id: ID } }, [odd, odd, odd, DONE]));
    await workplace.run(['cluster', 'submit', REQUEST], { env: env(server.url) });
    const polled = await workplace.run(['poll', ID, '--interval', '20ms'], { env: env(server.url) });
    expect(polled.code).toBe(0);
    expect(polled.stderr.match(/^warning: .*Marinating/gm)?.length).toBe(1);
  });
});

const FAILURES: readonly (readonly [string, Scripted, string])[] = [
  [
    'an error message',
    { body: { request_id: ID, error: 'no route to BIG Location', picks: [] } },
    'no route to BIG Location',
  ],
  ['the status FAILED', { body: { request_id: ID, status: 'FAILED' } }, 'FAILED'],
  [
    'a message beside it',
    { body: { request_id: ID, status: 'FAILED', message: 'too long' } },
    'too long (status FAILED)',
  ],
  ['a detail', { body: { request_id: ID, status: 'ERROR', detail: { message: 'no' } } }, 'no (status ERROR)'],
  ['a 422 with a text', { status: 422, body: { detail: 'Location not found: Z99' } }, 'Location not found: Z99'],
  [
    'a 422 with a list about the picks',
    {
      status: 422,
      body: { detail: [{ loc: ['body', 'picks', 0, 'location_id'], msg: 'Location not found', type: 'value_error' }] },
    },
    'Location not found',
  ],
];

describe('a job that failed is exit 3', () => {
  for (const [name, scripted, words] of FAILURES) {
    test(`told by ${name}`, async () => {
      await using server = await startScriptedServer([scripted]);
      const polled = await workplace.run(['poll', ID, '--kind', 'cluster'], { env: env(server.url) });
      expect(polled.code).toBe(3);
      expect(polled.stderr).toContain(words);
    });
  }

  test('its answer is still printed', async () => {
    await using server = await startScriptedServer([{ body: { request_id: ID, error: 'no route' } }]);
    const polled = await workplace.run(['poll', ID, '--kind', 'cluster', '--json'], { env: env(server.url) });
    expect(JSON.parse(polled.stdout)).toEqual({ request_id: ID, error: 'no route' });
    expect(JSON.parse(polled.stderr)).toMatchObject({ error: { code: 'job_failed', exitCode: 3, requestId: ID } });
  });
});

describe('refusals', () => {
  const cases: readonly (readonly [string, Scripted, number, string])[] = [
    ['a wrong key (401)', { status: 401, body: { detail: 'Invalid API key' } }, 4, 'Invalid API key'],
    ['a wrong key (403 of API Gateway)', { status: 403, body: { message: 'Forbidden' } }, 4, 'Forbidden'],
    ['an unknown site', { status: 404, body: { detail: 'Site not found: Nowhere' } }, 5, 'Site not found'],
    [
      'a 422',
      { status: 422, body: { detail: [{ loc: ['body', 'picks'], msg: 'too short', type: 'x' }] } },
      5,
      'too short',
    ],
    [
      'a redirect',
      { status: 307, headers: { location: 'https://elsewhere.example/optimize' } },
      5,
      'elsewhere.example',
    ],
    [
      'a 500',
      { status: 500, body: '<html><title>Bad day</title>', headers: { 'content-type': 'text/html' } },
      6,
      'Bad day',
    ],
  ];
  for (const [name, scripted, code, words] of cases) {
    test(`${name} on submitting is exit ${code}, and the POST was sent once`, async () => {
      await using server = await startScriptedServer([scripted]);
      const sent = await workplace.run(['cluster', 'submit', REQUEST], { env: env(server.url) });
      expect({ code: sent.code, stdout: sent.stdout }).toEqual({ code, stdout: '' });
      expect(sent.stderr).toContain(words);
      expect(sent.stderr).not.toContain('key-of-the-tests');
      expect(server.seen.length).toBe(1);
    });
  }

  test('a dead port is exit 6', async () => {
    const server = await startScriptedServer(['cut']);
    await server.close();
    const sent = await workplace.run(['cluster', 'submit', REQUEST], { env: env(server.url) });
    expect({ code: sent.code, stdout: sent.stdout }).toEqual({ code: 6, stdout: '' });
  });

  test('a POST that was cut off after it was sent may have been accepted, and is not repeated', async () => {
    await using server = await startScriptedServer(['cut']);
    const sent = await workplace.run(['cluster', 'submit', REQUEST], { env: env(server.url) });
    expect(sent.code).toBe(6);
    expect(sent.stderr).toContain('may have been accepted');
    expect(server.seen.length).toBe(1);
  });

  test('no key is exit 4, and nothing is sent', async () => {
    await using server = await startScriptedServer([DONE]);
    const sent = await workplace.run(['cluster', 'submit', REQUEST], { env: { OPTIPICK_BASE_URL: server.url } });
    expect(sent.code).toBe(4);
    expect(sent.stderr).toContain('optipick login');
    expect(server.seen).toEqual([]);
  });

  test('plain http to another machine is exit 2', async () => {
    const sent = await workplace.run(['cluster', 'submit', REQUEST], { env: env('http://optipick.example') });
    expect(sent.code).toBe(2);
  });

  for (const status of [502, 503, 504]) {
    test(`a synchronous call cut off by a gateway (${status}) names the asynchronous way`, async () => {
      await using server = await startScriptedServer([{ status, body: { message: 'Endpoint request timed out' } }]);
      const sent = await workplace.run(['cluster', 'submit', REQUEST, '--sync'], { env: env(server.url) });
      expect(sent.code).toBe(6);
      expect(sent.stderr).toContain('--wait');
      expect(server.seen.length).toBe(1);
    });
  }
});

describe('polling through trouble', () => {
  test('503, reset, 429 with Retry-After and 200 in a row end with the result', async () => {
    await using server = await startScriptedServer([
      { status: 503 },
      'cut',
      { status: 429, headers: { 'retry-after': '1' } },
      DONE,
    ]);
    const polled = await workplace.run(['poll', ID, '--kind', 'cluster', '--json', '--interval', '50ms'], {
      env: env(server.url),
    });
    expect({ code: polled.code, answer: JSON.parse(polled.stdout) }).toEqual({ code: 0, answer: JSON.parse(ANSWER) });
    expect(polled.stderr.split('\n').length).toBeLessThanOrEqual(2);
  });

  test('a deadline that saw only 503 is exit 6', async () => {
    await using server = await startScriptedServer([{ status: 503 }]);
    const polled = await workplace.run(['poll', ID, '--kind', 'cluster', '--timeout', '2s', '--interval', '50ms'], {
      env: env(server.url),
    });
    expect(polled.code).toBe(6);
  });

  test('a deadline that passed while the job was healthy is exit 8, with the command to resume with', async () => {
    await using server = await startScriptedServer([{ body: { request_id: ID } }]);
    const polled = await workplace.run(['poll', ID, '--kind', 'cluster', '--timeout', '2s', '--interval', '50ms'], {
      env: env(server.url),
    });
    expect(polled.code).toBe(8);
    expect(polled.stderr).toContain(`resume with: optipick poll ${ID}`);
  });

  test('an unknown id is exit 5 with --once', async () => {
    await using server = await startScriptedServer([{ status: 404, body: { detail: 'Not Found' } }]);
    const polled = await workplace.run(['poll', ID, '--once'], { env: env(server.url) });
    expect(polled.code).toBe(5);
  });

  test('an id of unknown kind is looked for as cluster, then as route', async () => {
    await using server = await startScriptedServer(({ url }) =>
      url.startsWith('/optimize/route/')
        ? { body: { type: 'ROUTE', request_id: ID, picks: [], computation_time: 0.1 } }
        : { status: 404, body: { detail: 'Not Found' } },
    );
    const polled = await workplace.run(['poll', ID, '--json'], { env: env(server.url) });
    expect({ code: polled.code, type: (JSON.parse(polled.stdout) as { type: string }).type }).toEqual({
      code: 0,
      type: 'ROUTE',
    });
    expect(server.lines()).toEqual([`GET /optimize/cluster/${ID}`, `GET /optimize/route/${ID}`]);
  });

  test('Ctrl-C is exit 130 and names the command to resume with', async () => {
    await using server = await startScriptedServer([{ body: { request_id: ID } }]);
    const running = workplace.start(['poll', ID, '--kind', 'cluster', '--interval', '50ms'], { env: env(server.url) });
    await expect.poll(() => server.seen.length).toBeGreaterThan(0);
    running.kill('SIGINT');
    const result = await running;
    expect(result.exitCode).toBe(130);
    expect(String(result.stderr)).toContain(`resume with: optipick poll ${ID}`);
  });
});

describe('what was submitted is remembered', () => {
  test('poll --pending waits for all that is unfinished, and then there is nothing left', async () => {
    let next = 0;
    await using server = await startScriptedServer(({ method, url }) => {
      if (method === 'POST') {
        next += 1;
        return { body: { request_id: `${'0'.repeat(23)}${next}` } };
      }
      return { body: { request_id: url.slice(-24), type: 'CLUSTER', optimal_clusters: [], computation_time: 1 } };
    });
    for (let count = 0; count < 3; count += 1) {
      await workplace.run(['cluster', 'submit', REQUEST], { env: env(server.url) });
    }
    const polled = await workplace.run(['poll', '--pending', '--json'], { env: env(server.url) });
    expect(polled.code).toBe(0);
    const lines = polled.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const told = lines.map((line) => [line['type'], line['request_id'], line['kind']]);
    expect(told.toSorted((a, b) => String(a[1]).localeCompare(String(b[1])))).toEqual([
      ['result', `${'0'.repeat(23)}1`, 'cluster'],
      ['result', `${'0'.repeat(23)}2`, 'cluster'],
      ['result', `${'0'.repeat(23)}3`, 'cluster'],
    ]);
    const again = await workplace.run(['poll', '--pending', '-q'], { env: env(server.url) });
    expect(again).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('a state folder that cannot be written costs a warning, not the submission', async () => {
    await using server = await startScriptedServer([{ body: { request_id: ID } }]);
    const sent = await workplace.run(['cluster', 'submit', REQUEST], {
      env: { ...env(server.url), OPTIPICK_STATE_DIR: join(REQUEST, 'not-a-folder') },
    });
    expect({ code: sent.code, stdout: sent.stdout }).toEqual({ code: 0, stdout: `${ID}\n` });
    expect(sent.stderr).toMatch(/^warning: /);
  });
});
