/** PostgreSQL: the only module that imports `pg`, of which it takes the client alone. */
import Client from 'pg/lib/client.js';
import type { PostgresClient, PostgresRow, PostgresServer } from './host.ts';

/** For the connection, TLS and the password together; in milliseconds. */
const CONNECT_TIMEOUT_MS = 2000;

/** Opens one connection. Rejects with the error of the system, of TLS or of the server. */
export async function openPostgres(server: PostgresServer): Promise<PostgresClient> {
  const { host, port, user, database, password, tls, name } = server;
  const client = new Client({
    host,
    port,
    user,
    database,
    password,
    application_name: name,
    ssl: tls === undefined ? false : { rejectUnauthorized: true, ...(tls.ca === undefined ? {} : { ca: tls.ca }) },
    // Where the server offers it, nobody between can pass on the proof of the password.
    enableChannelBinding: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  let end: Error | undefined;
  // Without a listener an `error` of an idle connection would end the program; the next query reports it.
  client.on('error', (error) => (end ??= error));
  client.on('end', () => (end ??= new Error('the connection was closed')));
  const destroy = (): void => void client.connection.stream.destroy();
  try {
    await client.connect();
  } catch (error) {
    destroy();
    throw error;
  }
  return {
    get isOpen() {
      return end === undefined;
    },
    async query(sql, values = []) {
      const { rows, rowCount } = await client.query(sql, values);
      return { rows: rows as readonly PostgresRow[], count: rowCount ?? 0 };
    },
    onNotification(handler) {
      client.on('notification', ({ processId }) => handler(processId === client.processID));
    },
    async end() {
      await client.end();
    },
    destroy,
  };
}
