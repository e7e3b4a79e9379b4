/** What the sandbox asks of an optimiser, and the one that it has. */
import type { Steps } from './steps.ts';
import type { ClusterProblem, ClusterSolution, RouteProblem, RouteSolution, SolveOptions } from '../../site/model.ts';
import { type AsisClusters, asisClusters } from './asis.ts';
import { optimiseClusters } from './cluster.ts';
import { withinLimits } from './limits.ts';
import { optimiseRoute, walkAsis } from './route.ts';

export interface Optimiser {
  /** A short walk past all stops, never longer than that in the order `initial` (indexes into `stops`) if it keeps the groups. */
  optimiseRoute(problem: RouteProblem, options: SolveOptions, initial?: readonly number[]): Steps<RouteSolution>;
  /** The walk in the given order, each stop at the first of its places. */
  walkAsis(problem: RouteProblem, order: readonly number[]): RouteSolution;
  optimiseClusters(problem: ClusterProblem, options: SolveOptions): Steps<ClusterSolution>;
  /** The lists of today; `undefined` when a pick does not tell its list. */
  asisClusters(problem: ClusterProblem): AsisClusters | undefined;
  /** Whether every cluster of a solution is within the problem's limits. */
  withinLimits(problem: ClusterProblem, solution: ClusterSolution): boolean;
}

export const OPTIMISER: Optimiser = { optimiseRoute, walkAsis, optimiseClusters, asisClusters, withinLimits };
