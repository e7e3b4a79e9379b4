/** Text from outside, made fit for a terminal. */
import { withoutControls } from './control-characters.ts';

const PRINTABLE_ASCII = /^[ -~]*$/;

/** What colors the program's own words (SGR, `ESC [ 31 m`). */
const COLORS = /(\u001b\[[\d;]*m)/;

/**
 * A line that is about to be written, in which only the program's own colors act: for the one place where lines are
 * written, should a text from outside have come that far without being cleaned.
 */
export function cleanLine(line: string): string {
  if (PRINTABLE_ASCII.test(line)) return line;
  return line
    .split(COLORS)
    .map((part, index) => (index % 2 === 1 ? part : cleanText(part, { multiline: true })))
    .join('');
}

/**
 * The text without anything that could move the cursor, color, reorder or hide. Every kind of line break, and each
 * tab, becomes a space, so that the result is one line; with `multiline` line breaks become `\n` and tabs stay.
 * Half a surrogate pair becomes U+FFFD.
 */
export function cleanText(text: string, options: { readonly multiline?: boolean } = {}): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  const stripped = withoutControls(text);
  return options.multiline === true ? stripped : stripped.replace(/[\n\t]/g, ' ');
}
