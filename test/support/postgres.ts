/** A schema of its own for each test, in the PostgreSQL server of the run. */
import { randomBytes } from 'node:crypto';
import { inject, onTestFinished } from 'vitest';
import { openPostgres } from '../../src/platform/postgres.ts';
import { parseStateUrl, type StateAddress } from '../../src/settings/state-url.ts';
import type { PostgresClient } from '../../src/platform/host.ts';
import { migrate } from '../../src/state/postgres/migrations.ts';

export interface PostgresSchema {
  readonly url: string;
  readonly address: StateAddress;
  /** A connection to it. */
  connect(): Promise<PostgresClient>;
  /** Drops it. */
  end(): Promise<void>;
}

let server: Promise<string> | undefined;

/** The address of the server that all tests of a run share, by a user that may do everything. */
export async function sharedPostgres(): Promise<string> {
  server ??= (async () => {
    const response = await fetch(inject('postgresStarter'));
    if (!response.ok) throw new Error(await response.text());
    return await response.text();
  })();
  return await server;
}

/** An empty schema, with the tables of a state unless `isEmpty`. */
export async function createSchema({ isEmpty = false }: { readonly isEmpty?: boolean } = {}): Promise<PostgresSchema> {
  const schema = `test_${randomBytes(6).toString('hex')}`;
  const base = await sharedPostgres();
  const url = `${base}${base.includes('?') ? '&' : '?'}schema=${schema}`;
  const address = parseStateUrl(url);
  const connect = (): Promise<PostgresClient> => connectTo(address);
  if (!isEmpty) await withClient(connect, (client) => migrate(client, schema, 'test'));
  return {
    url,
    address,
    connect,
    end: () =>
      withClient(connect, async (client) => void (await client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`))),
  };
}

/** The same, dropped when the test has ended. */
export async function schemaOfTest(options?: Parameters<typeof createSchema>[0]): Promise<PostgresSchema> {
  const schema = await createSchema(options);
  onTestFinished(() => schema.end());
  return schema;
}

export function connectTo({ hosts: [first], user, database, password = '' }: StateAddress): Promise<PostgresClient> {
  if (first === undefined) throw new Error('an address names a host');
  return openPostgres({ ...first, user, database, password: async () => password, tls: undefined, name: 'test' });
}

async function withClient<T>(
  connect: () => Promise<PostgresClient>,
  work: (client: PostgresClient) => Promise<T>,
): Promise<T> {
  const client = await connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
