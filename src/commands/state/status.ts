/** `optipick state status`. */
import { join } from 'node:path';
import type { Context } from '../../context/context.ts';
import { CliError, reworded } from '../../errors.ts';
import { localDateTime } from '../../lib/text/local-time.ts';
import { counted, formatBytes, formatDuration } from '../../lib/text/numbers.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { wrapBehind } from '../../lib/text/wrap.ts';
import { stateFolder } from '../../settings/paths.ts';
import { parseStateUrl, shownStateUrl, type StateAddress } from '../../settings/state-url.ts';
import type { StateContents } from '../../state/contents.ts';
import type { PostgresStatus } from '../../state/postgres/admin/status.ts';
import { stateError, STATE_FILE, tooNew } from '../../state/sqlite/database.ts';
import { MIGRATIONS } from '../../state/sqlite/migrations.ts';
import { sqliteStatus, type SqliteStatus } from '../../state/sqlite/status.ts';

type Facts = readonly (readonly [name: string, text: string | undefined])[];

interface Report {
  readonly record: Readonly<Record<string, unknown>>;
  readonly facts: Facts;
  readonly problem: CliError | undefined;
}

/** Throws what is wrong with the state, after it has shown what can be. */
export async function showStatus(context: Context): Promise<void> {
  const { output } = context;
  const { stateUrl } = await context.settings();
  const { record, facts, problem } =
    stateUrl === undefined ? await reportOfFile(context) : await reportOfShared(context, stateUrl.value);
  if (output.json) await output.record({ v: 1, ...record, problem: problem === undefined ? null : problemOf(problem) });
  else await output.lines(linesOf(facts, output.width));
  if (problem !== undefined) throw problem;
}

function problemOf({ code, message, hint }: CliError): Readonly<Record<string, unknown>> {
  return { code, message, hint: hint ?? null };
}

function* linesOf(facts: Facts, width: number | undefined): Generator<string, void> {
  const column = Math.max(...facts.map(([name]) => name.length));
  for (const [name, text] of facts) {
    if (text !== undefined) yield* wrapBehind(`${name.padEnd(column)}  `, cleanText(text), width);
  }
}

async function reportOfFile({ host }: Context): Promise<Report> {
  const folder = stateFolder(host);
  const file = join(folder, STATE_FILE);
  const found = await statusOfFile(host, file);
  const status = found instanceof CliError ? undefined : found;
  const { version, bytes, contents, rejections = 0 } = status ?? {};
  const record = {
    engine: 'sqlite',
    folder,
    file,
    schema_version: version ?? null,
    bytes: bytes ?? null,
    ...recordOf(contents),
    rejected: status?.rejections ?? null,
  };
  const none = found === undefined ? 'none yet: it is created by the first submission or delivery' : undefined;
  const facts: Facts = [
    ['engine', 'SQLite, a file of this machine'],
    ['folder', folder],
    ['file', none ?? STATE_FILE],
    ['version', version === undefined ? undefined : versionText(version)],
    ['size', bytes === undefined ? undefined : formatBytes(bytes)],
    ...factsOf(contents, host.clock.now()),
    ...(rejections === 0 ? [] : [['rejected', `the last ${counted(rejections, 'request')}`] as const]),
  ];
  const isTooNew = version !== undefined && version > MIGRATIONS.length;
  return { record, facts, problem: found instanceof CliError ? found : isTooNew ? tooNew(file) : undefined };
}

function versionText(version: number): string {
  if (version >= MIGRATIONS.length) return String(version);
  return `${version}, the next command that uses it makes it ${MIGRATIONS.length}`;
}

/** `undefined`: there is none. It is opened for reading only, and not created. */
async function statusOfFile(host: Context['host'], file: string): Promise<SqliteStatus | CliError | undefined> {
  if (!(await host.files.exists(file))) return undefined;
  try {
    const database = await host.openDatabase(file, { readOnly: true });
    try {
      return sqliteStatus(database, host.clock.now());
    } finally {
      database.close();
    }
  } catch (error) {
    return stateError(error, file);
  }
}

async function reportOfShared(context: Context, url: string): Promise<Report> {
  const address = parseStateUrl(url);
  const status = await statusOfShared(context, url);
  const found = status instanceof CliError ? undefined : status;
  return {
    record: recordOfShared(address, found),
    facts: [
      ['engine', found === undefined ? 'PostgreSQL' : `PostgreSQL ${found.version}`],
      ['address', shownStateUrl(address)],
      ...(found === undefined ? [] : factsOfShared(address, found, context.host.clock.now())),
    ],
    problem: status instanceof CliError ? status : status.problem,
  };
}

async function statusOfShared(context: Context, url: string): Promise<PostgresStatus | CliError> {
  const { sharedStateStatus } = await import('../../context/shared-state.ts');
  try {
    return await sharedStateStatus(context, url);
  } catch (error) {
    if (!(error instanceof CliError) || error.failure !== 'environment') throw error;
    // It advises to run this very command.
    return reworded(error, { hint: error.hint?.replace(/: optipick state status$/, '') });
  }
}

function recordOfShared(address: StateAddress, found: PostgresStatus | undefined): Record<string, unknown> {
  const bytes = found?.contents?.bytes;
  return {
    engine: 'postgres',
    address: shownStateUrl(address),
    schema: address.schema,
    host: found?.host.host ?? null,
    port: found?.host.port ?? null,
    server_version: found?.version ?? null,
    tls: address.isVerified,
    standby: found?.isStandby ?? null,
    read_only: found?.isReadOnly ?? null,
    durable: found?.isDurable ?? null,
    settings: found?.settings ?? null,
    role: found?.role ?? null,
    rights: found === undefined ? null : { creates_tables: found.rights.creates, missing: found.rights.missing },
    notifications: found?.notifies ?? null,
    schema_version: found?.schema?.version ?? null,
    readable_by: found?.schema?.readableBy ?? null,
    ...recordOf(found?.contents),
    bytes: bytes === undefined ? null : Object.values(bytes).reduce((sum, each) => sum + each, 0),
    table_bytes: bytes ?? null,
  };
}

function factsOfShared(address: StateAddress, found: PostgresStatus, now: number): Facts {
  const { host, isStandby, isReadOnly, isDurable, settings, role, rights, schema, contents } = found;
  const mode = isStandby ? ', a standby' : isReadOnly ? ', which accepts no writes' : '';
  return [
    ['host', `${host.host.startsWith('/') ? host.host : `${host.host}:${host.port}`}${mode}`],
    ['TLS', address.isVerified ? 'yes, the server is verified' : 'no'],
    ['durable', `${isDurable ? 'yes' : 'no'}: ${settingsText(settings)}`],
    ['role', `${role}, ${rightsText(rights)}`],
    ['notifications', notificationsText(address, found)],
    [
      'schema',
      schema === undefined
        ? `${address.schema}, without tables`
        : `${address.schema}, version ${schema.version}, readable by version ${schema.readableBy} and newer`,
    ],
    ...factsOf(contents, now),
    [
      'size',
      contents &&
        Object.entries(contents.bytes)
          .map(([table, bytes]) => `${table} ${formatBytes(bytes)}`)
          .join(', '),
    ],
  ];
}

function settingsText(settings: PostgresStatus['settings']): string {
  return Object.entries(settings)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function rightsText({ missing, creates }: PostgresStatus['rights']): string {
  const lacks = missing.length === 0 ? 'reads and writes' : `lacks ${missing.join(', ')}`;
  return creates ? `may create tables, ${lacks}` : lacks;
}

function notificationsText({ listens }: StateAddress, { notifies }: PostgresStatus): string | undefined {
  if (!listens) return 'off: listeners ask each second';
  if (notifies === undefined) return undefined;
  return notifies ? 'arrive' : 'do not arrive, listeners ask each second: a pooler passes none on';
}

function recordOf(contents: StateContents | undefined): Readonly<Record<string, unknown>> {
  const { deliveries, oldestPendingAt, owners } = contents ?? {};
  return {
    deliveries: deliveries ?? null,
    oldest_pending_at: oldestPendingAt === undefined ? null : new Date(oldestPendingAt).toISOString(),
    owners: owners ?? null,
  };
}

function factsOf(contents: StateContents | undefined, now: number): Facts {
  if (contents === undefined) return [];
  const { deliveries, oldestPendingAt: oldest, owners } = contents;
  const { pending, failed, done } = deliveries;
  const age = oldest === undefined || oldest > now ? '' : `, ${formatDuration(now - oldest)} ago`;
  return [
    ['deliveries', `${pending} pending, ${failed} failed, ${done} done`],
    ['oldest pending', oldest === undefined ? undefined : `${localDateTime(oldest)}${age}`],
    [
      'at work',
      owners.length === 0
        ? 'nobody'
        : owners.map(({ owner, steps }) => `${owner} on ${counted(steps, 'step')}`).join(', '),
    ],
  ];
}
