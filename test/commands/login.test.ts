import { describe, expect, test } from 'vitest';
import { jsonResponse, TransportError, type Http } from '../../src/lib/net/http.ts';
import { CliError } from '../../src/errors.ts';
import { SANDBOX_HEADER } from '../../src/kinds.ts';
import { run } from '../support/run.ts';
import { expectScreen, screenOfRuns, WIDTHS } from '../support/screens.ts';

const KEY = 'key-0123456789abcdefghij';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const API = 'http://127.0.0.1:4010';
const HINT = 'hint: try: optipick cluster submit wave.json --wait\n';
const ACCEPTED = `the key was accepted by ${API}\n`;

/** Knows the key and nothing else: nobody's id is not found. */
const accepting: Http = async ({ headers }) =>
  headers['x-api-key'] === KEY ? jsonResponse(404, { detail: 'Not Found' }) : jsonResponse(401, { detail: 'no' });

const env = { OPTIPICK_BASE_URL: API };

describe('login from a pipe', () => {
  test('checks the key, and stores key and secret', async () => {
    const { ended, host } = await run(['login'], { env, http: accepting, stdin: `${KEY}\n${SECRET}\n` });
    expect(ended).toEqual({
      code: 0,
      stdout: '',
      stderr: `${ACCEPTED}stored in profile "default": api-key ke…ij, webhook-secret whsec_Mf…Sw\n${HINT}`,
    });
    expect(host.profiles).toEqual({ default: { 'api-key': KEY, 'webhook-secret': SECRET } });
    expect(
      host.requests.map(({ method, url, headers }) => [method, new URL(url).origin, headers['x-api-key']]),
    ).toEqual([['GET', API, KEY]]);
  });

  test.each([
    ['the key alone', `${KEY}\r\n`, { 'api-key': KEY, port: 1 }],
    ['the secret alone', `\n${SECRET}`, { 'webhook-secret': SECRET, port: 1 }],
  ])('%s leaves what else is stored', async (_name, stdin, stored) => {
    const { code, host } = await run(['login', '-q'], {
      env,
      http: accepting,
      stdin,
      profiles: { default: { port: 1 } },
    });
    expect([code, host.stdoutText, host.stderrText]).toEqual([0, '', '']);
    expect(host.profiles).toEqual({ default: stored });
  });

  test('without any answer stores nothing and calls nobody', async () => {
    const { ended, host } = await run(['login'], { env, http: accepting, stdin: '' });
    expect(ended).toEqual({ code: 0, stdout: '', stderr: 'nothing was stored\n' });
    expect([host.profiles, host.requests]).toEqual([{}, []]);
  });

  test('keeps the address beside the key when it was given with it', async () => {
    const { ended, host } = await run(['login', '-p', 'sandbox', '--base-url', `${API}/`], {
      http: accepting,
      stdin: `${KEY}\n`,
    });
    expect(ended).toEqual({
      code: 0,
      stdout: '',
      stderr:
        `${ACCEPTED}stored in profile "sandbox": api-key ke…ij, base-url ${API}\n` +
        'hint: try: optipick cluster submit wave.json --wait -p sandbox\n',
    });
    expect(host.profiles).toEqual({ sandbox: { 'api-key': KEY, 'base-url': API } });
  });

  test.each([401, 403])('a key that the API rejects with %i is exit 4, and nothing is stored', async (status) => {
    const { ended, host } = await run(['login'], {
      env,
      http: async () => jsonResponse(status, { message: 'Forbidden' }),
      stdin: `${KEY}\n${SECRET}\n`,
      profiles: { default: { 'api-key': 'an-older-key-0123' } },
    });
    expect(ended).toEqual({
      code: 4,
      stdout: '',
      stderr:
        `error: ${API} rejected the API key; nothing was stored\n` +
        `hint: a key belongs to one API and one account: was this one created for ${API}?\n`,
    });
    expect(host.profiles).toEqual({ default: { 'api-key': 'an-older-key-0123' } });
  });

  test('an API that cannot be reached costs a warning; the key is stored', async () => {
    const { ended, host } = await run(['login'], {
      env,
      http: async () => {
        throw new TransportError('refused', `nothing listens at ${API}`, { sent: false });
      },
      stdin: `${KEY}\n`,
    });
    expect(ended).toEqual({
      code: 0,
      stdout: '',
      stderr:
        `warning: the key could not be checked: nothing listens at ${API}\n` +
        `stored in profile "default": api-key ke…ij\n${HINT}`,
    });
    expect(host.profiles).toEqual({ default: { 'api-key': KEY } });
  });

  test.each([
    ['key', `Bearer ${KEY}\n`, 'error: the API key has white space in it\n'],
    ['secret', `${KEY}\n'${SECRET}'\n`, 'error: the webhook secret is wrapped in quotes\n'],
  ])('a malformed %s is exit 2, not repeated, and nothing is stored', async (_name, stdin, error) => {
    const { ended, host } = await run(['login'], { env, http: accepting, stdin });
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(error);
    expect(ended.stderr).not.toMatch(/key-0123|MfKQ9r8/);
    expect([host.profiles, host.requests]).toEqual([{}, []]);
  });
});

describe('login on a terminal', () => {
  const terminal = { stdin: true, stdout: true, stderr: true };
  const intro = 'Enter skips a question.\n';
  const options = { env: { ...env, NO_COLOR: '1' }, http: accepting, terminal };
  const stars = (answer: string): string => '*'.repeat(answer.length);
  const typedKey = (key: string): string => `API key: ${stars(key)}\n`;
  const typedSecret = (secret: string): string => `Webhook secret (whsec_...): ${stars(secret)}\n`;
  const REJECTED =
    `error: ${API} rejected the API key; nothing was stored\n` +
    `hint: a key belongs to one API and one account: was this one created for ${API}?\n`;

  test('asks for the key, checks and stores it, and then asks for the secret; both are shown as stars', async () => {
    const { ended, host } = await run(['login'], { ...options, answers: [` ${KEY} `, SECRET] });
    expect(ended).toEqual({
      code: 0,
      stdout: '',
      stderr:
        `${intro}${typedKey(` ${KEY} `)}${ACCEPTED}stored in profile "default": api-key ke…ij\n` +
        `${typedSecret(SECRET)}stored in profile "default": webhook-secret whsec_Mf…Sw\n${HINT}`,
    });
    expect(host.asked).toEqual([
      { question: 'API key: ', hidden: true },
      { question: 'Webhook secret (whsec_...): ', hidden: true },
    ]);
    expect(host.profiles).toEqual({ default: { 'api-key': KEY, 'webhook-secret': SECRET } });
  });

  test('Enter skips the key, and the address is stored with the secret', async () => {
    const { code, host } = await run(['login', '--base-url', '127.0.0.1:4010'], { ...options, answers: ['', SECRET] });
    expect([code, host.requests]).toEqual([0, []]);
    expect(host.profiles).toEqual({ default: { 'webhook-secret': SECRET, 'base-url': API } });
  });

  test('asks again for a key that the API rejects, and for one that cannot be a key', async () => {
    const { ended, host } = await run(['login'], { ...options, answers: ['a-wrong-key-0123', `"${KEY}"`, KEY, ''] });
    expect(ended).toEqual({
      code: 0,
      stdout: '',
      stderr:
        `${intro}${typedKey('a-wrong-key-0123')}${REJECTED}${typedKey(`"${KEY}"`)}` +
        `error: the API key is wrapped in quotes\nhint: give it without them\n${typedKey(KEY)}${ACCEPTED}` +
        `stored in profile "default": api-key ke…ij\n${typedSecret('')}${HINT}`,
    });
    expect(host.profiles).toEqual({ default: { 'api-key': KEY } });
    expect(host.requests.length).toBe(2);
  });

  test('is exit 4 after the third key that the API rejects', async () => {
    const wrong = ['a-wrong-key-0123', 'a-wrong-key-0124', 'a-wrong-key-0125'];
    const { ended, host } = await run(['login', '-q'], { ...options, answers: wrong });
    expect(ended).toEqual({
      code: 4,
      stdout: '',
      stderr: intro + wrong.map((key) => typedKey(key) + REJECTED).join(''),
    });
    expect([host.profiles, host.asked.length]).toEqual([{}, 3]);
  });

  test('Enter after a rejected key skips it', async () => {
    const { ended, host } = await run(['login'], { ...options, answers: ['a-wrong-key-0123', '', ''] });
    expect([ended.code, ended.stderr.endsWith('\nnothing was stored\n'), host.profiles]).toEqual([0, true, {}]);
  });

  test('keeps the key when the secret is malformed three times, which is exit 2', async () => {
    const { code, stderr, host } = await run(['login'], {
      ...options,
      answers: [KEY, 'whsec_', `'${SECRET}'`, 'v1,abc'],
    });
    expect([code, host.profiles]).toEqual([2, { default: { 'api-key': KEY } }]);
    expect(stderr).toContain('error: the webhook secret has nothing after its prefix\n');
    expect(stderr).toContain('error: the webhook secret is wrapped in quotes\n');
    expect(stderr).toContain('error: the webhook secret begins with a version ("v1,"), as signatures do\n');
    expect(stderr).not.toMatch(/key-0123|MfKQ9r8/);
  });

  test('Ctrl-C at the second question is exit 130; the accepted key is stored', async () => {
    const stopped = new CliError('interrupted', 'interrupted before the question was answered');
    const { code, host } = await run(['login'], { ...options, answers: [KEY, stopped] });
    expect([code, host.profiles]).toEqual([130, { default: { 'api-key': KEY } }]);
  });

  test('says when the environment wins over what was stored', async () => {
    const more = { ...options, env: { ...options.env, OPTIPICK_API_KEY: 'another-key-0123456' } };
    const { stderr } = await run(['login'], { ...more, answers: [KEY, ''] });
    expect(stderr).toContain('warning: OPTIPICK_API_KEY is set and wins over the stored value\n');
  });

  test('says where keys are created for the API itself, and what to do about a key that it rejects', async () => {
    const { stderr } = await run(['login'], {
      ...options,
      env: { NO_COLOR: '1' },
      columns: 120,
      answers: ['a-wrong-key-0123', '', ''],
    });
    expect(stderr).toMatch(/^API keys: https:\/\/optipick\.optioryx\.com\/settings > API Keys\. Enter skips/);
    expect(stderr).toContain('create a new one under Settings > API Keys\n');
  });

  test('has advice about the sandbox for a key that a sandbox rejects', async () => {
    const sandbox: Http = async () => jsonResponse(403, { message: 'Forbidden' }, { [SANDBOX_HEADER]: '1' });
    const { stderr } = await run(['login'], { ...options, http: sandbox, answers: ['a-wrong-key-0123', '', ''] });
    expect(stderr).toContain('hint: use the key that it printed when it started, or start it with --save-profile');
  });

  for (const columns of WIDTHS) {
    test(`is shown as in its file on ${columns} columns`, async () => {
      const real = { ...options, env: { NO_COLOR: '1' }, columns };
      const screens = await Promise.all([
        run(['login'], { ...real, answers: [KEY, SECRET] }),
        run(['login'], { ...real, answers: ['a-wrong-key-0123', KEY, ''] }),
        run(['login'], { ...real, answers: ['a-wrong-key-0123', 'key-0123…', 'Bearer 0123'] }),
        run(['login', '-p', 'sandbox', '--base-url', '127.0.0.1:4010'], { ...real, answers: [KEY, 'whsec_', SECRET] }),
        run(['login'], { ...real, answers: ['', ''] }),
        run(['login', '--no-input'], real),
      ]);
      await expectScreen(`login-${columns}`, screenOfRuns(screens, columns));
    });
  }

  test.each([
    ['--no-input', ['login', '--no-input'], {}],
    ['CI', ['login'], { CI: 'true' }],
  ])('asks nothing with %s', async (_name, argv, more) => {
    const { ended, host } = await run(argv, { env: { ...env, NO_COLOR: '1', ...more }, terminal });
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: login has questions and may not ask them\n' +
        'hint: pipe the answers in, key first: printf "%s\\n%s\\n" "$KEY" "$SECRET" | optipick login\n',
    });
    expect(host.asked).toEqual([]);
  });
});
