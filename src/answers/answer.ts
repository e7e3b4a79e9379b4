/**
 * What optipick understands of an answer of the API. Answers are passed on whole and unchanged;
 * this is only the part that people are shown and decisions are taken on.
 */
import type { Kind } from '../kinds.ts';

/** One stop of an optimized route. */
export interface Stop {
  /** `optim_sequence` as the API gave it (whether it counts from 0 or 1 is not documented). */
  readonly sequence: number | undefined;
  readonly pickId: string;
  readonly locationId: string;
  readonly orderId: string | undefined;
  readonly skuId: string | undefined;
  readonly quantity: number | undefined;
}

/** One cluster, reduced to what the table shows. */
export interface ClusterSummary {
  readonly listId: string;
  readonly orders: number;
  readonly picks: number;
  /** Number of different locations. */
  readonly locations: number;
  /** `estimated_distance`, in the answer's unit. */
  readonly distance: number | undefined;
}

export interface InvalidPickGroup {
  readonly reason: string;
  readonly count: number;
  /** The first few, as `pick_id (location)`, for a person to recognize. */
  readonly examples: readonly string[];
}

export interface AnswerSummary {
  /** From the `type` field, else from the fields that are there. */
  readonly kind: Kind | undefined;
  readonly requestId: string | undefined;
  readonly siteName: string | undefined;
  readonly waveId: string | undefined;
  readonly routeId: string | undefined;
  /** As sent: no zone, so never to be shown as UTC. */
  readonly timestamp: string | undefined;
  /** Seconds (inferred from the one real sample). */
  readonly computationTime: number | undefined;
  /** The job's own failure message; `undefined` when null, empty or absent. */
  readonly error: string | undefined;
  /** A `status` word, as sent; the documented answers have none. */
  readonly status: string | undefined;
  /** What a `message` or `detail` says beside it; no documented answer has one. */
  readonly message: string | undefined;
  /** Unit of every distance; `cm` when the answer does not say. */
  readonly unit: string;
  readonly asisDistance: number | undefined;
  readonly optimalDistance: number | undefined;
  readonly visualizationUrl: string | undefined;
  /** Whether the answer has a field that only a finished job has. */
  readonly hasResult: boolean;
  readonly stops: readonly Stop[];
  readonly clusters: readonly ClusterSummary[];
  /** Number of as-is clusters; `undefined` when the answer has none (then there is nothing to compare with). */
  readonly asisClusters: number | undefined;
  /** Picks in the optimized result. */
  readonly picks: number;
  readonly invalidPicks: readonly InvalidPickGroup[];
}

/** What one answer means for the one who waits. Words and rules: {@link classifyAnswer}. */
export type JobState = 'done' | 'failed' | 'pending';

export function invalidPickCount(groups: readonly InvalidPickGroup[]): number {
  return groups.reduce((sum, { count }) => sum + count, 0);
}
