/**
 * The steps from an empty schema to the newest one. A step that was ever released is never changed: a new one is added. What
 * the columns mean is told beside those of SQLite (`sqlite/migrations.ts`).
 */
import type { PostgresClient } from '../../platform/host.ts';
import { inSchema } from './schema.ts';

interface Migration {
  /** The oldest version of this list whose programs can still work with the result: so old listeners live on during a rollout. */
  readonly readableBy: number;
  readonly sql: string;
}

/**
 * Deliveries are as they arrived, and hardly ever updated: an update copies a whole row. What changes is in `steps`, whose
 * rows are small; none of their columns that change often has an index. That they refer to deliveries is not checked by the
 * database: it would cost a fifth of what can be accepted, and one statement writes both.
 */
const TABLES = `
CREATE TABLE @deliveries (
  sequence bigint PRIMARY KEY,
  id text NOT NULL,
  scope text NOT NULL,
  received_at bigint NOT NULL,
  verified boolean NOT NULL,
  kind text,
  event text,
  request_id text,
  headers bytea NOT NULL,
  body bytea NOT NULL,
  UNIQUE (id, scope)
);
CREATE SEQUENCE @deliveries_sequence OWNED BY @deliveries.sequence;
CREATE INDEX deliveries_by_time ON @deliveries (received_at);
CREATE INDEX deliveries_by_request ON @deliveries (request_id, sequence) WHERE request_id IS NOT NULL;

CREATE TABLE @steps (
  delivery bigint NOT NULL,
  step text NOT NULL,
  scope text NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'failed', 'discarded')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at bigint NOT NULL,
  settled_at bigint NOT NULL,
  owner text,
  lease_until bigint NOT NULL DEFAULT 0,
  last_error text,
  PRIMARY KEY (delivery, step)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
CREATE INDEX steps_due ON @steps (scope, step, delivery) WHERE state = 'pending';
CREATE INDEX steps_failed ON @steps (delivery) WHERE state = 'failed';

CREATE TABLE @step_answers (
  delivery bigint NOT NULL,
  step text NOT NULL,
  at bigint NOT NULL,
  status integer NOT NULL,
  is_cut boolean NOT NULL,
  headers bytea NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (delivery, step),
  FOREIGN KEY (delivery, step) REFERENCES @steps (delivery, step) ON DELETE CASCADE
);

CREATE TABLE @submissions (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  base_url text NOT NULL,
  request_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('route', 'cluster')),
  site_name text,
  wave_id text,
  profile text NOT NULL,
  submitted_at bigint NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'failed')),
  settled_at bigint,
  UNIQUE (request_id, base_url)
);
CREATE INDEX submissions_pending ON @submissions (base_url, number) WHERE state = 'pending';

CREATE TABLE @postings (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  base_url text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('route', 'cluster')),
  digest text NOT NULL,
  name text NOT NULL,
  first boolean NOT NULL,
  started_at bigint NOT NULL,
  answered_at bigint,
  request_id text
);
CREATE UNIQUE INDEX postings_first ON @postings (digest, base_url, kind) WHERE first;
CREATE INDEX postings_by_content ON @postings (digest, base_url, kind, number);

CREATE TABLE @relay_tokens (
  profile text NOT NULL,
  relay text NOT NULL,
  token text NOT NULL,
  PRIMARY KEY (profile, relay)
);
`;

/** Whoever does not know these columns leaves them as they are. */
const STEP_RECORDS = `
ALTER TABLE @steps ADD COLUMN history text, ADD COLUMN result text;
`;

const MIGRATIONS: readonly Migration[] = [
  { readableBy: 1, sql: TABLES },
  { readableBy: 1, sql: STEP_RECORDS },
];

/** What this program creates and works with. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** A table as it is exported and imported: with the key by which rows are told apart. */
export const TABLES_IN_ORDER = [
  'deliveries',
  'steps',
  'step_answers',
  'submissions',
  'postings',
  'relay_tokens',
] as const;

const VERSIONS = `
CREATE TABLE IF NOT EXISTS @schema_version (
  version integer PRIMARY KEY,
  readable_by integer NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  applied_by text NOT NULL
);`;

const IS_THERE = `SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = 'schema_version'`;

export interface SchemaVersions {
  readonly version: number;
  readonly readableBy: number;
}

/** `undefined`: there is none yet. */
export async function schemaVersions(client: PostgresClient, schema: string): Promise<SchemaVersions | undefined> {
  // Not by `to_regclass`: a connection remembers for a while that there was none, also when it has waited for who creates it.
  const found = await client.query(IS_THERE, [schema]);
  if (found.count === 0) return undefined;
  const at = inSchema(schema);
  const newest = await client.query(
    at('SELECT version, readable_by FROM @schema_version ORDER BY version DESC LIMIT 1'),
  );
  const [row] = newest.rows;
  return row && { version: Number(row['version']), readableBy: Number(row['readable_by']) };
}

/**
 * Takes the steps that are missing, in one transaction, one program at a time. Returns the versions that were created.
 *
 * @param by the program, for whoever looks into the table
 */
export async function migrate(client: PostgresClient, schema: string, by: string): Promise<readonly number[]> {
  const at = inSchema(schema);
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL lock_timeout = '10s'`);
    // In a statement of its own: a statement sees what was committed before it began, and not before it had the lock.
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`optipick ${schema}`]);
    const current = (await schemaVersions(client, schema))?.version ?? 0;
    const created: number[] = [];
    // Whoever may not create one may still have been given one.
    const { count } = await client.query('SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1', [schema]);
    if (count === 0) await client.query(`CREATE SCHEMA "${schema}"`);
    for (const [index, { readableBy, sql }] of MIGRATIONS.entries()) {
      const version = index + 1;
      if (version <= current) continue;
      for (const statement of statementsOf(version === 1 ? VERSIONS + sql : sql)) await client.query(at(statement));
      await client.query(at('INSERT INTO @schema_version (version, readable_by, applied_by) VALUES ($1, $2, $3)'), [
        version,
        readableBy,
        by,
      ]);
      created.push(version);
    }
    await client.query('COMMIT');
    return created;
  } catch (error) {
    if (client.isOpen) await client.query('ROLLBACK');
    throw error;
  }
}

/** The same as SQL for an administrator, who runs it in one transaction; from version `current` on, 0 for all. */
export function migrationSql(schema: string, current: number, by: string): string {
  const at = inSchema(schema);
  const steps = MIGRATIONS.entries()
    .filter(([index]) => index >= current)
    .map(([index, { readableBy, sql }]) => {
      const version = index + 1;
      const note = `INSERT INTO @schema_version (version, readable_by, applied_by) VALUES (${version}, ${readableBy}, '${by}');`;
      return at(`${version === 1 ? `CREATE SCHEMA IF NOT EXISTS "${schema}";${VERSIONS}` : ''}${sql}${note}`);
    });
  return `BEGIN;\n${[...steps].join('\n')}\nCOMMIT;\n`;
}

/** What a role needs that runs listeners and commands, and creates nothing. `role`: as in the database. */
export function grantSql(schema: string, role: string): readonly string[] {
  const at = inSchema(schema);
  const name = `"${role.replaceAll('"', '""')}"`;
  const tables = TABLES_IN_ORDER.map((table) => at(`@${table}`)).join(', ');
  return [
    `GRANT USAGE ON SCHEMA "${schema}" TO ${name}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ${tables} TO ${name}`,
    `GRANT SELECT ON ${at('@schema_version')} TO ${name}`,
    `GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA "${schema}" TO ${name}`,
  ];
}

function statementsOf(sql: string): readonly string[] {
  return sql
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
