import { formatDistance } from '../domain/distance.ts';
import { cleanText } from './clean-text.ts';

/** A distance for people; the unit may be any text of the server's. */
export function shownDistance(value: number, unit: string): string {
  return cleanText(formatDistance(value, unit));
}
