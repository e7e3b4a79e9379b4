import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { jsonResponse, type Http } from '../../src/lib/net/http.ts';
import { main } from '../../src/app/main.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createFakeHost } from '../support/fake-host.ts';

const ID = '67507ad05e593173d0313e0f';
const env = { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: 'http://127.0.0.1:4010' };

/** Hears no signal, as a call of the system may not. */
const hanging: Http = () => new Promise(() => undefined);

describe('a command that does not come to its end', () => {
  test('is cut off by a second SIGINT at once', async () => {
    const clock = createFakeClock({ auto: false });
    const host = createFakeHost({ env, http: hanging, clock });
    const code = main(host, ['cluster', 'get', ID]);
    while (host.requests.length === 0) await turn();
    host.signal('SIGINT');
    expect(await Promise.race([code, turn('still running')])).toBe('still running');
    host.signal('SIGINT');
    expect(await code).toBe(130);
    expect(clock.monotonic()).toBe(0);
  });

  test('is cut off three seconds after the first one', async () => {
    const clock = createFakeClock({ auto: false });
    const host = createFakeHost({ env, http: hanging, clock });
    const code = main(host, ['cluster', 'get', ID]);
    while (host.requests.length === 0) await turn();
    host.signal('SIGTERM');
    await clock.advance(2999);
    expect(await Promise.race([code, turn('still running')])).toBe('still running');
    await clock.advance(1);
    expect(await code).toBe(143);
  });
});

test('a signal during a wait ends it, with the command to resume with', async () => {
  const clock = createFakeClock({ auto: false });
  const host = createFakeHost({ env, clock, http: async () => jsonResponse(202, {}) });
  const code = main(host, ['poll', ID, 'other-id', '-p', 'staging']);
  while (clock.sleeps.length < 2) await turn();
  host.signal('SIGINT');
  expect(await code).toBe(130);
  expect([host.stdoutText, host.stderrText]).toEqual([
    '',
    `still running; resume with: optipick poll ${ID} other-id --profile staging\n`,
  ]);
});

test.each([
  [[], '', 'stopped while submitting: the request may have been accepted\n'],
  [
    ['--json'],
    '',
    '{"error":{"code":"interrupted","message":"interrupted: the request may have been accepted","exitCode":130,"retryable":false}}\n',
  ],
])('a signal during the POST of a request says that its outcome is unknown (%j)', async (flags, stdout, stderr) => {
  const clock = createFakeClock({ auto: false });
  const host = createFakeHost({
    env,
    clock,
    files: { 'wave.json': '{"site_name":"Example","picks":[{"pick_id":"p1","location_id":"A01","order_id":"o1"}]}' },
    http: (request) =>
      new Promise((_resolve, reject) => {
        request.signal?.addEventListener('abort', () => reject(request.signal?.reason as Error));
      }),
  });
  const code = main(host, ['cluster', 'submit', 'wave.json', ...flags]);
  while (host.requests.length === 0) await turn();
  host.signal('SIGINT');
  await clock.advance(1999);
  expect(await Promise.race([code, turn('still running')])).toBe('still running');
  await clock.advance(1);
  expect(await code).toBe(130);
  expect([host.stdoutText, host.stderrText]).toEqual([stdout, stderr]);
});

test('a signal ends the wait for a stdin that does not end', async () => {
  const machine = createFakeHost({ env, clock: createFakeClock({ auto: false }) });
  const reading = Promise.withResolvers<void>();
  async function* endless(): AsyncGenerator<Uint8Array, void> {
    yield Buffer.from('half an i');
    reading.resolve();
    await new Promise(() => undefined);
  }
  const host = Object.create(machine, { stdin: { value: { isTTY: false, bytes: endless } } }) as typeof machine;
  const code = main(host, ['poll', '-']);
  await reading.promise;
  host.signal('SIGINT');
  expect(await code).toBe(130);
  expect([machine.stdoutText, machine.stderrText, machine.requests]).toEqual(['', '', []]);
});

test('what a command opened is closed when a signal ends it', async () => {
  const host = createFakeHost({ clock: createFakeClock({ auto: false }) });
  const code = main(host, ['sandbox', '--port', '0', '--json']);
  while (host.stdoutText === '') await turn();
  expect(host.served.map(({ graceMs }) => graceMs)).toEqual([undefined]);
  host.signal('SIGTERM');
  expect(await code).toBe(143);
  expect(host.served.filter(({ graceMs }) => graceMs === undefined)).toEqual([]);
});
