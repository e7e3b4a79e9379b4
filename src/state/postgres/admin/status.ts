/** What an administrator or a probe wants to know of a state in PostgreSQL. */
import type { CliError } from '../../../errors.ts';
import type { Clock, PostgresClient } from '../../../platform/host.ts';
import type { StateHost } from '../../../settings/state-url.ts';
import type { StateContents } from '../../contents.ts';
import { countDeliveries } from '../deliveries.ts';
import { createDoor, type Door, type DoorOptions, type ServerFacts } from '../door.ts';
import { TABLES_IN_ORDER, type SchemaVersions } from '../migrations.ts';
import { rightsOf, type Rights } from './rights.ts';
import { inSchema, type InSchema } from '../schema.ts';
import { inSession } from './session.ts';
import { isFree } from '../steps.ts';
import { clockOf } from '../time.ts';
import { createWakeUps } from '../wake-ups.ts';

/** Who asks is perhaps a probe, which waits no longer. */
const ANSWER_MS = 4000;

export interface PostgresStatus {
  readonly host: StateHost;
  /** `15.18` */
  readonly version: string;
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  readonly isDurable: boolean;
  /** The settings of the server that decide on it, by name. */
  readonly settings: Readonly<Record<DurableSetting, string>>;
  readonly role: string;
  readonly rights: Rights;
  /** Whether notifications between listeners arrive; `undefined`: not tried. */
  readonly notifies: boolean | undefined;
  readonly schema: SchemaVersions | undefined;
  /** `undefined` where they cannot be read. */
  readonly contents: PostgresContents | undefined;
  /** Why no state can be stored there. */
  readonly problem: CliError | undefined;
}

export interface PostgresContents extends StateContents {
  /** With their indexes, by table. */
  readonly bytes: Readonly<Record<string, number>>;
}

const DURABLE_SETTINGS = ['fsync', 'synchronous_commit', 'synchronous_standby_names'] as const;

type DurableSetting = (typeof DURABLE_SETTINGS)[number];

const SERVER = `SELECT split_part(current_setting('server_version'), ' ', 1) AS version, current_user::text AS role,
  ${DURABLE_SETTINGS.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`;

/** Rejects with `CliError` `environment` when no server answers. */
export async function postgresStatus(
  options: DoorOptions & { readonly clock: Clock },
  stop: AbortSignal,
): Promise<PostgresStatus> {
  const { clock, address } = options;
  const door = createDoor(options);
  let found: Pick<Awaited<ReturnType<Door['inspect']>>, 'facts' | 'problem'> | undefined;
  const connect = async (): Promise<PostgresClient> => {
    const inspection = await door.inspect();
    found = inspection;
    return inspection.client;
  };
  return await inSession({ connect, place: door.place, clock, stop, answerMs: ANSWER_MS }, async (client) => {
    if (found === undefined) throw new Error('a session begins with its connection');
    const { facts, problem } = found;
    const { rows } = await client.query(SERVER);
    const [row = {}] = rows;
    const role = String(row['role']);
    const rights = await rightsOf(client, address.schema, role);
    const schema = facts.schema === 'forbidden' ? undefined : facts.schema;
    return {
      host: facts.host,
      version: String(row['version']),
      isStandby: facts.isStandby,
      isReadOnly: facts.isReadOnly,
      isDurable: facts.risk === undefined,
      settings: {
        fsync: String(row['fsync']),
        synchronous_commit: String(row['synchronous_commit']),
        synchronous_standby_names: String(row['synchronous_standby_names']),
      },
      role,
      rights,
      notifies: await notifies(client, address, facts, clock),
      schema,
      contents:
        schema === undefined || rights.missing.length > 0 ? undefined : await contentsOf(client, address.schema),
      problem,
    };
  });
}

async function notifies(
  client: PostgresClient,
  { schema, listens }: DoorOptions['address'],
  { isStandby }: ServerFacts,
  clock: Clock,
): Promise<boolean | undefined> {
  // A standby takes no LISTEN.
  if (!listens || isStandby) return undefined;
  const lane = { run: <T>(work: (client: PostgresClient) => Promise<T>) => work(client), close: async () => undefined };
  return await createWakeUps({ lane: () => lane, schema, isOn: true, clock }).test();
}

const OLDEST = `SELECT received_at FROM @deliveries
  WHERE sequence = (SELECT min(delivery) FROM @steps WHERE state = 'pending')`;

const OWNERS = `WITH ${clockOf('NULL')} SELECT s.owner, count(*) AS steps FROM @steps s, clock
  WHERE s.state = 'pending' AND s.owner IS NOT NULL AND NOT ${isFree('clock.now', 's.')}
  GROUP BY s.owner ORDER BY s.owner`;

const SIZES = `SELECT c.relname AS name, pg_total_relation_size(c.oid) AS bytes
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = ANY ($2::text[]) ORDER BY array_position($2::text[], c.relname::text)`;

async function contentsOf(client: PostgresClient, schema: string): Promise<PostgresContents> {
  const at = inSchema(schema);
  const deliveries = await countDeliveries(client, at);
  const oldest = await client.query(at(OLDEST));
  const sizes = await client.query(SIZES, [schema, TABLES_IN_ORDER]);
  return {
    deliveries,
    oldestPendingAt: oldest.rows[0] && Number(oldest.rows[0]['received_at']),
    owners: await liveOwners(client, at),
    bytes: Object.fromEntries(sizes.rows.map(({ name, bytes }) => [String(name), Number(bytes)])),
  };
}

async function liveOwners(client: PostgresClient, at: InSchema): Promise<StateContents['owners']> {
  const { rows } = await client.query(at(OWNERS));
  return rows.map(({ owner, steps }) => ({ owner: String(owner), steps: Number(steps) }));
}
