import type { Database, Statement } from '../../platform/host.ts';

const statements = new WeakMap<Database, Map<string, Statement>>();

/** The statement of this SQL, prepared on first use and once for each database. */
export function prepared(database: Database, sql: string): Statement {
  let known = statements.get(database);
  if (known === undefined) statements.set(database, (known = new Map()));
  let statement = known.get(sql);
  if (statement === undefined) known.set(sql, (statement = database.prepare(sql)));
  return statement;
}
