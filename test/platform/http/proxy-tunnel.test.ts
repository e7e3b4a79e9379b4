import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { TransportError } from '../../../src/lib/net/http.ts';
import { connectWebSocket } from '../../../src/platform/http/web-socket.ts';
import { openTunnel } from '../../../src/platform/http/proxy-tunnel.ts';
import { startScriptedRelay } from '../../support/scripted-relay.ts';
import { startTunnelProxy } from '../../support/tunnels.ts';

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'none',
    (error: unknown) => error,
  );

describe('a tunnel', () => {
  test.each([
    ['a password with a stray percent sign', 'user:100%25%', 'user:100%25%'],
    ['an encoded password', 'user:p%40ss', 'user:p@ss'],
    ['a user name alone', 'token', 'token:'],
  ])('is asked for with %s', async (_, credentials, sent) => {
    await using relay = await startScriptedRelay({});
    await using proxy = await startTunnelProxy();
    const target = new URL(relay.url.replace('ws:', 'http:'));
    const { socket } = openTunnel(`http://${credentials}@127.0.0.1:${proxy.port}`, target, 2000);
    (await socket).destroy();
    expect(proxy.asked).toEqual([`${target.host} Basic ${Buffer.from(sent).toString('base64')}`]);
  });

  test('that the proxy refuses fails with what it answered, and without the password', async () => {
    await using proxy = await startTunnelProxy({ status: 407 });
    const tunnel = openTunnel(`http://user:hush@127.0.0.1:${proxy.port}`, new URL('https://relay.example/'), 2000);
    const error = await failureOf(tunnel.socket);
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toBe(`TransportError: the proxy 127.0.0.1:${proxy.port} answered 407`);
  });

  test('through a proxy that says nothing fails in time, and can be given up before', async () => {
    await using proxy = await startTunnelProxy({ mute: true });
    const address = `http://127.0.0.1:${proxy.port}`;
    const target = new URL('https://relay.example/');
    expect(String(await failureOf(openTunnel(address, target, 200).socket))).toMatch(/does not answer/);
    const given = openTunnel(address, target, 600_000);
    given.cancel();
    expect(await failureOf(given.socket)).toBeInstanceOf(TransportError);
  });

  test.each(['http://not a host', 'socks5://127.0.0.1:1080', 'http://'])('through %s is none', (address) => {
    expect(() => openTunnel(address, new URL('https://relay.example/'), 1000)).toThrow(
      'HTTPS_PROXY is not the URL of an http or https proxy',
    );
  });
});

test('TLS that the far end never begins fails in time, too', async () => {
  const silent = createServer((socket) => socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => {
    silent.listen(0, '127.0.0.1', resolve);
  });
  await using proxy = await startTunnelProxy();
  const target = new URL(`https://127.0.0.1:${(silent.address() as AddressInfo).port}/`);
  const { socket } = openTunnel(`http://127.0.0.1:${proxy.port}`, target, 300);
  expect(String(await failureOf(socket))).toMatch(/does not answer/);
  // The far end is let go of, too: otherwise it would not close.
  await new Promise((resolve) => {
    silent.close(resolve);
  });
});

describe('a WebSocket', () => {
  const closing = (env: Record<string, string>, cutAtOnce = false): Promise<string> =>
    new Promise((resolve) => {
      const link = connectWebSocket(
        'wss://relay.example/',
        {
          open: () => undefined,
          alive: () => undefined,
          message: () => undefined,
          close: (code, reason) => resolve(`${code} ${reason}`),
        },
        { handshakeTimeoutMs: 600_000, maxMessageBytes: 1024 },
        env,
      );
      if (cutAtOnce) link.cut();
    });

  test('whose proxy cannot be understood is closed with the reason', async () => {
    expect(await closing({ HTTPS_PROXY: 'http://not a host' })).toBe(
      '1006 HTTPS_PROXY is not the URL of an http or https proxy',
    );
  });

  test('that is cut while its proxy says nothing is closed, and so is the way to the proxy', async () => {
    await using proxy = await startTunnelProxy({ mute: true });
    // Only when the way is closed, too, does the proxy end below.
    expect(await closing({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }, true)).toMatch(/^1006 /);
  });
});
