/** Pieces of a file as messages quote them. */
import { truncate } from '../lib/text/truncate.ts';
import { visible } from '../lib/text/look-alikes.ts';

/** Longest piece of a file in a message, in characters. */
const LONGEST = 40;

/** The text with its invisible characters as code points, cut when it is long. */
export function shorten(text: string): string {
  return visible(truncate(text, LONGEST));
}

/** The text in double quotes, on one line. */
export function quote(text: string): string {
  return `"${shorten(text.replaceAll(/[\r\n\t]+/g, ' '))}"`;
}

/** More are counted, not listed. */
const MOST_LISTED = 20;

/** `a, b and 3 more`. */
export function listed(texts: readonly string[]): string {
  const more = texts.length - MOST_LISTED;
  return texts.slice(0, MOST_LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
