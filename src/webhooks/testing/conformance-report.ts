/** The results of the checks of `trigger --suite`. Pure. */
import type { CheckTexts } from './conformance-checks.ts';
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
}

export function failedChecks({ results }: ConformanceReport): readonly ConformanceResult[] {
  return results.filter(({ passed }) => !passed);
}
