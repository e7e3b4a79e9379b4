/** The client of pg, imported by path: the package's own entry also loads its pool. Only what `postgres.ts` uses is declared. Shapes: pg 8. */
declare module 'pg/lib/client.js' {
  import type { EventEmitter } from 'node:events';
  import type { Duplex } from 'node:stream';
  import type { ConnectionOptions } from 'node:tls';
  interface Config {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    /** Called when the server asks for it. */
    readonly password: () => Promise<string>;
    readonly database: string;
    readonly sslnegotiation: 'postgres';
    readonly ssl: false | ConnectionOptions;
    readonly enableChannelBinding: boolean;
    readonly application_name: string;
    readonly connectionTimeoutMillis: number;
    readonly keepAlive: boolean;
    readonly keepAliveInitialDelayMillis: number;
  }
  class Client extends EventEmitter<{
    error: [Error];
    end: [];
    notification: [{ readonly channel: string; readonly processId: number }];
  }> {
    constructor(config: Config);
    readonly connection: { readonly stream: Duplex };
    readonly connectionParameters: { options?: string | undefined; replication?: string | undefined };
    readonly processID: number | null;
    connect(): Promise<unknown>;
    /** With a `name` it is prepared on the connection, once, and known by it from then on. */
    query(statement: {
      readonly text: string;
      readonly values: readonly unknown[];
      readonly name?: string | undefined;
    }): Promise<{ readonly rows: readonly Record<string, unknown>[]; readonly rowCount: number | null }>;
    end(): Promise<void>;
  }
  export = Client;
}
