/** Code to fix a receiver with. */
import type { Framework } from './frameworks.ts';

/** A receiver for one framework, to be copied. */
export interface FrameworkFix {
  readonly framework: Framework;
  /** Lines of at most 78 columns. */
  readonly code: string;
}

export async function fixesFor(frameworks: readonly Framework[]): Promise<readonly FrameworkFix[]> {
  const { SNIPPETS } = await import('./snippets.ts');
  return frameworks.map((framework) => ({ framework, code: SNIPPETS[framework] }));
}
