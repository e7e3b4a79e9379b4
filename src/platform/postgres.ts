/** PostgreSQL: the only module that imports `pg`, of which it takes the client alone. */
import { createHash, X509Certificate } from 'node:crypto';
import Client from 'pg/lib/client.js';
import { systemCodeOf } from '../errors.ts';
import type { PostgresClient, PostgresResult, PostgresRow, PostgresServer, PostgresValue } from './host.ts';

/** For the connection, TLS and the password together; in milliseconds. */
const CONNECT_TIMEOUT_MS = 2000;

/** A firewall forgets an idle connection without a word: it is kept in use. In milliseconds. */
const KEEP_ALIVE_MS = 30_000;

/** As servers report it: no password was given, or a wrong one. */
const WRONG_PASSWORD = '28P01';

/**
 * SQLSTATEs for the name of a prepared statement that this connection does not have, or has already: a pooler is between, which
 * gives each transaction another one. Nothing was executed.
 */
const NAME_NOT_KNOWN = '26000';
const NAME_TAKEN = '42P05';

/** Opens one connection. Rejects with the error of the system, of TLS or of the server. */
export async function openPostgres(server: PostgresServer): Promise<PostgresClient> {
  const { host, port, user, database, password, tls, name } = server;
  if (tls?.ca !== undefined) requireCertificate(tls.ca);
  const client = new Client({
    host,
    port,
    user,
    database,
    async password() {
      const text = await password();
      if (text !== '') return text;
      throw Object.assign(new Error(`the server asks for a password of "${user}", and there is none`), {
        code: WRONG_PASSWORD,
      });
    },
    application_name: name,
    sslnegotiation: 'postgres',
    ssl: tls === undefined ? false : { rejectUnauthorized: true, ...(tls.ca === undefined ? {} : { ca: tls.ca }) },
    // Where the server offers it, nobody between can pass on the proof of the password.
    enableChannelBinding: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  });
  // The client takes both from the environment, where they are meant for `psql`; poolers refuse them.
  client.connectionParameters.options = undefined;
  client.connectionParameters.replication = undefined;
  let end: Error | undefined;
  // Without a listener an `error` of an idle connection would end the program; the next query reports it.
  client.on('error', (error) => (end ??= error));
  client.on('end', () => (end ??= new Error('the connection was closed')));
  /** Whether names of statements mean anything on it. */
  let keepsNames = true;
  const send = async (text: string, values: readonly PostgresValue[], name?: string): Promise<PostgresResult> => {
    const { rows, rowCount } = await client.query({ text, values, name });
    return { rows: rows as readonly PostgresRow[], count: rowCount ?? 0 };
  };
  const destroy = (): void => void client.connection.stream.destroy();
  try {
    await client.connect();
  } catch (error) {
    destroy();
    throw describedError(error);
  }
  return {
    get isOpen() {
      return end === undefined;
    },
    query: (sql, values = []) => send(sql, values),
    async queryPrepared(sql, values) {
      if (!keepsNames) return await send(sql, values);
      try {
        return await send(sql, values, nameOf(sql));
      } catch (error) {
        const code = systemCodeOf(error);
        if (code !== NAME_NOT_KNOWN && code !== NAME_TAKEN) throw error;
        keepsNames = false;
        return await send(sql, values);
      }
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

const names = new Map<string, string>();

/** The same for all clients of a pooler: what one has prepared is then what another means. */
function nameOf(sql: string): string {
  let name = names.get(sql);
  if (name === undefined) {
    name = `optipick_${createHash('sha256').update(sql).digest('hex').slice(0, 32)}`;
    names.set(sql, name);
  }
  return name;
}

/** TLS would pass over a text that holds none, and then trust nobody. */
function requireCertificate(text: string): void {
  try {
    void new X509Certificate(text);
  } catch (error) {
    throw new Error('there is no certificate in PEM in the file of sslrootcert', { cause: error });
  }
}

/** What the client says too briefly. */
function describedError(error: unknown): unknown {
  // A name that stands for several addresses: each failed for a reason of its own, and the error in which they are has no words.
  if (error instanceof AggregateError && error.message === '') {
    return new Error(error.errors.map(String).join('; '), { cause: error });
  }
  if (!(error instanceof Error) || error.message !== 'timeout expired') return error;
  return new Error(`there was no answer within ${CONNECT_TIMEOUT_MS / 1000} s`, { cause: error });
}
