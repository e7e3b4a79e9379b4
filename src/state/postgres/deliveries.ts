/** The deliveries of an inbox, in the table `deliveries` of PostgreSQL. */
import type { PostgresClient, PostgresValue } from '../../platform/host.ts';
import type { Delivery } from '../delivery.ts';
import {
  QUIET_MS,
  RETENTION_MS,
  TRUST_MS,
  type InboxCounts,
  type InboxEntry,
  type InboxFilter,
  type InboxSummary,
} from '../inbox.ts';
import { entryOf, headerBytes, lowerCase, storedName, summaryOf } from '../rows.ts';
import { packMessages, storable, storableOrNull } from './packed.ts';
import type { InSchema } from './schema.ts';
import { clockOf, serverTime } from './time.ts';

/** A delivery, and what it owes. */
export interface NewDelivery {
  readonly delivery: Delivery;
  readonly steps: readonly string[];
}

/** A step as a JSON list: see `rows.ts`. */
export const stepValues = (s: string): string =>
  `json_build_array(${s}step, ${s}state, ${s}attempts, ${s}next_attempt_at, ${s}last_error, ${s}owner, ${s}lease_until,
    ${s}settled_at, ${s}history::json, ${s}result::json)`;

const SUMMARY_COLUMNS = `d.sequence, d.id, d.scope, d.received_at, d.verified, d.kind, d.event, d.request_id,
  (SELECT json_agg(${stepValues('s.')})::text
   FROM @steps s WHERE s.delivery = d.sequence) AS steps`;

const ENTRY_COLUMNS = `${SUMMARY_COLUMNS}, d.headers, d.body`;

/** Rows deleted in one statement: it must not hold up deliveries. */
const PRUNE_LIMIT = 500;

/**
 * Deliveries that owe the same. Numbers follow the order of arrival, rows are locked in the order of their ids: two listeners
 * that get the same deliveries in another order would wait for each other.
 */
const ACCEPT = `
WITH kept AS (
  INSERT INTO @deliveries (sequence, id, scope, received_at, verified, kind, event, request_id, headers, body)
  SELECT a.sequence, a.id, $1, a.received_at, a.verified, a.kind, a.event, a.request_id,
    substring($14::bytea FROM a.headers_at FOR a.headers_length), substring($14::bytea FROM a.body_at FOR a.body_length)
  FROM (
    SELECT nextval('@deliveries_sequence') AS sequence, u.*
    FROM unnest($2::text[], $3::int8[], $4::bool[], $5::text[], $6::text[], $7::text[], $8::int4[], $9::int4[], $10::int4[], $11::int4[])
      AS u(id, received_at, verified, kind, event, request_id, headers_at, headers_length, body_at, body_length)
  ) a
  ORDER BY a.id
  ON CONFLICT (id, scope) DO NOTHING
  RETURNING sequence, id, CASE WHEN $13::bool THEN NULL ELSE received_at END AS due_at
), owed AS (
  INSERT INTO @steps (delivery, step, scope, next_attempt_at, settled_at)
  SELECT kept.sequence, o.step, $1, ${serverTime('kept.due_at')}, ${serverTime('kept.due_at')}
  FROM kept, unnest($12::text[]) AS o(step)
)
SELECT id FROM kept`;

/** Stores deliveries of different ids, with what they owe. Returns the ids of those that are new. */
export async function insertDeliveries(
  client: PostgresClient,
  at: InSchema,
  scope: string,
  arrived: readonly NewDelivery[],
  isServerTime: boolean,
): Promise<ReadonlySet<string>> {
  const kept = new Set<string>();
  // One group, but for those of a caller that has more than one list.
  for (const group of Map.groupBy(arrived, ({ steps }) => JSON.stringify(steps)).values()) {
    const deliveries = group.map(({ delivery }) => delivery);
    const packed = packMessages(deliveries.map(({ headers, body }) => ({ headers: headerBytes(headers), body })));
    const { rows } = await client.queryPrepared(at(ACCEPT), [
      scope,
      deliveries.map(({ id }) => id),
      deliveries.map(({ receivedAt }) => receivedAt),
      deliveries.map(({ verified }) => verified),
      deliveries.map(({ kind }) => kind ?? null),
      deliveries.map(({ event }) => storableOrNull(event)),
      deliveries.map(({ requestId }) => storableOrNull(requestId)),
      ...packed.places[0],
      group[0]?.steps ?? [],
      isServerTime,
      // Last: the client enlarges its buffer, and copies it, for all that comes behind.
      packed.bytes,
    ]);
    for (const { id } of rows) kept.add(String(id));
  }
  return kept;
}

/** By svix-id (those of this scope first), else by request id; newest first. */
export async function findDeliveries(
  client: PostgresClient,
  at: InSchema,
  scope: string,
  id: string,
): Promise<InboxEntry[]> {
  const select = `SELECT ${ENTRY_COLUMNS} FROM @deliveries d WHERE`;
  const sought = storable(id);
  const byId = await client.query(at(`${select} d.id = $1 ORDER BY d.scope = $2 DESC, d.sequence DESC`), [
    sought,
    scope,
  ]);
  if (byId.count > 0) return byId.rows.map(entryOf);
  const byRequest = await client.query(at(`${select} d.request_id = $1 ORDER BY d.sequence DESC`), [sought]);
  return byRequest.rows.map(entryOf);
}

const PENDING_ONES = `(SELECT delivery FROM @steps WHERE state = 'pending')`;
const FAILED_ONES = `(SELECT delivery FROM @steps WHERE state = 'failed')`;

const HAS_STATUS = {
  pending: `d.sequence IN ${PENDING_ONES}`,
  failed: `d.sequence IN ${FAILED_ONES}`,
  done: `d.sequence NOT IN ${PENDING_ONES} AND d.sequence NOT IN ${FAILED_ONES}`,
};

/** In this collation `lower` knows only the letters of ASCII. */
const containing =
  (sought: string) =>
  (value: string): string =>
    `strpos(lower(${value} COLLATE "C"), ${sought}) > 0`;

const hasResult = (condition: string): string =>
  `d.sequence IN (SELECT s.delivery FROM @steps s WHERE s.result IS NOT NULL AND ${condition})`;

/** Newest first. */
export async function listDeliveries(
  client: PostgresClient,
  at: InSchema,
  filter: InboxFilter,
): Promise<InboxSummary[]> {
  const conditions = filter.status === undefined ? [] : [HAS_STATUS[filter.status]];
  const values: PostgresValue[] = [filter.limit ?? null];
  if (filter.kind !== undefined) conditions.push(`d.kind = $${values.push(filter.kind)}`);
  if (filter.since !== undefined) conditions.push(`d.received_at >= $${values.push(filter.since)}`);
  if (filter.before !== undefined) conditions.push(`d.sequence < $${values.push(filter.before)}`);
  if (filter.site !== undefined) {
    conditions.push(hasResult(`s.result::json ->> 'siteName' = $${values.push(storedName(filter.site))}`));
  }
  if (filter.text !== undefined && filter.text !== '') {
    const contains = containing(`$${values.push(lowerCase(filter.text))}`);
    const ofDelivery = ['d.id', 'd.request_id', 'd.event'].map(contains).join(' OR ');
    const ofResult = ['siteName', 'waveId'].map((name) => contains(`(s.result::json ->> '${name}')`)).join(' OR ');
    conditions.push(`(${ofDelivery} OR ${hasResult(`(${ofResult})`)})`);
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const sql = `SELECT ${SUMMARY_COLUMNS} FROM @deliveries d ${where} ORDER BY d.sequence DESC LIMIT $1`;
  const { rows } = await client.query(at(sql), values);
  return rows.map(summaryOf);
}

export async function countDeliveries(client: PostgresClient, at: InSchema): Promise<InboxCounts> {
  const { rows } = await client.query(
    at(`SELECT (SELECT count(*) FROM @deliveries) AS everything,
      (SELECT count(DISTINCT delivery) FROM @steps WHERE state = 'pending') AS pending,
      (SELECT count(DISTINCT delivery) FROM @steps WHERE state = 'failed') AS failed,
      (SELECT count(DISTINCT delivery) FROM @steps WHERE state = 'failed' AND delivery IN ${PENDING_ONES}) AS both`),
  );
  const count = (name: string): number => Number(rows[0]?.[name] ?? 0);
  const done = count('everything') - count('pending') - count('failed') + count('both');
  return { pending: count('pending'), done, failed: count('failed') };
}

/** Known before the search: so an index by time is read from there on, and not from its beginning. */
const NOW = '(SELECT now FROM clock)';

/** Returns how many were deleted; some may be left. See `Inbox.prune` for when none are. */
export async function pruneDeliveries(client: PostgresClient, at: InSchema, now: number | null): Promise<number> {
  const { count } = await client.query(
    at(`WITH ${clockOf('$1')}, old AS MATERIALIZED (
        SELECT d.sequence FROM @deliveries d
        WHERE d.received_at < ${NOW} - ${RETENTION_MS}
          AND (SELECT max(received_at) FROM @deliveries) >= ${NOW} - ${QUIET_MS}
          AND (SELECT max(received_at) FROM @deliveries WHERE received_at <= ${NOW} - ${QUIET_MS}) >= ${NOW} - ${TRUST_MS}
          AND NOT EXISTS (SELECT 1 FROM @steps s WHERE s.delivery = d.sequence AND (s.state = 'pending'
            OR s.settled_at >= ${NOW} - ${RETENTION_MS} AND s.settled_at <= ${NOW}))
        ORDER BY d.received_at LIMIT ${PRUNE_LIMIT} FOR UPDATE OF d SKIP LOCKED),
      owed AS (DELETE FROM @steps s USING old WHERE s.delivery = old.sequence)
      DELETE FROM @deliveries d USING old WHERE d.sequence = old.sequence`),
    [now],
  );
  return count;
}
