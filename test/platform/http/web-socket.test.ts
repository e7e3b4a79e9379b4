import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { afterEach, describe, expect, test } from 'vitest';
import { connectWebSocket } from '../../../src/platform/http/web-socket.ts';
import type { WebSocketLink } from '../../../src/platform/host.ts';

let servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  // A server does not close what has become a WebSocket or a tunnel.
  for (const socket of sockets) socket.destroy();
  for (const server of servers) {
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
  servers = [];
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Sends back what it gets. */
async function echo(): Promise<number> {
  const server = createServer();
  const links = new WebSocketServer({ server });
  links.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }));
    socket.on('error', () => undefined);
  });
  const port = await listening(server);
  return port;
}

interface Told {
  readonly link: WebSocketLink;
  readonly events: string[];
  readonly opened: Promise<void>;
  readonly closed: Promise<void>;
  readonly message: Promise<string>;
}

function open(
  url: string,
  env: Record<string, string> = {},
  { maxMessageBytes = 1024, handshakeTimeoutMs = 20_000 } = {},
): Told {
  const events: string[] = [];
  const [opened, closed, message] = [
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
    Promise.withResolvers<string>(),
  ];
  const link = connectWebSocket(
    url,
    {
      open: () => opened.resolve(),
      alive: () => undefined,
      message: (bytes) => message.resolve(Buffer.from(bytes).toString()),
      close(code, reason) {
        events.push(`closed ${code} ${reason}`);
        closed.resolve();
      },
    },
    { handshakeTimeoutMs, maxMessageBytes },
    env,
  );
  return { link, events, opened: opened.promise, closed: closed.promise, message: message.promise };
}

/** A proxy that makes tunnels, and notes where to and who asked. */
async function proxy(asked: string[], status = 200): Promise<number> {
  const server = createServer();
  server.on('connect', (request, client, head) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trimEnd());
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const [, port = ''] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
  });
  return listening(server);
}

describe('a WebSocket', () => {
  test('opens, brings messages, and closes with a closing frame', async () => {
    const port = await echo();
    const socket = open(`ws://127.0.0.1:${port}/`);
    await socket.opened;
    socket.link.send('grüezi');
    expect(await socket.message).toBe('grüezi');
    socket.link.close(1000, 'enough');
    await socket.closed;
    expect(socket.events).toEqual(['closed 1000 enough']);
  });

  test('that nobody answers is told by one closing, with the reason', async () => {
    const socket = open('ws://127.0.0.1:1/');
    await socket.closed;
    expect(socket.events).toEqual([expect.stringMatching(/^closed 1006 .*ECONNREFUSED/)]);
  });

  test('whose handshake hangs is given up', async () => {
    const port = await listening(createServer().on('upgrade', () => undefined));
    const socket = open(`ws://127.0.0.1:${port}/`, {}, { handshakeTimeoutMs: 300 });
    await socket.closed;
    expect(socket.events).toEqual([expect.stringMatching(/^closed 1006 .*timed out/)]);
  });

  test('that brings too large a message is ended', async () => {
    const port = await echo();
    const socket = open(`ws://127.0.0.1:${port}/`, {}, { maxMessageBytes: 10 });
    await socket.opened;
    socket.link.send('x'.repeat(11));
    await socket.closed;
    expect(socket.events).toHaveLength(1);
  });

  test('goes through the proxy of the environment, with its credentials', async () => {
    const asked: string[] = [];
    const [port, proxyPort] = [await echo(), await proxy(asked)];
    const socket = open(`ws://relay.test:${port}/`, { HTTP_PROXY: `http://user:p%40ss@127.0.0.1:${proxyPort}` });
    await socket.opened;
    socket.link.send('through');
    expect(await socket.message).toBe('through');
    expect(asked).toEqual([`relay.test:${port} Basic ${Buffer.from('user:p@ss').toString('base64')}`]);
    socket.link.cut();
    await socket.closed;
  });

  test.each(['127.0.0.1', 'localhost', 'relay.localhost'])('N6: does not on the way to %s', async (name) => {
    const asked: string[] = [];
    const [port, proxyPort] = [await echo(), await proxy(asked)];
    const socket = open(`ws://${name}:${port}/`, { HTTP_PROXY: `http://127.0.0.1:${proxyPort}` });
    await socket.opened;
    expect(asked).toEqual([]);
    socket.link.cut();
    await socket.closed;
  });

  test('whose handshake hangs behind a proxy is closed, too', async () => {
    const asked: string[] = [];
    const port = await listening(createServer().on('upgrade', () => undefined));
    const proxyPort = await proxy(asked);
    const env = { HTTP_PROXY: `http://127.0.0.1:${proxyPort}` };
    const socket = open(`ws://relay.test:${port}/`, env, { handshakeTimeoutMs: 300 });
    await socket.closed;
    expect(socket.events).toEqual([expect.stringMatching(/^closed 1006 .*timed out/)]);
    expect(asked).toEqual([`relay.test:${port}`]);
  });

  test('says what a proxy answered that refuses', async () => {
    const asked: string[] = [];
    const proxyPort = await proxy(asked, 407);
    const socket = open('ws://relay.test:9/', { HTTP_PROXY: `http://127.0.0.1:${proxyPort}` });
    await socket.closed;
    expect(socket.events).toEqual([`closed 1006 the proxy 127.0.0.1:${proxyPort} answered 407`]);
  });
});
