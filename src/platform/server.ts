/** A port that hands each request to a function: the one door to `node:http` servers. */
import type { IncomingMessage, Server as NodeServer, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { jsonResponse, TransportError } from '../domain/http.ts';
import type { Http } from '../domain/http.ts';
import { CliError, messageOf } from '../errors.ts';
import type { ServeOptions, Server } from './host.ts';
import { listenFailure } from './server-failure.ts';
import { declaredLength, incomingRequest } from './server-request.ts';
import type { BodyWatch } from './server-request.ts';
import { refuseBody, sendResponse } from './server-response.ts';

/** Bounds for senders that dribble: the head in 10 s, the whole request in 15 s, looked at every second. */
const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 30_000,
};

export interface ServeMachine {
  /** `linux`, `darwin`, `win32`: decides which command the hint for a busy port names. */
  readonly platform: string;
  /** Hears of what the app threw by mistake, after the sender was answered 500. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Replaces the bounds for slow senders, in milliseconds. */
  readonly timeouts?: Partial<typeof TIMEOUTS>;
}

/**
 * Opens a port for `app`. A `TransportError` of the app cuts the connection with no answer; any
 * other error is answered 500. A body larger than `maxBodyBytes` is answered 413, whether its length
 * was declared or not, and the connection closed. Throws `CliError`: `environment` (`port_in_use`,
 * `port_forbidden`, `address_unavailable`), or `usage` (`bad_certificate`).
 */
export async function serveHttp(app: Http, options: ServeOptions, machine: ServeMachine): Promise<Server> {
  const server = createNodeServer(options, { ...TIMEOUTS, ...machine.timeouts });
  const running = new Map<Socket, number>();
  const sockets = new Set<Socket>();
  let closing = false;

  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  server.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    running.set(socket, 0);
    socket.once('close', () => running.delete(socket));
  });

  const handle = (message: IncomingMessage, response: ServerResponse): void => {
    const { socket } = message;
    running.set(socket, (running.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const count = (running.get(socket) ?? 1) - 1;
      if (running.has(socket)) running.set(socket, count);
      // Its head may have promised to keep the connection before the end was near.
      if (closing && count === 0) socket.destroySoon();
    });
    const watch: BodyWatch = { exceeded: false };
    const serve = async (): Promise<void> => {
      try {
        const answer = await app(incomingRequest(message, options.maxBodyBytes, watch));
        if (watch.exceeded) return refuseBody(response, options.maxBodyBytes);
        await sendResponse(response, answer, closing);
      } catch (error) {
        if (watch.exceeded && !response.headersSent) return refuseBody(response, options.maxBodyBytes);
        if (error instanceof TransportError || response.headersSent) {
          socket.destroy();
        } else {
          await sendResponse(response, jsonResponse(500, { detail: 'internal error' }), true);
        }
        if (!(error instanceof TransportError)) machine.onError?.(error);
      }
    };
    if ((declaredLength(message) ?? 0) > options.maxBodyBytes) {
      options.onTooLarge?.({ ...incomingRequest(message, options.maxBodyBytes, watch), body: null });
      refuseBody(response, options.maxBodyBytes);
    }
    // When the chunk that holds the head has been read whole, so that a short body is there at once.
    else process.nextTick(() => void serve());
  };

  server.on('request', handle);
  server.on('checkContinue', (message: IncomingMessage, response: ServerResponse) => {
    // A sender that asks first is told before it sends what would be refused.
    if ((declaredLength(message) ?? 0) <= options.maxBodyBytes) response.writeContinue();
    handle(message, response);
  });

  const port = await listen(server, options, machine.platform);
  return {
    host: options.host,
    port,
    url: urlOf(options, port),
    async close(graceMs) {
      closing = true;
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const [socket, count] of running) if (count === 0) socket.destroy();
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

function createNodeServer(options: ServeOptions, timeouts: typeof TIMEOUTS): NodeServer {
  if (options.tls === undefined) return process.getBuiltinModule('node:http').createServer(timeouts);
  const { cert, key } = options.tls;
  try {
    return process.getBuiltinModule('node:https').createServer({
      ...timeouts,
      cert: Buffer.from(cert),
      key: Buffer.from(key),
      handshakeTimeout: timeouts.headersTimeout,
    });
  } catch (error) {
    throw new CliError('usage', `the TLS certificate or its key cannot be used: ${messageOf(error)}`, {
      code: 'bad_certificate',
      hint: 'give both in PEM form, and the key that belongs to the certificate',
      cause: error,
    });
  }
}

function listen(server: NodeServer, options: ServeOptions, platform: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenFailure(error, options, platform)));
    server.listen({ host: options.host, port: options.port }, () => {
      server.removeAllListeners('error');
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** A wildcard is no address that can be called: the loopback address is shown in its stead. */
function urlOf(options: ServeOptions, port: number): string {
  const called = options.host === '0.0.0.0' ? '127.0.0.1' : options.host === '::' ? '::1' : options.host;
  const scheme = options.tls === undefined ? 'http' : 'https';
  return `${scheme}://${called.includes(':') ? `[${called}]` : called}:${port}`;
}
