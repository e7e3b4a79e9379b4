/** A network between a client and a server on 127.0.0.1 that loses what it is told to. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** From now on nothing gets through, and nobody is told: also new connections are taken. */
  swallow(): void;
  /** The next answer of the server is lost, and its connection with it. */
  cutNextAnswer(): void;
  /** Ends all connections. */
  cut(): void;
  /** Again all gets through, over new connections. */
  heal(): void;
  end(): Promise<void>;
}

export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isSwallowing = false;
  let isCutting = false;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    const pair = [client, upstream] as const;
    for (const [from, to] of [pair, pair.toReversed() as [Socket, Socket]]) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (isSwallowing) return;
        if (from === upstream && isCutting) {
          isCutting = false;
          for (const socket of pair) socket.destroy();
        } else to.write(chunk);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        if (!isSwallowing) to.destroy();
      });
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    swallow: () => void (isSwallowing = true),
    cutNextAnswer: () => void (isCutting = true),
    cut,
    heal() {
      cut();
      isSwallowing = false;
    },
    async end() {
      isSwallowing = false;
      cut();
      await once(server.close(), 'close');
    },
  };
}
