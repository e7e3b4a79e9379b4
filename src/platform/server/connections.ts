/** The connections of a port: how many there are, what runs on each, and how they end. */
import type { IncomingMessage, Server as NodeServer, ServerResponse } from 'node:http';
import type { DropArgument, Socket } from 'node:net';

import { MAX_CONNECTIONS, MAX_PIPELINED_REQUESTS } from '../../limits.ts';
import { answerRaw, handshakeFault, isGone, type ReportRejection, requestFault } from './rejection.ts';

interface Connection {
  /** Requests whose answers are not over. */
  running: number;
  /** The answer to the latest request. */
  latest: ServerResponse | undefined;
  /** Whether the answers that are running are the last ones. */
  ending: boolean;
}

/** `reject` is called for what never reaches the app, and for what breaks off on its way there. */
export function watchConnections(server: NodeServer, isTls: boolean, reject: ReportRejection) {
  const sockets = new Set<Socket>();
  /** Those that HTTP is spoken on: with TLS, once the handshake is done. */
  const connections = new Map<Socket, Connection>();
  let closing = false;

  server.maxConnections = MAX_CONNECTIONS;
  server.on('drop', (dropped?: DropArgument) => {
    const detail = `there are ${MAX_CONNECTIONS} connections`;
    reject(dropped?.remoteAddress, { status: undefined, reason: 'too_many_connections', detail });
  });

  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
    connections.set(socket, { running: 0, latest: undefined, ending: false });
    socket.once('close', () => connections.delete(socket));
  });

  server.on('clientError', (error: Error, socket: Socket) => {
    const connection = connections.get(socket);
    if (connection === undefined) {
      if (!isGone(error)) reject(socket.remoteAddress, handshakeFault(error));
      socket.destroy();
      return;
    }
    const { latest, running, ending } = connection;
    if (ending) {
      if (running === 0) socket.destroy();
      return;
    }
    const isInBody = latest?.req.complete === false;
    // An answer that did not wait for the body is an answer; a connection on which nothing arrived was not used.
    if ((isInBody && latest.headersSent) || (isGone(error) && !isInBody) || socket.bytesRead === 0) {
      socket.destroy();
      return;
    }
    const earlier = isInBody ? running - 1 : running;
    const fault = requestFault(error);
    const isAnswered = earlier === 0 && socket.writable;
    reject(socket.remoteAddress, isAnswered ? fault : { ...fault, status: undefined });
    if (isAnswered) answerRaw(socket, fault.status);
    // The requests before it get their answers.
    else if (!isInBody) connection.ending = true;
    else socket.destroy();
  });

  server.on('connect', ({ socket }: IncomingMessage) => {
    const detail = 'CONNECT is for proxies';
    reject(socket.remoteAddress, { status: 405, reason: 'malformed_request', detail });
    answerRaw(socket, 405);
  });

  return {
    /** Whether the port is being closed. */
    get closing() {
      return closing;
    },
    /** Counts a request until its answer is over. `false`: it gets none. */
    admit(response: ServerResponse): boolean {
      const { socket } = response.req;
      const connection = connections.get(socket);
      if (connection === undefined || connection.ending || socket.destroyed) return false;
      if (connection.running === MAX_PIPELINED_REQUESTS) {
        const detail = `${MAX_PIPELINED_REQUESTS} requests of the connection wait for answers`;
        reject(socket.remoteAddress, { status: undefined, reason: 'too_many_requests', detail });
        socket.destroy();
        return false;
      }
      connection.running += 1;
      connection.latest = response;
      response.on('close', () => {
        connection.running -= 1;
        // Its head may have promised to keep the connection before the end was near.
        if ((closing || connection.ending) && connection.running === 0) socket.destroySoon();
      });
      return true;
    },
    /** What arrives on the connection after the request of this answer is not read as a request. */
    end(response: ServerResponse) {
      const connection = connections.get(response.req.socket);
      if (connection !== undefined) connection.ending = true;
    },
    /** Stops accepting, lets running exchanges end for at most `graceMs`, then cuts them. */
    async close(graceMs: number) {
      closing = true;
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const [socket, { running }] of connections) if (running === 0) socket.destroy();
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}
