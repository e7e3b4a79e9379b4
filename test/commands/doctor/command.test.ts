import { describe, expect, test } from 'vitest';
import { bodyOf, jsonResponse, type Http } from '../../../src/lib/net/http.ts';
import { createFakeHost, type FakeHostOptions } from '../../support/fake-host.ts';
import { run } from '../../support/run.ts';
import { main } from '../../../src/app/main.ts';
import type { PathFacts } from '../../../src/platform/host.ts';
import { systemError } from '../../support/fake-files.ts';

const KEY = 'key-0123456789abcdefghij';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const API = 'http://127.0.0.1:4010';
const profiles = { default: { 'api-key': KEY, 'webhook-secret': SECRET, 'base-url': API } };

const accepting: Http = async ({ headers }) =>
  headers['x-api-key'] === KEY ? jsonResponse(404, { detail: 'Not Found' }) : jsonResponse(401, { detail: 'no' });

interface Line {
  readonly check: string;
  readonly status: string;
  readonly message: string;
  readonly fix: string | null;
}

/** What is not ok, and the exit code. */
async function troubles(
  options: FakeHostOptions = {},
  {
    args = [],
    free,
    marks = {},
  }: {
    readonly args?: readonly string[];
    readonly free?: number;
    readonly marks?: Readonly<Record<string, Partial<PathFacts>>>;
  } = {},
) {
  const host = createFakeHost({ profiles, http: accepting, ...options });
  for (const [path, facts] of Object.entries(marks)) host.files.mark(path, facts);
  if (free !== undefined) host.files.free = free;
  const code = await main(host, ['doctor', '--json', ...args]);
  const found = (JSON.parse(host.stdoutText) as readonly Line[]).filter(({ status }) => status !== 'ok');
  return { code, found };
}

describe('doctor on a machine in memory', () => {
  test('reports no problem on a machine that is ready, and sends the API two requests', async () => {
    const host = createFakeHost({ profiles, http: accepting });
    expect(await main(host, ['doctor'])).toBe(0);
    expect(host.stderrText).toBe('not checked: clock (the API sends no time)\n');
    expect(host.stdoutText).not.toMatch(/^(?:fault|warning)/m);
    const asked = host.requests.filter(({ url }) => url.startsWith(API));
    expect(new Set(asked.map(({ headers }) => headers['x-api-key']))).toEqual(new Set([undefined, KEY]));
    expect(asked).toHaveLength(2);
  });

  test.each([
    [50 * 1024 * 1024, 'warning', 0, '~/.local/state/optipick: the file system is nearly full (50 MB free)'],
    [1024 * 1024, 'fault', 7, '~/.local/state/optipick: the file system is full (1 MB free)'],
  ])('reports a state folder with %i bytes free', async (free, status, code, message) => {
    const home = createFakeHost().home;
    expect(await troubles({ files: { [`${home}/.profile`]: '' } }, { free })).toEqual({
      code,
      found: [{ check: 'state', status, message, fix: 'df -h ~' }],
    });
  });

  describe('reports a state file that cannot be written once:', () => {
    const state = `${createFakeHost().home}/.local/state/optipick`;
    test.each<[string, string, Partial<PathFacts>, string]>([
      ['its own', 'optipick.db', { mode: 0o400 }, 'chmod 600 ~/.local/state/optipick/optipick.db'],
      ['its own, open', 'optipick.db', { mode: 0o444 }, 'chmod 600 ~/.local/state/optipick/optipick.db'],
      ['its own log', 'optipick.db-wal', { mode: 0o400 }, 'chmod 600 ~/.local/state/optipick/optipick.db-wal'],
      [
        "another user's",
        'optipick.db',
        { mode: 0o644, isForeign: true },
        'sudo chown -R "$(id -un)" ~/.local/state/optipick',
      ],
    ])('%s', async (_what, name, facts, fix) => {
      const files = { [`${state}/optipick.db`]: '', [`${state}/${name}`]: '' };
      const marks = { [`${state}/${name}`]: { ...facts, isWritable: false } };
      const { code, found } = await troubles({ files }, { marks });
      expect([code, found]).toEqual([
        7,
        [
          {
            check: 'database',
            status: 'fault',
            message: expect.stringContaining(`${name} cannot be written to`) as unknown,
            fix,
          },
        ],
      ]);
    });
  });

  test.each([
    ['http://relay.example', 'OPTIPICK_RELAY_URL is not a ws or wss URL'],
    ['ws://relay.example/listen/', 'OPTIPICK_RELAY_URL: a relay on another machine needs wss://'],
    ['wss://relay.example/#a', 'OPTIPICK_RELAY_URL must not hold a fragment'],
  ])('a relay URL that "listen --relay" would reject is a fault: %s', async (url, message) => {
    expect(await troubles({ env: { OPTIPICK_RELAY_URL: url } })).toEqual({
      code: 2,
      found: [{ check: 'relay-url', status: 'fault', message, fix: 'unset OPTIPICK_RELAY_URL' }],
    });
  });

  test('prints a valid relay URL without its secrets, and no line for an empty one', async () => {
    const relay = 'wss://relay.example/listen/?token=sesame';
    const set = await run(['doctor', '--offline'], { profiles, env: { OPTIPICK_RELAY_URL: relay } });
    expect(set.stdout).toMatch(/^ok +relay-url +wss:\/\/relay\.example\/listen\/\S* \(from OPTIPICK_RELAY_URL\)$/m);
    expect(set.stdout).not.toContain('sesame');
    const unset = await run(['doctor', '--offline'], { profiles, env: { OPTIPICK_RELAY_URL: ' ' } });
    expect(unset.stdout).not.toContain('relay-url');
  });

  test('reports one fault for a webhook secret that is set as the API key', async () => {
    const { code, found } = await troubles({ env: { OPTIPICK_API_KEY: SECRET } });
    expect([code, found.map(({ check, status }) => [check, status])]).toEqual([2, [['api-key', 'fault']]]);
  });

  test('warns when the API answers 429 to the check of the key', async () => {
    const http: Http = async ({ headers }) =>
      headers['x-api-key'] === KEY
        ? jsonResponse(429, { detail: 'slow down' }, { 'retry-after': '30' })
        : jsonResponse(401, {});
    const { code, found } = await troubles({ http });
    expect([code, found]).toEqual([
      0,
      [
        {
          check: 'key-accepted',
          status: 'warning',
          message: 'not known yet: the API asks for fewer requests (HTTP 429): slow down',
          fix: 'optipick doctor',
        },
      ],
    ]);
  });

  test.each([
    ['200', 200, 'text/html'],
    ['403 of a firewall', 403, 'text/html'],
    ['401 without its type', 401, 'text/plain'],
    ['511 of a portal', 511, 'text/html; charset=utf-8'],
  ])('N1: reports an answer that is a web page: %s', async (_case, status, type) => {
    const page = '<!doctype html><title>Sign in</title>';
    const http: Http = async () => ({ status, headers: { 'content-type': type }, body: bodyOf(page) });
    const { code, found } = await troubles({ http });
    expect([code, found]).toEqual([
      5,
      [
        {
          check: 'network',
          status: 'fault',
          message: `${API} answers with a web page (HTTP ${status}, "Sign in"): it is not the API, or a network that wants a login`,
          fix: 'optipick config unset base-url',
        },
      ],
    ]);
  });

  test('N1: accepts JSON that is declared as HTML', async () => {
    const http: Http = async () => ({ ...jsonResponse(404, {}), headers: { 'content-type': 'text/html' } });
    const { code, found } = await troubles({ http });
    expect([code, found]).toEqual([0, []]);
  });

  test('names a profile that is not stored, in the fix too', async () => {
    const { code, found } = await troubles(
      { env: { OPTIPICK_BASE_URL: API, OPTIPICK_WEBHOOK_SECRET: SECRET } },
      { args: ['-p', 'stagign'] },
    );
    expect([code, found]).toEqual([
      4,
      [
        {
          check: 'api-key',
          status: 'fault',
          message: 'there is no API key: no profile "stagign" is stored',
          fix: 'optipick login -p stagign',
        },
      ],
    ]);
  });

  test.each([
    [{ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'unset NODE_TLS_REJECT_UNAUTHORIZED'],
    [{ NODE_EXTRA_CA_CERTS: '/etc/none.pem' }, 'unset NODE_EXTRA_CA_CERTS'],
  ])('warns of the environment %j', async (env, fix) => {
    const { code, found } = await troubles({ env });
    expect([code, found.map(({ check, status, fix: command }) => [check, status, command])]).toEqual([
      0,
      [['runtime', 'warning', fix]],
    ]);
  });

  test('reports a temporary inbox that cannot be written', async () => {
    const { code, found } = await troubles({ databaseError: systemError('EIO', 'i/o error') });
    expect([code, found.map(({ check, status, fix }) => [check, status, fix])]).toEqual([
      7,
      [['delivery', 'fault', 'unset TMPDIR']],
    ]);
  });

  test.each([
    [['--public-url', 'ftp://hooks.example.com'], 'bad_url'],
    [['--public-url', 'https://user:secret@hooks.example.com'], 'bad_url'],
    [['--public-url', 'https://hooks.example.com', '--offline'], 'conflicting_options'],
    [['--path', '/a?b'], 'bad_path'],
  ])('rejects %j', async (args, code) => {
    const host = createFakeHost({ profiles, http: accepting });
    expect(await main(host, ['doctor', '--json', ...args])).toBe(2);
    expect((JSON.parse(host.stderrText) as { error: { code: string } }).error.code).toBe(code);
    expect(host.stdoutText).toBe('');
  });
});
