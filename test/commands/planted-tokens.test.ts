/**
 * A token in every flag, variable and setting that takes a URL, in every part of the URL where one can stand. Nothing
 * that a command writes, on its streams or into files, may hold a piece of it.
 */
import { describe, expect, test } from 'vitest';
import { bodyOf, jsonResponse, readText, TransportError, type Http } from '../../src/lib/net/http.ts';
import { main } from '../../src/app/main.ts';
import { createFakeHost, type FakeHostOptions } from '../support/fake-host.ts';
import { SECRET } from '../support/listener.ts';
import { run } from '../support/run.ts';

const ID = '67507ad05e593173d0313e0f';
const PIECES = ['Planted1Token', 'Secret2Half'];
const [TOKEN = '', OTHER = ''] = PIECES;

/** `host` with a token in each part; the last ones do not parse. */
const urlsAt = (host: string, scheme = 'http'): readonly string[] => [
  `${scheme}://user:${TOKEN}@${host}/hooks`,
  `${scheme}://${TOKEN}@${host}/hooks`,
  `${scheme}://${host}/hooks?token=${TOKEN}&${OTHER}`,
  `${scheme}://${host}/hooks#${TOKEN}`,
  `${scheme}://user:${TOKEN}/${OTHER}@${host}/hooks`,
  `${scheme}://user:${TOKEN}?${OTHER}@${host}/hooks`,
  `${scheme}://user:${TOKEN}@${host}:${OTHER}/`,
  `${scheme}://user:${TOKEN}`,
  `user:${TOKEN}@${host}`,
  `${host}/hooks?token=${TOKEN}`,
];

const PICKS = JSON.stringify({ site_name: 'Example', picks: [{ pick_id: 'p', location_id: 'A01' }] });
const API_COMMANDS: readonly (readonly string[])[] = [
  ['route', 'get', ID],
  ['route', 'submit', 'picks.json', '--wait', '--junit', 'report.xml', '-o', 'report.html'],
  ['route', 'submit', 'picks.json', '--dry-run'],
  ['route', 'submit', 'picks.json', '--dry-run', '--curl'],
  ['poll', ID, 'other-id', '--once'],
  ['events', 'sync'],
  ['doctor', '--port', '0'],
  ['config', 'list'],
  ['config', 'get', 'base-url'],
  ['login'],
];

/** Runs it, with and without `--json` and `--debug`, and returns everything that it wrote. */
async function written(argv: readonly string[], options: FakeHostOptions): Promise<string> {
  let all = '';
  for (const more of [[], ['--json'], ['--debug']]) {
    const host = createFakeHost({ stdin: 'key-of-the-tests\n', ...options });
    const given = new Map(host.files.paths().map((path) => [path, host.files.text(path)]));
    await main(host, [...argv, ...more]);
    all += host.stdoutText + host.stderrText + host.spun.join('\n');
    for (const path of host.files.paths()) {
      const text = host.files.text(path);
      if (text !== given.get(path)) all += `${path}: ${text}`;
    }
  }
  return all;
}

function expectNoToken(text: string): void {
  // So that a failure shows what was said, and where.
  const lines = text.split('\n').filter((line) => PIECES.some((piece) => line.includes(piece)));
  expect(lines).toEqual([]);
}

const files = { 'picks.json': PICKS };
const key = { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_WEBHOOK_SECRET: SECRET };

const refusing: Http = async ({ url }) => {
  throw new TransportError('refused', `nothing answers at ${new URL(url).host}`, { sent: false });
};
const networks: Readonly<Record<string, Http>> = {
  refuses: refusing,
  answers: async () => jsonResponse(500, { error: 'broken' }),
  'redirects to where it was asked for': async ({ url }) => ({
    status: 302,
    headers: { location: url },
    body: bodyOf(''),
  }),
};

describe('A14: of a token nothing is shown or stored', () => {
  test.each(urlsAt('127.0.0.1:4010'))('in the base URL %s', async (url) => {
    for (const argv of API_COMMANDS) {
      const machine = { files, http: refusing };
      expectNoToken(await written(argv, { ...machine, env: { ...key, OPTIPICK_BASE_URL: url } }));
      expectNoToken(await written([...argv, '--base-url', url], { ...machine, env: key }));
      expectNoToken(await written(argv, { ...machine, env: key, profiles: { default: { 'base-url': url } } }));
    }
    expectNoToken(await written(['config', 'set', 'base-url', url], { env: key }));
    const profiles = { staging: { 'base-url': url } };
    const { stdout } = (await run(['__complete', '--', '--profile', ''], { profiles })).ended;
    expect(stdout).toMatch(/^staging\t/);
    expectNoToken(stdout);
  });

  test.each(urlsAt('127.0.0.1:3128'))('in the proxy %s', async (url) => {
    for (const argv of API_COMMANDS) {
      const env = { ...key, OPTIPICK_BASE_URL: 'https://api.example.com', HTTPS_PROXY: url, HTTP_PROXY: url };
      expectNoToken(await written(argv, { files, http: refusing, env }));
    }
  });

  // The user of a database is no secret: only where a password is behind it there is one.
  test.each(urlsAt('state.example.com', 'postgres').filter((url) => url.includes('://') && !/\/\/[^:/]+@/.test(url)))(
    'in a state folder that is a URL, %s',
    async (url) => {
      for (const argv of API_COMMANDS) {
        const env = { ...key, OPTIPICK_BASE_URL: 'https://api.example.com', OPTIPICK_STATE_DIR: url };
        const databaseError = new Error(`unable to open database file ${url}`);
        expectNoToken(await written(argv, { files, http: networks['answers'] ?? refusing, env, databaseError }));
      }
    },
  );

  test.each(urlsAt('relay.example.com', 'wss'))('in the relay %s', async (url) => {
    const env = { ...key, OPTIPICK_RELAY_URL: url };
    const argv = ['listen', '--relay', '--no-fetch', '--port', '0', '--timeout', '1s'];
    expectNoToken(await written(argv, { http: refusing, env }));
  });

  test.each(urlsAt('127.0.0.1:3000'))(
    'in trigger --to %s, when the endpoint gives back what it was called with',
    async (url) => {
      const http: Http = async (request) => {
        const { authorization = '' } = request.headers;
        const [, credentials = ''] = String(authorization).split(' ');
        const body = `${request.url} ${credentials} ${Buffer.from(credentials, 'base64').toString()}`;
        return { status: 500, headers: {}, body: bodyOf(body) };
      };
      for (const mode of [['route.optimized'], ['--suite', '--verbose']]) {
        const said = await written(['trigger', ...mode, '--to', url, '--yes'], { http, env: key });
        expectNoToken(said);
        expect(said).not.toContain(Buffer.from(`user:${TOKEN}`).toString('base64').slice(4, -4));
      }
    },
  );

  describe.each(Object.entries(networks))('when the network %s', (_name, http) => {
    test.each(urlsAt('127.0.0.1:3000'))('in trigger --to %s', async (url) => {
      const suite = ['--suite', '--verbose', '--junit', 'report.xml'];
      for (const mode of [['route.optimized'], suite, ['--suite', '--format', 'md']]) {
        const argv = ['trigger', ...mode, '--to', url, '--yes', '--timeout', '1s'];
        expectNoToken(await written(argv, { http, env: key }));
      }
    });

    test.each(urlsAt('hooks.example.com', 'https'))('in doctor --public-url %s', async (url) => {
      const argv = ['doctor', '--port', '0', '--public-url', url, '--timeout', '1s'];
      expectNoToken(await written(argv, { http, env: key }));
    });

    test.each(urlsAt('127.0.0.1:5000'))('in sandbox --webhook %s', async (url) => {
      const host = createFakeHost({ http });
      const argv = ['sandbox', '--port', '0', '--api-key', 'k', '--webhook', url, '--latency', '0ms'];
      let ended = false;
      const running = main(host, argv).finally(() => (ended = true));
      await until(() => ended || host.stdoutText !== '');
      const [sandbox] = host.served;
      // It ends by itself when it rejects the address.
      if (sandbox !== undefined && !ended) {
        const call = async (method: string, path: string, body = ''): Promise<string> => {
          const headers = { 'x-api-key': 'k', host: '127.0.0.1', 'content-type': 'application/json' };
          return readText((await sandbox.app({ method, url: path, headers, body, remoteAddress: '127.0.0.1' })).body);
        };
        await call('POST', '/optimize/route?synchronous=false', PICKS);
        await until(() => host.requests.length > 0);
        const messages = await call('GET', '/_sandbox/messages');
        expect(messages).toContain('msg_');
        const [{ id }] = JSON.parse(messages) as [{ id: string }];
        const attempts = await call('GET', `/_sandbox/messages/${id}/attempts`);
        const page = await call('GET', '/');
        expect(page).toContain('127.0.0.1:5000');
        expectNoToken([messages, attempts, page, await call('GET', '/_sandbox/endpoints')].join('\n'));
      }
      host.signal('SIGTERM');
      await running;
      expectNoToken(host.stdoutText + host.stderrText);
    });
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
