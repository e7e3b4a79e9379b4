/** A port that hands each request to a function: the only module that imports `node:http` servers. */
import type { IncomingMessage, Server as NodeServer, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type Http, type HttpHeaders, type HttpResponse, jsonResponse, TransportError } from '../../lib/net/http.ts';
import {
  ANSWER_TIMEOUT_MS,
  HEADERS_TIMEOUT_MS,
  KEEP_ALIVE_TIMEOUT_MS,
  MAX_DISCARDS,
  MAX_HEADER_BYTES,
  REQUEST_TIMEOUT_MS,
} from '../../limits.ts';
import { CliError, messageOf } from '../../errors.ts';
import type { ServeOptions, Server } from '../host.ts';
import { watchConnections } from './connections.ts';
import { listenFailure } from './failure.ts';
import { headFault, rejector } from './rejection.ts';
import { type BodyWatch, declaredLength, incomingBody, incomingHeaders, incomingRequest } from './request.ts';
import { sendResponse } from './response.ts';

const TIMEOUTS = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  answerTimeout: ANSWER_TIMEOUT_MS,
  /** How often the first two are checked. */
  connectionsCheckingInterval: 1000,
};

export interface ServeMachine {
  /** `linux`, `darwin`, `win32`: decides which command the hint for a busy port names. */
  readonly platform: string;
  /** Called with what the app threw by mistake, after the sender was answered 500. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Replaces the bounds for slow senders, in milliseconds. */
  readonly timeouts?: Partial<typeof TIMEOUTS>;
}

/**
 * Opens a port for `app`. A `TransportError` of the app cuts the connection with no answer; any
 * other error is answered 500. A body larger than `maxBodyBytes` is answered 413, whether its length
 * was declared or not, and the connection closed. A body that the app does not read is discarded.
 * Throws `CliError`: `environment` (`port_in_use`, `port_forbidden`, `address_unavailable`), or `usage`
 * (`bad_certificate`).
 */
export async function serveHttp(app: Http, options: ServeOptions, machine: ServeMachine): Promise<Server> {
  const { maxBodyBytes, onRejected, onTooLarge } = options;
  const timeouts = { ...TIMEOUTS, ...machine.timeouts };
  const server = createNodeServer(options, timeouts);
  const reject = rejector(onRejected);
  const connections = watchConnections(server, options.tls !== undefined, reject);

  let discarding = 0;

  /** Whether the rest of a body may be read and thrown away: what is read for nothing takes memory, too. */
  const takesRest = ({ req }: ServerResponse): boolean => {
    if (req.complete) return true;
    if (discarding >= MAX_DISCARDS) return false;
    discarding += 1;
    req.once('close', () => (discarding -= 1));
    return true;
  };

  const send = (response: ServerResponse, answer: HttpResponse, asked: boolean): Promise<void> => {
    const discards = takesRest(response);
    const close = asked || !discards;
    if (close) connections.end(response);
    return sendResponse(response, answer, { close, discards, stallMs: timeouts.answerTimeout });
  };
  /** Answers an error of the request, or of this program, and closes the connection. */
  const refuse = (response: ServerResponse, status: number, detail: string): Promise<void> =>
    send(response, jsonResponse(status, { detail }), true);
  const refuseBody = (response: ServerResponse): Promise<void> =>
    refuse(response, 413, `request body larger than ${maxBodyBytes} bytes`);

  const serve = async (response: ServerResponse, headers: HttpHeaders, watch: BodyWatch): Promise<void> => {
    const message = response.req;
    try {
      const body = incomingBody(message, maxBodyBytes, watch, () => response.writeContinue());
      const answer = await app(incomingRequest(message, headers, body));
      if (watch.exceeded) return await refuseBody(response);
      // What follows would be taken for a request, or go on for ever.
      const isUncertain = !message.complete && (watch.awaited || headers['transfer-encoding'] !== undefined);
      await send(response, answer, connections.closing || isUncertain);
    } catch (error) {
      if (watch.exceeded && !response.headersSent) return refuseBody(response);
      if (error instanceof TransportError || response.headersSent) message.socket.destroy();
      else await refuse(response, 500, 'internal error');
      if (!(error instanceof TransportError)) machine.onError?.(error);
    }
  };

  const handle = (message: IncomingMessage, response: ServerResponse, awaited: boolean): void => {
    if (!connections.admit(response)) return;
    const headers = incomingHeaders(message);
    const fault = headFault(headers, message.httpVersion);
    if (fault !== undefined) {
      reject(message.socket.remoteAddress, fault);
      void refuse(response, fault.status, fault.detail);
    } else if ((declaredLength(message) ?? 0) > maxBodyBytes) {
      onTooLarge?.(incomingRequest(message, headers, null));
      void refuseBody(response);
    } else {
      // When the chunk that holds the head has been read whole, so that a short body is there at once.
      process.nextTick(() => void serve(response, headers, { exceeded: false, awaited }));
    }
  };

  server.on('request', (message: IncomingMessage, response: ServerResponse) => handle(message, response, false));
  server.on('checkContinue', (message: IncomingMessage, response: ServerResponse) => handle(message, response, true));
  // No other expectation is known, and those may be ignored (RFC 9110, 10.1.1).
  server.on('checkExpectation', (message: IncomingMessage, response: ServerResponse) =>
    handle(message, response, false),
  );

  const port = await listen(server, options, machine.platform);
  return { host: options.host, port, url: urlOf(options, port), close: (graceMs) => connections.close(graceMs) };
}

function createNodeServer(options: ServeOptions, timeouts: typeof TIMEOUTS): NodeServer {
  const strict = {
    ...timeouts,
    insecureHTTPParser: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    // Checked with the rest of the head, so that it is reported.
    requireHostHeader: false,
  };
  if (options.tls === undefined) return process.getBuiltinModule('node:http').createServer(strict);
  const { cert, key } = options.tls;
  try {
    return process.getBuiltinModule('node:https').createServer({
      ...strict,
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
