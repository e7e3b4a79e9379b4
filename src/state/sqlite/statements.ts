import type { Database, NamedValues, Statement } from '../../platform/host.ts';

const statements = new WeakMap<Database, Map<string, Statement>>();

/** The statement of this SQL, prepared on first use and once for each database. */
export function prepared(database: Database, sql: string): Statement {
  let known = statements.get(database);
  if (known === undefined) statements.set(database, (known = new Map()));
  let statement = known.get(sql);
  if (statement === undefined) known.set(sql, (statement = database.prepare(sql)));
  return statement;
}

/** Runs the statement. Returns how many rows it changed. */
export function changes(database: Database, sql: string, values: NamedValues): number {
  return Number(prepared(database, sql).run(values).changes);
}

/** Whether a row exists. `sql` goes after FROM. */
export function exists(database: Database, sql: string, values: NamedValues): boolean {
  return prepared(database, `SELECT 1 FROM ${sql} LIMIT 1`).get(values) !== undefined;
}
