/** Rows of the tables of a state, whatever database they are in: see `sqlite/migrations.ts`, `postgres/migrations.ts`. */
import { isKind, type Kind } from '../kinds.ts';
import type { HeaderLine } from './delivery.ts';
import type {
  InboxEntry,
  InboxStatus,
  InboxSummary,
  ResultFacts,
  Step,
  StepAnswer,
  StepOutcome,
  StepState,
} from './inbox.ts';
import { MAX_STORED_ERROR_LENGTH, MAX_STORED_NAME_LENGTH } from '../limits.ts';
import type { Posting } from './postings.ts';
import type { RejectionSummary, StoredRejection } from './rejections.ts';
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

/** With the columns of the table `rejections` but headers and body. */
export function rejectionSummaryOf(row: StoredRow): RejectionSummary {
  return {
    number: Number(row['number']),
    receivedAt: Number(row['received_at']),
    status: Number(row['status']),
    reason: text(row['reason']) ?? '',
    detail: text(row['detail']) ?? '',
    id: text(row['id']),
    bodySize: row['body_size'] === null ? undefined : Number(row['body_size']),
  };
}

/** With the columns of the table `rejections`. */
export function rejectionOf(row: StoredRow): StoredRejection {
  const summary = rejectionSummaryOf(row);
  // Node 22 binds bytes of length 0 as NULL.
  const body = summary.bodySize === undefined ? undefined : bytes(row['body']);
  return { ...summary, headers: headersOf(bytes(row['headers'])), body };
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

/** What the column `result` of the table `steps` holds. */
export function resultText({ siteName, waveId, asis, optimal, unit, failed }: ResultFacts): string {
  return JSON.stringify({
    siteName: siteName && storedName(siteName),
    waveId: waveId && storedName(waveId),
    asis: finite(asis),
    optimal: finite(optimal),
    unit: unit && storedName(unit),
    failed,
  } satisfies Record<keyof ResultFacts, unknown>);
}

/** A name as it is stored in a {@link resultText}. */
export function storedName(name: string): string {
  return storedText(name, MAX_STORED_NAME_LENGTH);
}

/** What the column `history` of the table `steps` holds. */
export function historyText(history: readonly AttemptRow[]): string {
  return JSON.stringify(history.map(([at, error]) => [at, storedText(error, MAX_STORED_ERROR_LENGTH)]));
}

/** Databases read no JSON with a zero character or half a character. */
function storedText(text: string, most: number): string {
  return text.slice(0, most).toWellFormed().replaceAll('\u0000', '\uFFFD');
}

/** With letters of ASCII in lower case, as databases make them without knowing more. */
export function lowerCase(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function finite(value: number | undefined): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

/** An attempt that failed, as the column `history` of the table `steps` lists them. */
export type AttemptRow = readonly [at: number, error: string];

/** What the history of a step says of an attempt; `undefined` of one that did not fail. */
export function failureOf(outcome: StepOutcome): string | undefined {
  const isFailure = outcome.status === 'retry' || outcome.status === 'failed';
  return isFailure ? storedText(outcome.error, MAX_STORED_ERROR_LENGTH) : undefined;
}

/** With the columns of the table `steps` from `step` on; texts of JSON as what they stand for. */
type StepRow = readonly [
  name: string,
  state: StepState,
  attempts: number,
  nextAttemptAt: number,
  lastError: string | null,
  owner: string | null,
  leaseUntil: number,
  settledAt: number,
  history: readonly AttemptRow[] | null,
  result: ResultFacts | null,
];

function stepsOf(json: string): readonly Step[] {
  return (JSON.parse(json) as StepRow[]).map(stepOf);
}

function stepOf([
  name,
  state,
  attempts,
  nextAttemptAt,
  error,
  owner,
  leaseUntil,
  settledAt,
  past,
  result,
]: StepRow): Step {
  const history = past?.map(([at, text]) => ({ at, error: text })) ?? [];
  const lastError = error ?? undefined;
  // Whatever makes a step due also writes `settled_at`; only a failed attempt leaves a pending one with an error.
  const failedAt = lastError === undefined ? undefined : (history.at(-1)?.at ?? settledAt);
  return {
    name,
    state,
    attempts,
    nextAttemptAt,
    lastError,
    owner: owner ?? undefined,
    leaseUntil,
    settledAt: state === 'pending' ? failedAt : settledAt,
    history,
    result: result ?? undefined,
  };
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
