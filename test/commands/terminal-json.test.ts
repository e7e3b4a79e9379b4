/** `--json` on a terminal: what would act there is escaped; a pipe gets the API's own bytes. */
import { describe, expect, test } from 'vitest';
import { bodyOf, jsonResponse, type Http } from '../../src/lib/net/http.ts';
import type { FakeHostOptions } from '../support/fake-host.ts';
import { run } from '../support/run.ts';

const ID = '67507ad05e593173d0313e0f';
const OTHER = '67507ad05e593173d0313e10';
const env = { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: 'http://127.0.0.1:4010' };

const answerWith = (site: string): string =>
  `{ "type": "CLUSTER", "computation_time": 1.0, "site_name": "${site}", "clusters": [] }`;
const HOSTILE = 'A\u009b31m\u009d0;title\u009cB\u202eC\u2066\u200b\u007fü';
const ESCAPED = 'A\\u009b31m\\u009d0;title\\u009cB\\u202eC\\u2066\\u200b\\u007fü';

const answering: Http = async () => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: bodyOf(answerWith(HOSTILE)),
});
const refusing: Http = async () => jsonResponse(400, { detail: `${HOSTILE} is \u001b[31mnot known` });

const TERMINAL: FakeHostOptions['terminal'] = { stdout: true, stderr: true };
const ACTING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e\u2066]/;

describe('--json', () => {
  test('of an answer is escaped on a terminal', async () => {
    const shown = await run(['cluster', 'get', ID, '--json'], { env, http: answering, terminal: TERMINAL });
    expect(shown.stdout).toBe(`${answerWith(ESCAPED)}\n`);
    expect(JSON.parse(shown.stdout)).toEqual(JSON.parse(answerWith(HOSTILE)));
  });

  test('of an answer is, byte for byte, that of the API in a pipe', async () => {
    const piped = await run(['cluster', 'get', ID, '--json'], { env, http: answering });
    expect(piped.stdout).toBe(`${answerWith(HOSTILE)}\n`);
  });

  test('of several is escaped on a terminal, and not in a pipe', async () => {
    const argv = ['poll', ID, OTHER, '--kind', 'cluster', '--json'];
    const shown = await run(argv, { env, http: answering, terminal: { stdout: true } });
    const piped = await run(argv, { env, http: answering });
    expect([shown.code, piped.code]).toEqual([0, 0]);
    expect(ACTING.test(shown.stdout)).toBe(false);
    expect(piped.stdout.split(HOSTILE).length).toBe(3);
    const documents = (text: string): unknown =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
    expect(documents(shown.stdout)).toEqual(documents(piped.stdout));
  });

  test.each([{}, TERMINAL])('of a failure holds nothing that acts (%#)', async (terminal) => {
    const { code, stderr } = await run(['cluster', 'get', '\u009b31m\u202eid', '--json'], {
      env,
      http: refusing,
      terminal,
    });
    expect([code, ACTING.test(stderr)]).toEqual([5, false]);
    expect((JSON.parse(stderr) as { error: { requestId: string } }).error.requestId).toBe('\u009b31m\u202eid');
  });
});

test('the words of a server lose whole sequences', async () => {
  const { code, stderr } = await run(['cluster', 'get', ID], { env, http: refusing });
  expect(code).toBe(5);
  expect(stderr).toContain('ABCü is not known');
});
