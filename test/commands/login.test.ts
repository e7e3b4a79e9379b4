import { describe, expect, test } from 'vitest';
import { jsonResponse, TransportError, type Http } from '../../src/lib/net/http.ts';
import { CliError } from '../../src/errors.ts';
import { run } from '../support/run.ts';

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
    expect(ended).toEqual({ code: 0, stdout: '', stderr: 'nothing given, nothing stored\n' });
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
        'hint: keys expire (365 days by default) and belong to one account; make a new one under Settings > API Keys\n',
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
  const intro = 'API keys: https://optipick.optioryx.com/settings > API Keys. Enter skips a question.\n';

  test('asks for the key, then the secret, both hidden; Enter skips', async () => {
    const { ended, host } = await run(['login'], {
      env: { ...env, NO_COLOR: '1' },
      http: accepting,
      terminal,
      answers: [` ${KEY} `, ''],
    });
    expect(ended).toEqual({
      code: 0,
      stdout: '',
      stderr: `${intro}${ACCEPTED}stored in profile "default": api-key ke…ij\n${HINT}`,
    });
    expect(host.asked).toEqual([
      { question: 'API key: ', hidden: true },
      { question: 'Webhook secret (whsec_...): ', hidden: true },
    ]);
  });

  test('Ctrl-C at a question is exit 130, and nothing is stored', async () => {
    const stopped = new CliError('interrupted', 'interrupted before the question was answered');
    const { ended, host } = await run(['login'], {
      env: { ...env, NO_COLOR: '1' },
      http: accepting,
      terminal,
      answers: [KEY, stopped],
    });
    expect(ended).toEqual({ code: 130, stdout: '', stderr: intro });
    expect([host.profiles, host.requests]).toEqual([{}, []]);
  });

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
