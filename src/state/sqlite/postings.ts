import { inTransaction } from './transaction.ts';
import type { Clock, Database } from '../../platform/host.ts';
import type { PostedContent, Posting, Postings } from '../postings.ts';
import { postingOf } from '../rows.ts';
import { STATE_FILE, withStateErrors } from './database.ts';
import { prepared } from './statements.ts';

/** The postings in an open, migrated database (see `openState`). `place` is where it is, for messages. */
export function createSqlitePostings(
  database: Database,
  clock: Pick<Clock, 'now'>,
  place: string = STATE_FILE,
): Postings {
  const guarded = async <T>(work: () => T): Promise<T> => withStateErrors(place, work);
  const insert = ({ baseUrl, kind, digest }: PostedContent, name: string): number => {
    const { lastInsertRowid } = prepared(
      database,
      'INSERT INTO postings (base_url, kind, digest, name, started_at) VALUES (?, ?, ?, ?, ?)',
    ).run(baseUrl, kind, digest, name, clock.now());
    return Number(lastInsertRowid);
  };
  const newest = ({ baseUrl, kind, digest }: PostedContent): Posting | undefined => {
    const row = prepared(
      database,
      `SELECT started_at, answered_at, request_id FROM postings
       WHERE digest = ? AND base_url = ? AND kind = ? ORDER BY number DESC LIMIT 1`,
    ).get(digest, baseUrl, kind);
    return row && postingOf(row);
  };
  return {
    begin: (content, name) => guarded(() => insert(content, name)),
    beginFirst: (content, name) =>
      guarded(() => inTransaction(database, () => newest(content) ?? insert(content, name))),
    async accepted(number, requestId) {
      await guarded(() =>
        prepared(database, 'UPDATE postings SET answered_at = ?, request_id = ? WHERE number = ?').run(
          clock.now(),
          requestId ?? null,
          number,
        ),
      );
    },
    async withdrawn(number) {
      await guarded(() => prepared(database, 'DELETE FROM postings WHERE number = ?').run(number));
    },
    last: (content) => guarded(() => newest(content)),
  };
}
