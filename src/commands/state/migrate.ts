/** `optipick state migrate`. */
import type { Context } from '../../context/context.ts';
import { stateDoorOptions } from '../../context/shared-state.ts';
import { CliError } from '../../errors.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import type { PostgresClient } from '../../platform/host.ts';
import { parseStateUrl } from '../../settings/state-url.ts';
import { createDoor, schemaTooNew } from '../../state/postgres/door.ts';
import { sqlStateOf } from '../../state/postgres/failure.ts';
import { grantSql, migrate, migrationSql, SCHEMA_VERSION, schemaVersions } from '../../state/postgres/migrations.ts';
import { rightsOf } from '../../state/postgres/admin/rights.ts';
import { inSession } from '../../state/postgres/admin/session.ts';

export interface MigrateFlags {
  readonly grantTo?: string;
  readonly print?: boolean;
  readonly from?: number;
}

/** Longer than a migration waits for another one, and than a new index on a large table takes. */
const ANSWER_MS = 600_000;

export async function migrateState(context: Context, flags: MigrateFlags): Promise<void> {
  const { host, output, stop } = context;
  if (flags.from !== undefined && flags.print !== true) {
    throw new CliError('usage', '--from is only for --print', { code: 'conflicting_options' });
  }
  const { stateUrl } = await context.settings();
  if (stateUrl === undefined) throw noSharedState();
  if (flags.print === true) {
    await output.write(printedSql(parseStateUrl(stateUrl.value).schema, flags, `optipick/${host.version}`));
    return;
  }
  const options = await stateDoorOptions(context, stateUrl.value);
  const door = createDoor(options);
  const { place, schema } = door;
  const connect = async (): Promise<PostgresClient> => (await door.connectUnmigrated()).client;
  const session = { connect, place, clock: host.clock, stop, answerMs: ANSWER_MS };
  const { created, version } = await inSession(session, async (client) => {
    const created = await migrated(client, schema, options.name, place);
    const versions = await schemaVersions(client, schema);
    if (versions !== undefined && versions.readableBy > SCHEMA_VERSION) throw schemaTooNew(place);
    if (flags.grantTo !== undefined) await grant(client, schema, flags.grantTo, place);
    return { created, version: versions?.version ?? SCHEMA_VERSION };
  });
  const { grantTo } = flags;
  if (output.json) {
    await output.record({ v: 1, address: place, schema, version, created, granted_to: grantTo ?? null });
    return;
  }
  const what = created.length === 0 ? 'up to date: version' : 'created the tables of version';
  // An address names another schema than the usual one itself.
  const where = place.includes('?schema=') ? place : `${place}, schema ${schema}`;
  await output.note(`${what} ${version} in ${where}`);
  if (grantTo !== undefined) await output.note(`granted ${cleanText(grantTo)} what listeners and commands need`);
}

function printedSql(schema: string, { grantTo, from = 0 }: MigrateFlags, by: string): string {
  if (from > SCHEMA_VERSION) {
    throw new CliError('usage', `--from: the newest version is ${SCHEMA_VERSION}`, { code: 'bad_version' });
  }
  const grants = grantTo === undefined ? [] : grantSql(schema, grantTo).map((sql) => `${sql};\n`);
  return [from === SCHEMA_VERSION ? '' : migrationSql(schema, from, by), ...grants].join('');
}

async function migrated(client: PostgresClient, schema: string, by: string, place: string): Promise<readonly number[]> {
  try {
    return await migrate(client, schema, by);
  } catch (error) {
    if (sqlStateOf(error) !== NOT_ALLOWED) throw error;
    throw new CliError('environment', `${place}: this role may not create the tables`, {
      code: 'state_not_migrated',
      cause: error,
      hint: 'run it as a role that may, or give an administrator the SQL: optipick state migrate --print',
    });
  }
}

/** Of SQLSTATE. */
const NOT_ALLOWED = '42501';
const NO_SUCH_ROLE = '42704';

async function grant(client: PostgresClient, schema: string, role: string, place: string): Promise<void> {
  try {
    await client.query('BEGIN');
    for (const sql of grantSql(schema, role)) await client.query(sql);
    await client.query('COMMIT');
    // A role that may not grant gets a warning of the server, and no error.
    if ((await rightsOf(client, schema, role)).missing.length > 0) throw notGranted(place, undefined);
  } catch (error) {
    const state = sqlStateOf(error);
    if (state === NOT_ALLOWED) throw notGranted(place, error);
    if (state !== NO_SUCH_ROLE) throw error;
    throw new CliError('usage', `there is no role "${cleanText(role)}" in ${place}`, {
      code: 'unknown_role',
      cause: error,
      hint: `create it first: CREATE ROLE "${cleanText(role)}" LOGIN`,
    });
  }
}

function notGranted(place: string, cause: unknown): CliError {
  return new CliError('environment', `${place}: this role may not grant rights on the tables`, {
    code: 'state_unavailable',
    cause,
    hint: 'run it as the role that owns them, or give an administrator the SQL: optipick state migrate --print',
  });
}

function noSharedState(): CliError {
  return new CliError('usage', 'there is no shared state to migrate: the state is a file of this machine', {
    code: 'no_state_url',
    hint: 'a file migrates by itself; for a shared state set OPTIPICK_STATE_URL to postgres://user@host/db',
  });
}
