import { once } from 'node:events';
import { createServer, type AddressInfo, type LookupFunction, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';

import { readText, TransportError } from '../../../src/lib/net/http.ts';
import { isLoopback } from '../../../src/lib/net/loopback.ts';
import { dial } from '../../../src/platform/http/dial.ts';
import { createHttp } from '../../../src/platform/http/http.ts';
import { createLookup, misdirection } from '../../../src/platform/http/lookup.ts';
import { connectWebSocket } from '../../../src/platform/http/web-socket.ts';

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => once(server.close(), 'close')));
});

interface Listening {
  readonly port: number;
  /** What each connection has sent. */
  readonly heard: string[];
}

/** Answers each connection, once it has said something, with `ok`. */
async function listening(address: string): Promise<Listening> {
  const heard: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    const at = heard.push('') - 1;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard[at] += chunk.toString('latin1');
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok');
    });
  });
  servers.push(server);
  await once(server.listen({ port: 0, host: address, ipv6Only: true }), 'listening');
  return { port: (server.address() as AddressInfo).port, heard };
}

/** A resolver that answers everything with one address, and notes what it was asked for. */
function answering(address: string): { readonly resolve: LookupFunction; readonly asked: string[] } {
  const asked: string[] = [];
  const resolve: LookupFunction = (name, { all }, callback) => {
    asked.push(name);
    if (all === true) callback(null, [{ address, family: 4 }]);
    else callback(null, address, 4);
  };
  return { resolve, asked };
}

/** An address of this machine that is not loopback, as another machine would be reached. */
const outside = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1');
/** RFC 5737: nobody has it. */
const NOBODY = '192.0.2.1';

const get = (port: number, name: string) => ({
  method: 'GET',
  url: `http://${name}:${port}/`,
  headers: { 'x-api-key': 'key-of-the-tests' },
});

const NAMES = ['localhost', 'api.localhost', 'a.b.localhost'];

describe('A8: a name of this machine', () => {
  test.each(NAMES)('%s is never asked of a resolver, which may lie', async (name) => {
    const { port, heard } = await listening('127.0.0.1');
    const liar = answering(NOBODY);
    const http = createHttp({}, { lookup: createLookup(liar.resolve) });
    expect(await readText((await http(get(port, name))).body)).toBe('ok');
    expect(heard[0]).toContain(`host: ${name}:${port}\r\n`);
    expect(liar.asked).toEqual([]);
  });

  test('is looked up here without a resolver at all', async () => {
    const { port, heard } = await listening('127.0.0.1');
    expect(await readText((await createHttp({})(get(port, 'foo.localhost'))).body)).toBe('ok');
    expect(heard).toHaveLength(1);
  });

  test.runIf(hasIpv6)('is ::1, too, where only that has the port', async () => {
    const { port, heard } = await listening('::1');
    expect(await readText((await createHttp({})(get(port, 'foo.localhost'))).body)).toBe('ok');
    expect(heard).toHaveLength(1);
  });

  test('stands for a proxy on this machine in the same way', async () => {
    const { port, heard } = await listening('127.0.0.1');
    const liar = answering(NOBODY);
    const http = createHttp({ HTTP_PROXY: `http://proxy.localhost:${port}` }, { lookup: createLookup(liar.resolve) });
    expect(await readText((await http(get(80, 'elsewhere.test'))).body)).toBe('ok');
    expect(heard[0]).toMatch(/^GET http:\/\/elsewhere\.test\/ HTTP\/1\.1\r\n/);
    expect(liar.asked).toEqual([]);
  });

  test('is where a WebSocket goes, too', async () => {
    const { port, heard } = await listening('127.0.0.1');
    const closed = await new Promise<number>((resolve) => {
      const nothing = (): void => undefined;
      const events = { open: nothing, alive: nothing, message: nothing, close: resolve };
      const options = { handshakeTimeoutMs: 20_000, maxMessageBytes: 1024 };
      connectWebSocket(`ws://relay.localhost:${port}/`, events, options, {});
    });
    // The server is none of WebSockets: what counts is that it was reached.
    expect([closed, heard.length]).toEqual([1006, 1]);
    expect(heard[0]).toContain('Upgrade: websocket');
  });
});

describe('any other name', () => {
  test.each(['optipick.test', 'localhost.optipick.test', 'notlocalhost'])('%s is asked for', async (name) => {
    const { port } = await listening('127.0.0.1');
    const resolver = answering('127.0.0.1');
    const http = createHttp({}, { lookup: createLookup(resolver.resolve) });
    expect(await readText((await http(get(port, name))).body)).toBe('ok');
    expect(resolver.asked).toEqual([name]);
  });
});

describe.runIf(outside !== undefined)('A8: a connection to another address than loopback', () => {
  const lying = answering(outside ?? '').resolve;

  test('under a name of this machine is closed before a byte of the request is sent', async () => {
    const { port, heard } = await listening(outside ?? '');
    const failure: unknown = await createHttp(
      {},
      { lookup: lying },
    )(get(port, 'api.localhost')).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TransportError);
    expect(failure).toMatchObject({
      kind: 'refused',
      sent: false,
      message: `api.localhost is this machine, but the connection is to ${outside}: nothing was sent`,
    });
    expect(heard.join('')).toBe('');
  });

  test('is closed when it is a proxy, and when it is dialed', async () => {
    const { port, heard } = await listening(outside ?? '');
    const http = createHttp({ HTTP_PROXY: `http://localhost:${port}` }, { lookup: lying });
    await expect(http(get(80, 'elsewhere.test'))).rejects.toThrow('nothing was sent');
    const socket = dial(new URL(`http://localhost:${port}/`), lying);
    socket.write('not for you');
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('nothing was sent');
    expect(heard.join('')).toBe('');
  });
});

test.each([
  ['localhost', '127.0.0.1', true],
  ['localhost', '::1', true],
  ['api.localhost', '::ffff:127.0.0.1', true],
  ['127.0.0.1', '127.0.0.1', true],
  ['[::1]', '::1', true],
  ['api.localhost', '10.0.0.1', false],
  ['localhost', '::ffff:10.0.0.1', false],
  ['localhost', 'fe80::1', false],
  ['localhost', undefined, false],
  ['optipick.test', '10.0.0.1', true],
])('A8: %s may be connected to %s: %s', (name, address, may) => {
  expect(misdirection(name, address) === undefined).toBe(may);
});

test.each(['localhost.', 'localhost.test', '127.0.0.1.test', '1127.0.0.1', '[::2]', '0.0.0.0', '[::ffff:7f00:1]'])(
  '%s is no name of this machine',
  (name) => {
    expect(isLoopback(name)).toBe(false);
  },
);
