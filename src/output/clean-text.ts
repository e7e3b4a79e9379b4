/**
 * Text from a server, a file or a delivery can carry orders to the terminal: colours, cursor moves, a window title, the
 * clipboard, text that reads backwards. All of it is taken out before a person sees it.
 */

/**
 * Escape sequences (ECMA-48), leftmost first: control strings with their content (OSC, DCS, SOS, PM, APC) up to BEL or
 * ST; CSI sequences (`ESC [ 31 m`); the others (`ESC c`, `ESC ( B`), under which the opener of an unfinished one falls
 * too. The content of a string cannot hold another opener: the time stays linear.
 */
const SEQUENCES = new RegExp(
  [
    /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u0090\u0098\u009c-\u009f]*(?:\u0007|\u001b\\|\u009c)/,
    /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]/,
    /\u001b[ -/]*[0-~]?/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

const LINE_BREAKS = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;

/** C0 but tab and newline, DEL, C1. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * Characters that take no room and reorder or hide: bidirectional marks, overrides and isolates, zero-width space,
 * word joiner and invisible operators, byte order mark, soft hyphen, Hangul and Mongolian fillers, interlinear
 * annotation, tags.
 */
const INVISIBLE =
  /[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;

/** The joiners belong to emoji and to scripts such as Persian, one at a time; several, or beside ASCII, they only hide. */
const JOINER_RUNS = /[\u200c\u200d]{2,}/g;
const STRAY_JOINERS = /(?<![^\u0000-\u007f])[\u200c\u200d]|[\u200c\u200d](?![^\u0000-\u007f])/gu;

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
 * The text without anything that could move the cursor, colour, reorder or hide. Every kind of line break, and each
 * tab, becomes a space, so that the result is one line; with `multiline` line breaks become `\n` and tabs stay.
 * Half a surrogate pair becomes U+FFFD.
 */
export function cleanText(text: string, options: { readonly multiline?: boolean } = {}): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  const stripped = text
    .toWellFormed()
    .replace(SEQUENCES, '')
    .replace(LINE_BREAKS, '\n')
    .replace(CONTROLS, '')
    .replace(INVISIBLE, '')
    .replace(JOINER_RUNS, '')
    .replace(STRAY_JOINERS, '');
  return options.multiline === true ? stripped : stripped.replace(/[\n\t]/g, ' ');
}
