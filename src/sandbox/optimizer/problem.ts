/** Orders to be grouped into clusters, and the clusters that were found. */
import type { Site } from '../../site/model.ts';

export interface OrderPick {
  readonly orderId: string;
  readonly alternatives: readonly string[];
  /** The list that the pick is on today; `undefined` when unknown. */
  readonly listId: string | undefined;
  readonly asisSequence: number | undefined;
  readonly volume: number;
  readonly weight: number;
  readonly surface: number;
}

/** Limits of one cluster; `undefined` is none. */
export interface ClusterLimits {
  readonly orders?: number | undefined;
  readonly locations?: number | undefined;
  readonly distance?: number | undefined;
  readonly volume?: number | undefined;
  readonly weight?: number | undefined;
  readonly surface?: number | undefined;
}

export interface ClusterProblem {
  readonly site: Site;
  readonly starts: readonly string[];
  readonly ends: readonly string[];
  readonly picks: readonly OrderPick[];
  readonly limits: ClusterLimits;
}

export interface SolvedCluster {
  readonly orderIds: readonly string[];
  /** Indexes into `picks`, in input order. */
  readonly picks: readonly number[];
  readonly distance: number;
}

export interface ClusterSolution {
  readonly clusters: readonly SolvedCluster[];
  readonly distance: number;
}
