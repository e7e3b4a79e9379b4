import type { Kind } from '../domain/kinds.ts';
import type { Delivery } from './delivery.ts';

export type InboxStatus = 'pending' | 'done' | 'failed';

/** What the inbox knows of a delivery besides its bytes. */
export interface InboxSummary {
  readonly id: string;
  readonly receivedAt: number;
  readonly verified: boolean;
  readonly kind: Kind | undefined;
  readonly event: string | undefined;
  readonly requestId: string | undefined;
  readonly status: InboxStatus;
  /** Attempts at the work that were begun. */
  readonly attempts: number;
  /** Milliseconds since 1970; of meaning only while `pending`. */
  readonly nextAttemptAt: number;
  readonly lastError: string | undefined;
  /** Steps that need not be done again, as the processor names them. */
  readonly stepsDone: readonly string[];
}

/** A delivery with its place in the inbox. */
export interface InboxEntry extends InboxSummary, Delivery {}

/** How an attempt at the work ended. */
export type Outcome =
  | { readonly status: 'done'; readonly at: number; readonly kind?: Kind | undefined }
  | { readonly status: 'failed'; readonly at: number; readonly error: string; readonly kind?: Kind | undefined }
  | { readonly status: 'retry'; readonly at: number; readonly error: string; readonly kind?: Kind | undefined };

export interface ClaimRequest {
  /** Who takes them; unique among all processes, also over time. */
  readonly owner: string;
  readonly limit: number;
  readonly now: number;
}

export interface InboxFilter {
  readonly status?: InboxStatus | undefined;
  readonly kind?: Kind | undefined;
  /** Received at or after; milliseconds since 1970. */
  readonly since?: number | undefined;
  /** Most rows; default all. */
  readonly limit?: number | undefined;
}

export type InboxCounts = Readonly<Record<InboxStatus, number>>;

/**
 * Where deliveries are kept until the work they cause is done. Several processes may hold the same inbox. Every promise
 * that stands for a write is fulfilled only when the write would survive a loss of power, and rejects with `CliError`
 * `environment` when it cannot be made; a later call may succeed.
 */
export interface Inbox {
  /** Keeps a delivery, once for each id. */
  accept(delivery: Delivery): Promise<'new' | 'duplicate'>;
  /**
   * Takes what is due, oldest first, for {@link LEASE_MS}; nobody else gets it meanwhile. Counts an attempt. What a
   * crashed owner had taken is due again when its lease has ended, and so is what an owner forgot to renew.
   */
  claim(request: ClaimRequest): Promise<InboxEntry[]>;
  /** Prolongs what the owner has taken and is at work on. */
  renew(ids: readonly string[], owner: string, now: number): Promise<void>;
  /** Notes one step as done, so that the next attempt leaves it out. */
  progress(id: string, owner: string, step: string): Promise<void>;
  /** Ends an attempt. `false` when the lease was lost and another owner has it now: then nothing is changed. */
  settle(id: string, owner: string, outcome: Outcome): Promise<boolean>;
  /** Gives back what the owner has taken and not settled, as if it had not been attempted. */
  release(owner: string): Promise<void>;
  /** Makes all pending work due now: a new start is often the repair that it waited for. */
  expedite(now: number): Promise<void>;
  /** Makes finished deliveries pending again, all steps anew. Returns how many there were. */
  reopen(ids: readonly string[], now: number): Promise<number>;
  /**
   * Takes finished deliveries, all steps anew, and such as nobody has begun with, for {@link LEASE_MS}: as {@link reopen}
   * and {@link claim} in one.
   */
  retake(ids: readonly string[], owner: string, now: number): Promise<InboxEntry[]>;
  /** Drops finished deliveries older than {@link RETENTION_MS}; never an unfinished one. Returns how many. */
  prune(now: number): Promise<number>;
  /** By svix-id, else by request id (newest first). */
  find(id: string): Promise<InboxEntry[]>;
  /** Newest first. */
  list(filter?: InboxFilter): Promise<InboxSummary[]>;
  counts(): Promise<InboxCounts>;
  close(): Promise<void>;
}

/** Long enough for a renewal each second to be late; short enough that a crash delays nobody by more than 5 s. */
export const LEASE_MS = 4000;

/** 30 days: well past the 28 hours over which Svix repeats a delivery by itself, and most manual replays. */
export const RETENTION_MS = 30 * 24 * 60 * 60 * 1000;
