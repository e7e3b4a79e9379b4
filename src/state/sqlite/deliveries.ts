/** The deliveries of an inbox, in the table `deliveries` of an open database. */
import type { Database, NamedValues, SqlValue } from '../../platform/host.ts';
import {
  QUIET_MS,
  RETENTION_MS,
  TRUST_MS,
  type InboxCounts,
  type InboxEntry,
  type InboxFilter,
  type InboxSummary,
} from '../inbox.ts';
import { entryOf, lowerCase, storedName, summaryOf } from '../rows.ts';
import { ENTRY_COLUMNS, SUMMARY_COLUMNS, type NewRow } from './inbox-rows.ts';
import { changes, exists, prepared } from './statements.ts';

/** Rows deleted in one transaction: it must not hold up deliveries. */
const PRUNE_LIMIT = 500;

/** Stores deliveries with the steps that they owe, each id once in its scope. */
export function insertDeliveries(database: Database, scope: string, rows: readonly NewRow[]): ('new' | 'duplicate')[] {
  // Node 22 binds bytes of length 0 as NULL; an empty body is still a body.
  const insert = prepared(
    database,
    `INSERT INTO deliveries (id, scope, received_at, verified, kind, event, request_id, headers, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, zeroblob(0))) ON CONFLICT DO NOTHING`,
  );
  const insertStep = prepared(
    database,
    `INSERT INTO steps (delivery, step, scope, next_attempt_at, settled_at) VALUES (?, ?, ?, ?, ?)`,
  );
  return rows.map(([{ id, receivedAt, verified, kind, event, requestId, headers, body }, steps]) => {
    const inserted = insert.run(
      id,
      scope,
      receivedAt,
      verified ? 1 : 0,
      kind ?? null,
      event ?? null,
      requestId ?? null,
      headers,
      body,
    );
    if (Number(inserted.changes) === 0) return 'duplicate';
    for (const step of steps) insertStep.run(inserted.lastInsertRowid, step, scope, receivedAt, receivedAt);
    return 'new';
  });
}

/** By svix-id (those of this scope first), else by request id; newest first. */
export function findDeliveries(database: Database, scope: string, id: string): InboxEntry[] {
  const sql = `SELECT ${ENTRY_COLUMNS} FROM deliveries WHERE`;
  const byId = prepared(database, `${sql} id = :id ORDER BY scope = :scope DESC, sequence DESC`).all({ id, scope });
  const rows =
    byId.length > 0 ? byId : prepared(database, `${sql} request_id = :id ORDER BY sequence DESC`).all({ id });
  return rows.map(entryOf);
}

/** Newest first. */
export function listDeliveries(database: Database, filter: InboxFilter): InboxSummary[] {
  const { where, values } = conditionsOf(filter);
  const sql = `SELECT ${SUMMARY_COLUMNS} FROM deliveries ${where} ORDER BY sequence DESC LIMIT :limit`;
  return prepared(database, sql)
    .all({ ...values, limit: filter.limit ?? -1 })
    .map(summaryOf);
}

export function countDeliveries(database: Database): InboxCounts {
  const row = prepared(
    database,
    `SELECT (SELECT count(*) FROM deliveries) AS everything,
       (SELECT count(DISTINCT delivery) FROM steps WHERE state = 'pending') AS pending,
       (SELECT count(DISTINCT delivery) FROM steps WHERE state = 'failed') AS failed,
       (SELECT count(DISTINCT delivery) FROM steps WHERE state = 'failed' AND delivery IN ${PENDING_ONES}) AS both`,
  ).get({});
  const count = (name: string): number => Number(row?.[name] ?? 0);
  const done = count('everything') - count('pending') - count('failed') + count('both');
  return { pending: count('pending'), done, failed: count('failed') };
}

/** Whether the newest deliveries show that the clock can be trusted: see `Inbox.prune`. */
export function mayPrune(database: Database, now: number): boolean {
  const [quiet, trusted] = [now - QUIET_MS, now - TRUST_MS];
  return (
    exists(database, 'deliveries WHERE received_at >= :after', { after: quiet }) &&
    exists(database, 'deliveries WHERE received_at BETWEEN :after AND :before', { after: trusted, before: quiet })
  );
}

/** Returns how many were deleted; some may be left. */
export function pruneDeliveries(database: Database, now: number): number {
  return changes(
    database,
    `DELETE FROM deliveries WHERE sequence IN
       (SELECT sequence FROM deliveries WHERE received_at < :before AND NOT EXISTS
         (SELECT 1 FROM steps
          WHERE delivery = sequence AND (state = 'pending' OR settled_at >= :before AND settled_at <= :now))
        LIMIT ${PRUNE_LIMIT})`,
    { before: now - RETENTION_MS, now },
  );
}

const PENDING_ONES = `(SELECT delivery FROM steps WHERE state = 'pending')`;
const FAILED_ONES = `(SELECT delivery FROM steps WHERE state = 'failed')`;

const HAS_STATUS = {
  pending: `sequence IN ${PENDING_ONES}`,
  failed: `sequence IN ${FAILED_ONES}`,
  done: `sequence NOT IN ${PENDING_ONES} AND sequence NOT IN ${FAILED_ONES}`,
};

/** `lower` knows only the letters of ASCII. */
const contains = (value: string): string => `instr(lower(${value}), :text)`;

const hasResult = (condition: string): string =>
  `sequence IN (SELECT delivery FROM steps WHERE result IS NOT NULL AND ${condition})`;

const RESULT_CONTAINS = `(${contains(`result ->> '$.siteName'`)} OR ${contains(`result ->> '$.waveId'`)})`;

function conditionsOf(filter: InboxFilter): { where: string; values: NamedValues } {
  const conditions: string[] = [];
  const values: Record<string, SqlValue> = {};
  if (filter.status !== undefined) conditions.push(HAS_STATUS[filter.status]);
  if (filter.kind !== undefined) {
    conditions.push('kind = :kind');
    values['kind'] = filter.kind;
  }
  if (filter.since !== undefined) {
    conditions.push('received_at >= :since');
    values['since'] = filter.since;
  }
  if (filter.before !== undefined) {
    conditions.push('sequence < :before');
    values['before'] = filter.before;
  }
  if (filter.site !== undefined) {
    conditions.push(hasResult(`result ->> '$.siteName' = :site`));
    values['site'] = storedName(filter.site);
  }
  if (filter.text !== undefined && filter.text !== '') {
    conditions.push(`(${['id', 'request_id', 'event'].map(contains).join(' OR ')} OR ${hasResult(RESULT_CONTAINS)})`);
    values['text'] = lowerCase(filter.text);
  }
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values };
}
