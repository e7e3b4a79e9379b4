/** What was submitted from this machine, so that ids need not be kept by hand. */
import type { Kind } from '../../kinds.ts';
import type { Clock, Database, SqlValue, Statement } from '../../platform/host.ts';
import { stateError, STATE_FILE } from './database.ts';

/** `gone`: the API does not know the id (any more). */
export type SettledState = 'done' | 'failed' | 'gone';

export interface NewSubmission {
  readonly requestId: string;
  readonly kind: Kind;
  readonly siteName?: string | undefined;
  readonly waveId?: string | undefined;
  /** Normalised, without a trailing slash: ids are unique to one API only. */
  readonly baseUrl: string;
  readonly profile: string;
}

export interface Submission {
  readonly requestId: string;
  readonly kind: Kind;
  readonly siteName: string | undefined;
  readonly waveId: string | undefined;
  readonly baseUrl: string;
  readonly profile: string;
  /** Milliseconds since 1970. */
  readonly submittedAt: number;
  readonly state: 'pending' | SettledState;
  readonly settledAt: number | undefined;
}

export interface ListOptions {
  readonly baseUrl?: string | undefined;
  readonly state?: Submission['state'] | undefined;
  /** Default 50. */
  readonly limit?: number | undefined;
}

/** Every method throws `CliError` `environment` when the state cannot be read or written. */
export interface Submissions {
  /** On disk when it returns. Remembering the same id again keeps what became of it. */
  remember(submission: NewSubmission): void;
  /** Without a base URL: of the newest submission with that id. */
  kindOf(requestId: string, baseUrl?: string): Kind | undefined;
  find(requestId: string, baseUrl?: string): Submission | undefined;
  /** Those whose end was not seen, oldest first. */
  pending(baseUrl: string, limit?: number): readonly Submission[];
  /** Notes the end; the first `done` or `failed` stays. False when there was nothing to note. */
  settle(requestId: string, baseUrl: string, state: SettledState, at?: number): boolean;
  /** Newest first. */
  list(options?: ListOptions): readonly Submission[];
}

/** The submissions in an open, migrated database (see `openState`). `place` is where it is, for messages. */
export function createSubmissions(
  database: Database,
  clock: Pick<Clock, 'now'>,
  place: string = STATE_FILE,
): Submissions {
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw stateError(error, place);
    }
  };
  const prepared = new Map<string, Statement>();
  const statement = (sql: string): Statement => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  const rows = (sql: string, ...values: SqlValue[]): Submission[] =>
    guarded(() =>
      statement(sql)
        .all(...values)
        .map(submissionOf),
    );

  const submissions: Submissions = {
    remember({ requestId, kind, siteName, waveId, baseUrl, profile }) {
      guarded(() =>
        statement(`
          INSERT INTO submissions (request_id, kind, site_name, wave_id, base_url, profile, submitted_at)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (request_id, base_url) DO UPDATE SET
            kind = excluded.kind,
            site_name = coalesce(excluded.site_name, site_name),
            wave_id = coalesce(excluded.wave_id, wave_id),
            profile = excluded.profile
        `).run(requestId, kind, siteName ?? null, waveId ?? null, baseUrl, profile, clock.now()),
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
        const { changes } = statement(`
          UPDATE submissions SET state = ?, settled_at = ?
          WHERE request_id = ? AND base_url = ? AND state IN ('pending', 'gone')
        `).run(state, at, requestId, baseUrl);
        return Number(changes) > 0;
      }),
    list: ({ baseUrl, state, limit = 50 } = {}) =>
      rows(
        `SELECT * FROM submissions
         WHERE base_url = coalesce(?, base_url) AND state = coalesce(?, state) ORDER BY number DESC LIMIT ?`,
        baseUrl ?? null,
        state ?? null,
        limit,
      ),
  };
  return submissions;
}

function submissionOf(row: Record<string, SqlValue>): Submission {
  return {
    requestId: String(row['request_id']),
    kind: row['kind'] as Kind,
    siteName: textOrNone(row['site_name']),
    waveId: textOrNone(row['wave_id']),
    baseUrl: String(row['base_url']),
    profile: String(row['profile']),
    submittedAt: Number(row['submitted_at']),
    state: row['state'] as Submission['state'],
    settledAt: row['settled_at'] === null ? undefined : Number(row['settled_at']),
  };
}

function textOrNone(value: SqlValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
