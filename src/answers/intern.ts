import type { Redact } from '../settings/redaction.ts';
import type { AnswerBudget } from './limit.ts';

/** Gives back one and the same string for equal strings. */
export type Intern = <T extends string | undefined>(text: T) => T;

/**
 * Equal strings are kept once: an answer repeats its orders and locations thousands of times. Each is redacted, which
 * costs the less the more are equal.
 */
export function createIntern(redact: Redact, budget: AnswerBudget): Intern {
  const known = new Map<string, string>();
  return <T extends string | undefined>(text: T): T => {
    if (text === undefined) return text;
    const before = known.get(text);
    if (before !== undefined) return before as T;
    const kept = redact(text);
    budget.text(kept);
    known.set(text, kept);
    return kept as T;
  };
}
