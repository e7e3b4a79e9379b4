import type { Clock, PostgresClient } from '../../platform/host.ts';
import type { PostedContent, Postings } from '../postings.ts';
import { postingOf } from '../rows.ts';
import type { Lane } from './lane.ts';
import { storable, storableOrNull } from './packed.ts';
import type { InSchema } from './schema.ts';

const BEGIN = `
INSERT INTO @postings (base_url, kind, digest, name, started_at, first) VALUES ($1, $2, $3, $4, $5, false)
RETURNING number`;

/** The unique index of first postings decides between runs of the same moment, as no look before the insert could. */
const BEGIN_FIRST = `
INSERT INTO @postings (base_url, kind, digest, name, started_at, first) SELECT $1, $2, $3, $4, $5, true
WHERE NOT EXISTS (SELECT 1 FROM @postings WHERE digest = $3 AND base_url = $1 AND kind = $2)
ON CONFLICT (digest, base_url, kind) WHERE first DO NOTHING
RETURNING number`;

const NEWEST = `
SELECT started_at, answered_at, request_id FROM @postings
WHERE digest = $1 AND base_url = $2 AND kind = $3 ORDER BY number DESC LIMIT 1`;

/** How often one looks for a posting that another run made, and withdrew before it could be read. */
const ATTEMPTS = 10;

/** The postings in the table `postings` of PostgreSQL. */
export function createPostgresPostings(lane: Lane, at: InSchema, clock: Pick<Clock, 'now'>): Postings {
  const insert = async (client: PostgresClient, sql: string, content: PostedContent, name: string) => {
    const { baseUrl, kind, digest } = content;
    const { rows } = await client.query(at(sql), [baseUrl, kind, digest, storable(name), clock.now()]);
    return rows[0] && Number(rows[0]['number']);
  };
  const newest = async (client: PostgresClient, { baseUrl, kind, digest }: PostedContent) => {
    const { rows } = await client.query(at(NEWEST), [digest, baseUrl, kind]);
    return rows[0] && postingOf(rows[0]);
  };
  return {
    begin: (content, name) =>
      lane.run(async (client) => {
        const number = await insert(client, BEGIN, content, name);
        if (number === undefined) throw new Error('an inserted posting has no number');
        return number;
      }),
    beginFirst: (content, name) =>
      lane.run(async (client) => {
        for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
          const known = (await insert(client, BEGIN_FIRST, content, name)) ?? (await newest(client, content));
          if (known !== undefined) return known;
        }
        return { state: 'uncertain', at: clock.now() };
      }),
    async accepted(number, requestId) {
      const sql = 'UPDATE @postings SET answered_at = $1, request_id = $2 WHERE number = $3';
      await lane.run((client) => client.query(at(sql), [clock.now(), storableOrNull(requestId), number]));
    },
    async withdrawn(number) {
      await lane.run((client) => client.query(at('DELETE FROM @postings WHERE number = $1'), [number]));
    },
    last: (content) => lane.run((client) => newest(client, content)),
  };
}
