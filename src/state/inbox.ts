import type { Kind } from '../kinds.ts';
import type { Delivery, HeaderLine } from './delivery.ts';

export type StepState = 'pending' | 'done' | 'failed' | 'discarded';

/** One thing that a delivery owes (see `delivery-steps.ts`), and its state. */
export interface Step {
  readonly name: string;
  readonly state: StepState;
  /** Attempts that were started and count. */
  readonly attempts: number;
  /** Milliseconds since 1970; meaningful only while `pending`. */
  readonly nextAttemptAt: number;
  readonly lastError: string | undefined;
  /** Who works on it, and until when unless renewed. */
  readonly owner: string | undefined;
  readonly leaseUntil: number;
  /** When the last attempt ended, or it was discarded; milliseconds since 1970. `undefined`: no attempt has ended yet. */
  readonly settledAt: number | undefined;
  /** The newest attempts that failed, oldest first: `MAX_STORED_ATTEMPTS` at most. */
  readonly history: readonly PastAttempt[];
  /** Of the result that it worked with last. */
  readonly result: ResultFacts | undefined;
}

/** An attempt at a step that failed. */
export interface PastAttempt {
  /** When it ended; milliseconds since 1970. */
  readonly at: number;
  /** Its first `MAX_STORED_ERROR_LENGTH` characters. */
  readonly error: string;
}

/** What a list of deliveries shows of a result. Names are cut after `MAX_STORED_NAME_LENGTH` characters. */
export interface ResultFacts {
  readonly siteName?: string | undefined;
  readonly waveId?: string | undefined;
  /** The distance as walked today, in `unit`. */
  readonly asis?: number | undefined;
  /** The optimized distance, in `unit`. */
  readonly optimal?: number | undefined;
  readonly unit?: string | undefined;
  /** Whether the job failed. */
  readonly failed?: boolean | undefined;
}

/** `failed` when a step is; else `pending` while a step is; else `done`. */
export type InboxStatus = 'pending' | 'done' | 'failed';

/** A delivery in the inbox, without its bytes. Its id is unique within its scope. */
export interface InboxSummary extends Omit<Delivery, 'headers' | 'body'> {
  /** Its number in the inbox, in the order of arrival. */
  readonly sequence: number;
  /** Whose delivery it is: the base URL of the API that its result is fetched from. */
  readonly scope: string;
  readonly status: InboxStatus;
  readonly steps: readonly Step[];
}

/** A delivery with its place in the inbox. */
export interface InboxEntry extends InboxSummary, Delivery {}

/** A step that was claimed. `attempts` counts this one. */
export interface Claim {
  readonly delivery: InboxEntry;
  readonly step: string;
  readonly attempts: number;
}

/** Names a step of one delivery. By both: in a file that was replaced, its number is another delivery's. */
export interface StepKey {
  /** Of the delivery. */
  readonly sequence: number;
  /** Of the delivery. */
  readonly id: string;
  readonly step: string;
}

/** What the target of a step answered. */
export interface TargetAnswer {
  readonly status: number;
  /** Without credentials. */
  readonly headers: readonly HeaderLine[];
  /** Its first bytes, without what is secret in the address of the target. */
  readonly body: Uint8Array;
  /** Whether the body was longer. */
  readonly isCut: boolean;
}

/** The last answer of the target of a step. */
export interface StepAnswer extends TargetAnswer {
  readonly step: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface AttemptEnd {
  readonly at: number;
  /** When it was found out by fetching the result. */
  readonly kind?: Kind | undefined;
  /** Stored in place of the one before. */
  readonly answer?: TargetAnswer | undefined;
  /** Stored in place of the one before. */
  readonly result?: ResultFacts | undefined;
}

/** How an attempt at a step ended. */
export type StepOutcome =
  | (AttemptEnd & { readonly status: 'done' })
  /** `discarded`: there is nothing to do, for the reason `error`. */
  | (AttemptEnd & { readonly status: 'failed' | 'discarded'; readonly error: string })
  | (AttemptEnd & {
      readonly status: 'retry';
      /** When the next attempt is due. */
      readonly nextAttemptAt: number;
      readonly error: string;
    });

export interface ClaimRequest {
  /** Who claims them; unique among all processes, also over time. */
  readonly owner: string;
  /** How many of each step. */
  readonly limits: Readonly<Record<string, number>>;
  readonly now: number;
}

export interface InboxFilter {
  /** With a step in that state; `done`: with none that is pending or failed. */
  readonly status?: InboxStatus | undefined;
  readonly kind?: Kind | undefined;
  /** Received at or after; milliseconds since 1970. */
  readonly since?: number | undefined;
  /** Whose sequence is smaller: for the next page. */
  readonly before?: number | undefined;
  /** Part of the id, the request id, the event, or the name of site or wave of a result; ASCII letters in either case. */
  readonly text?: string | undefined;
  /** The name of the site of a result. */
  readonly site?: string | undefined;
  /** Most rows; default all. */
  readonly limit?: number | undefined;
}

/** How many deliveries have a step that is pending, one that failed, and neither. */
export type InboxCounts = Readonly<Record<InboxStatus, number>>;

/** A step that deliveries owe and that nobody works on. */
export interface OwedStep {
  readonly step: string;
  readonly deliveries: number;
}

/**
 * Where deliveries are stored, with the steps that each of them owes, until these are done. Several processes may share
 * an inbox, each with steps of its own. Every promise that stands for a write is fulfilled only when the write would
 * survive a loss of power, and rejects with `CliError` `environment` when it cannot be made; a later call may succeed.
 */
export interface Inbox {
  /** Stores a delivery and what it owes, once for each scope and id. */
  accept(delivery: Delivery, steps: readonly string[]): Promise<'new' | 'duplicate'>;
  /** Gives the deliveries of this scope (or only this one) that owe `UNASSIGNED` these steps instead. */
  adopt(steps: readonly string[], now: number, sequence?: number): Promise<void>;
  /**
   * Claims the due ones of these steps, oldest first, for {@link LEASE_MS}; nobody else gets them meanwhile. Deliveries that
   * owe `UNASSIGNED` owe all of these steps from then on. Counts an attempt. When the lease of an owner that crashed or did
   * not renew it has expired, its steps are due again. A lease or a retry that only a jump of the clock can explain is
   * ignored.
   */
  claim(request: ClaimRequest): Promise<Claim[]>;
  /** Extends the leases of these steps, which the owner works on. */
  renew(keys: readonly StepKey[], owner: string, now: number): Promise<void>;
  /** Ends an attempt. `false` when the lease was lost and another owner has it now: then nothing is changed. */
  settle(key: StepKey, owner: string, outcome: StepOutcome): Promise<boolean>;
  /** Gives back the steps that the owner has claimed and not settled, as if they had not been attempted. */
  release(owner: string): Promise<void>;
  /**
   * Makes these pending steps due now: a restart is often the repair that they waited for. It does not use up an attempt:
   * the next one counts in place of the last.
   */
  expedite(steps: readonly string[], now: number): Promise<void>;
  /**
   * Makes steps of these deliveries pending again that nobody works on, as if never attempted: all that were owed at
   * acceptance, or only the one given. Returns how many deliveries have one.
   */
  reopen(sequences: readonly number[], now: number, step?: string): Promise<number>;
  /** {@link reopen} and {@link claim} in one: only steps that nobody works on. */
  retake(sequences: readonly number[], step: string, owner: string, now: number): Promise<Claim[]>;
  /** Drops what these deliveries still owe: their pending and failed steps. Returns how many deliveries owed any. */
  discard(sequences: readonly number[], now: number): Promise<number>;
  /** Pending steps of this scope other than these, where nobody works on that step. */
  owedBeside(steps: readonly string[], now: number): Promise<OwedStep[]>;
  /**
   * Deletes deliveries that owe nothing and are older than {@link RETENTION_MS}. Nothing unless one arrived in the last
   * {@link QUIET_MS}, and one before that in the last {@link TRUST_MS}: a clock that ran ahead may be that of the newest
   * arrivals, too. Returns how many.
   */
  prune(now: number): Promise<number>;
  /** By svix-id, else by request id (newest first). */
  find(id: string): Promise<InboxEntry[]>;
  /** The last answer of the target of each step of a delivery that has one. */
  answers(sequence: number): Promise<StepAnswer[]>;
  /** Newest first. */
  list(filter?: InboxFilter): Promise<InboxSummary[]>;
  counts(): Promise<InboxCounts>;
  close(): Promise<void>;
}

/** Long enough for a renewal each second to be late; short enough that a crash delays nobody by more than 5 s. */
export const LEASE_MS = 4000;

/** 30 days: well past the 28 hours over which Svix repeats a delivery by itself, and most manual replays. */
export const RETENTION_MS = 30 * 24 * 60 * 60 * 1000;

/** A day. */
export const QUIET_MS = 24 * 60 * 60 * 1000;

/** A week: long enough for a holiday; a clock that ran ahead by more is not trusted. */
export const TRUST_MS = 7 * 24 * 60 * 60 * 1000;

/** A minute: clocks are usually set back by less. A time further ahead was written under a wrong clock. */
export const CLOCK_TOLERANCE_MS = 60 * 1000;

/** Whether somebody works on a step. */
export function isClaimed({ owner, leaseUntil }: Pick<Step, 'owner' | 'leaseUntil'>, now: number): boolean {
  return owner !== undefined && leaseUntil > now && leaseUntil <= now + LEASE_MS + CLOCK_TOLERANCE_MS;
}

/** Why steps have failed so far, each reason once: `exec: the command ended with 1; forward http://h/: answered 500`. */
export function lastErrorOf(steps: readonly Step[]): string | undefined {
  const open = steps.filter(({ state }) => state === 'pending' || state === 'failed');
  const errors = new Set(open.map(({ lastError }) => lastError).filter((error) => error !== undefined));
  return errors.size === 0 ? undefined : [...errors].join('; ');
}

/** The attempts at the step that has the most. */
export function attemptsOf({ steps }: Pick<InboxSummary, 'steps'>): number {
  return Math.max(0, ...steps.map(({ attempts }) => attempts));
}
