import { describe, expect, test } from 'vitest';
import { main } from '../../../src/app/main.ts';
import { createFakeHost, type FakeHost, type FakeHostOptions } from '../../support/fake-host.ts';
import { run } from '../../support/run.ts';
import { expectScreen, WIDTHS } from '../../support/screens.ts';

/** Starts the sandbox, waits until it is ready or has ended, and stops it. */
async function start(
  flags: readonly string[],
  options: FakeHostOptions = {},
): Promise<{ host: FakeHost; code: number }> {
  const host = createFakeHost({ env: { NO_COLOR: '1' }, ...options });
  const ended = new AbortController();
  const running = main(host, ['sandbox', ...flags]).finally(() => ended.abort());
  while (!ended.signal.aborted && !/Ctrl-C stops it|"ready"/.test(host.stderrText + host.stdoutText)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (!ended.signal.aborted) host.signal('SIGINT');
  return { host, code: await running };
}

describe('sandbox --save-profile', () => {
  test('stores address, key and secret, so that other commands reach it with -p', async () => {
    const { host, code } = await start(['--save-profile', 'sandbox', '--json', '-q']);
    expect(code).toBe(130);
    const ready = JSON.parse(host.stdoutText) as { url: string; api_key: string; secret: string };
    expect(host.profiles).toEqual({
      sandbox: { 'base-url': ready.url, 'api-key': ready.api_key, 'webhook-secret': ready.secret },
    });
  });

  test('replaces what an earlier sandbox stored, and leaves the port', async () => {
    const before = {
      'api-key': 'sandbox_0123',
      'webhook-secret': 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      port: 5001,
    };
    const { host } = await start(['--save-profile', 'mine', '--seed', '7'], { profiles: { mine: before } });
    expect(host.profiles['mine']).toMatchObject({ 'base-url': 'http://127.0.0.1:4010', port: 5001 });
    expect(host.profiles['mine']?.['api-key']).not.toBe('sandbox_0123');
  });

  test.each([
    ['an API key', { 'api-key': 'key-of-the-real-api' }],
    ['a webhook secret', { 'webhook-secret': 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }],
  ])('is exit 7 where the profile holds %s that no sandbox generated; no port is opened', async (what, stored) => {
    const { host, code } = await start(['--save-profile', 'default'], { profiles: { default: stored } });
    expect([code, host.stdoutText, host.served]).toEqual([7, '', []]);
    expect(host.stderrText).toBe(
      `error: profile "default" holds ${what} that no sandbox generated, and was not changed\n` +
        'hint: choose another name: optipick sandbox --save-profile sandbox\n',
    );
    expect(host.profiles).toEqual({ default: stored });
  });

  test('warns of a variable that wins over the profile', async () => {
    const env = { NO_COLOR: '1', OPTIPICK_API_KEY: 'key-of-the-environment' };
    const { host } = await start(['--save-profile', 'sandbox'], { env });
    expect(host.stderrText).toContain('warning: OPTIPICK_API_KEY is set and wins over the stored value\n');
  });
});

describe('sandbox --seed', () => {
  const valuesFor = async (...flags: string[]): Promise<unknown> => {
    const { host } = await start(['--json', ...flags], { random: Math.random });
    const { api_key: key, secret } = JSON.parse(host.stdoutText) as Record<string, string>;
    return { key, secret };
  };

  test('has the same key and secret at each start, others for another seed', async () => {
    const seven = await valuesFor('--seed', '7');
    expect(await valuesFor('--seed', '7')).toEqual(seven);
    expect(await valuesFor('--seed', '8')).not.toEqual(seven);
    expect(seven).toEqual({
      key: expect.stringMatching(/^sandbox_[0-9a-f]{32}$/) as unknown,
      secret: expect.stringMatching(/^whsec_[\w+/]{32}$/) as unknown,
    });
  });

  test('leaves a key of your own as it is', async () => {
    expect(await valuesFor('--seed', '7', '--api-key', 'mine')).toMatchObject({ key: 'mine' });
  });
});

describe('sandbox --env', () => {
  test('prints the lines of a .env file and nothing else on stdout', async () => {
    const { host } = await start(['--env', '--seed', '7']);
    const lines = host.stdoutText.trimEnd().split('\n');
    expect(lines.map((line) => line.split('=', 1)[0])).toEqual([
      'OPTIPICK_BASE_URL',
      'OPTIPICK_API_KEY',
      'OPTIPICK_WEBHOOK_SECRET',
    ]);
  });

  test('quotes what a shell or a reader would change', async () => {
    const { host } = await start(['--env', '--api-key', 'a$b#c']);
    expect(host.stdoutText).toContain("\nOPTIPICK_API_KEY='a$b#c'\n");
  });

  test('excludes --json', async () => {
    const { code, host } = await start(['--env', '--json']);
    expect([code, host.stdoutText, host.served]).toEqual([2, '', []]);
  });
});

test('a key that a sandbox rejects gets advice about the sandbox', async () => {
  const { host } = await start(['--json']);
  const app = host.served[0]?.app;
  const { ended } = await run(['route', 'get', '67507ad05e593173d0313e0f'], {
    env: { OPTIPICK_BASE_URL: 'http://127.0.0.1:4010', OPTIPICK_API_KEY: 'an-older-key-0123' },
    http: async (request) => {
      if (app === undefined) throw new Error('no sandbox was served');
      const { pathname } = new URL(request.url);
      return app({ ...request, url: pathname, remoteAddress: '127.0.0.1' });
    },
  });
  expect(ended).toEqual({
    code: 4,
    stdout: '',
    stderr:
      'error: the sandbox does not know this key (HTTP 403)\n' +
      'request id: 67507ad05e593173d0313e0f\n' +
      'hint: use the key that it printed when it started, or start it with --save-profile sandbox and use -p sandbox\n',
  });
});

test.each(WIDTHS)('sandbox looks as in its file on %d columns', async (columns) => {
  const options = { terminal: { stdout: true, stderr: true }, columns };
  const runs = [
    await start(['--seed', '7', '--save-profile', 'sandbox'], options),
    await start(['--seed', '7', '--env'], options),
    await start(['--save-profile', 'default'], {
      ...options,
      profiles: { default: { 'api-key': 'key-of-the-real-api' } },
    }),
  ];
  const screens = runs.map(({ host, code }) => `${host.stdoutText}${host.stderrText}(exit ${code})\n`);
  await expectScreen(`sandbox/sandbox-${columns}`, screens.join('\n'));
});
