/** The network: with `exchange.ts`, the only module that imports undici. */
import type { LookupFunction, Socket } from 'node:net';

import buildConnector from 'undici/lib/core/connect.js';
import type { Connector } from 'undici/lib/core/connect.js';
import symbols from 'undici/lib/core/symbols.js';
import type { Parser } from 'undici/lib/core/symbols.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import type { Dispatcher } from 'undici/lib/dispatcher/dispatcher.js';

import type { Http } from '../../lib/net/http.ts';
import { MAX_ANSWER_HEADER_BYTES } from '../../limits.ts';
import { exchange } from './exchange.ts';
import { createLookup, misdirection } from './lookup.ts';
import { hostOfProxy, proxyFor } from '../../lib/net/proxy.ts';

/** A thousand polls a second need about this many connections. macOS grants a process 256 open files by default. */
const CONNECTIONS_PER_ORIGIN = 200;
/** Longer than the longest pause between two polls, so that a connection is used again. */
const KEEP_ALIVE_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Node gives each address 250 ms, which a far or mobile network does not always keep. */
const ADDRESS_ATTEMPT_MS = 500;

const CLIENT_OPTIONS = {
  connections: CONNECTIONS_PER_ORIGIN,
  allowH2: false,
  maxHeaderSize: MAX_ANSWER_HEADER_BYTES,
} as const;

export interface HttpOptions {
  /** Finds the addresses of names. Default: that of `lookup.ts`. */
  readonly lookup?: LookupFunction | undefined;
}

/**
 * An {@link Http} over TCP and TLS. HTTP/1.1 with keep-alive; redirects are never followed;
 * compressed answers are decompressed. `env` may hold `HTTP(S)_PROXY` and `NO_PROXY`. Certificates are
 * trusted as Node does (`NODE_EXTRA_CA_CERTS`). Idle connections do not keep the process alive.
 * Rejects with {@link TransportError}.
 */
export function createHttp(env: Readonly<Record<string, string | undefined>>, options: HttpOptions = {}): Http {
  const { lookup = createLookup() } = options;
  const proxies = new Map<string, Promise<Dispatcher>>();
  let direct: Dispatcher | undefined;
  const connect = { allowH2: false, lookup } as const;

  async function dispatcherFor(proxy: string | undefined): Promise<Dispatcher> {
    if (proxy === undefined) {
      direct ??= new Agent({
        connect: withoutKeepingAlive(
          checkedForLoopback(
            buildConnector({
              ...connect,
              timeout: CONNECT_TIMEOUT_MS,
              autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
            }),
          ),
        ),
        ...CLIENT_OPTIONS,
        keepAliveTimeout: KEEP_ALIVE_MS,
      });
      return direct;
    }
    const known = proxies.get(proxy) ?? createProxyAgent(proxy, connect);
    proxies.set(proxy, known);
    return known;
  }

  return async (request) => {
    const url = new URL(request.url);
    const proxy = proxyFor(url, env);
    const proxyHost = proxy === undefined ? undefined : hostOfProxy(proxy, url);
    return exchange(await dispatcherFor(proxy), request, url, proxyHost);
  };
}

/** A socket that is still connecting must not delay the end of a process that no longer waits for it. */
function withoutKeepingAlive(connect: Connector): Connector {
  return (options, callback) => {
    const socket: Socket = connect(options, (error, connected) => {
      connected?.ref();
      callback(error, connected);
    });
    socket.unref();
    return socket;
  };
}

/** Nothing is sent over a connection that is not to the machine it is meant for. */
function checkedForLoopback(connect: Connector): Connector {
  return (options, callback) =>
    connect(options, (error, connected) => {
      const failure = connected && misdirection(options.hostname, connected.remoteAddress);
      if (failure === undefined) {
        if (connected !== undefined) skipContinue(connected);
        callback(error, connected);
        return;
      }
      connected?.destroy();
      callback(failure);
    });
}

/**
 * A `100 Continue` that nobody asked for is skipped (RFC 9110, section 15.2). undici 8 fails the exchange for it, and for it
 * alone of all interim answers (`client-h1.js`, `onHeadersComplete`): so it is given to its parser as another of them.
 */
function skipContinue(socket: Socket & { [symbols.kParser]?: Parser | null }): void {
  let current: Parser | null | undefined = socket[symbols.kParser];
  Object.defineProperty(socket, symbols.kParser, {
    get: () => current,
    set(parser: Parser | null) {
      current = parser;
      if (parser === null) return;
      const complete = parser.onHeadersComplete.bind(parser);
      parser.onHeadersComplete = (status, ...rest) => complete(status === 100 ? 102 : status, ...rest);
    },
  });
}

async function createProxyAgent(
  proxy: string,
  tls: { readonly allowH2: false; readonly lookup: LookupFunction },
): Promise<Dispatcher> {
  const { default: ProxyAgent } = await import('undici/lib/dispatcher/proxy-agent.js');
  const { default: connect } = await import('undici/lib/api/api-connect.js');
  const { default: Pool } = await import('undici/lib/dispatcher/pool.js');
  const pool = (origin: string | URL, settings: { readonly connect: Connector }): Dispatcher =>
    new Pool(origin, { ...settings, ...CLIENT_OPTIONS, connect: checkedForLoopback(settings.connect) });
  return new ProxyAgent({
    uri: proxy,
    ...CLIENT_OPTIONS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    requestTls: tls,
    proxyTls: tls,
    factory: pool,
    clientFactory: (origin, settings) => Object.assign(pool(origin, settings), { connect }),
  });
}
