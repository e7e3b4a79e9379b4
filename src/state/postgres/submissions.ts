import type { Clock, PostgresValue } from '../../platform/host.ts';
import type { StoredSubmission, Submissions } from '../submissions.ts';
import { submissionOf } from '../rows.ts';
import type { Lane } from './lane.ts';
import { storable, storableOrNull } from './packed.ts';
import type { InSchema } from './schema.ts';

const REMEMBER = `
INSERT INTO @submissions AS s (request_id, kind, site_name, wave_id, base_url, profile, submitted_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (request_id, base_url) DO UPDATE SET kind = excluded.kind, profile = excluded.profile,
  site_name = coalesce(excluded.site_name, s.site_name), wave_id = coalesce(excluded.wave_id, s.wave_id)`;

/** The submissions in the table `submissions` of PostgreSQL. */
export function createPostgresSubmissions(lane: Lane, at: InSchema, clock: Pick<Clock, 'now'>): Submissions {
  const select = (sql: string, values: readonly PostgresValue[]): Promise<StoredSubmission[]> =>
    lane.run(async (client) => (await client.query(at(sql), values)).rows.map(submissionOf));

  const submissions: Submissions = {
    async remember({ requestId, kind, siteName, waveId, baseUrl, profile }) {
      const names = [storableOrNull(siteName), storableOrNull(waveId)];
      const values = [storable(requestId), kind, ...names, baseUrl, profile, clock.now()];
      await lane.run((client) => client.query(at(REMEMBER), values));
    },
    kindOf: async (requestId, baseUrl) => (await submissions.find(requestId, baseUrl))?.kind,
    async find(requestId, baseUrl) {
      const sql = `SELECT * FROM @submissions WHERE request_id = $1 AND base_url = coalesce($2, base_url)
        ORDER BY number DESC LIMIT 1`;
      return (await select(sql, [storable(requestId), baseUrl ?? null]))[0];
    },
    pending: (baseUrl, limit) =>
      select(`SELECT * FROM @submissions WHERE base_url = $1 AND state = 'pending' ORDER BY number LIMIT $2`, [
        baseUrl,
        limit ?? null,
      ]),
    async settle(requestId, baseUrl, state, settledAt = clock.now()) {
      const sql = `UPDATE @submissions SET state = $1, settled_at = $2
        WHERE request_id = $3 AND base_url = $4 AND state = 'pending'`;
      const values = [state, settledAt, storable(requestId), baseUrl];
      return (await lane.run((client) => client.query(at(sql), values))).count > 0;
    },
  };
  return submissions;
}
