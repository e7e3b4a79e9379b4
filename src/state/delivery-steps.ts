/**
 * What a delivery can owe: each step is stored with the delivery when it is accepted, under a name that is the same in
 * every process and over time.
 */
import { createHash } from 'node:crypto';

/** Print the result. */
export const SHOW = 'show';

/** Run the command of `--exec`, whatever its text: a corrected command does the work that an earlier one owes. */
export const EXEC = 'exec';

/** All steps of the next listener that claims the delivery: for one that no listener accepted. */
export const UNASSIGNED = '*';

/**
 * Forward to this URL: `forward <origin and path> <digest>`. The query may hold a token, so it is only in the digest (64
 * bits of the SHA-256 of the whole URL), which keeps two targets apart.
 *
 * @param url absolute
 */
export function forwardStep(url: string): string {
  const { origin, pathname } = new URL(url);
  const digest = createHash('sha256').update(url).digest('hex').slice(0, 16);
  return `forward ${origin}${pathname} ${digest}`;
}

/** A step as people read it: without the digest. */
export function stepLabel(step: string): string {
  if (step === UNASSIGNED) return 'whatever the next listener does';
  return step.replace(/^(forward \S+) [\da-f]{16}$/, '$1');
}

/** The step that must have ended before this one may start: a command runs after its delivery was printed. */
export function precedingStep(step: string): string | undefined {
  return step === EXEC ? SHOW : undefined;
}
