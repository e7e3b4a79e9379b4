/** The inbox that a profile has at a relay, so that its address stays the same from run to run. */
import type { Database } from '../../platform/host.ts';
import { stateError, STATE_FILE } from './database.ts';

/** Every method throws `CliError` `environment` when the state cannot be read or written. */
export interface RelayTokens {
  /** `relay`: the host, with its port. */
  find(profile: string, relay: string): string | undefined;
  keep(profile: string, relay: string, token: string): void;
}

/** The tokens in an open, migrated database (see `openState`). `place` is where it is, for messages. */
export function createRelayTokens(database: Database, place: string = STATE_FILE): RelayTokens {
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw stateError(error, place);
    }
  };
  return {
    find: (profile, relay) =>
      guarded(() => {
        const found = database
          .prepare('SELECT token FROM relay_tokens WHERE profile = ? AND relay = ?')
          .get(profile, relay);
        return found === undefined ? undefined : String(found['token']);
      }),
    keep(profile, relay, token) {
      guarded(() =>
        database
          .prepare(
            'INSERT INTO relay_tokens (profile, relay, token) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET token = excluded.token',
          )
          .run(profile, relay, token),
      );
    },
  };
}
