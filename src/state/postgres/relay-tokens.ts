import type { RelayTokens } from '../relay-tokens.ts';
import type { Lane } from './lane.ts';
import type { InSchema } from './schema.ts';

/** The tokens in the table `relay_tokens` of PostgreSQL. */
export function createPostgresRelayTokens(lane: Lane, at: InSchema): RelayTokens {
  return {
    async find(profile, relay) {
      const sql = 'SELECT token FROM @relay_tokens WHERE profile = $1 AND relay = $2';
      const { rows } = await lane.run((client) => client.query(at(sql), [profile, relay]));
      return rows[0] && String(rows[0]['token']);
    },
    async keep(profile, relay, token) {
      const sql = `INSERT INTO @relay_tokens (profile, relay, token) VALUES ($1, $2, $3)
        ON CONFLICT (profile, relay) DO UPDATE SET token = excluded.token`;
      await lane.run((client) => client.query(at(sql), [profile, relay, token]));
    },
  };
}
