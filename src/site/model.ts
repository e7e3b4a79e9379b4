/** The shapes that the sandbox's rooms agree on. */
import type { FloorPlan, Position } from './floor-plan.ts';

/** A warehouse: named places and the walking distance between them. */
export interface Site {
  readonly name: string;
  /** Unit of every distance, e.g. `cm`. */
  readonly unit: string;
  readonly names: readonly string[];
  has(place: string): boolean;
  /** Walking distance; may differ each way on a site given as a matrix. */
  distance(from: string, to: string): number;
  /** The same from index to index of `places`, for whoever asks for millions. */
  distancesAmong(places: readonly string[]): (from: number, to: number) => number;
  readonly plan: FloorPlan | undefined;
  /** The places to walk through from one to the other, corners included, for drawing. */
  path(from: string, to: string): readonly Position[] | undefined;
}

export interface RouteStop {
  /** Places where the pick can be made; at least one, all known to the site. */
  readonly alternatives: readonly string[];
  /** Groups are walked strictly in ascending order; equal numbers may mix. */
  readonly group: number;
}

export interface RouteProblem {
  readonly site: Site;
  /** Places where the walk may begin: the best one is taken; empty: it begins at the first stop. */
  readonly starts: readonly string[];
  readonly ends: readonly string[];
  readonly stops: readonly RouteStop[];
}

export interface RouteSolution {
  /** Indexes into `stops`, in walking order. */
  readonly order: readonly number[];
  /** The place chosen for each stop, by index into `stops`. */
  readonly places: readonly string[];
  readonly start: string | undefined;
  readonly end: string | undefined;
  readonly distance: number;
}

export interface SolveOptions {
  readonly seed: number;
  /** Kick rounds of the local search; the work is bounded by rounds, never by the clock. */
  readonly rounds?: number;
}

export interface ClusterPick {
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
  readonly picks: readonly ClusterPick[];
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
