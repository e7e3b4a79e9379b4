/** After so many failed attempts a step is `failed` until it is replayed. */
export const MAX_ATTEMPTS = 12;

const FIRST_DELAY_MS = 2000;
const LONGEST_DELAY_MS = 60 * 60 * 1000;

/**
 * The pause after the given number of failed attempts, in milliseconds: 2 s, doubled each time, at most an hour, with up
 * to a fifth more or less, so that steps that failed together are not retried together. Twelve attempts take about 70 minutes.
 *
 * @param random a number in [0, 1)
 */
export function backoffDelay(attempts: number, random: number): number {
  const base = Math.min(FIRST_DELAY_MS * 2 ** Math.max(0, attempts - 1), LONGEST_DELAY_MS);
  return Math.round(base * (0.8 + 0.4 * random));
}
