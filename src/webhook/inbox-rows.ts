import { isKind } from '../domain/kinds.ts';
import type { SqlValue } from '../platform/host.ts';
import type { HeaderLine } from './delivery.ts';
import type { InboxEntry, InboxStatus, InboxSummary } from './inbox.ts';

export type Row = Readonly<Record<string, SqlValue>>;

export const SUMMARY_COLUMNS =
  'sequence, id, received_at, verified, kind, event, request_id, status, attempts, next_attempt_at, last_error, steps_done';

export const ENTRY_COLUMNS = `${SUMMARY_COLUMNS}, headers, body`;

export function summaryOf(row: Row): InboxSummary {
  const kind = text(row['kind']);
  return {
    id: text(row['id']) ?? '',
    receivedAt: Number(row['received_at']),
    verified: Number(row['verified']) === 1,
    kind: kind !== undefined && isKind(kind) ? kind : undefined,
    event: text(row['event']),
    requestId: text(row['request_id']),
    status: text(row['status']) as InboxStatus,
    attempts: Number(row['attempts']),
    nextAttemptAt: Number(row['next_attempt_at']),
    lastError: text(row['last_error']),
    stepsDone: JSON.parse(text(row['steps_done']) ?? '[]') as readonly string[],
  };
}

export function entryOf(row: Row): InboxEntry {
  return { ...summaryOf(row), headers: headersOf(bytes(row['headers'])), body: bytes(row['body']) };
}

/** Bytes, as a header may hold any of them and SQLite ends a text at the first zero. */
export function headerBytes(headers: readonly HeaderLine[]): Uint8Array {
  return Buffer.from(JSON.stringify(headers));
}

function headersOf(encoded: Uint8Array): readonly HeaderLine[] {
  return JSON.parse(new TextDecoder().decode(encoded)) as readonly HeaderLine[];
}

function text(value: SqlValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function bytes(value: SqlValue | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}
