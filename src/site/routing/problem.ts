/** What a picker has to visit, and the walk that was found. */
import type { Site } from '../model.ts';

export interface RouteStop {
  /** Places where the pick can be made; at least one, all known to the site. */
  readonly alternatives: readonly string[];
  /** Groups are walked strictly in ascending order; equal numbers may mix. */
  readonly group: number;
}

export interface RouteProblem {
  readonly site: Site;
  /** Places where the walk may start: the best one is chosen. Empty: it starts at the first stop. */
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
  /** Kicks (random changes) of the local search: what bounds the work, rather than the clock. */
  readonly kicks?: number;
}
