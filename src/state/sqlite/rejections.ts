/** Rejected requests, in the table `rejections` of the database of a queue. */
import { MAX_STORED_REJECTION_BYTES, MAX_STORED_REJECTIONS } from '../../limits.ts';
import type { Database } from '../../platform/host.ts';
import { RETENTION_MS } from '../inbox.ts';
import { sizeOfRejection, type BoundedRejection, type RejectionStore } from '../rejections.ts';
import { headerBytes, rejectionOf, rejectionSummaryOf } from '../rows.ts';
import { changes, prepared } from './statements.ts';
import type { WriteQueue } from './write-queue.ts';

export function createSqliteRejections(queue: Pick<WriteQueue, 'read' | 'writeAside'>): RejectionStore {
  return {
    add: (rejection) => queue.writeAside((database) => addRejection(database, rejection)),
    list: ({ limit = -1, before } = {}) =>
      queue.read((database) =>
        prepared(
          database,
          `SELECT ${SUMMARY_COLUMNS} FROM rejections WHERE number < coalesce(:before, number + 1)
           ORDER BY number DESC LIMIT :limit`,
        )
          .all({ limit, before: before ?? null })
          .map(rejectionSummaryOf),
      ),
    find: (number) =>
      queue.read((database) => {
        const sql = `SELECT ${SUMMARY_COLUMNS}, headers, body FROM rejections WHERE number = ?`;
        const row = prepared(database, sql).get(number);
        return row && rejectionOf(row);
      }),
    size: () => queue.read(countRejections),
  };
}

const SUMMARY_COLUMNS = 'number, received_at, status, reason, detail, id, body_size';

export function countRejections(database: Database): number {
  return Number(prepared(database, 'SELECT count(*) AS number FROM rejections').get()?.['number']);
}

/** Deletes those that are older than {@link RETENTION_MS}. */
export function pruneRejections(database: Database, now: number): void {
  changes(database, 'DELETE FROM rejections WHERE received_at < :before', { before: now - RETENTION_MS });
}

/** The oldest first make room, so that the file need not grow for it. */
function addRejection(database: Database, rejection: BoundedRejection): void {
  const bytes = sizeOfRejection(rejection);
  changes(
    database,
    `DELETE FROM rejections WHERE number IN (SELECT number FROM
       (SELECT number, row_number() OVER newest AS place, sum(bytes) OVER newest AS bytes_so_far
        FROM rejections WINDOW newest AS (ORDER BY number DESC))
     WHERE place >= ${MAX_STORED_REJECTIONS} OR bytes_so_far + :bytes > ${MAX_STORED_REJECTION_BYTES})`,
    { bytes },
  );
  const { receivedAt, status, reason, detail, id, headers, body, bodySize } = rejection;
  prepared(
    database,
    `INSERT INTO rejections (received_at, status, reason, detail, id, bytes, body_size, headers, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(receivedAt, status, reason, detail, id ?? null, bytes, bodySize ?? null, headerBytes(headers), body ?? null);
}
