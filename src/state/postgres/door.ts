import type { Clock, PostgresClient, PostgresRow, PostgresServer } from '../../platform/host.ts';
import { CliError, messageOf } from '../../errors.ts';
import { shownStateUrl, type StateAddress, type StateHost } from '../../settings/state-url.ts';
import { answerInTime } from './answer-in-time.ts';
import { sqlStateOf, stateFailure } from './failure.ts';
import { migrate, SCHEMA_VERSION, schemaVersions, type SchemaVersions } from './migrations.ts';

/** The first supported version of the server: its oldest one that still gets fixes is newer. */
const OLDEST_SERVER = 130_000;

/** The SQLSTATE for a right that is missing. */
const NOT_ALLOWED = '42501';

/** After a failed attempt nobody tries again for so long; doubled with each further one. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;

/** Another program may be migrating at the same time. */
const MIGRATION_MS = 15_000;

export interface DoorOptions {
  readonly address: StateAddress;
  readonly openPostgres: (server: PostgresServer) => Promise<PostgresClient>;
  readonly password: () => Promise<string>;
  /** The text of the file that `sslrootcert` names. */
  readonly rootCertificates: string | undefined;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  /** By which the server lists the connections. */
  readonly name: string;
}

/** What a server says of itself when it is connected to. */
export interface ServerFacts {
  readonly host: StateHost;
  /** As `server_version_num`. */
  readonly version: number;
  /** Of the texts in the database. */
  readonly encoding: string;
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  /** What makes a commit less than durable, and its remedy; `undefined`: nothing. */
  readonly risk: { readonly what: string; readonly remedy: string } | undefined;
  /** `undefined`: there is none yet; `forbidden`: this role may not read it. */
  readonly schema: SchemaVersions | 'forbidden' | undefined;
}

/** A server as it is, good or not. */
export interface Inspection {
  readonly client: PostgresClient;
  readonly facts: ServerFacts;
  /** Why no state can be stored there. */
  readonly problem: CliError | undefined;
}

/** Opens connections to the first server of an address that accepts writes. */
export interface Door {
  /** The address without its password, for messages. */
  readonly place: string;
  readonly schema: string;
  /**
   * Rejects with `CliError` `environment`: `state_unavailable`, `state_not_durable` when a commit would not survive a loss of power,
   * `state_not_migrated`, `state_too_new`. While no server can be used, at once: one attempt at a time is made, with pauses between.
   */
  connect(): Promise<PostgresClient>;
  /** As {@link connect}, whatever is in the schema. Tries at once. */
  connectUnmigrated(): Promise<{ readonly client: PostgresClient; readonly facts: ServerFacts }>;
  /** To a server that can be used, else to the first that answers. */
  inspect(): Promise<Inspection>;
}

export function createDoor(options: DoorOptions): Door {
  const { address, clock } = options;
  const place = shownStateUrl(address);
  let failure: CliError | undefined;
  let isTrying = false;
  let pauseMs = 0;
  let nextAttemptAt = 0;

  const open = async (host: StateHost): Promise<{ client: PostgresClient; facts: ServerFacts }> => {
    const { user, database, isVerified } = address;
    const { password, name, rootCertificates } = options;
    const tls = isVerified ? { ca: rootCertificates } : undefined;
    const client = await options.openPostgres({ ...host, user, database, password, name, tls });
    const facts = await answerInTime(clock, client, () => factsOf(client, host, address));
    return { client, facts };
  };

  /** The first that accepts writes. */
  const openFirst = async (): Promise<{ client: PostgresClient; facts: ServerFacts }> => {
    const failures: CliError[] = [];
    for (const host of address.hosts) {
      try {
        const opened = await open(host);
        const problem = problemOf(opened.facts, place);
        if (problem === undefined) return opened;
        opened.client.destroy();
        throw problem;
      } catch (error) {
        const known = stateFailure(error, place);
        if (!(known instanceof CliError)) throw error;
        failures.push(known);
      }
    }
    const [first] = failures;
    if (first !== undefined && failures.every((each) => each.message === first.message)) throw first;
    const reasons = failures.map((each, at) => {
      const reason = messageOf(each.cause ?? each).replace(`${place} `, '');
      return `${address.hosts[at]?.host}:${address.hosts[at]?.port} ${reason}`;
    });
    throw new CliError('environment', `${place}: none of its hosts accepts writes: ${reasons.join('; ')}`, {
      code: 'state_unavailable',
      hint: 'check that one of them is running as the primary: optipick state status',
      retryable: true,
    });
  };

  const openMigrated = async (): Promise<PostgresClient> => {
    const { client, facts } = await openFirst();
    try {
      if (address.migrates && facts.schema !== 'forbidden' && (facts.schema?.version ?? 0) < SCHEMA_VERSION) {
        const creating = () => migrate(client, address.schema, options.name);
        await answerInTime(clock, client, creating, MIGRATION_MS);
        return client;
      }
      const problem = schemaProblem(facts.schema, address.schema, place);
      if (problem !== undefined) throw problem;
      return client;
    } catch (error) {
      client.destroy();
      throw stateFailure(error, place);
    }
  };

  return {
    place,
    schema: address.schema,
    connectUnmigrated: openFirst,
    async inspect() {
      let found: Inspection | undefined;
      let failure: unknown;
      for (const host of address.hosts) {
        try {
          const { client, facts } = await open(host);
          const server = problemOf(facts, place);
          const inspection = { client, facts, problem: server ?? schemaProblem(facts.schema, address.schema, place) };
          if (server === undefined || found === undefined) {
            found?.client.destroy();
            found = inspection;
          } else client.destroy();
          if (server === undefined) break;
        } catch (error) {
          failure ??= error;
        }
      }
      if (found === undefined) throw stateFailure(failure, place);
      return found;
    },
    async connect() {
      if (failure !== undefined && (isTrying || clock.monotonic() < nextAttemptAt)) throw failure;
      isTrying = true;
      try {
        const client = await openMigrated();
        failure = undefined;
        pauseMs = 0;
        return client;
      } catch (error) {
        // Anything else is a bug, and shall be seen each time.
        failure = error instanceof CliError ? error : undefined;
        pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, pauseMs * 2));
        nextAttemptAt = clock.monotonic() + pauseMs;
        throw error;
      } finally {
        isTrying = false;
      }
    },
  };
}

const FACTS = `SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS read_only,
  current_setting('synchronous_commit') AS commit, current_setting('fsync') AS fsync,
  current_setting('synchronous_standby_names') AS standbys, current_setting('server_version_num')::int AS version,
  current_setting('server_encoding') AS encoding, current_user::text AS role`;

async function factsOf(client: PostgresClient, host: StateHost, { schema }: StateAddress): Promise<ServerFacts> {
  const { rows } = await client.query(FACTS);
  const [row = {}] = rows;
  return {
    host,
    version: Number(row['version']),
    encoding: String(row['encoding']),
    isStandby: row['standby'] === true,
    isReadOnly: row['read_only'] === true,
    risk: riskOf(row),
    schema: await readableVersions(client, schema),
  };
}

async function readableVersions(client: PostgresClient, schema: string): Promise<ServerFacts['schema']> {
  try {
    return await schemaVersions(client, schema);
  } catch (error) {
    if (sqlStateOf(error) === NOT_ALLOWED) return 'forbidden';
    throw error;
  }
}

function riskOf(row: PostgresRow): ServerFacts['risk'] {
  if (row['fsync'] === 'off') return { what: 'fsync is off', remedy: 'set fsync = on in postgresql.conf' };
  const commit = String(row['commit']);
  const isShort = commit === 'off' || (commit === 'local' && row['standbys'] !== '');
  if (!isShort) return undefined;
  const role = `"${String(row['role']).replaceAll('"', '""')}"`;
  return { what: `synchronous_commit is ${commit}`, remedy: `ALTER ROLE ${role} SET synchronous_commit = on` };
}

/** Why no state can be stored there. */
function problemOf(
  { version, encoding, isStandby, isReadOnly, risk }: ServerFacts,
  place: string,
): CliError | undefined {
  if (version < OLDEST_SERVER) {
    return unusable(`${place} is PostgreSQL ${Math.floor(version / 10_000)}`, 'use version 13 or newer');
  }
  // Bytes are stored in a database without an encoding; any other cannot store all texts.
  if (encoding !== 'UTF8' && encoding !== 'SQL_ASCII') {
    return unusable(`${place} stores texts as ${encoding}`, "create a database with ENCODING 'UTF8'");
  }
  if (isStandby) return unusable(`${place} is a standby`, 'name the primary, or all hosts: host1,host2', true);
  if (isReadOnly) return unusable(`${place} accepts no writes`, 'set default_transaction_read_only = off', true);
  if (risk === undefined) return undefined;
  return new CliError('environment', `${place} may lose what it has committed: ${risk.what}`, {
    code: 'state_not_durable',
    hint: risk.remedy,
  });
}

function unusable(message: string, hint: string, retryable = false): CliError {
  return new CliError('environment', message, { code: 'state_unavailable', hint, retryable });
}

function schemaProblem(versions: ServerFacts['schema'], schema: string, place: string): CliError | undefined {
  if (versions === 'forbidden') {
    return new CliError('environment', `${place}: this role may not read the tables in schema ${schema}`, {
      code: 'state_unavailable',
      hint: 'let their owner grant it its rights: optipick state migrate --grant-to <role>',
    });
  }
  if (versions === undefined || versions.version < SCHEMA_VERSION) {
    const what = versions === undefined ? 'has no tables of optipick yet' : 'has the tables of an older optipick';
    return new CliError('environment', `${place} ${what}`, {
      code: 'state_not_migrated',
      hint: 'create them once, by a role that may: optipick state migrate',
    });
  }
  if (versions.readableBy <= SCHEMA_VERSION) return undefined;
  return schemaTooNew(place);
}

/** The failure to report when a newer optipick has migrated the schema so that this one cannot read it. */
export function schemaTooNew(place: string): CliError {
  return new CliError('environment', `${place} was migrated by a newer optipick`, {
    code: 'state_too_new',
    hint: 'update optipick',
  });
}
