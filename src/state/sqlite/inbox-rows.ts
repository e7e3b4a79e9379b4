/** What the tables `deliveries` and `steps` of SQLite give. */
import type { SqlValue } from '../../platform/host.ts';
import type { Delivery } from '../delivery.ts';
import type { Claim, ClaimRequest, Inbox } from '../inbox.ts';
import { entryOf } from '../rows.ts';

export type Row = Readonly<Record<string, SqlValue>>;

/** An inbox that also passes deliveries as rows, for a link that moves them. */
export interface RowInbox extends Inbox {
  /** All of them, or none. */
  acceptRows(rows: readonly NewRow[]): Promise<readonly ('new' | 'duplicate')[]>;
  claimRows(request: ClaimRequest): Promise<ClaimRow[]>;
}

/** `headers`: as {@link headerBytes} makes them. */
export type DeliveryRow = Omit<Delivery, 'headers'> & { readonly headers: Uint8Array };

export type NewRow = readonly [delivery: DeliveryRow, steps: readonly string[]];

export interface ClaimRow {
  /** With {@link ENTRY_COLUMNS}. */
  readonly row: Row;
  readonly step: string;
  readonly attempts: number;
}

const STEPS = `(SELECT json_group_array(json_array(step, state, attempts, next_attempt_at, last_error, owner, lease_until,
     settled_at, json(history), json(result)))
   FROM steps WHERE delivery = sequence) AS steps`;

export const SUMMARY_COLUMNS = `sequence, id, scope, received_at, verified, kind, event, request_id, ${STEPS}`;

export const ENTRY_COLUMNS = `${SUMMARY_COLUMNS}, headers, body`;

export function claimOf({ row, step, attempts }: ClaimRow): Claim {
  return { delivery: entryOf(row), step, attempts };
}
