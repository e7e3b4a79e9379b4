import { formatDistance } from '../../answers/distance.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';

/** A distance for people, or `n/a`. The unit may be any text of the server's, and is cleaned. */
export function distanceText(value: number | undefined, unit: string): string {
  return value === undefined ? 'n/a' : cleanText(formatDistance(value, unit));
}
