import type { AnswerSummary } from './answer.ts';
import { differenceOf } from '../lib/text/numbers.ts';
import type { Kind } from '../kinds.ts';

/** Walking as it is today against the optimized walk, in the answer's unit. */
export interface Saving {
  readonly asis: number;
  readonly optimal: number;
  /** `asis - optimal`; negative when the optimized walk is longer. */
  readonly saved: number;
  /** `saved` as a percentage of `asis`. */
  readonly percent: number;
}

/** Why there is nothing to compare, for a person. */
export interface NoSaving {
  readonly reason: string;
}

/** What the optimization saves, or why that is unknown. */
export function savingOf(summary: Pick<AnswerSummary, 'kind' | 'asisDistance' | 'optimalDistance'>): Saving | NoSaving {
  const { asisDistance: asis, optimalDistance: optimal } = summary;
  if (asis === undefined) return { reason: `the answer has no as-is distance: ${remedy(summary.kind)}` };
  if (optimal === undefined) return { reason: 'the answer has no optimized distance' };
  if (asis <= 0) return { reason: `the as-is distance is ${asis}` };
  return savingBetween(asis, optimal);
}

function savingBetween(asis: number, optimal: number): Saving {
  const saved = differenceOf(asis, optimal);
  return { asis, optimal, saved, percent: (saved / asis) * 100 };
}

/** What several answers save together. */
export interface TotalSaving extends Saving {
  readonly unit: string;
  /** How many of the answers could be compared: only these are in the sums. */
  readonly compared: number;
}

/** `undefined` when no answer has both distances, or when they are in different units: those do not add up. */
export function totalSaving(
  summaries: readonly Pick<AnswerSummary, 'kind' | 'asisDistance' | 'optimalDistance' | 'unit'>[],
): TotalSaving | undefined {
  let [asis, optimal, compared] = [0, 0, 0];
  let unit: string | undefined;
  for (const summary of summaries) {
    const saving = savingOf(summary);
    if ('reason' in saving) continue;
    if (unit !== undefined && unit !== summary.unit) return undefined;
    unit = summary.unit;
    asis += saving.asis;
    optimal += saving.optimal;
    compared += 1;
  }
  if (unit === undefined) return undefined;
  return { ...savingBetween(asis, optimal), unit, compared };
}

/** The API computes as-is figures from these fields, and as-is clusters only for lists that respect the stop conditions. */
const REMEDIES: Readonly<Record<Kind, string>> = {
  cluster: 'send list_id with every pick (and lists that respect the limits)',
  route: 'send asis_sequence with every pick',
};

function remedy(kind: Kind | undefined): string {
  return kind === undefined ? 'send list_id (clusters) or asis_sequence (routes) with every pick' : REMEDIES[kind];
}
