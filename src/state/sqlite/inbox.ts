import { precedingStep, UNASSIGNED } from '../delivery-steps.ts';
import type { Database, NamedValues, SqlValue, Statement } from '../../platform/host.ts';
import { claimOf, entryOf, ENTRY_COLUMNS, headerBytes, SUMMARY_COLUMNS, summaryOf } from './inbox-rows.ts';
import type { ClaimRow, RowInbox } from './inbox-rows.ts';
import { CLOCK_TOLERANCE_MS, LEASE_MS, QUIET_MS, RETENTION_MS, TRUST_MS } from '../inbox.ts';
import type { InboxFilter, Outcome } from '../inbox.ts';
import type { WriteQueue } from './write-queue.ts';

export interface SqliteInboxOptions {
  readonly queue: WriteQueue;
  /**
   * Whose deliveries these are, e.g. the base URL of the API that their results are fetched from: only those are given to
   * be worked on. All are found and listed.
   */
  readonly scope: string;
  /**
   * The time at which a statement is run, when the write lock is held. Default: the time that the caller gives, which is
   * older by what it has waited; among several processes a lease that began meanwhile would seem to be of the future.
   */
  readonly now?: (() => number) | undefined;
}

/** Rows deleted in one transaction: it must not hold up deliveries. */
const PRUNE_LIMIT = 500;

/** Without the index by name the planner sorts all that is pending for each claim. */
const PENDING = `steps INDEXED BY steps_due WHERE state = 'pending' AND scope = :scope AND step = :step`;

/** A lease that lasts longer than the longest one was written under another clock, and so was a time to come back. */
const IS_FREE = `(lease_until <= :now OR lease_until > :now + ${LEASE_MS + CLOCK_TOLERANCE_MS})`;
const IS_DUE = `(next_attempt_at <= :now OR settled_at > :now + ${CLOCK_TOLERANCE_MS}) AND ${IS_FREE}`;

/** What of a step is to be claimed now: what is due, and not before the step that precedes it has ended. */
function dueOf(step: string): string {
  const preceding = precedingStep(step);
  if (preceding === undefined) return `${PENDING} AND ${IS_DUE}`;
  return `${PENDING} AND ${IS_DUE} AND NOT EXISTS (SELECT 1 FROM steps AS preceding
    WHERE preceding.delivery = steps.delivery AND preceding.step = '${preceding}' AND preceding.state = 'pending')`;
}

/** The step that a key names, while the owner has it. */
const OWNED = `delivery = :sequence AND step = :step AND owner = :owner
  AND EXISTS (SELECT 1 FROM deliveries WHERE sequence = :sequence AND id = :id)`;

const SETTLE = `UPDATE steps
  SET state = :state, next_attempt_at = :next, settled_at = :at, last_error = :error, owner = NULL, lease_until = 0
  WHERE ${OWNED}`;

const BEGIN_ANEW = `state = 'pending', attempts = 0, next_attempt_at = :now, settled_at = :now, last_error = NULL`;

/** The inbox in a SQLite file with the tables `deliveries` and `steps`. */
export function createSqliteInbox({ queue, scope, now: clock }: SqliteInboxOptions): RowInbox {
  const statements = new WeakMap<Database, Map<string, Statement>>();

  const prepared = (database: Database, sql: string): Statement => {
    let known = statements.get(database);
    if (known === undefined) statements.set(database, (known = new Map()));
    let statement = known.get(sql);
    if (statement === undefined) known.set(sql, (statement = database.prepare(sql)));
    return statement;
  };

  const changesOf = (database: Database, sql: string, values: NamedValues): number =>
    Number(prepared(database, sql).run(values).changes);

  /** Changes steps of the deliveries `:sequences`. Returns of how many. */
  const deliveriesChanged = (database: Database, change: string, values: NamedValues): number => {
    const sql = `UPDATE steps ${change} AND delivery IN (SELECT value FROM json_each(:sequences)) RETURNING delivery`;
    return new Set(
      prepared(database, sql)
        .all(values)
        .map(({ delivery }) => delivery),
    ).size;
  };

  /** Writes at the time at which it is its turn. */
  const writeAt = <T>(given: number, work: (database: Database, now: number) => T): Promise<T> =>
    queue.write((database) => work(database, clock?.() ?? given));

  const run = (sql: string, values: NamedValues): Promise<number> =>
    queue.write((database) => changesOf(database, sql, values));

  const isThere = (database: Database, sql: string, values: NamedValues): boolean =>
    prepared(database, `SELECT 1 FROM ${sql} LIMIT 1`).get(values) !== undefined;

  const withEntries = (
    database: Database,
    claimed: readonly { readonly delivery: number; readonly step: string; readonly attempts: number }[],
  ): ClaimRow[] => {
    if (claimed.length === 0) return [];
    const sql = `SELECT ${ENTRY_COLUMNS} FROM deliveries WHERE sequence IN (SELECT value FROM json_each(:sequences))`;
    const sequences = JSON.stringify(claimed.map(({ delivery }) => delivery));
    const rows = new Map(
      prepared(database, sql)
        .all({ sequences })
        .map((row) => [Number(row['sequence']), row]),
    );
    return claimed.flatMap(({ delivery, step, attempts }) => {
      const row = rows.get(delivery);
      return row === undefined ? [] : [{ row, step, attempts }];
    });
  };

  const unassigned = { scope, step: UNASSIGNED };
  /** Whether the last claim found anything. */
  let hasFound = false;

  const adopt = (database: Database, steps: readonly string[], now: number, sequence?: number): void => {
    if (!isThere(database, PENDING, unassigned)) return;
    const which = `state = 'pending' AND scope = :scope AND step = :step AND ${IS_FREE}
      AND delivery = coalesce(:sequence, delivery)`;
    const values = { ...unassigned, now, sequence: sequence ?? null };
    changesOf(
      database,
      `INSERT INTO steps (delivery, step, scope, attempts, next_attempt_at, settled_at, last_error)
       SELECT delivery, value, scope, attempts, next_attempt_at, settled_at, last_error
       FROM steps, json_each(:steps) WHERE ${which} ON CONFLICT DO NOTHING`,
      { ...values, steps: JSON.stringify(steps) },
    );
    changesOf(database, `DELETE FROM steps WHERE ${which}`, values);
  };

  const claimStep = (database: Database, step: string, limit: number, owner: string, now: number) =>
    prepared(
      database,
      `UPDATE steps SET owner = :owner, lease_until = :now + ${LEASE_MS}, attempts = attempts + 1
       WHERE step = :step AND delivery IN (SELECT delivery FROM ${dueOf(step)} ORDER BY delivery LIMIT :limit)
       RETURNING delivery, attempts`,
    )
      .all({ owner, scope, step, now, limit })
      .map(({ delivery, attempts }) => ({ delivery: Number(delivery), step, attempts: Number(attempts) }));

  const inbox: RowInbox = {
    async accept({ headers, ...delivery }, steps) {
      const [outcome = 'duplicate'] = await inbox.acceptRows([[{ ...delivery, headers: headerBytes(headers) }, steps]]);
      return outcome;
    },

    acceptRows: (rows) =>
      queue.write((database) => {
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
          const { changes, lastInsertRowid } = insert.run(
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
          if (Number(changes) === 0) return 'duplicate';
          for (const step of steps) insertStep.run(lastInsertRowid, step, scope, receivedAt, receivedAt);
          return 'new';
        });
      }),

    adopt: (steps, now, sequence) => writeAt(now, (database, at) => adopt(database, steps, at, sequence)),

    claim: async (request) => (await inbox.claimRows(request)).map(claimOf),

    async claimRows({ owner, limits, now: asked }) {
      // Looking costs no write: an idle listener does not wear the disk. One that is at work finds more.
      const isWork =
        hasFound ||
        (await queue.read(
          (database) =>
            isThere(database, PENDING, unassigned) ||
            Object.entries(limits).some(
              ([step, limit]) => limit > 0 && isThere(database, dueOf(step), { scope, step, now: asked }),
            ),
        ));
      if (!isWork) return [];
      const found = await writeAt(asked, (database, now) => {
        adopt(database, Object.keys(limits), now);
        const claimed = Object.entries(limits).flatMap(([step, limit]) =>
          limit > 0 ? claimStep(database, step, limit, owner, now) : [],
        );
        return withEntries(
          database,
          claimed.toSorted((one, other) => one.delivery - other.delivery),
        );
      });
      hasFound = found.length > 0;
      return found;
    },

    async renew(keys, owner, asked) {
      await writeAt(asked, (database, now) => {
        const sql = `UPDATE steps SET lease_until = :now + ${LEASE_MS} WHERE ${OWNED}`;
        for (const key of keys) changesOf(database, sql, { ...key, owner, now });
      });
    },

    async settle({ sequence, id, step }, owner, outcome) {
      const { at, kind } = outcome;
      return await queue.write((database) => {
        const settled = changesOf(database, SETTLE, {
          state: outcome.status === 'retry' ? 'pending' : outcome.status,
          next: outcome.status === 'retry' ? outcome.nextAttemptAt : at,
          at,
          error: errorOf(outcome),
          sequence,
          id,
          step,
          owner,
        });
        if (settled === 0) return false;
        if (kind !== undefined) {
          const sql = 'UPDATE deliveries SET kind = :kind WHERE sequence = :sequence AND kind IS NOT :kind';
          changesOf(database, sql, { kind, sequence });
        }
        return true;
      });
    },

    async release(owner) {
      await run(
        `UPDATE steps SET owner = NULL, lease_until = 0, attempts = attempts - 1
         WHERE state = 'pending' AND owner = :owner`,
        { owner },
      );
    },

    async expedite(steps, asked) {
      await writeAt(asked, (database, now) => {
        const sql = `UPDATE steps SET next_attempt_at = :now, settled_at = :now
          WHERE state = 'pending' AND scope = :scope AND step = :step AND next_attempt_at > :now`;
        for (const step of steps) changesOf(database, sql, { scope, step, now });
      });
    },

    reopen: (sequences, asked, step) =>
      writeAt(asked, (database, now) =>
        deliveriesChanged(
          database,
          `SET ${BEGIN_ANEW}, owner = NULL, lease_until = 0 WHERE step = coalesce(:step, step) AND ${IS_FREE}`,
          { sequences: JSON.stringify(sequences), step: step ?? null, now },
        ),
      ),

    async retake(sequences, step, owner, asked) {
      return await writeAt(asked, (database, now) => {
        const rows = prepared(
          database,
          `UPDATE steps SET ${BEGIN_ANEW}, attempts = 1, owner = :owner, lease_until = :now + ${LEASE_MS}
           WHERE delivery IN (SELECT value FROM json_each(:sequences)) AND step = :step AND ${IS_FREE}
           RETURNING delivery`,
        ).all({ sequences: JSON.stringify(sequences), step, owner, now });
        return withEntries(
          database,
          rows.map(({ delivery }) => ({ delivery: Number(delivery), step, attempts: 1 })),
        ).map(claimOf);
      });
    },

    discard: (sequences, asked) =>
      writeAt(asked, (database, now) =>
        deliveriesChanged(
          database,
          `SET state = 'discarded', settled_at = :now, owner = NULL, lease_until = 0
           WHERE state IN ('pending', 'failed')`,
          { sequences: JSON.stringify(sequences), now },
        ),
      ),

    async owedBeside(steps, now) {
      const rows = await queue.read((database) =>
        prepared(
          database,
          `SELECT step, count(*) AS number, sum(NOT ${IS_FREE}) AS claimed FROM steps
           WHERE state = 'pending' AND scope = :scope AND step NOT IN (SELECT value FROM json_each(:steps))
           GROUP BY step`,
        ).all({ scope, now, steps: JSON.stringify([...steps, UNASSIGNED]) }),
      );
      return rows
        .filter(({ claimed }) => Number(claimed) === 0)
        .map(({ step, number }) => ({ step: String(step), deliveries: Number(number) }));
    },

    async prune(now) {
      const isClockTrusted = await queue.read(
        (database) =>
          isThere(database, 'deliveries WHERE received_at >= :after', { after: now - QUIET_MS }) &&
          isThere(database, 'deliveries WHERE received_at BETWEEN :after AND :before', {
            after: now - TRUST_MS,
            before: now - QUIET_MS,
          }),
      );
      if (!isClockTrusted) return 0;
      return await run(
        `DELETE FROM deliveries WHERE sequence IN
           (SELECT sequence FROM deliveries WHERE received_at < :before AND NOT EXISTS
             (SELECT 1 FROM steps
              WHERE delivery = sequence AND (state = 'pending' OR settled_at >= :before AND settled_at <= :now))
            LIMIT ${PRUNE_LIMIT})`,
        { before: now - RETENTION_MS, now },
      );
    },

    async find(id) {
      const rows = await queue.read((database) => {
        const sql = `SELECT ${ENTRY_COLUMNS} FROM deliveries WHERE`;
        const byId = prepared(database, `${sql} id = :id ORDER BY scope = :scope DESC, sequence DESC`).all({
          id,
          scope,
        });
        return byId.length > 0
          ? byId
          : prepared(database, `${sql} request_id = :id ORDER BY sequence DESC`).all({ id });
      });
      return rows.map(entryOf);
    },

    async list(filter = {}) {
      const { where, values } = conditionsOf(filter);
      const rows = await queue.read((database) =>
        database
          .prepare(`SELECT ${SUMMARY_COLUMNS} FROM deliveries ${where} ORDER BY sequence DESC LIMIT :limit`)
          .all({ ...values, limit: filter.limit ?? -1 }),
      );
      return rows.map(summaryOf);
    },

    async counts() {
      const row = await queue.read((database) =>
        prepared(
          database,
          `SELECT (SELECT count(*) FROM deliveries) AS everything,
             (SELECT count(DISTINCT delivery) FROM steps WHERE state = 'pending') AS pending,
             (SELECT count(DISTINCT delivery) FROM steps WHERE state = 'failed') AS failed,
             (SELECT count(DISTINCT delivery) FROM steps WHERE state = 'failed' AND delivery IN ${PENDING_ONES}) AS both`,
        ).get({}),
      );
      const count = (name: string): number => Number(row?.[name] ?? 0);
      const done = count('everything') - count('pending') - count('failed') + count('both');
      return { pending: count('pending'), done, failed: count('failed') };
    },

    close: () => queue.close(),
  };
  return inbox;
}

function errorOf(outcome: Outcome): string | null {
  return outcome.status === 'done' ? null : outcome.error;
}

const PENDING_ONES = `(SELECT delivery FROM steps WHERE state = 'pending')`;
const FAILED_ONES = `(SELECT delivery FROM steps WHERE state = 'failed')`;

const HAS_STATUS = {
  pending: `sequence IN ${PENDING_ONES}`,
  failed: `sequence IN ${FAILED_ONES}`,
  done: `sequence NOT IN ${PENDING_ONES} AND sequence NOT IN ${FAILED_ONES}`,
};

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
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values };
}
