/** The results of the checks of `trigger --suite`. Pure. */
import type { CheckTexts } from './conformance-checks.ts';
import { fixFor, isCuredByCode, type ConformanceName } from './conformance-fixes.ts';
import type { TestAnswer } from './test-answer.ts';

export interface ConformanceResult extends CheckTexts {
  readonly passed: boolean;
  /** What came back, in one line. Not sanitized: it may quote the endpoint. */
  readonly received: string;
  /** The start of the body of a wrong answer. Not sanitized. */
  readonly excerpt: string | undefined;
  /** A remark on a check that passed. */
  readonly remark: string | undefined;
  /** In the order of sending; empty for a check that evaluates the answers of all others. */
  readonly answers: readonly TestAnswer[];
}

export interface ConformanceReport {
  /** With its secrets masked. */
  readonly url: string;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly results: readonly ConformanceResult[];
  /** The checks that were left out. */
  readonly skipped: readonly ConformanceName[];
}

/** `note`: it did not pass, and need not. */
export type Outcome = 'ok' | 'FAIL' | 'note';

export function outcomeOf({ passed, required }: ConformanceResult): Outcome {
  if (passed) return 'ok';
  return required ? 'FAIL' : 'note';
}

export function failedChecks({ results }: ConformanceReport): readonly ConformanceResult[] {
  return results.filter((result) => outcomeOf(result) === 'FAIL');
}

export function countsOf({ results }: ConformanceReport) {
  const count = (outcome: Outcome): number => results.filter((result) => outcomeOf(result) === outcome).length;
  return { checks: results.length, passed: count('ok'), failed: count('FAIL'), notes: count('note') };
}

/** What to change for this check; `undefined` when it passed. Not sanitized: it may quote the endpoint. */
export function fixOf(result: ConformanceResult, { results }: ConformanceReport): string | undefined {
  if (result.passed) return undefined;
  return fixFor(
    result,
    results.filter(({ passed }) => !passed),
  );
}

/** The failed checks for which a receiver that verifies the bytes as they arrived is the cure. */
export function curedByCode(report: ConformanceReport): readonly ConformanceResult[] {
  return failedChecks(report).filter((result) => isCuredByCode(result, fixOf(result, report) ?? ''));
}

/** More skipped checks than that are counted, not named. */
const MOST_NAMED = 5;

/** `all 17 checks passed`, `2 of 17 checks failed`, with what else there is to say. */
export function summaryOf(report: ConformanceReport): string {
  const { skipped } = report;
  const names = skipped.length > MOST_NAMED ? '' : ` (${skipped.join(', ')})`;
  const { checks, failed, notes } = countsOf(report);
  const all = checks === 1 ? 'the one check passed' : `all ${checks} checks passed`;
  const passed = notes === 0 ? all : `${checks - notes} of ${checks} checks passed`;
  return [
    failed === 0 ? passed : `${failed} of ${checks} checks failed`,
    ...(notes === 0 ? [] : [`${notes} ${notes === 1 ? 'note' : 'notes'}`]),
    ...(skipped.length === 0 ? [] : [`${skipped.length} skipped${names}`]),
  ].join('; ');
}
