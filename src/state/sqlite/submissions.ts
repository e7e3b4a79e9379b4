import type { Kind } from '../../kinds.ts';
import type { Clock, Database, SqlValue } from '../../platform/host.ts';
import type { StoredSubmission, Submissions } from '../submissions.ts';
import { STATE_FILE, withStateErrors } from './database.ts';
import { prepared } from './statements.ts';

/** The submissions in an open, migrated database (see `openState`). `place` is where it is, for messages. */
export function createSqliteSubmissions(
  database: Database,
  clock: Pick<Clock, 'now'>,
  place: string = STATE_FILE,
): Submissions {
  const guarded = <T>(work: () => T): T => withStateErrors(place, work);
  const rows = (sql: string, ...values: SqlValue[]): StoredSubmission[] =>
    guarded(() =>
      prepared(database, sql)
        .all(...values)
        .map(submissionOf),
    );

  const submissions: Submissions = {
    remember({ requestId, kind, siteName, waveId, baseUrl, profile }) {
      guarded(() =>
        prepared(
          database,
          `
          INSERT INTO submissions (request_id, kind, site_name, wave_id, base_url, profile, submitted_at)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (request_id, base_url) DO UPDATE SET
            kind = excluded.kind,
            site_name = coalesce(excluded.site_name, site_name),
            wave_id = coalesce(excluded.wave_id, wave_id),
            profile = excluded.profile
        `,
        ).run(requestId, kind, siteName ?? null, waveId ?? null, baseUrl, profile, clock.now()),
      );
    },
    kindOf: (requestId, baseUrl) => submissions.find(requestId, baseUrl)?.kind,
    find: (requestId, baseUrl) =>
      rows(
        `SELECT * FROM submissions WHERE request_id = ? AND base_url = coalesce(?, base_url) ORDER BY number DESC LIMIT 1`,
        requestId,
        baseUrl ?? null,
      )[0],
    pending: (baseUrl, limit = -1) =>
      rows(
        `SELECT * FROM submissions WHERE base_url = ? AND state = 'pending' ORDER BY number LIMIT ?`,
        baseUrl,
        limit,
      ),
    settle: (requestId, baseUrl, state, at = clock.now()) =>
      guarded(() => {
        const { changes } = prepared(
          database,
          `
          UPDATE submissions SET state = ?, settled_at = ?
          WHERE request_id = ? AND base_url = ? AND state IN ('pending', 'gone')
        `,
        ).run(state, at, requestId, baseUrl);
        return Number(changes) > 0;
      }),
  };
  return submissions;
}

function submissionOf(row: Record<string, SqlValue>): StoredSubmission {
  return {
    requestId: String(row['request_id']),
    kind: row['kind'] as Kind,
    siteName: textOrNone(row['site_name']),
    waveId: textOrNone(row['wave_id']),
    baseUrl: String(row['base_url']),
    profile: String(row['profile']),
    submittedAt: Number(row['submitted_at']),
    // An old optipick wrote 'gone' for an id that the API did not know: nothing but its result can settle it.
    state: row['state'] === 'gone' ? 'pending' : (row['state'] as StoredSubmission['state']),
    settledAt: row['settled_at'] === null ? undefined : Number(row['settled_at']),
  };
}

function textOrNone(value: SqlValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
