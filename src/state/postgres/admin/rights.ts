import type { PostgresClient } from '../../../platform/host.ts';
import { TABLES_IN_ORDER } from '../migrations.ts';

/** What a role may do in the schema of a state. */
export interface Rights {
  /** What it would need and does not have: `INSERT on deliveries`; empty: it can run listeners and commands. */
  readonly missing: readonly string[];
  /** Whether it may create tables there, as a migration does. */
  readonly creates: boolean;
}

const PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

/** Of the tables and sequences that are there. */
const MISSING = `
SELECT 'USAGE on schema ' || n.nspname AS missing, 0 AS place FROM pg_namespace n
WHERE n.nspname = $1 AND NOT has_schema_privilege($2, n.oid, 'USAGE')
UNION ALL
SELECT p.name || ' on ' || c.relname, array_position($3::text[], c.relname::text)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, unnest($4::text[]) AS p(name)
WHERE n.nspname = $1 AND c.relname = ANY ($3::text[]) AND NOT has_table_privilege($2, c.oid, p.name)
UNION ALL
SELECT 'SELECT on ' || c.relname, 100 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = 'schema_version' AND NOT has_table_privilege($2, c.oid, 'SELECT')
UNION ALL
SELECT 'USAGE on ' || c.relname, 101 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = 'deliveries_sequence' AND NOT has_sequence_privilege($2, c.oid, 'USAGE')
ORDER BY place, missing`;

const CREATES = `
SELECT coalesce((SELECT has_schema_privilege($2, n.oid, 'CREATE') FROM pg_namespace n WHERE n.nspname = $1),
  has_database_privilege($2, current_database(), 'CREATE')) AS creates`;

/** Rejects with the error of the server where there is no such role. */
export async function rightsOf(client: PostgresClient, schema: string, role: string): Promise<Rights> {
  const { rows } = await client.query(MISSING, [schema, role, TABLES_IN_ORDER, PRIVILEGES]);
  const created = await client.query(CREATES, [schema, role]);
  return { missing: rows.map(({ missing }) => String(missing)), creates: created.rows[0]?.['creates'] === true };
}
