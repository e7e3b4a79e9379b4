/** Numbers with units as HTML has them: a line never ends between the two. */
import { distanceText as plainDistance } from '../answers/distance-text.ts';
import { formatDuration } from '../../lib/text/numbers.ts';

const NO_BREAK = '\u00a0';

/** For texts of our own that have no blanks but these. */
export function unbroken(text: string): string {
  return text.replaceAll(' ', NO_BREAK);
}

/** `84.0 m`, or `n/a`. The unit may be any text of the server's. */
export function distanceText(value: number | undefined, unit: string): string {
  return plainDistance(value, unit).replace(' ', NO_BREAK);
}

/** `2 min 5 s`, of milliseconds. */
export function durationText(ms: number): string {
  return unbroken(formatDuration(ms));
}
