import type { Database, SqlValue, Statement } from '../platform/host.ts';
import { entryOf, ENTRY_COLUMNS, headerBytes, SUMMARY_COLUMNS, summaryOf } from './inbox-rows.ts';
import { LEASE_MS, RETENTION_MS } from './inbox.ts';
import type { Inbox, InboxFilter, Outcome } from './inbox.ts';
import { createWriteQueue } from './write-queue.ts';
import type { DatabaseSource } from './write-queue.ts';

export interface SqliteInboxOptions extends DatabaseSource {
  /**
   * Whose deliveries these are, e.g. the base URL of the API that their results are fetched from: only those are given to
   * be worked on. All are found and listed.
   */
  readonly scope: string;
}

/** Rows deleted in one transaction: it must not hold up deliveries. */
const PRUNE_LIMIT = 500;

/** The planner would take the index by status, and sort all that is pending for each claim. */
const BY_ARRIVAL = 'deliveries INDEXED BY deliveries_due';

const DUE = `status = 'pending' AND scope = ? AND next_attempt_at <= ? AND lease_until <= ?`;

/** The inbox in a SQLite file with the table `deliveries`. */
export function createSqliteInbox(options: SqliteInboxOptions): Inbox {
  const queue = createWriteQueue(options);
  const { scope } = options;

  const statements = new WeakMap<Database, Map<string, Statement>>();

  const prepared = (database: Database, sql: string): Statement => {
    const known = statements.get(database) ?? new Map<string, Statement>();
    statements.set(database, known);
    const statement = known.get(sql) ?? database.prepare(sql);
    known.set(sql, statement);
    return statement;
  };

  const run = (sql: string, ...values: SqlValue[]): Promise<number> =>
    queue.write((database) => Number(prepared(database, sql).run(...values).changes));

  return {
    async accept({ id, receivedAt, verified, kind, event, requestId, headers, body }) {
      // Node 22 binds bytes of length 0 as NULL; an empty body is still a body.
      const changes = await run(
        `INSERT INTO deliveries
           (id, scope, received_at, verified, kind, event, request_id, headers, body, next_attempt_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, zeroblob(0)), ?) ON CONFLICT (id) DO NOTHING`,
        id,
        scope,
        receivedAt,
        verified ? 1 : 0,
        kind ?? null,
        event ?? null,
        requestId ?? null,
        headerBytes(headers),
        body,
        receivedAt,
      );
      return changes === 1 ? 'new' : 'duplicate';
    },

    async claim({ owner, limit, now }) {
      // Looking costs no write: an idle listener does not wear the disk.
      const due = await queue.read((database) =>
        prepared(database, `SELECT 1 FROM ${BY_ARRIVAL} WHERE ${DUE} LIMIT 1`).get(scope, now, now),
      );
      if (due === undefined) return [];
      const rows = await queue.write((database) =>
        prepared(
          database,
          `UPDATE deliveries SET owner = ?, lease_until = ?, attempts = attempts + 1
           WHERE sequence IN (SELECT sequence FROM ${BY_ARRIVAL} WHERE ${DUE} ORDER BY sequence LIMIT ?)
           RETURNING ${ENTRY_COLUMNS}`,
        ).all(owner, now + LEASE_MS, scope, now, now, limit),
      );
      return rows.toSorted((one, other) => Number(one['sequence']) - Number(other['sequence'])).map(entryOf);
    },

    async renew(ids, owner, now) {
      await run(
        `UPDATE deliveries SET lease_until = ? WHERE owner = ? AND id IN (SELECT value FROM json_each(?))`,
        now + LEASE_MS,
        owner,
        JSON.stringify(ids),
      );
    },

    async progress(id, owner, step) {
      await run(
        `UPDATE deliveries SET steps_done = json_insert(steps_done, '$[#]', ?) WHERE id = ? AND owner = ?`,
        step,
        id,
        owner,
      );
    },

    async settle(id, owner, outcome) {
      const { status, nextAttemptAt, finishedAt, error } = columnsOf(outcome);
      const changes = await run(
        `UPDATE deliveries SET status = ?, next_attempt_at = coalesce(?, next_attempt_at), finished_at = ?,
           last_error = ?, kind = coalesce(?, kind), owner = NULL, lease_until = 0
         WHERE id = ? AND owner = ?`,
        status,
        nextAttemptAt,
        finishedAt,
        error,
        outcome.kind ?? null,
        id,
        owner,
      );
      return changes === 1;
    },

    async release(owner) {
      await run(
        `UPDATE deliveries SET owner = NULL, lease_until = 0, attempts = attempts - 1 WHERE status = 'pending' AND owner = ?`,
        owner,
      );
    },

    async expedite(now) {
      await run(
        `UPDATE deliveries SET next_attempt_at = ? WHERE status = 'pending' AND scope = ? AND next_attempt_at > ?`,
        now,
        scope,
        now,
      );
    },

    async reopen(ids, now) {
      return await run(
        `UPDATE deliveries SET status = 'pending', attempts = 0, next_attempt_at = ?, steps_done = '[]', finished_at = NULL
         WHERE status <> 'pending' AND id IN (SELECT value FROM json_each(?))`,
        now,
        JSON.stringify(ids),
      );
    },

    async retake(ids, owner, now) {
      const rows = await queue.write((database) =>
        prepared(
          database,
          `UPDATE deliveries SET status = 'pending', attempts = 1, next_attempt_at = ?, steps_done = '[]',
             finished_at = NULL, owner = ?, lease_until = ?
           WHERE (status <> 'pending' OR attempts = 0 AND lease_until <= ?)
             AND id IN (SELECT value FROM json_each(?))
           RETURNING ${ENTRY_COLUMNS}`,
        ).all(now, owner, now + LEASE_MS, now, JSON.stringify(ids)),
      );
      return rows.toSorted((one, other) => Number(one['sequence']) - Number(other['sequence'])).map(entryOf);
    },

    async prune(now) {
      return await run(
        `DELETE FROM deliveries WHERE sequence IN
           (SELECT sequence FROM deliveries WHERE status IN ('done', 'failed') AND received_at < ? AND finished_at < ? LIMIT ?)`,
        now - RETENTION_MS,
        now - RETENTION_MS,
        PRUNE_LIMIT,
      );
    },

    async find(id) {
      const rows = await queue.read((database) =>
        database
          .prepare(
            `SELECT ${ENTRY_COLUMNS} FROM deliveries WHERE id = ? OR request_id = ? ORDER BY id = ? DESC, sequence DESC`,
          )
          .all(id, id, id),
      );
      const [first] = rows;
      return (first?.['id'] === id ? [first] : rows).map(entryOf);
    },

    async list(filter = {}) {
      const { where, values } = conditionsOf(filter);
      const rows = await queue.read((database) =>
        database
          .prepare(`SELECT ${SUMMARY_COLUMNS} FROM deliveries ${where} ORDER BY sequence DESC LIMIT ?`)
          .all(...values, filter.limit ?? -1),
      );
      return rows.map(summaryOf);
    },

    async counts() {
      const rows = await queue.read((database) =>
        database.prepare('SELECT status, count(*) AS number FROM deliveries GROUP BY status').all(),
      );
      const counts = new Map(rows.map((row) => [row['status'], Number(row['number'])]));
      return { pending: counts.get('pending') ?? 0, done: counts.get('done') ?? 0, failed: counts.get('failed') ?? 0 };
    },

    close: () => queue.close(),
  };
}

function columnsOf(outcome: Outcome) {
  return outcome.status === 'retry'
    ? { status: 'pending', nextAttemptAt: outcome.at, finishedAt: null, error: outcome.error }
    : {
        status: outcome.status,
        nextAttemptAt: null,
        finishedAt: outcome.at,
        error: outcome.status === 'failed' ? outcome.error : null,
      };
}

function conditionsOf(filter: InboxFilter): { where: string; values: SqlValue[] } {
  const conditions: [string, SqlValue][] = [];
  if (filter.status !== undefined) conditions.push(['status = ?', filter.status]);
  if (filter.kind !== undefined) conditions.push(['kind = ?', filter.kind]);
  if (filter.since !== undefined) conditions.push(['received_at >= ?', filter.since]);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(([condition]) => condition).join(' AND ')}`;
  return { where, values: conditions.map(([, value]) => value) };
}
