/** Pieces of a file as messages quote them. */
import { visible } from '../lib/text/look-alikes.ts';

/** Longest piece of a file in a message, in characters. */
const LONGEST = 40;

/** The text with its invisible characters as code points, cut when it is long. */
export function shorten(text: string): string {
  // The cut may not leave half of a surrogate pair.
  return text.length <= LONGEST ? visible(text) : `${visible(text.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, ''))}…`;
}

/** The text in double quotes, on one line. */
export function quote(text: string): string {
  return `"${shorten(text.replaceAll(/[\r\n\t]+/g, ' '))}"`;
}
