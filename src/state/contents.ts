import type { InboxCounts } from './inbox.ts';

/** What is stored, in figures. */
export interface StateContents {
  /** Deliveries by status. */
  readonly deliveries: InboxCounts;
  /** When the oldest delivery arrived that owes something; milliseconds since 1970. */
  readonly oldestPendingAt: number | undefined;
  /** Who works on steps at this moment, and on how many. */
  readonly owners: readonly LiveOwner[];
}

export interface LiveOwner {
  readonly owner: string;
  readonly steps: number;
}
