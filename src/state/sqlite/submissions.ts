import type { Clock, Database } from '../../platform/host.ts';
import type { SettledState, StoredSubmission, Submissions } from '../submissions.ts';
import { submissionOf } from '../rows.ts';
import { STATE_FILE, withStateErrors } from './database.ts';
import { prepared } from './statements.ts';

/** The submissions in an open, migrated database (see `openState`). `place` is where it is, for messages. */
export function createSqliteSubmissions(
  database: Database,
  clock: Pick<Clock, 'now'>,
  place: string = STATE_FILE,
): Submissions {
  const guarded = async <T>(work: () => T): Promise<T> => withStateErrors(place, work);

  const submissions: Submissions = {
    async remember({ requestId, kind, siteName, waveId, baseUrl, profile }) {
      await guarded(() =>
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
    kindOf: async (requestId, baseUrl) => (await submissions.find(requestId, baseUrl))?.kind,
    find: (requestId, baseUrl) => guarded(() => findSubmission(database, requestId, baseUrl)),
    pending: (baseUrl, limit = -1) =>
      guarded(() =>
        prepared(database, `SELECT * FROM submissions WHERE base_url = ? AND state = 'pending' ORDER BY number LIMIT ?`)
          .all(baseUrl, limit)
          .map(submissionOf),
      ),
    settle: (requestId, baseUrl, state, at = clock.now()) =>
      guarded(() => settleSubmission(database, { requestId, baseUrl, state, at })),
  };
  return submissions;
}

/** `find` of {@link Submissions} as work of a write queue. */
export function findSubmission(
  database: Database,
  requestId: string,
  baseUrl: string | undefined,
): StoredSubmission | undefined {
  const row = prepared(
    database,
    `SELECT * FROM submissions WHERE request_id = ? AND base_url = coalesce(?, base_url) ORDER BY number DESC LIMIT 1`,
  ).get(requestId, baseUrl ?? null);
  return row && submissionOf(row);
}

/** `settle` of {@link Submissions} as work of a write queue. */
export function settleSubmission(
  database: Database,
  {
    requestId,
    baseUrl,
    state,
    at,
  }: Pick<StoredSubmission, 'requestId' | 'baseUrl'> & { readonly state: SettledState; readonly at: number },
): boolean {
  const sql = `UPDATE submissions SET state = ?, settled_at = ?
    WHERE request_id = ? AND base_url = ? AND state IN ('pending', 'gone')`;
  return Number(prepared(database, sql).run(state, at, requestId, baseUrl).changes) > 0;
}
