/**
 * The parts of undici that are imported by path: half the import time of the whole package, which
 * also loads fetch, WebSocket, caches and mocks. Only what `http.ts` uses is declared.
 * Shapes: undici 8, `docs/docs/api/Dispatcher.md` and the files themselves.
 */
declare module 'undici/lib/core/connect.js' {
  import type { LookupFunction, Socket } from 'node:net';
  function buildConnector(options: {
    readonly allowH2?: boolean;
    readonly timeout?: number;
    readonly ca?: readonly string[] | undefined;
    readonly autoSelectFamilyAttemptTimeout?: number;
    readonly lookup?: LookupFunction;
  }): buildConnector.Connector;
  namespace buildConnector {
    /** `hostname` has no brackets. */
    type Connector = (
      options: { readonly hostname: string },
      callback: (error: Error | null, socket?: Socket) => void,
    ) => Socket;
  }
  export = buildConnector;
}

declare module 'undici/lib/core/symbols.js' {
  namespace symbols {
    /** Where a socket has its parser of HTTP/1; `null` once it is done. */
    const kParser: unique symbol;
    interface Parser {
      onHeadersComplete: (status: number, ...rest: readonly unknown[]) => number;
    }
  }
  export = symbols;
}

declare module 'undici/lib/dispatcher/dispatcher.js' {
  import type { RequestHandler } from 'undici/lib/api/api-request.js';
  /** Declared as an interface: it is never constructed here. */
  interface Dispatcher {
    dispatch(
      options: {
        readonly origin: string;
        readonly path: string;
        readonly method: string;
        readonly headers: Record<string, string | string[]>;
        readonly body: Uint8Array | string | AsyncIterable<Uint8Array> | null;
        readonly headersTimeout: number;
        readonly bodyTimeout: number;
      },
      handler: RequestHandler,
    ): boolean;
  }
  export type { Dispatcher };
}

declare module 'undici/lib/dispatcher/agent.js' {
  import type { Connector } from 'undici/lib/core/connect.js';
  import type { Dispatcher } from 'undici/lib/dispatcher/dispatcher.js';
  interface Agent extends Dispatcher {}
  const Agent: new (options: {
    readonly connect: Connector;
    readonly connections: number;
    readonly allowH2: boolean;
    readonly maxHeaderSize: number;
    readonly keepAliveTimeout: number;
  }) => Agent;
  export = Agent;
}

declare module 'undici/lib/dispatcher/pool.js' {
  import type { Dispatcher } from 'undici/lib/dispatcher/dispatcher.js';
  interface Pool extends Dispatcher {}
  const Pool: new (origin: string | URL, options: object) => Pool;
  export = Pool;
}

declare module 'undici/lib/dispatcher/proxy-agent.js' {
  import type { Connector } from 'undici/lib/core/connect.js';
  import type { Dispatcher } from 'undici/lib/dispatcher/dispatcher.js';
  interface ProxyAgent extends Dispatcher {}
  const ProxyAgent: new (options: {
    readonly uri: string;
    readonly connections: number;
    readonly allowH2: boolean;
    readonly keepAliveTimeout: number;
    readonly connectTimeout: number;
    readonly requestTls: object;
    readonly proxyTls: object;
    readonly factory: (origin: string | URL, options: { readonly connect: Connector }) => Dispatcher;
    /** undici's own index hangs `connect` on every dispatcher; imported by path, they have none. */
    readonly clientFactory: (
      origin: string | URL,
      options: { readonly connect: Connector },
    ) => Dispatcher & { readonly connect: unknown };
  }) => ProxyAgent;
  export = ProxyAgent;
}

declare module 'undici/lib/api/api-request.js' {
  import type { Readable } from 'node:stream';
  /** The module is the `request` function, which is not used; the class hangs on it. */
  function request(): never;
  namespace request {
    interface Head {
      readonly statusCode: number;
      readonly headers: Record<string, string | string[] | undefined>;
      readonly body: Readable;
    }
    class RequestHandler {
      constructor(
        options: { readonly method: string; readonly signal: AbortSignal },
        callback: (error: Error | null, head: Head) => void,
      );
      onRequestStart(controller: unknown, context: unknown): void;
      onResponseStart(controller: unknown, status: number, headers: Head['headers'], text?: string): void;
      onResponseData(controller: unknown, chunk: Uint8Array): void;
      onResponseEnd(controller: unknown, trailers: object): void;
      onResponseError(controller: unknown, error: Error): void;
    }
  }
  export = request;
}

declare module 'undici/lib/api/api-connect.js' {
  /** `this` is a dispatcher; its answer to CONNECT is the socket. */
  function connect(options: object, callback?: (...results: unknown[]) => void): unknown;
  export = connect;
}
