/** Rows of the tables of a state, whatever database they are in: see `sqlite/migrations.ts`, `postgres/migrations.ts`. */
import { isKind, type Kind } from '../kinds.ts';
import type { HeaderLine } from './delivery.ts';
import type { InboxEntry, InboxStatus, InboxSummary, Step, StepAnswer, StepState } from './inbox.ts';
import type { Posting } from './postings.ts';
import type { StoredSubmission } from './submissions.ts';

export type StoredRow = Readonly<Record<string, string | number | bigint | boolean | Uint8Array | null>>;

/** Expensive fields are decoded on first use: a claim may need none of them. */
export function summaryOf(row: StoredRow): InboxSummary {
  const kind = text(row['kind']);
  let steps: readonly Step[] | undefined;
  return {
    sequence: Number(row['sequence']),
    id: text(row['id']) ?? '',
    scope: text(row['scope']) ?? '',
    receivedAt: Number(row['received_at']),
    verified: Number(row['verified']) === 1,
    kind: kind !== undefined && isKind(kind) ? kind : undefined,
    event: text(row['event']),
    requestId: text(row['request_id']),
    get steps() {
      return (steps ??= stepsOf(text(row['steps']) ?? '[]'));
    },
    get status() {
      return statusOf(this.steps);
    },
  };
}

export function entryOf(row: StoredRow): InboxEntry {
  let headers: readonly HeaderLine[] | undefined;
  return Object.defineProperty(
    Object.assign(summaryOf(row), { body: bytes(row['body']), headers: [] as readonly HeaderLine[] }),
    'headers',
    { enumerable: true, get: () => (headers ??= headersOf(bytes(row['headers']))) },
  );
}

/** With the columns of the table `step_answers`. */
export function answerOf(row: StoredRow): StepAnswer {
  return {
    step: text(row['step']) ?? '',
    at: Number(row['at']),
    status: Number(row['status']),
    isCut: Number(row['is_cut']) === 1,
    headers: headersOf(bytes(row['headers'])),
    body: bytes(row['body']),
  };
}

/** With the columns of the table `submissions`. */
export function submissionOf(row: StoredRow): StoredSubmission {
  return {
    requestId: String(row['request_id']),
    kind: row['kind'] as Kind,
    siteName: text(row['site_name']),
    waveId: text(row['wave_id']),
    baseUrl: String(row['base_url']),
    profile: String(row['profile']),
    submittedAt: Number(row['submitted_at']),
    // An old optipick wrote 'gone' for an id that the API did not know: nothing but its result can settle it.
    state: row['state'] === 'gone' ? 'pending' : (row['state'] as StoredSubmission['state']),
    settledAt: row['settled_at'] === null ? undefined : Number(row['settled_at']),
  };
}

/** With the times and the request id of a row of the table `postings`. */
export function postingOf(row: StoredRow): Posting {
  const at = Number(row['started_at']);
  if (row['answered_at'] === null) return { state: 'uncertain', at };
  return { state: 'accepted', requestId: text(row['request_id']), at };
}

/** Bytes, as a header may hold any of them and SQLite ends a text at the first zero. */
export function headerBytes(headers: readonly HeaderLine[]): Uint8Array {
  return Buffer.from(JSON.stringify(headers));
}

type StepRow = [string, StepState, number, number, string | null, string | null, number];

function stepsOf(json: string): readonly Step[] {
  return (JSON.parse(json) as StepRow[]).map(
    ([name, state, attempts, nextAttemptAt, lastError, owner, leaseUntil]) => ({
      name,
      state,
      attempts,
      nextAttemptAt,
      lastError: lastError ?? undefined,
      owner: owner ?? undefined,
      leaseUntil,
    }),
  );
}

function statusOf(steps: readonly Step[]): InboxStatus {
  if (steps.some(({ state }) => state === 'failed')) return 'failed';
  return steps.some(({ state }) => state === 'pending') ? 'pending' : 'done';
}

function headersOf(encoded: Uint8Array): readonly HeaderLine[] {
  return JSON.parse(new TextDecoder().decode(encoded)) as readonly HeaderLine[];
}

function text(value: StoredRow[string] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function bytes(value: StoredRow[string] | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) return new Uint8Array(0);
  // A client may give a `Buffer`, which differs in more than its name.
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}
