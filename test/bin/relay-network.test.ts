/** `listen --relay` of the built program over TLS and proxies, and what it makes of the relay's acknowledgement. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deliver, payloadOf, SECRET, startListener } from '../support/listener.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { startRelay } from '../support/relay.ts';
import { acknowledgement, relayedEvent, startScriptedRelay } from '../support/scripted-relay.ts';
import { TEST_CERTIFICATE_FILE } from '../support/tls.ts';
import { startTlsFront, startTunnelProxy } from '../support/tunnels.ts';

const ID = '67507ad05e593173d0313e0f';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

const listenWith = (env: Record<string, string>, args: readonly string[] = []) =>
  startListener(workplace, ['--no-fetch', '--relay', ...args], { env });

describe('the acknowledgement', () => {
  test('comes before anything else is told, and an event before it is answered all the same', async () => {
    await using relay = await startScriptedRelay({
      onStart({ link, start }) {
        link.send(relayedEvent('early'));
        setTimeout(() => link.send(acknowledgement(start.data.token)), 300);
      },
    });
    await using listener = await listenWith({ OPTIPICK_RELAY_URL: relay.url });
    // It was not signed.
    await listener.line(({ type }) => type === 'rejected');
    expect(listener.lines().map(({ type }) => type)).toEqual(['ready', 'rejected']);
    expect(relay.answers).toMatchObject([{ data: { id: 'early', status: 400 } }]);
  });

  test('makes the address that is shown, and the one of the next run', async () => {
    await using relay = await startScriptedRelay({
      onStart: ({ link }) => link.send(acknowledgement('c_acknowledged')),
    });
    for (const _ of [1, 2]) {
      await using listener = await listenWith({ OPTIPICK_RELAY_URL: relay.url });
      const { origin } = new URL(relay.url.replace('ws:', 'http:'));
      expect(listener.lines()[0]).toMatchObject({ type: 'ready', relay_url: `${origin}/in/c_acknowledged/` });
    }
    expect(relay.tokens[1]).toBe('c_acknowledged');
  });
});

describe('over TLS', () => {
  test('with a certificate that NODE_EXTRA_CA_CERTS vouches for, through a proxy with a password', async () => {
    await using relay = await startRelay();
    await using front = await startTlsFront(relay.port);
    await using proxy = await startTunnelProxy();
    const proxied = { HTTPS_PROXY: `http://user:hush@127.0.0.1:${proxy.port}` };
    for (const [name, env] of [
      ['127.0.0.1', {}],
      ['optipick.test', proxied],
    ] as const) {
      const secure = {
        OPTIPICK_RELAY_URL: `wss://${name}:${front.port}/api/v1/listen/`,
        NODE_EXTRA_CA_CERTS: TEST_CERTIFICATE_FILE,
      };
      await using listener = await listenWith({ ...secure, ...env }, ['--once']);
      const token = relay.started.at(-1) ?? '';
      expect(listener.lines()[0]).toMatchObject({ relay_url: `https://${name}:${front.port}/in/${token}/` });
      expect(await deliver(relay.inbox(), { id: `msg_${relay.started.length}`, body: payloadOf(ID) })).toBe(204);
      // No warning either: an IP address is no server name.
      const { code, stderr } = await listener.ended;
      expect([code, stderr]).toEqual([0, expect.stringMatching(/^warning: What is relayed passes through .*\n$/)]);
      await expect.poll(() => relay.closed.length).toBe(relay.started.length);
      expect(relay.closed.at(-1)).toEqual({ code: 1000, reason: '' });
    }
    expect(proxy.asked).toEqual([`optipick.test:${front.port} Basic ${Buffer.from('user:hush').toString('base64')}`]);
  });

  test.each([
    [
      'a certificate that nobody vouches for',
      '127.0.0.1',
      {},
      /the relay cannot be reached: self-signed certificate.*; trying on/,
    ],
    [
      'a proxy that is none',
      'optipick.test',
      { HTTPS_PROXY: 'http://not a host' },
      /reached: HTTPS_PROXY is not the URL of an http or/,
    ],
    [
      'a proxy that is not there',
      'optipick.test',
      { HTTPS_PROXY: 'http://user:hush@127.0.0.1:1' },
      /the proxy 127\.0\.0\.1:1 cannot be used/,
    ],
  ])('%s is told once, and tried until the time is over', async (_, name, env, words) => {
    await using relay = await startRelay();
    await using front = await startTlsFront(relay.port);
    const args = ['listen', '--no-fetch', '--relay', '--port', '0', '--timeout', '1500ms'];
    const { code, stdout, stderr } = await workplace.run(args, {
      env: {
        ...env,
        OPTIPICK_RELAY_URL: `wss://${name}:${front.port}/api/v1/listen/`,
        OPTIPICK_WEBHOOK_SECRET: SECRET,
      },
    });
    expect([code, stdout]).toEqual([6, '']);
    expect(stderr).toMatch(words);
    expect(stderr.match(/^warning: /gm)).toHaveLength(1);
    expect(stderr).not.toContain('hush');
  });
});

test('a malformed token is exit 2 also where there is no secret yet', async () => {
  const { code, stderr } = await workplace.run(['listen', '--json', '--relay', 'c_short']);
  expect([code, JSON.parse(stderr)]).toMatchObject([2, { error: { code: 'bad_relay_token' } }]);
});
