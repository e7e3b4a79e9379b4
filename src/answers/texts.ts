import type { Redact } from '../settings/redaction.ts';
import type { AnswerBudget } from './limit.ts';

/** The texts of an answer that are stored: redacted, and counted against the budget. */
export interface AnswerTexts {
  readonly budget: AnswerBudget;
  readonly redact: Redact;
  /** For a text that occurs once, such as the id of a pick. */
  readonly unique: (text: string) => string;
  /**
   * For texts that an answer repeats thousands of times, such as orders and locations: equal ones are stored once, and
   * redacted once.
   */
  readonly shared: <T extends string | undefined>(text: T) => T;
}

export function createAnswerTexts(redact: Redact, budget: AnswerBudget): AnswerTexts {
  const known = new Map<string, string>();
  const unique = (text: string): string => {
    const redacted = redact(text);
    budget.text(redacted);
    return redacted;
  };
  return {
    budget,
    redact,
    unique,
    shared<T extends string | undefined>(text: T): T {
      if (text === undefined) return text;
      const before = known.get(text);
      if (before !== undefined) return before as T;
      const stored = unique(text);
      known.set(text, stored);
      return stored as T;
    },
  };
}
