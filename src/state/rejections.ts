import {
  MAX_HEADER_BYTES,
  MAX_REJECTED_BODY_BYTES,
  MAX_REJECTIONS_A_SECOND,
  MAX_STORED_ERROR_LENGTH,
} from '../limits.ts';
import type { Clock } from '../platform/host.ts';
import type { HeaderLine } from './delivery.ts';

/** A request that was rejected, as far as it was read. */
export interface RejectedDelivery {
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** With which it was answered. */
  readonly status: number;
  /** As the sender was told: `no_match`. */
  readonly reason: string;
  /** Why, for a person. */
  readonly detail: string;
  /** The id that it claims. */
  readonly id: string | undefined;
  /** Only those that may be shown to anybody. */
  readonly headers: readonly HeaderLine[];
  /** `undefined`: it was not read. */
  readonly body: Uint8Array | undefined;
}

export interface RejectionSummary extends Omit<RejectedDelivery, 'headers' | 'body'> {
  /** In the order of arrival; never that of another one. */
  readonly number: number;
  /** Of the whole body, in bytes; `undefined`: it was not read. */
  readonly bodySize: number | undefined;
}

/** Its body is the beginning of what arrived, {@link MAX_REJECTED_BODY_BYTES} at most. */
export interface StoredRejection extends RejectionSummary, RejectedDelivery {}

export interface RejectionFilter {
  /** Most rows; default all. */
  readonly limit?: number | undefined;
  /** Only those of a smaller number: for the next page. */
  readonly before?: number | undefined;
}

export interface RejectionCounts {
  readonly stored: number;
  /** By this process, which were too many or could not be stored. */
  readonly notStored: number;
}

/**
 * The last requests that were rejected: `MAX_STORED_REJECTIONS`, and `MAX_STORED_REJECTION_BYTES` in all. A flood of them
 * neither fills the disk nor holds up a delivery that is accepted: those that are too many are only counted.
 */
export interface Rejections {
  /** Stores it where that is possible now. Never rejects. */
  add(rejection: RejectedDelivery): Promise<void>;
  /** Counts one of which nothing is to be stored. */
  count(): void;
  /** Newest first. Rejects with `CliError` `environment`, as {@link find} and {@link counts}. */
  list(filter?: RejectionFilter): Promise<RejectionSummary[]>;
  find(number: number): Promise<StoredRejection | undefined>;
  counts(): Promise<RejectionCounts>;
}

/** Rejections for those who only look. */
export type StoredRejections = Pick<Rejections, 'list' | 'find' | 'counts'>;

/** A rejection with its body as it is stored. */
export type BoundedRejection = Omit<StoredRejection, 'number'>;

/** Where rejections are stored, the oldest of which make room for new ones. */
export interface RejectionStore extends Pick<Rejections, 'list' | 'find'> {
  /** `false`: it was not stored, because something else is being written. */
  add(rejection: BoundedRejection): Promise<boolean>;
  size(): Promise<number>;
}

const SECOND_MS = 1000;

/** Passes on to a store what it can take: {@link MAX_REJECTIONS_A_SECOND}, and no more of them at once. */
export function createRejections(store: RejectionStore, clock: Pick<Clock, 'monotonic'>): Rejections {
  let notStored = 0;
  let waiting = 0;
  let second = Number.NEGATIVE_INFINITY;
  let inSecond = 0;

  const isTooMany = (): boolean => {
    const now = clock.monotonic();
    if (now - second >= SECOND_MS) [second, inSecond] = [now, 0];
    inSecond += 1;
    return inSecond > MAX_REJECTIONS_A_SECOND || waiting >= MAX_REJECTIONS_A_SECOND;
  };

  const stored = async (rejection: RejectedDelivery): Promise<boolean> => {
    if (isTooMany()) return false;
    waiting += 1;
    try {
      return await store.add(bounded(rejection));
    } catch {
      // A listener that cannot write reports it when a delivery arrives.
      return false;
    } finally {
      waiting -= 1;
    }
  };

  return {
    async add(rejection) {
      if (!(await stored(rejection))) notStored += 1;
    },
    count: () => void (notStored += 1),
    list: (filter) => store.list(filter),
    find: (number) => store.find(number),
    counts: async () => ({ stored: await store.size(), notStored }),
  };
}

function bounded({ receivedAt, status, reason, detail, id, headers, body }: RejectedDelivery): BoundedRejection {
  let room = MAX_HEADER_BYTES;
  const fitting = headers.filter(([name, value]) => (room -= name.length + value.length) >= 0);
  // A copy: what is sent to a thread is sent with all of its buffer.
  const beginning = body && new Uint8Array(body.subarray(0, MAX_REJECTED_BODY_BYTES));
  return {
    receivedAt,
    status,
    reason,
    detail: detail.slice(0, MAX_STORED_ERROR_LENGTH),
    id,
    headers: fitting,
    body: beginning,
    bodySize: body?.byteLength,
  };
}

/** What a rejection takes of `MAX_STORED_REJECTION_BYTES`, roughly. */
export function sizeOfRejection({ headers, body, detail }: BoundedRejection): number {
  const texts = headers.reduce((sum, [name, value]) => sum + name.length + value.length, detail.length);
  return texts + (body?.byteLength ?? 0);
}
