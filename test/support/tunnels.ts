/** What lies between a client and a server: a proxy that makes tunnels (CONNECT), and one that speaks TLS for a server. */
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { testTls } from './tls.ts';

export interface Between extends AsyncDisposable {
  readonly port: number;
  /** `127.0.0.1:443 Basic dTpw`: each tunnel that was asked for, and by whom. Empty for TLS. */
  readonly asked: readonly string[];
}

export interface TunnelManner {
  /** The proxy's answer; default 200. */
  readonly status?: number;
  /** Says nothing at all. */
  readonly mute?: boolean;
}

export async function startTunnelProxy({ status = 200, mute = false }: TunnelManner = {}): Promise<Between> {
  const asked: string[] = [];
  const server = createServer();
  server.on('connect', (request, client: Socket, head) => {
    client.on('error', () => undefined);
    asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trimEnd());
    if (mute) return;
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    // Whatever its name, what is meant runs on this machine.
    const { port } = new URL(`http://${request.url ?? ''}`);
    join(client, connect(Number(port), '127.0.0.1'), () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.unshift(head);
    });
  });
  return opened(server, asked);
}

/** Takes TLS with the certificate of the tests and hands on what is in it to a port of this machine. */
export async function startTlsFront(port: number): Promise<Between> {
  const server = createTlsServer(testTls(), (client) => join(client, connect(port, '127.0.0.1'), () => undefined));
  server.on('tlsClientError', () => undefined);
  return opened(server, []);
}

function join(client: Socket, upstream: Socket, onConnected: () => void): void {
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
  upstream.once('connect', () => {
    onConnected();
    upstream.pipe(client).pipe(upstream);
  });
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => client.destroy());
}

async function opened(server: NetServer, asked: readonly string[]): Promise<Between> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
