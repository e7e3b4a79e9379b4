import type { RelayTokens } from '../relay-tokens.ts';
import { STATE_FILE, withStateErrors } from './database.ts';
import { prepared } from './statements.ts';
import type { WriteQueue } from './write-queue.ts';

/** The tokens in the database of a queue. `place` is where it is, for messages. */
export function createSqliteRelayTokens(
  queue: Pick<WriteQueue, 'read' | 'write'>,
  place: string = STATE_FILE,
): RelayTokens {
  return {
    find: (profile, relay) =>
      queue.read((database) =>
        withStateErrors(place, () => {
          const sql = 'SELECT token FROM relay_tokens WHERE profile = ? AND relay = ?';
          const found = prepared(database, sql).get(profile, relay);
          return found === undefined ? undefined : String(found['token']);
        }),
      ),
    keep: (profile, relay, token) =>
      queue.write((database) =>
        withStateErrors(place, () => {
          const sql =
            'INSERT INTO relay_tokens (profile, relay, token) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET token = excluded.token';
          prepared(database, sql).run(profile, relay, token);
        }),
      ),
  };
}
