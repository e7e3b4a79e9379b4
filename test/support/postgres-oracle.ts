/** What a shared state holds, read without the product. */
import type { PostgresServer } from './postgres-server.ts';
import type { StoredStep } from './torture-oracle.ts';

/** The steps of all deliveries in a schema. */
export async function readSharedInbox(server: PostgresServer, schema: string): Promise<readonly StoredStep[]> {
  const rows = await server.query(
    `SELECT d.id, s.step, s.state FROM "${schema}".deliveries d JOIN "${schema}".steps s ON s.delivery = d.sequence`,
  );
  return rows.map(({ id, step, state }) => ({ id: String(id), step: String(step), state: String(state) }));
}

/** How many deliveries are stored, and under how many different ids. */
export async function countShared(server: PostgresServer, schema: string): Promise<{ rows: number; ids: number }> {
  const [row] = await server.query(
    `SELECT count(*)::int AS rows, count(DISTINCT (scope, id))::int AS ids FROM "${schema}".deliveries`,
  );
  return { rows: Number(row?.['rows']), ids: Number(row?.['ids']) };
}
