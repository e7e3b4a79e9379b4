/** The rows of a state in SQLite as they are exported and imported. */
import type { Database, SqlValue } from '../../platform/host.ts';
import type {
  PortableDelivery,
  PortablePosting,
  PortableRow,
  PortableStep,
  PortableSubmission,
  PortableTarget,
  PortableToken,
} from '../portable.ts';
import { recordsOf, recordTexts } from '../portable.ts';
import { withStateErrors } from './database.ts';
import { changes, prepared } from './statements.ts';
import { inTransaction } from './transaction.ts';

type Row = Readonly<Record<string, SqlValue>>;

/** All that a migrated database holds at this instant, in the order of arrival. Throws the error of SQLite. */
export function* readRows(database: Database, withSecrets: boolean): Generator<PortableRow, void> {
  database.exec('BEGIN');
  try {
    for (const row of prepared(database, 'SELECT * FROM deliveries ORDER BY sequence').iterate()) {
      yield deliveryOf(row, stepsOf(database, row['sequence'] ?? 0));
    }
    for (const row of prepared(database, 'SELECT * FROM submissions ORDER BY number').iterate())
      yield submissionOf(row);
    for (const row of prepared(database, 'SELECT * FROM postings ORDER BY number').iterate()) yield postingOf(row);
    if (!withSecrets) return;
    const tokens = prepared(database, 'SELECT profile, relay, token FROM relay_tokens ORDER BY profile, relay');
    for (const row of tokens.iterate()) yield { type: 'relay_token', ...(row as Omit<PortableToken, 'type'>) };
  } finally {
    database.exec('ROLLBACK');
  }
}

function deliveryOf(row: Row, steps: readonly PortableStep[]): PortableDelivery {
  const { id, scope, received_at, verified, kind, event, request_id, headers, body } =
    row as unknown as PortableDelivery;
  return {
    type: 'delivery',
    id,
    scope,
    received_at,
    verified: Number(verified) === 1,
    kind,
    event,
    request_id,
    headers,
    body,
    steps: [...steps],
  };
}

function stepsOf(database: Database, sequence: SqlValue): readonly PortableStep[] {
  const rows = prepared(
    database,
    `SELECT step, state, attempts, next_attempt_at, settled_at, owner, lease_until, last_error, history, result
     FROM steps WHERE delivery = ? ORDER BY step`,
  ).all(sequence);
  const answers = prepared(
    database,
    'SELECT step, at, status, is_cut, headers, body FROM step_answers WHERE delivery = ?',
  ).all(sequence);
  return rows.map((row) => {
    const answer = answers.find(({ step }) => step === row['step']);
    const step = row as unknown as Omit<PortableStep, 'history' | 'result' | 'answer'>;
    return Object.assign(step, recordsOf(row), { answer: answer === undefined ? null : answerOf(answer) });
  });
}

function answerOf(row: Row): NonNullable<PortableStep['answer']> {
  const { at, status, is_cut, headers, body } = row as unknown as NonNullable<PortableStep['answer']>;
  return { at, status, is_cut: Number(is_cut) === 1, headers, body };
}

function submissionOf({ number: _number, ...row }: Row): PortableSubmission {
  const submission = row as unknown as Omit<PortableSubmission, 'type'>;
  // An old optipick wrote 'gone': see `submissions.ts`.
  return { type: 'submission', ...submission, ...(row['state'] === 'gone' ? { state: 'pending' } : {}) };
}

function postingOf({ number: _number, ...row }: Row): PortablePosting {
  return { type: 'posting', ...(row as unknown as Omit<PortablePosting, 'type'>) };
}

/** Adds rows to a migrated database. `place` is what the user knows it by. */
export function createSqliteTarget(database: Database, place: string): PortableTarget {
  const add = (row: PortableRow): number => {
    switch (row.type) {
      case 'delivery':
        return addDelivery(database, row);
      case 'submission':
        return changes(database, INSERT_SUBMISSION, valuesOf(row));
      case 'posting':
        return changes(database, INSERT_POSTING, valuesOf(row));
      case 'relay_token':
        return changes(database, INSERT_TOKEN, valuesOf(row));
    }
  };
  return {
    add: async (rows) =>
      withStateErrors(place, () => inTransaction(database, () => rows.reduce((count, row) => count + add(row), 0))),
  };
}

// Node 22 binds bytes of length 0 as NULL; an empty body is still a body.
const INSERT_DELIVERY = `INSERT INTO deliveries (id, scope, received_at, verified, kind, event, request_id, headers, body)
  VALUES (?, ?, ?, ?, ?, ?, ?, coalesce(?, zeroblob(0)), coalesce(?, zeroblob(0))) ON CONFLICT DO NOTHING`;

const INSERT_STEP = `INSERT INTO steps
  (delivery, step, scope, state, attempts, next_attempt_at, settled_at, owner, lease_until, last_error, history, result)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const INSERT_ANSWER = `INSERT INTO step_answers (delivery, step, at, status, is_cut, headers, body)
  VALUES (?, ?, ?, ?, ?, coalesce(?, zeroblob(0)), coalesce(?, zeroblob(0)))`;

const INSERT_SUBMISSION = `INSERT INTO submissions
  (base_url, request_id, kind, site_name, wave_id, profile, submitted_at, state, settled_at)
  VALUES (:base_url, :request_id, :kind, :site_name, :wave_id, :profile, :submitted_at, :state, :settled_at)
  ON CONFLICT DO NOTHING`;

const INSERT_POSTING = `INSERT INTO postings (base_url, kind, digest, name, started_at, answered_at, request_id)
  SELECT :base_url, :kind, :digest, :name, :started_at, :answered_at, :request_id
  WHERE NOT EXISTS (SELECT 1 FROM postings WHERE digest = :digest AND base_url = :base_url AND kind = :kind
    AND started_at = :started_at AND name = :name)`;

const INSERT_TOKEN = `INSERT INTO relay_tokens (profile, relay, token) VALUES (:profile, :relay, :token)
  ON CONFLICT DO NOTHING`;

function addDelivery(database: Database, delivery: PortableDelivery): number {
  const { id, scope, received_at, verified, kind, event, request_id, headers, body, steps } = delivery;
  const facts = [id, scope, received_at, verified ? 1 : 0, kind, event, request_id, headers, body];
  const { changes: count, lastInsertRowid } = prepared(database, INSERT_DELIVERY).run(...facts);
  if (Number(count) === 0) return 0;
  for (const { answer, ...row } of steps) {
    const { step, state, attempts, next_attempt_at, settled_at, owner, lease_until, last_error } = row;
    const values = [step, scope, state, attempts, next_attempt_at, settled_at, owner, lease_until, last_error];
    prepared(database, INSERT_STEP).run(lastInsertRowid, ...values, ...recordTexts(row));
    if (answer === null) continue;
    const { at, status, is_cut, headers: answered, body: text } = answer;
    prepared(database, INSERT_ANSWER).run(lastInsertRowid, step, at, status, is_cut ? 1 : 0, answered, text);
  }
  return 1;
}

function valuesOf<T extends Readonly<Record<string, SqlValue>>>({
  type: _type,
  ...values
}: T & { readonly type: string }) {
  return values;
}
