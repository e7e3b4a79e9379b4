import { formatDistance } from '../../answers/distance.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';

/** A distance for people; the unit may be any text of the server's. */
export function shownDistance(value: number, unit: string): string {
  return cleanText(formatDistance(value, unit));
}
