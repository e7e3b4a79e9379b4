/** What ends at once, or in time, instead of going on for ever. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { startScriptedServer } from '../support/scripted-server.ts';

const ID = '67507ad05e593173d0313e0f';
const KEY = 'key-0123456789abcdefghij';
const WAVE = join(import.meta.dirname, '../fixtures/example-cluster-request.json');

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(() => workplace.remove());

/** poll says before it how to go on. */
const errorIn = (stderr: string): unknown =>
  (JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as { error: unknown }).error;

describe('an API that never answers', () => {
  test('is given up by get after --timeout', async () => {
    await using server = await startScriptedServer(['hang']);
    const env = { OPTIPICK_BASE_URL: server.url, OPTIPICK_API_KEY: KEY };
    const { code, stdout, stderr } = await workplace.run(['route', 'get', ID, '--timeout', '300ms', '--json'], { env });
    expect([code, stdout]).toEqual([6, '']);
    expect(errorIn(stderr)).toEqual({
      code: 'timed_out',
      message: 'there was no answer within 300 ms',
      exitCode: 6,
      retryable: true,
      hint: 'try again later, or allow more with --timeout',
    });
  });

  test('costs a login a warning after --timeout', async () => {
    await using server = await startScriptedServer(['hang']);
    const result = await workplace.run(['login', '--timeout', '300ms', '-q'], {
      env: { OPTIPICK_BASE_URL: server.url },
      input: `${KEY}\n`,
    });
    expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await workplace.run(['config', 'get', 'api-key'])).stdout).toBe('ke…ij\n');
  });
});

describe('a proxy that wants a password', () => {
  test.each([
    ['get', ['route', 'get', ID]],
    ['poll', ['poll', ID, '--kind', 'route']],
    ['submit', ['cluster', 'submit', WAVE]],
  ])('ends %s at once, is named, and not asked again', async (_name, args) => {
    let asked = 0;
    const proxy = createServer((_request, response) => void response.end());
    proxy.on('connect', (_request, socket) => {
      asked += 1;
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="x"\r\n\r\n');
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const { port } = proxy.address() as AddressInfo;
    try {
      const env = {
        OPTIPICK_BASE_URL: 'https://optipick.test',
        OPTIPICK_API_KEY: KEY,
        HTTPS_PROXY: `http://127.0.0.1:${port}`,
      };
      const { code, stdout, stderr } = await workplace.run([...args, '--json'], { env });
      expect([code, stdout, asked]).toEqual([6, '', 1]);
      expect(errorIn(stderr)).toMatchObject({
        code: 'proxy_setup',
        message: `the proxy 127.0.0.1:${port} wants a user name and password (407)`,
        hint: 'correct HTTPS_PROXY, HTTP_PROXY or NO_PROXY; with a password: user:password@proxy.example.com:3128',
      });
    } finally {
      proxy.close();
    }
  });
});

describe.runIf(process.platform === 'linux')('a folder below /proc, where nothing can be made,', () => {
  test('is exit 7 for the state', async () => {
    await using server = await startScriptedServer([{ body: { request_id: ID } }]);
    const env = { OPTIPICK_BASE_URL: server.url, OPTIPICK_API_KEY: KEY, OPTIPICK_STATE_DIR: '/proc/optipick/state' };
    const { code, stderr } = await workplace.run(['events', 'list', '--json'], { env });
    expect([code, errorIn(stderr)]).toEqual([7, expect.objectContaining({ code: 'state_unavailable' })]);
    const listening = await workplace.run(['listen', '--no-fetch', '--port', '0', '--json'], {
      env: { ...env, OPTIPICK_WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
    });
    expect([listening.code, listening.stdout]).toEqual([7, '']);
  });

  test('is exit 7 for the settings', async () => {
    const env = { OPTIPICK_CONFIG_DIR: '/proc/optipick' };
    const { code, stdout, stderr } = await workplace.run(['config', 'set', 'port', '6000', '--json'], { env });
    expect([code, stdout]).toEqual([7, '']);
    expect(errorIn(stderr)).toMatchObject({ code: 'config_unwritable' });
  });
});
