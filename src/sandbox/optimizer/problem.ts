/** Orders to be grouped into clusters, and the clusters that were found. */
import type { Site } from '../../site/model.ts';

/** What picks take up in a cart. */
export interface Bulk {
  readonly volume: number;
  readonly weight: number;
  readonly surface: number;
}

export interface OrderPick extends Bulk {
  readonly orderId: string;
  readonly alternatives: readonly string[];
  /** The list that the pick is on today; `undefined` when unknown. */
  readonly listId: string | undefined;
  readonly asisSequence: number | undefined;
}

/** Limits of one cluster; `undefined` is none. */
export type ClusterLimits = {
  readonly [Name in 'orders' | 'locations' | 'distance' | keyof Bulk]?: number | undefined;
};

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
