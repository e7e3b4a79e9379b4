/** What the sandbox needs of an optimizer, and the built-in one. */
import type { Steps } from '../../lib/async/steps.ts';
import type { RouteProblem, RouteSolution, SolveOptions } from '../../site/routing/problem.ts';
import type { ClusterProblem, ClusterSolution } from './problem.ts';
import { type AsisClusters, asisClusters } from './asis.ts';
import { optimizeClusters } from './cluster.ts';
import { withinLimits } from './limits.ts';
import { optimizeRoute, walkAsis } from '../../site/routing/route.ts';

export interface Optimizer {
  /** A short walk past all stops, never longer than that in the order `initial` (indexes into `stops`) if it keeps the groups. */
  optimizeRoute(problem: RouteProblem, options: SolveOptions, initial?: readonly number[]): Steps<RouteSolution>;
  /** The walk in the given order, each stop at the first of its places. */
  walkAsis(problem: RouteProblem, order: readonly number[]): RouteSolution;
  optimizeClusters(problem: ClusterProblem, options: SolveOptions): Steps<ClusterSolution>;
  /** Today's lists; `undefined` when a pick has no list. */
  asisClusters(problem: ClusterProblem): AsisClusters | undefined;
  /** Whether every cluster of a solution is within the problem's limits. */
  withinLimits(problem: ClusterProblem, solution: ClusterSolution): boolean;
}

export const OPTIMIZER: Optimizer = { optimizeRoute, walkAsis, optimizeClusters, asisClusters, withinLimits };
