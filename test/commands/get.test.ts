import { describe, expect, test } from 'vitest';
import { jsonResponse, type Http } from '../../src/lib/net/http.ts';
import { errorOf, run } from '../support/run.ts';

const ID = '67507ad05e593173d0313e0f';
const env = { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: 'http://127.0.0.1:4010' };
const answering =
  (status: number, body: unknown): Http =>
  async () =>
    jsonResponse(status, body);

describe('get', () => {
  test('of a running job is exit 8, with the command to wait for it', async () => {
    const { ended } = await run(['route', 'get', ID, '-p', 'staging'], { env, http: answering(202, {}) });
    expect(ended).toEqual({
      code: 8,
      stdout: '',
      stderr:
        `error: request ${ID} is not finished yet\n` +
        `hint: wait for it with: optipick poll ${ID} --kind route --profile staging\n`,
    });
  });

  test('of an unknown id is exit 5, also with --json', async () => {
    const { ended } = await run(['route', 'get', ID, '--json'], { env, http: answering(404, { detail: 'Not Found' }) });
    expect({ ...ended, stderr: errorOf(ended.stderr) }).toEqual({
      code: 5,
      stdout: '',
      stderr: {
        code: 'not_found',
        message: `there is no route answer under ${ID}: unknown id, or not ready yet`,
        exitCode: 5,
        status: 404,
        requestId: ID,
        retryable: false,
        hint: `check the id; if it was just submitted elsewhere, wait for it with: optipick poll ${ID} --kind route`,
      },
    });
  });

  test('of an id that was submitted from here as the other kind says so', async () => {
    const http: Http = async ({ method }) =>
      method === 'POST' ? jsonResponse(200, { request_id: ID }) : jsonResponse(404, { detail: 'Not Found' });
    const { host } = await run(['route', 'submit', '-'], {
      env,
      http,
      stdin: '{"site_name":"E","picks":[{"pick_id":"p","location_id":"A01"}]}',
    });
    expect(host.stdoutText).toBe(`${ID}\n`);
    const { main } = await import('../../src/app/main.ts');
    expect(await main(host, ['cluster', 'get', ID])).toBe(5);
    expect(host.stderrText).toContain(`hint: it was submitted from here as a route: optipick route get ${ID}\n`);
    expect(await main(host, ['route', 'get', ID])).toBe(8);
  });

  test.each([
    ['an error', 200, { type: 'ROUTE', error: 'no way' }, 'no way'],
    ['a 422 about the picks', 422, { detail: 'Location not found: Z9' }, 'Location not found: Z9'],
  ])('of a job that failed with %s shows it and is exit 3', async (_name, status, body, why) => {
    const plain = await run(['route', 'get', ID], { env, http: answering(status, body) });
    expect(plain.ended).toEqual({
      code: 3,
      stdout: `Route · ${ID}\nfailed: ${why}\n`,
      stderr:
        `error: the optimization of request ${ID} failed: ${why}\n` +
        `hint: optipick route get ${ID} --json shows the whole answer\n`,
    });
    const json = await run(['route', 'get', ID, '--json'], { env, http: answering(status, body) });
    expect([json.code, json.stdout]).toEqual([3, `${JSON.stringify(body)}\n`]);
    expect(errorOf(json.stderr)).toMatchObject({ code: 'job_failed', exitCode: 3, requestId: ID });
  });

  test('without a key is exit 4, and nothing is sent', async () => {
    const { ended, host } = await run(['route', 'get', ID], { env: { OPTIPICK_BASE_URL: env.OPTIPICK_BASE_URL } });
    expect(ended).toEqual({
      code: 4,
      stdout: '',
      stderr:
        'error: there is no API key\n' +
        'hint: store one with: optipick login; or set OPTIPICK_API_KEY; without an account start: optipick sandbox --save-profile sandbox, then add -p sandbox\n',
    });
    expect(host.requests).toEqual([]);
  });

  test.each([
    ['', {}, 'OPTIPICK_API_KEY is'],
    [' \t', {}, 'OPTIPICK_API_KEY is'],
    ['', { OPTIPICK_PROFILE: '' }, 'OPTIPICK_API_KEY and OPTIPICK_PROFILE are'],
  ])('N8: with the key %j in the environment says that it is set and empty', async (key, more, words) => {
    const { ended, host } = await run(['route', 'get', ID], { env: { ...env, ...more, OPTIPICK_API_KEY: key } });
    expect(ended).toEqual({
      code: 4,
      stdout: '',
      stderr:
        `error: there is no API key: ${words} set and empty\n` +
        'hint: store one with: optipick login; or give it a value (CI gives no secrets to runs of forks), or unset it; ' +
        'without an account start: optipick sandbox --save-profile sandbox, then add -p sandbox\n',
    });
    expect(host.requests).toEqual([]);
  });

  test('N8: warns of an empty base URL in the environment', async () => {
    const empty = { OPTIPICK_API_KEY: env.OPTIPICK_API_KEY, OPTIPICK_BASE_URL: '' };
    const { stderr, host } = await run(['route', 'get', ID], { env: empty, http: answering(404, {}) });
    expect(stderr).toMatch(
      /^warning: the default base URL is used, https:\/\/optipick\.api\.optioryx\.com: OPTIPICK_BASE_URL is set and empty\n/,
    );
    expect(host.requests).toHaveLength(1);
    const stored = { default: { 'base-url': env.OPTIPICK_BASE_URL } };
    const other = await run(['route', 'get', ID], { env: empty, profiles: stored, http: answering(404, {}) });
    expect(other.stderr).not.toContain('warning');
  });

  test.each([
    [['verify', 'delivery.http'], 'there is no webhook secret to check signatures with'],
    [['listen', '--no-fetch'], 'there is no webhook secret to check signatures with'],
    [['trigger', 'route.optimized', '--to', 'http://127.0.0.1:1/'], 'there is no webhook secret to sign with'],
  ])('N8: %j says that the secret in the environment is set and empty', async (argv, words) => {
    const { code, stderr } = await run(argv, {
      env: { ...env, OPTIPICK_WEBHOOK_SECRET: '' },
      files: { 'delivery.http': 'POST / HTTP/1.1\r\nsvix-id: msg_1\r\n\r\n{}' },
    });
    expect(code).toBe(4);
    expect(stderr).toContain(`error: ${words}: OPTIPICK_WEBHOOK_SECRET is set and empty\n`);
    expect(stderr).toContain('give it a value (CI gives no secrets to runs of forks), or unset it');
  });

  test('without a key in the named profile says which profile', async () => {
    const { ended } = await run(['route', 'get', ID, '-p', 'stagin'], {
      env: { OPTIPICK_BASE_URL: env.OPTIPICK_BASE_URL },
      profiles: { staging: { 'api-key': 'staging-key-0123456' } },
    });
    expect(ended).toEqual({
      code: 4,
      stdout: '',
      stderr:
        'error: there is no API key in profile "stagin"\n' +
        'hint: there is no profile "stagin", did you mean "staging"?\n',
    });
  });

  test('with a key of the environment warns of a profile that is nearly one', async () => {
    const http = answering(404, { detail: 'no' });
    const profiles = { staging: { 'api-key': 'staging-key-0123456' } };
    const { stderr } = await run(['route', 'get', ID, '-p', 'stagin'], { env, profiles, http });
    expect(stderr).toMatch(/^warning: there is no profile "stagin", did you mean "staging"\?\n/);
    const own = await run(['route', 'get', ID, '-p', 'ci'], { env, profiles, http });
    expect(own.stderr).not.toContain('there is no profile');
  });

  test('sends the key of flag, environment or profile, in this order', async () => {
    const profiles = { default: { 'api-key': 'profile-key-0123456' }, other: { 'api-key': 'other-key-0123456' } };
    const keyOf = async (argv: readonly string[], more: Readonly<Record<string, string>>): Promise<unknown> => {
      const { host } = await run(['route', 'get', ID, ...argv], {
        env: { OPTIPICK_BASE_URL: env.OPTIPICK_BASE_URL, ...more },
        profiles,
        files: { 'key.txt': 'file-key-0123456\n' },
        http: answering(202, {}),
      });
      return host.requests[0]?.headers['x-api-key'];
    };
    expect([
      await keyOf(['--api-key-file', 'key.txt'], { OPTIPICK_API_KEY: 'env-key-0123456' }),
      await keyOf([], { OPTIPICK_API_KEY: 'env-key-0123456' }),
      await keyOf([], { OPTIPICK_API_KEY: '' }),
      await keyOf([], { OPTIPICK_PROFILE: 'other' }),
      await keyOf(['-p', 'default'], { OPTIPICK_PROFILE: 'other' }),
    ]).toEqual([
      'file-key-0123456',
      'env-key-0123456',
      'profile-key-0123456',
      'other-key-0123456',
      'profile-key-0123456',
    ]);
  });

  test('with --debug traces the calls, and shows the key to nobody', async () => {
    for (const [argv, more] of [
      [['--debug'], {}],
      [[], { OPTIPICK_DEBUG: '1' }],
    ] as const) {
      const { ended } = await run(['route', 'get', ID, ...argv], {
        env: { ...env, ...more },
        http: answering(403, {}),
      });
      expect(ended.code).toBe(4);
      expect(ended.stderr).toContain(`GET http://127.0.0.1:4010/optimize/route/${ID}`);
      expect(ended.stderr).not.toContain('key-of-the-tests');
    }
  });
});
