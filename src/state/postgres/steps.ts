/** The steps that deliveries owe, in the table `steps` of PostgreSQL. Every `now` may be NULL: then the server's time counts. */
import { ACCEPT_GROUP_BYTES, MAX_STORED_ATTEMPTS } from '../../limits.ts';
import { precedingStep, UNASSIGNED } from '../delivery-steps.ts';
import type { PostgresClient, PostgresRow } from '../../platform/host.ts';
import {
  CLOCK_TOLERANCE_MS,
  LEASE_MS,
  type Claim,
  type OwedStep,
  type StepAnswer,
  type StepKey,
  type StepOutcome,
} from '../inbox.ts';
import { answerOf, entryOf, failureOf, headerBytes, resultText } from '../rows.ts';
import { stepValues } from './deliveries.ts';
import { packMessages, storableOrNull } from './packed.ts';
import type { InSchema } from './schema.ts';
import { clockOf, serverTime } from './time.ts';

/** A lease that lasts longer than the longest one was written under another clock, and so was a later next attempt. */
export const isFree = (now: string, s: string): string =>
  `(${s}lease_until <= ${now} OR ${s}lease_until > ${now} + ${LEASE_MS + CLOCK_TOLERANCE_MS})`;
const isDue = (now: string, s: string): string =>
  `(${s}next_attempt_at <= ${now} OR ${s}settled_at > ${now} + ${CLOCK_TOLERANCE_MS}) AND ${isFree(now, s)}`;

/**
 * What claims give: the deliveries with their steps, which a statement sees as they were before it, and the claimed one as it
 * is: see {@link claimsOf}.
 */
const CLAIMED = `SELECT c.step AS claimed_step, c.attempts AS claimed_attempts, ${stepValues('c.')}::text AS claimed,
    d.sequence, d.id, d.scope, d.received_at, d.verified, d.kind, d.event, d.request_id, d.headers, d.body,
    (SELECT json_agg(${stepValues('s.')})::text FROM @steps s WHERE s.delivery = d.sequence) AS steps
  FROM claimed c JOIN @deliveries d ON d.sequence = c.delivery`;

/**
 * The disk need not have a claim before it is worked on: one that a loss of power undoes is claimed again, and so it would be
 * if the listener had gone with it.
 */
const UNFLUSHED = `set_config('synchronous_commit', 'off', true)`;

/**
 * No more than fits into an answer that comes in time: what is left is claimed by whoever comes next. `condition`: on the
 * candidate `p` for the wanted step `l`.
 */
const claimSql = (condition = ''): string => `
WITH ${clockOf('$1')}, due AS MATERIALIZED (
  SELECT s.delivery, s.step FROM clock, unnest($4::text[], $5::int4[], $6::text[]) AS l(step, most, preceding)
  CROSS JOIN LATERAL (
    SELECT p.delivery, p.step FROM @steps p
    WHERE p.state = 'pending' AND p.scope = $2 AND p.step = l.step AND ${isDue('clock.now', 'p.')} ${condition}
    ORDER BY p.delivery LIMIT l.most FOR UPDATE SKIP LOCKED
  ) s
), fitting AS MATERIALIZED (
  SELECT f.delivery, f.step FROM (
    SELECT due.delivery, due.step, sum(octet_length(d.body))
      OVER (ORDER BY due.delivery, due.step ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
    FROM due JOIN @deliveries d ON d.sequence = due.delivery
  ) f WHERE coalesce(f.bytes_before, 0) < ${ACCEPT_GROUP_BYTES}
), claimed AS (
  UPDATE @steps s SET owner = $3, lease_until = clock.now + ${LEASE_MS}, attempts = s.attempts + 1
  FROM fitting, clock WHERE s.delivery = fitting.delivery AND s.step = fitting.step RETURNING s.*
)
SELECT f.*, g.* FROM (
    SELECT ${UNFLUSHED} AS flushed,
      EXISTS (SELECT 1 FROM @steps WHERE state = 'pending' AND scope = $2 AND step = '${UNASSIGNED}') AS unassigned
  ) f LEFT JOIN (${CLAIMED}) g ON true
ORDER BY g.sequence`;

const CLAIM = claimSql();

/** Where a step waits for the one that precedes it. */
const CLAIM_IN_ORDER = claimSql(`AND (l.preceding IS NULL OR NOT EXISTS (
        SELECT 1 FROM @steps b WHERE b.delivery = p.delivery AND b.step = l.preceding AND b.state = 'pending'))`);

export interface ClaimResult {
  readonly claims: Claim[];
  /** Whether there are deliveries that owe `UNASSIGNED`. */
  readonly hasUnassigned: boolean;
}

/** Claims due steps, with their deliveries in the order of arrival. */
export async function claimSteps(
  client: PostgresClient,
  at: InSchema,
  {
    scope,
    owner,
    limits,
    now,
  }: {
    readonly scope: string;
    readonly owner: string;
    readonly limits: Readonly<Record<string, number>>;
    readonly now: number | null;
  },
): Promise<ClaimResult> {
  const wanted = Object.entries(limits).filter(([, most]) => most > 0);
  if (wanted.length === 0) return { claims: [], hasUnassigned: false };
  const preceding = wanted.map(([step]) => precedingStep(step) ?? null);
  const { rows } = await client.query(at(preceding.every((step) => step === null) ? CLAIM : CLAIM_IN_ORDER), [
    now,
    scope,
    owner,
    wanted.map(([step]) => step),
    wanted.map(([, most]) => most),
    preceding,
  ]);
  return {
    claims: claimsOf(rows.filter(({ sequence }) => sequence !== null)),
    hasUnassigned: rows[0]?.['unassigned'] === true,
  };
}

/** Of the rows of {@link CLAIMED}. A delivery of which several steps were claimed has each of them as it is. */
function claimsOf(rows: readonly PostgresRow[]): Claim[] {
  const keyOf = (sequence: unknown, step: unknown): string => `${String(sequence)} ${String(step)}`;
  const claimed = new Map(rows.map((row) => [keyOf(row['sequence'], row['claimed_step']), String(row['claimed'])]));
  return rows.map((row) => ({
    delivery: entryOf({
      ...row,
      get steps() {
        const before = JSON.parse(String(row['steps'])) as readonly (readonly unknown[])[];
        return `[${before.map((values) => claimed.get(keyOf(row['sequence'], values[0])) ?? JSON.stringify(values)).join()}]`;
      },
    }),
    step: String(row['claimed_step']),
    attempts: Number(row['claimed_attempts']),
  }));
}

/** Gives deliveries (or only the one of this sequence) that owe `UNASSIGNED` these steps instead. */
export async function adoptSteps(
  client: PostgresClient,
  at: InSchema,
  scope: string,
  steps: readonly string[],
  now: number | null,
  sequence?: number,
): Promise<void> {
  await client.query(
    at(`WITH ${clockOf('$1')}, adopted AS (
        DELETE FROM @steps s USING clock
        WHERE s.state = 'pending' AND s.scope = $2 AND s.step = '${UNASSIGNED}' AND ${isFree('clock.now', 's.')}
          AND s.delivery = coalesce($4::int8, s.delivery)
        RETURNING s.*)
      INSERT INTO @steps (delivery, step, scope, attempts, next_attempt_at, settled_at, last_error)
      SELECT a.delivery, u.step, a.scope, a.attempts, a.next_attempt_at, a.settled_at, a.last_error
      FROM adopted a, unnest($3::text[]) AS u(step) ON CONFLICT DO NOTHING`),
    [now, scope, steps, sequence ?? null],
  );
}

/** Rows that name steps, from these parameters on: sequence, id, step. */
const KEYS = (first: number): string => `unnest($${first}::int8[], $${first + 1}::text[], $${first + 2}::text[]`;

const isNamed = (u: string): string => `s.delivery = ${u}.sequence AND s.step = ${u}.step
  AND EXISTS (SELECT 1 FROM @deliveries d WHERE d.sequence = ${u}.sequence AND d.id = ${u}.id)`;

export async function renewSteps(
  client: PostgresClient,
  at: InSchema,
  keys: readonly StepKey[],
  owner: string,
  now: number | null,
): Promise<void> {
  await client.query(
    at(`WITH ${clockOf('$1')}
      UPDATE @steps s SET lease_until = clock.now + ${LEASE_MS}
      FROM clock, ${KEYS(3)}) AS u(sequence, id, step) WHERE s.owner = $2 AND ${isNamed('u')}`),
    [now, owner, ...columnsOf(keys)],
  );
}

/** The end of an attempt. */
export interface Settlement {
  readonly key: StepKey;
  readonly owner: string;
  readonly outcome: StepOutcome;
}

const SETTLE = `
UPDATE @steps s SET state = u.state, next_attempt_at = ${serverTime('u.at')} + u.delay, settled_at = ${serverTime('u.at')},
  last_error = u.error, owner = NULL, lease_until = 0, result = coalesce(u.result, s.result),
  history = CASE WHEN u.failed IS NULL THEN s.history ELSE ((
      CASE WHEN jsonb_array_length(s.history::jsonb) >= ${MAX_STORED_ATTEMPTS} THEN s.history::jsonb - 0
        ELSE coalesce(s.history::jsonb, '[]') END
    ) || jsonb_build_array(jsonb_build_array(${serverTime('u.at')}, u.failed)))::text END
FROM ${KEYS(1)}, $4::text[], $5::text[], $6::int8[], $7::int8[], $8::text[], $9::text[], $10::text[])
  AS u(sequence, id, step, owner, state, at, delay, error, failed, result)
WHERE s.owner = u.owner AND ${isNamed('u')}
RETURNING s.delivery, s.step, s.settled_at`;

/** The same, with answers of targets, and kinds of deliveries that were found out. */
const SETTLE_WITH_FINDINGS = `
WITH settled AS (${SETTLE}), answered AS (
  INSERT INTO @step_answers (delivery, step, at, status, is_cut, headers, body)
  SELECT settled.delivery, settled.step, settled.settled_at, a.status, a.is_cut,
    substring($11::bytea FROM a.headers_at FOR a.headers_length), substring($11::bytea FROM a.body_at FOR a.body_length)
  FROM settled JOIN unnest($12::int8[], $13::text[], $14::int4[], $15::bool[], $16::int4[], $17::int4[], $18::int4[], $19::int4[])
    AS a(sequence, step, status, is_cut, headers_at, headers_length, body_at, body_length)
    ON a.sequence = settled.delivery AND a.step = settled.step
  ON CONFLICT (delivery, step) DO UPDATE SET at = excluded.at, status = excluded.status, is_cut = excluded.is_cut,
    headers = excluded.headers, body = excluded.body
), found AS (
  UPDATE @deliveries d SET kind = k.kind
  FROM unnest($20::int8[], $21::text[], $22::text[]) AS k(sequence, step, kind)
  JOIN settled ON settled.delivery = k.sequence AND settled.step = k.step
  WHERE d.sequence = k.sequence AND d.kind IS DISTINCT FROM k.kind
)
SELECT delivery, step FROM settled`;

/** Ends attempts at different steps, in one statement. Whether each was still its owner's: else nothing is changed. */
export async function settleSteps(
  client: PostgresClient,
  at: InSchema,
  settlements: readonly Settlement[],
  isServerTime: boolean,
): Promise<readonly boolean[]> {
  const answers = settlements.flatMap(({ key, outcome: { answer } }) =>
    answer === undefined ? [] : [{ key, answer }],
  );
  const found = settlements.flatMap(({ key, outcome: { kind } }) => (kind === undefined ? [] : [{ key, kind }]));
  const attempts = [
    ...columnsOf(settlements.map(({ key }) => key)),
    settlements.map(({ owner }) => owner),
    settlements.map(({ outcome }) => (outcome.status === 'retry' ? 'pending' : outcome.status)),
    settlements.map(({ outcome }) => (isServerTime ? null : outcome.at)),
    // Rather than a time: that of this machine may be another than the server's.
    settlements.map(({ outcome }) => (outcome.status === 'retry' ? outcome.nextAttemptAt - outcome.at : 0)),
    settlements.map(({ outcome }) => storableOrNull(outcome.status === 'done' ? undefined : outcome.error)),
    settlements.map(({ outcome }) => failureOf(outcome) ?? null),
    settlements.map(({ outcome: { result } }) => (result === undefined ? null : resultText(result))),
  ];
  const packed = packMessages(
    answers.map(({ answer }) => ({ headers: headerBytes(answer.headers), body: answer.body })),
  );
  const findings = [
    packed.bytes,
    answers.map(({ key }) => key.sequence),
    answers.map(({ key }) => key.step),
    answers.map(({ answer }) => answer.status),
    answers.map(({ answer }) => answer.isCut),
    ...packed.places[0],
    found.map(({ key }) => key.sequence),
    found.map(({ key }) => key.step),
    found.map(({ kind }) => kind),
  ];
  const { rows } =
    answers.length + found.length === 0
      ? await client.query(at(SETTLE), attempts)
      : await client.query(at(SETTLE_WITH_FINDINGS), [...attempts, ...findings]);
  const settled = new Set(rows.map(({ delivery, step }) => `${String(delivery)} ${String(step)}`));
  return settlements.map(({ key }) => settled.has(`${key.sequence} ${key.step}`));
}

export async function stepAnswers(client: PostgresClient, at: InSchema, sequence: number): Promise<StepAnswer[]> {
  const sql = 'SELECT step, at, status, is_cut, headers, body FROM @step_answers WHERE delivery = $1 ORDER BY step';
  const { rows } = await client.query(at(sql), [sequence]);
  return rows.map(answerOf);
}

export async function releaseSteps(client: PostgresClient, at: InSchema, owner: string): Promise<void> {
  await client.query(
    at(
      `UPDATE @steps SET owner = NULL, lease_until = 0, attempts = attempts - 1 WHERE state = 'pending' AND owner = $1`,
    ),
    [owner],
  );
}

export async function expediteSteps(
  client: PostgresClient,
  at: InSchema,
  scope: string,
  steps: readonly string[],
  now: number | null,
): Promise<void> {
  // One that still has an owner was being attempted when its listener crashed: that attempt counts, it may be the cause.
  await client.query(
    at(`WITH ${clockOf('$1')}
      UPDATE @steps s SET next_attempt_at = clock.now, settled_at = clock.now,
        attempts = CASE WHEN s.owner IS NULL THEN greatest(0, s.attempts - 1) ELSE s.attempts END
      FROM clock WHERE s.state = 'pending' AND s.scope = $2 AND s.step = ANY ($3::text[])
        AND (s.next_attempt_at > clock.now OR s.owner IS NULL AND s.attempts > 0)`),
    [now, scope, steps],
  );
}

const REOPENED = `state = 'pending', next_attempt_at = clock.now, settled_at = clock.now, last_error = NULL`;

/** Returns of how many deliveries a step was reopened. */
export async function reopenSteps(
  client: PostgresClient,
  at: InSchema,
  sequences: readonly number[],
  now: number | null,
  step?: string,
): Promise<number> {
  const { rows } = await client.query(
    at(`WITH ${clockOf('$1')}
      UPDATE @steps s SET ${REOPENED}, attempts = 0, owner = NULL, lease_until = 0 FROM clock
      WHERE s.delivery = ANY ($2::int8[]) AND s.step = coalesce($3::text, s.step) AND ${isFree('clock.now', 's.')}
      RETURNING s.delivery`),
    [now, sequences, step ?? null],
  );
  return new Set(rows.map(({ delivery }) => delivery)).size;
}

const RETAKE = `
WITH ${clockOf('$1')}, free AS MATERIALIZED (
  SELECT s.delivery, s.step FROM @steps s, clock
  WHERE s.delivery = ANY ($2::int8[]) AND s.step = $3 AND ${isFree('clock.now', 's.')}
  ORDER BY s.delivery FOR UPDATE OF s SKIP LOCKED
), claimed AS (
  UPDATE @steps s SET ${REOPENED}, attempts = 1, owner = $4, lease_until = clock.now + ${LEASE_MS}
  FROM free, clock WHERE s.delivery = free.delivery AND s.step = free.step RETURNING s.*
)
${CLAIMED} ORDER BY d.sequence`;

export async function retakeSteps(
  client: PostgresClient,
  at: InSchema,
  sequences: readonly number[],
  step: string,
  owner: string,
  now: number | null,
): Promise<Claim[]> {
  const { rows } = await client.query(at(RETAKE), [now, sequences, step, owner]);
  return claimsOf(rows);
}

/** Returns how many deliveries owed any. */
export async function discardSteps(
  client: PostgresClient,
  at: InSchema,
  sequences: readonly number[],
  now: number | null,
): Promise<number> {
  const { rows } = await client.query(
    at(`UPDATE @steps SET state = 'discarded', settled_at = ${serverTime('$1')}, owner = NULL, lease_until = 0
      WHERE state IN ('pending', 'failed') AND delivery = ANY ($2::int8[]) RETURNING delivery`),
    [now, sequences],
  );
  return new Set(rows.map(({ delivery }) => delivery)).size;
}

/** The pending steps other than these that nobody works on. */
export async function stepsOwedBeside(
  client: PostgresClient,
  at: InSchema,
  scope: string,
  steps: readonly string[],
  now: number | null,
): Promise<OwedStep[]> {
  const { rows } = await client.query(
    at(`WITH ${clockOf('$1')}
      SELECT s.step, count(*) AS number FROM @steps s, clock
      WHERE s.state = 'pending' AND s.scope = $2 AND s.step <> ALL ($3::text[])
      GROUP BY s.step HAVING bool_and(${isFree('clock.now', 's.')}) ORDER BY s.step`),
    [now, scope, [...steps, UNASSIGNED]],
  );
  return rows.map(({ step, number }) => ({ step: String(step), deliveries: Number(number) }));
}

function columnsOf(keys: readonly StepKey[]): [number[], string[], string[]] {
  return [keys.map(({ sequence }) => sequence), keys.map(({ id }) => id), keys.map(({ step }) => step)];
}
