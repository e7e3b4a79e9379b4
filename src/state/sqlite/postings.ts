/** Which contents were posted to which API, so that a run that goes on after a crash posts none of them again. */
import type { Kind } from '../../kinds.ts';
import { inTransaction } from './transaction.ts';
import type { Clock, Database, SqlValue, Statement } from '../../platform/host.ts';
import { stateError, STATE_FILE } from './database.ts';

/** What a POST is about: equal content for the same API is the same thing, under whatever name. */
export interface PostedContent {
  /** Normalised, without a trailing slash. */
  readonly baseUrl: string;
  readonly kind: Kind;
  /** SHA-256 of the body, in hexadecimal. */
  readonly digest: string;
}

/** What is known of the newest POST of a content. */
export type Posting =
  /** `requestId`: `undefined` when the answer of a synchronous call held none. */
  | { readonly state: 'accepted'; readonly requestId: string | undefined; readonly at: number }
  /** Begun, and nobody saw how it ended: the API may have accepted it. */
  | { readonly state: 'uncertain'; readonly at: number };

/** Every method throws `CliError` `environment` when the state cannot be read or written. */
export interface Postings {
  /** On disk when it returns: call it before the POST. `name` is what people call the request. Returns its number. */
  begin(content: PostedContent, name: string): number;
  /**
   * As {@link begin}, but only where this content has not been posted before, by this run or any other at the same moment;
   * else what is known of that.
   */
  beginFirst(content: PostedContent, name: string): number | Posting;
  /** The API has accepted it. On disk when it returns. */
  accepted(number: number, requestId: string | undefined): void;
  /** It is certain that the API took nothing: as if it had not begun. */
  withdrawn(number: number): void;
  /** The newest POST of this content; `undefined` when there is none. Times are milliseconds since 1970. */
  last(content: PostedContent): Posting | undefined;
}

/** The postings in an open, migrated database (see `openState`). `place` is where it is, for messages. */
export function createPostings(database: Database, clock: Pick<Clock, 'now'>, place: string = STATE_FILE): Postings {
  const prepared = new Map<string, Statement>();
  const statement = (sql: string): Statement => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw stateError(error, place);
    }
  };
  const insert = ({ baseUrl, kind, digest }: PostedContent, name: string): number => {
    const { lastInsertRowid } = statement(
      'INSERT INTO postings (base_url, kind, digest, name, started_at) VALUES (?, ?, ?, ?, ?)',
    ).run(baseUrl, kind, digest, name, clock.now());
    return Number(lastInsertRowid);
  };
  const newest = ({ baseUrl, kind, digest }: PostedContent): Posting | undefined =>
    postingOf(
      statement(
        `SELECT started_at, answered_at, request_id FROM postings
         WHERE digest = ? AND base_url = ? AND kind = ? ORDER BY number DESC LIMIT 1`,
      ).get(digest, baseUrl, kind),
    );
  return {
    begin: (content, name) => guarded(() => insert(content, name)),
    beginFirst: (content, name) =>
      guarded(() => inTransaction(database, () => newest(content) ?? insert(content, name))),
    accepted(number, requestId) {
      guarded(() =>
        statement('UPDATE postings SET answered_at = ?, request_id = ? WHERE number = ?').run(
          clock.now(),
          requestId ?? null,
          number,
        ),
      );
    },
    withdrawn(number) {
      guarded(() => statement('DELETE FROM postings WHERE number = ?').run(number));
    },
    last: (content) => guarded(() => newest(content)),
  };
}

function postingOf(row: Record<string, SqlValue> | undefined): Posting | undefined {
  if (row === undefined) return undefined;
  const at = Number(row['started_at']);
  if (row['answered_at'] === null) return { state: 'uncertain', at };
  const id = row['request_id'];
  return { state: 'accepted', requestId: typeof id === 'string' ? id : undefined, at };
}
