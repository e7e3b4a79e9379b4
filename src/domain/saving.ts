import type { AnswerSummary } from './answer.ts';
import { formatNumber } from './distance.ts';
import type { Kind } from './kinds.ts';

/** Walking as it is today against the optimised walk, in the answer's unit. */
export interface Saving {
  readonly asis: number;
  readonly optimal: number;
  /** `asis - optimal`; negative when the optimised walk is longer. */
  readonly saved: number;
  /** `saved` as a percentage of `asis`. */
  readonly percent: number;
}

/** Why there is nothing to compare, for a person. */
export interface NoSaving {
  readonly reason: string;
}

/** What the optimisation saves, or why that cannot be told. */
export function savingOf(summary: Pick<AnswerSummary, 'kind' | 'asisDistance' | 'optimalDistance'>): Saving | NoSaving {
  const { asisDistance: asis, optimalDistance: optimal } = summary;
  if (asis === undefined) return { reason: `the answer has no as-is distance: ${remedy(summary.kind)}` };
  if (optimal === undefined) return { reason: 'the answer has no optimised distance' };
  if (asis <= 0) return { reason: `the as-is distance is ${asis}` };
  const saved = asis - optimal;
  return { asis, optimal, saved, percent: (saved / asis) * 100 };
}

/** `39.55 %` */
export function formatPercent(percent: number): string {
  return `${formatNumber(percent, 2)} %`;
}

/** The API computes as-is figures from these fields, and as-is clusters only for lists that respect the stop conditions. */
const REMEDIES: Readonly<Record<Kind, string>> = {
  cluster: 'send list_id with every pick (and lists that respect the limits)',
  route: 'send asis_sequence with every pick',
};

function remedy(kind: Kind | undefined): string {
  return kind === undefined ? 'send list_id (clusters) or asis_sequence (routes) with every pick' : REMEDIES[kind];
}
