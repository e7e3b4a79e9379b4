import type { Database } from '../../platform/host.ts';
import type { RelayTokens } from '../relay-tokens.ts';
import { STATE_FILE, withStateErrors } from './database.ts';
import { prepared } from './statements.ts';

/** The tokens in an open, migrated database (see `openState`). `place` is where it is, for messages. */
export function createSqliteRelayTokens(database: Database, place: string = STATE_FILE): RelayTokens {
  return {
    find: (profile, relay) =>
      withStateErrors(place, () => {
        const sql = 'SELECT token FROM relay_tokens WHERE profile = ? AND relay = ?';
        const found = prepared(database, sql).get(profile, relay);
        return found === undefined ? undefined : String(found['token']);
      }),
    keep(profile, relay, token) {
      withStateErrors(place, () =>
        prepared(
          database,
          'INSERT INTO relay_tokens (profile, relay, token) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET token = excluded.token',
        ).run(profile, relay, token),
      );
    },
  };
}
