/** The steps that deliveries owe, in the table `steps` of an open database. */
import { precedingStep, UNASSIGNED } from '../delivery-steps.ts';
import { MAX_STORED_ATTEMPTS } from '../../limits.ts';
import type { Database, NamedValues } from '../../platform/host.ts';
import {
  CLOCK_TOLERANCE_MS,
  LEASE_MS,
  type ClaimRequest,
  type OwedStep,
  type StepAnswer,
  type StepKey,
  type StepOutcome,
  type TargetAnswer,
} from '../inbox.ts';
import { answerOf, failureOf, headerBytes, resultText, type AttemptRow } from '../rows.ts';
import { ENTRY_COLUMNS, type ClaimRow } from './inbox-rows.ts';
import { changes, exists, prepared } from './statements.ts';

/** Without the index by name the planner sorts all that is pending for each claim. */
const PENDING = `steps INDEXED BY steps_due WHERE state = 'pending' AND scope = :scope AND step = :step`;

/** A lease that lasts longer than the longest one was written under another clock, and so was a later next attempt. */
export const IS_FREE = `(lease_until <= :now OR lease_until > :now + ${LEASE_MS + CLOCK_TOLERANCE_MS})`;
const IS_DUE = `(next_attempt_at <= :now OR settled_at > :now + ${CLOCK_TOLERANCE_MS}) AND ${IS_FREE}`;

/** The deliveries that can be claimed for a step: where it is due and the step that precedes it has ended. */
function dueOf(step: string): string {
  const preceding = precedingStep(step);
  if (preceding === undefined) return `${PENDING} AND ${IS_DUE}`;
  return `${PENDING} AND ${IS_DUE} AND NOT EXISTS (SELECT 1 FROM steps AS preceding
    WHERE preceding.delivery = steps.delivery AND preceding.step = '${preceding}' AND preceding.state = 'pending')`;
}

/** The step that a key names, while the owner has it. */
const OWNED = `delivery = :sequence AND step = :step AND owner = :owner
  AND EXISTS (SELECT 1 FROM deliveries WHERE sequence = :sequence AND id = :id)`;

const SETTLE = `UPDATE steps
  SET state = :state, next_attempt_at = :next, settled_at = :at, last_error = :error, owner = NULL, lease_until = 0,
    result = coalesce(:result, result), history = CASE WHEN :failed IS NULL THEN history ELSE json_insert(
      CASE WHEN json_array_length(history) >= ${MAX_STORED_ATTEMPTS} THEN json_remove(history, '$[0]')
        ELSE coalesce(history, '[]') END, '$[#]', json(:failed)) END
  WHERE ${OWNED}`;

const REOPENED = `state = 'pending', attempts = 0, next_attempt_at = :now, settled_at = :now, last_error = NULL`;

/** Whether there is anything to claim. Reading costs no write: an idle listener does not wear the disk. */
export function hasDueSteps(database: Database, scope: string, { limits, now }: ClaimRequest): boolean {
  const isDue = ([step, limit]: readonly [string, number]): boolean =>
    limit > 0 && exists(database, dueOf(step), { scope, step, now });
  return exists(database, PENDING, { scope, step: UNASSIGNED }) || Object.entries(limits).some(isDue);
}

/** Claims due steps, with their deliveries in the order of arrival. */
export function claimSteps(database: Database, scope: string, { owner, limits, now }: ClaimRequest): ClaimRow[] {
  adoptSteps(database, scope, Object.keys(limits), now);
  const claimed = Object.entries(limits).flatMap(([step, limit]) =>
    limit > 0 ? claimStep(database, { owner, scope, step, now, limit }) : [],
  );
  return withDeliveries(
    database,
    claimed.toSorted((one, other) => one.delivery - other.delivery),
  );
}

/** Gives deliveries (or only the one of this sequence) that owe `UNASSIGNED` these steps instead. */
export function adoptSteps(
  database: Database,
  scope: string,
  steps: readonly string[],
  now: number,
  sequence?: number,
): void {
  const unassigned = { scope, step: UNASSIGNED };
  if (!exists(database, PENDING, unassigned)) return;
  const which = `state = 'pending' AND scope = :scope AND step = :step AND ${IS_FREE}
    AND delivery = coalesce(:sequence, delivery)`;
  const values = { ...unassigned, now, sequence: sequence ?? null };
  changes(
    database,
    `INSERT INTO steps (delivery, step, scope, attempts, next_attempt_at, settled_at, last_error)
     SELECT delivery, value, scope, attempts, next_attempt_at, settled_at, last_error
     FROM steps, json_each(:steps) WHERE ${which} ON CONFLICT DO NOTHING`,
    { ...values, steps: JSON.stringify(steps) },
  );
  changes(database, `DELETE FROM steps WHERE ${which}`, values);
}

export function renewSteps(database: Database, keys: readonly StepKey[], owner: string, now: number): void {
  const sql = `UPDATE steps SET lease_until = :now + ${LEASE_MS} WHERE ${OWNED}`;
  for (const key of keys) changes(database, sql, { ...key, owner, now });
}

/** `false` when the owner has lost the step: then nothing is changed. */
export function settleStep(
  database: Database,
  { sequence, id, step }: StepKey,
  owner: string,
  outcome: StepOutcome,
): boolean {
  const { at, kind, status, answer, result } = outcome;
  const failed = failureOf(outcome);
  const settled = changes(database, SETTLE, {
    state: status === 'retry' ? 'pending' : status,
    next: status === 'retry' ? outcome.nextAttemptAt : at,
    at,
    error: status === 'done' ? null : outcome.error,
    result: result === undefined ? null : resultText(result),
    failed: failed === undefined ? null : JSON.stringify([at, failed] satisfies AttemptRow),
    sequence,
    id,
    step,
    owner,
  });
  if (settled === 0) return false;
  if (kind !== undefined) {
    const sql = 'UPDATE deliveries SET kind = :kind WHERE sequence = :sequence AND kind IS NOT :kind';
    changes(database, sql, { kind, sequence });
  }
  if (answer !== undefined) storeAnswer(database, { sequence, step, at }, answer);
  return true;
}

function storeAnswer(
  database: Database,
  { sequence, step, at }: { readonly sequence: number; readonly step: string; readonly at: number },
  { status, headers, body, isCut }: TargetAnswer,
): void {
  // Node 22 binds bytes of length 0 as NULL.
  prepared(
    database,
    `INSERT OR REPLACE INTO step_answers (delivery, step, at, status, is_cut, headers, body)
     VALUES (?, ?, ?, ?, ?, ?, coalesce(?, zeroblob(0)))`,
  ).run(sequence, step, at, status, isCut ? 1 : 0, headerBytes(headers), body);
}

export function stepAnswers(database: Database, sequence: number): StepAnswer[] {
  const sql = 'SELECT step, at, status, is_cut, headers, body FROM step_answers WHERE delivery = ? ORDER BY step';
  return prepared(database, sql).all(sequence).map(answerOf);
}

export function releaseSteps(database: Database, owner: string): void {
  changes(
    database,
    `UPDATE steps SET owner = NULL, lease_until = 0, attempts = attempts - 1
     WHERE state = 'pending' AND owner = :owner`,
    { owner },
  );
}

export function expediteSteps(database: Database, scope: string, steps: readonly string[], now: number): void {
  // One that still has an owner was being attempted when its listener crashed: that attempt counts, it may be the cause.
  const sql = `UPDATE steps SET next_attempt_at = :now, settled_at = :now,
      attempts = CASE WHEN owner IS NULL THEN max(0, attempts - 1) ELSE attempts END
    WHERE state = 'pending' AND scope = :scope AND step = :step
      AND (next_attempt_at > :now OR owner IS NULL AND attempts > 0)`;
  for (const step of steps) changes(database, sql, { scope, step, now });
}

/** Returns of how many deliveries a step was reopened. */
export function reopenSteps(database: Database, sequences: readonly number[], now: number, step?: string): number {
  return deliveriesChanged(
    database,
    `SET ${REOPENED}, owner = NULL, lease_until = 0 WHERE step = coalesce(:step, step) AND ${IS_FREE}`,
    { sequences: JSON.stringify(sequences), step: step ?? null, now },
  );
}

export function retakeSteps(
  database: Database,
  sequences: readonly number[],
  step: string,
  owner: string,
  now: number,
): ClaimRow[] {
  const rows = prepared(
    database,
    `UPDATE steps SET ${REOPENED}, attempts = 1, owner = :owner, lease_until = :now + ${LEASE_MS}
     WHERE delivery IN (SELECT value FROM json_each(:sequences)) AND step = :step AND ${IS_FREE}
     RETURNING delivery`,
  ).all({ sequences: JSON.stringify(sequences), step, owner, now });
  return withDeliveries(
    database,
    rows.map(({ delivery }) => ({ delivery: Number(delivery), step, attempts: 1 })),
  );
}

/** Returns how many deliveries owed any. */
export function discardSteps(database: Database, sequences: readonly number[], now: number): number {
  return deliveriesChanged(
    database,
    `SET state = 'discarded', settled_at = :now, owner = NULL, lease_until = 0
     WHERE state IN ('pending', 'failed')`,
    { sequences: JSON.stringify(sequences), now },
  );
}

/** The pending steps other than these that nobody works on. */
export function stepsOwedBeside(database: Database, scope: string, steps: readonly string[], now: number): OwedStep[] {
  return prepared(
    database,
    `SELECT step, count(*) AS number, sum(NOT ${IS_FREE}) AS claimed FROM steps
     WHERE state = 'pending' AND scope = :scope AND step NOT IN (SELECT value FROM json_each(:steps))
     GROUP BY step`,
  )
    .all({ scope, now, steps: JSON.stringify([...steps, UNASSIGNED]) })
    .filter(({ claimed }) => Number(claimed) === 0)
    .map(({ step, number }) => ({ step: String(step), deliveries: Number(number) }));
}

interface ClaimedStep {
  /** Its sequence. */
  readonly delivery: number;
  readonly step: string;
  readonly attempts: number;
}

function claimStep(
  database: Database,
  values: {
    readonly owner: string;
    readonly scope: string;
    readonly step: string;
    readonly now: number;
    readonly limit: number;
  },
): ClaimedStep[] {
  const { step } = values;
  return prepared(
    database,
    `UPDATE steps SET owner = :owner, lease_until = :now + ${LEASE_MS}, attempts = attempts + 1
     WHERE step = :step AND delivery IN (SELECT delivery FROM ${dueOf(step)} ORDER BY delivery LIMIT :limit)
     RETURNING delivery, attempts`,
  )
    .all(values)
    .map(({ delivery, attempts }) => ({ delivery: Number(delivery), step, attempts: Number(attempts) }));
}

function withDeliveries(database: Database, claimed: readonly ClaimedStep[]): ClaimRow[] {
  if (claimed.length === 0) return [];
  const sql = `SELECT ${ENTRY_COLUMNS} FROM deliveries WHERE sequence IN (SELECT value FROM json_each(:sequences))`;
  const sequences = JSON.stringify(claimed.map(({ delivery }) => delivery));
  const rows = new Map(
    prepared(database, sql)
      .all({ sequences })
      .map((row) => [Number(row['sequence']), row]),
  );
  return claimed.flatMap(({ delivery, step, attempts }) => {
    const row = rows.get(delivery);
    return row === undefined ? [] : [{ row, step, attempts }];
  });
}

/** Changes steps of the deliveries `:sequences`. Returns of how many. */
function deliveriesChanged(database: Database, change: string, values: NamedValues): number {
  const sql = `UPDATE steps ${change} AND delivery IN (SELECT value FROM json_each(:sequences)) RETURNING delivery`;
  return new Set(
    prepared(database, sql)
      .all(values)
      .map(({ delivery }) => delivery),
  ).size;
}
