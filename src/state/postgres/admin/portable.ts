/** The rows of a state in PostgreSQL as they are exported and imported. */
import type { PostgresClient, PostgresRow } from '../../../platform/host.ts';
import type {
  PortableDelivery,
  PortablePosting,
  PortableRow,
  PortableStep,
  PortableSubmission,
  PortableTarget,
  PortableToken,
} from '../../portable.ts';
import { recordsOf, recordTexts } from '../../portable.ts';
import { packMessages, storable } from '../packed.ts';
import type { InSchema } from '../schema.ts';

/** Rows that are read at once, and about how many bytes of bodies. */
const READ_ROWS = 500;
const READ_BYTES = 4 * 1024 * 1024;

/** The length of a body is known without reading it. */
const DELIVERIES = `
SELECT d.* FROM @deliveries d JOIN (
  SELECT n.sequence, sum(n.bytes) OVER (ORDER BY n.sequence) - n.bytes AS before
  FROM (SELECT sequence, octet_length(body) AS bytes FROM @deliveries
    WHERE sequence > $1 ORDER BY sequence LIMIT ${READ_ROWS}) n
) next ON next.sequence = d.sequence WHERE next.before < ${READ_BYTES} ORDER BY d.sequence`;

const STEPS = `SELECT * FROM @steps WHERE delivery BETWEEN $1 AND $2 ORDER BY delivery, step COLLATE "C"`;
const ANSWERS = 'SELECT * FROM @step_answers WHERE delivery BETWEEN $1 AND $2';

/** All that is stored at this instant, in the order of arrival. Rejects with the error of the server. */
export async function* readRows(
  client: PostgresClient,
  at: InSchema,
  withSecrets: boolean,
): AsyncGenerator<PortableRow, void> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  for (let last = 0; ;) {
    const { rows } = await client.query(at(DELIVERIES), [last]);
    if (rows.length === 0) break;
    const [first, end] = [Number(rows[0]?.['sequence']), Number(rows.at(-1)?.['sequence'])];
    const steps = await stepsBetween(client, at, first, end);
    for (const row of rows) yield deliveryOf(row, steps.get(Number(row['sequence'])) ?? []);
    last = end;
  }
  for await (const row of numbered(client, at('@submissions'))) yield submissionOf(row);
  for await (const row of numbered(client, at('@postings'))) yield postingOf(row);
  if (withSecrets) {
    const { rows } = await client.query(
      at('SELECT * FROM @relay_tokens ORDER BY profile COLLATE "C", relay COLLATE "C"'),
    );
    for (const row of rows) yield { type: 'relay_token', ...(row as unknown as Omit<PortableToken, 'type'>) };
  }
  await client.query('COMMIT');
}

async function* numbered(client: PostgresClient, table: string): AsyncGenerator<PostgresRow, void> {
  for (let last = 0; ;) {
    const sql = `SELECT * FROM ${table} WHERE number > $1 ORDER BY number LIMIT ${READ_ROWS}`;
    const { rows } = await client.query(sql, [last]);
    if (rows.length === 0) return;
    yield* rows;
    last = Number(rows.at(-1)?.['number']);
  }
}

async function stepsBetween(
  client: PostgresClient,
  at: InSchema,
  first: number,
  last: number,
): Promise<ReadonlyMap<number, PortableStep[]>> {
  const { rows } = await client.query(at(STEPS), [first, last]);
  const answers = new Map<string, PostgresRow>();
  for (const row of (await client.query(at(ANSWERS), [first, last])).rows) answers.set(keyOf(row), row);
  const steps = new Map<number, PortableStep[]>();
  for (const row of rows) {
    const delivery = Number(row['delivery']);
    const step = stepOf(row, answers.get(keyOf(row)));
    const known = steps.get(delivery);
    if (known === undefined) steps.set(delivery, [step]);
    else known.push(step);
  }
  return steps;
}

function keyOf({ delivery, step }: PostgresRow): string {
  return `${String(delivery)} ${String(step)}`;
}

/** Integers of 64 bits are texts, and headers and bodies a `Buffer`. */
function deliveryOf(row: PostgresRow, steps: PortableStep[]): PortableDelivery {
  const { id, scope, verified, kind, event, request_id, headers, body } = row as unknown as PortableDelivery;
  const received_at = Number(row['received_at']);
  return { type: 'delivery', id, scope, received_at, verified, kind, event, request_id, headers, body, steps };
}

function stepOf(row: PostgresRow, answer: PostgresRow | undefined): PortableStep {
  const { step, state, attempts, owner, last_error } = row as unknown as PortableStep;
  return {
    step,
    state,
    attempts,
    next_attempt_at: Number(row['next_attempt_at']),
    settled_at: Number(row['settled_at']),
    owner,
    lease_until: Number(row['lease_until']),
    last_error,
    ...recordsOf(row),
    answer: answer === undefined ? null : answerOf(answer),
  };
}

function answerOf(row: PostgresRow): NonNullable<PortableStep['answer']> {
  const { status, is_cut, headers, body } = row as unknown as NonNullable<PortableStep['answer']>;
  return { at: Number(row['at']), status, is_cut, headers, body };
}

function submissionOf(row: PostgresRow): PortableSubmission {
  const { base_url, request_id, kind, site_name, wave_id, profile, state } = row as unknown as PortableSubmission;
  const times = { submitted_at: Number(row['submitted_at']), state, settled_at: timeOf(row['settled_at']) };
  return { type: 'submission', base_url, request_id, kind, site_name, wave_id, profile, ...times };
}

function postingOf(row: PostgresRow): PortablePosting {
  const { base_url, kind, digest, name, request_id } = row as unknown as PortablePosting;
  const times = { started_at: Number(row['started_at']), answered_at: timeOf(row['answered_at']) };
  return { type: 'posting', base_url, kind, digest, name, ...times, request_id };
}

function timeOf(value: PostgresRow[string] | undefined): number | null {
  return value === null ? null : Number(value);
}

/** Numbers follow the order of the rows; rows are locked as listeners lock them. */
const ADD_DELIVERIES = `
WITH kept AS (
  INSERT INTO @deliveries (sequence, id, scope, received_at, verified, kind, event, request_id, headers, body)
  SELECT a.sequence, a.id, a.scope, a.received_at, a.verified, a.kind, a.event, a.request_id,
    substring($1::bytea FROM a.headers_at FOR a.headers_length), substring($1::bytea FROM a.body_at FOR a.body_length)
  FROM (
    SELECT nextval('@deliveries_sequence') AS sequence, n.* FROM (
      SELECT u.* FROM unnest($2::text[], $3::text[], $4::int8[], $5::bool[], $6::text[], $7::text[], $8::text[],
          $9::int4[], $10::int4[], $11::int4[], $12::int4[]) WITH ORDINALITY
        AS u(id, scope, received_at, verified, kind, event, request_id, headers_at, headers_length, body_at, body_length, place)
      WHERE NOT EXISTS (SELECT 1 FROM @deliveries d WHERE d.id = u.id AND d.scope = u.scope)
      ORDER BY u.place
    ) n
  ) a
  ORDER BY a.id
  ON CONFLICT (id, scope) DO NOTHING
  RETURNING sequence, id, scope
), owed AS (
  INSERT INTO @steps (delivery, step, scope, state, attempts, next_attempt_at, settled_at, owner, lease_until, last_error,
    history, result)
  SELECT kept.sequence, s.step, s.scope, s.state, s.attempts, s.next_attempt_at, s.settled_at, s.owner, s.lease_until, s.last_error,
    s.history, s.result
  FROM kept JOIN unnest($13::text[], $14::text[], $15::text[], $16::text[], $17::int4[], $18::int8[], $19::int8[], $20::text[],
      $21::int8[], $22::text[], $33::text[], $34::text[])
    AS s(id, scope, step, state, attempts, next_attempt_at, settled_at, owner, lease_until, last_error, history, result)
    ON s.id = kept.id AND s.scope = kept.scope
), answered AS (
  INSERT INTO @step_answers (delivery, step, at, status, is_cut, headers, body)
  SELECT kept.sequence, w.step, w.at, w.status, w.is_cut,
    substring($1::bytea FROM w.headers_at FOR w.headers_length), substring($1::bytea FROM w.body_at FOR w.body_length)
  FROM kept JOIN unnest($23::text[], $24::text[], $25::text[], $26::int8[], $27::int4[], $28::bool[],
      $29::int4[], $30::int4[], $31::int4[], $32::int4[])
    AS w(id, scope, step, at, status, is_cut, headers_at, headers_length, body_at, body_length)
    ON w.id = kept.id AND w.scope = kept.scope
)
SELECT count(*) AS added FROM kept`;

const ADD_SUBMISSIONS = `
INSERT INTO @submissions (base_url, request_id, kind, site_name, wave_id, profile, submitted_at, state, settled_at)
SELECT u.base_url, u.request_id, u.kind, u.site_name, u.wave_id, u.profile, u.submitted_at, u.state, u.settled_at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int8[], $8::text[], $9::int8[])
  WITH ORDINALITY AS u(base_url, request_id, kind, site_name, wave_id, profile, submitted_at, state, settled_at, place)
WHERE NOT EXISTS (SELECT 1 FROM @submissions s WHERE s.request_id = u.request_id AND s.base_url = u.base_url)
ORDER BY u.place
ON CONFLICT (request_id, base_url) DO NOTHING`;

/** The oldest of a content is its first, unless another one is there. */
const ADD_POSTINGS = `
INSERT INTO @postings (base_url, kind, digest, name, started_at, answered_at, request_id, first)
SELECT n.base_url, n.kind, n.digest, n.name, n.started_at, n.answered_at, n.request_id,
  row_number() OVER (PARTITION BY n.digest, n.base_url, n.kind ORDER BY n.place) = 1
    AND NOT EXISTS (SELECT 1 FROM @postings p WHERE p.digest = n.digest AND p.base_url = n.base_url AND p.kind = n.kind)
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int8[], $6::int8[], $7::text[]) WITH ORDINALITY
  AS n(base_url, kind, digest, name, started_at, answered_at, request_id, place)
WHERE NOT EXISTS (SELECT 1 FROM @postings p WHERE p.digest = n.digest AND p.base_url = n.base_url AND p.kind = n.kind
  AND p.started_at = n.started_at AND p.name = n.name)
ORDER BY n.place`;

const ADD_TOKENS = `
INSERT INTO @relay_tokens (profile, relay, token) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
ON CONFLICT (profile, relay) DO NOTHING`;

/** Adds rows over a connection that nobody else uses. Rejects with the error of the server. */
export function createPostgresTarget(client: PostgresClient, at: InSchema): PortableTarget {
  return {
    async add(rows) {
      const [first] = rows;
      switch (first?.type) {
        case 'delivery':
          return await addDeliveries(client, at, rows as readonly PortableDelivery[]);
        case 'submission':
          return await addSubmissions(client, at, rows as readonly PortableSubmission[]);
        case 'posting':
          return await addPostings(client, at, rows as readonly PortablePosting[]);
        case 'relay_token':
          return await addTokens(client, at, rows as readonly PortableToken[]);
        case undefined:
          return 0;
      }
    },
  };
}

async function addDeliveries(client: PostgresClient, at: InSchema, rows: readonly PortableDelivery[]): Promise<number> {
  // Each once: the second one would owe its steps twice.
  const deliveries = firstOfEach(rows, ({ id, scope }) => `${storable(scope)} ${storable(id)}`);
  const steps = deliveries.flatMap(({ id, scope, steps }) => steps.map((step) => ({ id, scope, ...step })));
  const answers = steps.flatMap(({ id, scope, step, answer }) =>
    answer === null ? [] : [{ id, scope, step, ...answer }],
  );
  const records = steps.map(recordTexts);
  const { bytes, places } = packMessages(deliveries, answers);
  const { rows: added } = await client.query(at(ADD_DELIVERIES), [
    bytes,
    ...textsOf(deliveries, 'id', 'scope'),
    deliveries.map(({ received_at }) => received_at),
    deliveries.map(({ verified }) => verified),
    ...textsOf(deliveries, 'kind', 'event', 'request_id'),
    ...places[0],
    ...textsOf(steps, 'id', 'scope', 'step', 'state'),
    steps.map(({ attempts }) => attempts),
    steps.map(({ next_attempt_at }) => next_attempt_at),
    steps.map(({ settled_at }) => settled_at),
    ...textsOf(steps, 'owner'),
    steps.map(({ lease_until }) => lease_until),
    ...textsOf(steps, 'last_error'),
    ...textsOf(answers, 'id', 'scope', 'step'),
    answers.map((answer) => answer.at),
    answers.map(({ status }) => status),
    answers.map(({ is_cut }) => is_cut),
    ...places[1],
    records.map(([history]) => history),
    records.map(([, result]) => result),
  ]);
  return Number(added[0]?.['added']);
}

async function addSubmissions(
  client: PostgresClient,
  at: InSchema,
  rows: readonly PortableSubmission[],
): Promise<number> {
  const { count } = await client.query(at(ADD_SUBMISSIONS), [
    ...textsOf(rows, 'base_url', 'request_id', 'kind', 'site_name', 'wave_id', 'profile'),
    rows.map(({ submitted_at }) => submitted_at),
    ...textsOf(rows, 'state'),
    rows.map(({ settled_at }) => settled_at),
  ]);
  return count;
}

async function addPostings(client: PostgresClient, at: InSchema, rows: readonly PortablePosting[]): Promise<number> {
  const postings = firstOfEach(rows, ({ base_url, kind, digest, name, started_at }) =>
    [base_url, kind, digest, started_at, name].map((part) => storable(String(part))).join(' '),
  );
  await client.query('BEGIN');
  // In a statement of its own. Nobody else posts or imports meanwhile: there is one first of each content.
  await client.query(at('LOCK TABLE @postings IN SHARE ROW EXCLUSIVE MODE'));
  const { count } = await client.query(at(ADD_POSTINGS), [
    ...textsOf(postings, 'base_url', 'kind', 'digest', 'name'),
    postings.map(({ started_at }) => started_at),
    postings.map(({ answered_at }) => answered_at),
    ...textsOf(postings, 'request_id'),
  ]);
  await client.query('COMMIT');
  return count;
}

async function addTokens(client: PostgresClient, at: InSchema, rows: readonly PortableToken[]): Promise<number> {
  return (await client.query(at(ADD_TOKENS), textsOf(rows, 'profile', 'relay', 'token'))).count;
}

/** Columns of texts as the database stores them. */
function textsOf<Name extends string>(
  rows: readonly Readonly<Record<Name, string | null>>[],
  ...names: readonly Name[]
): (string | null)[][] {
  return names.map((name) => rows.map(({ [name]: text }) => (text === null ? null : storable(text))));
}

function firstOfEach<Row>(rows: readonly Row[], keyOf: (row: Row) => string): readonly Row[] {
  const firsts = new Map<string, Row>();
  for (const row of rows) if (!firsts.has(keyOf(row))) firsts.set(keyOf(row), row);
  return [...firsts.values()];
}
