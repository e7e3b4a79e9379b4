/** Gives back one and the same string for equal strings. */
export type Intern = <T extends string | undefined>(text: T) => T;

/** Equal strings are kept once: an answer repeats its orders and locations thousands of times. */
export function createIntern(): Intern {
  const known = new Map<string, string>();
  return <T extends string | undefined>(text: T): T => {
    if (text === undefined) return text;
    const before = known.get(text);
    if (before !== undefined) return before as T;
    known.set(text, text);
    return text;
  };
}
