/**
 * Text from a server, a file or a delivery can carry orders to the terminal: colors, cursor moves, a window title, the
 * clipboard, text that reads backwards.
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

/**
 * The text without anything that could move the cursor, color, reorder or hide: whole sequences go, and no half of one
 * stays. Every kind of line break becomes `\n`, tabs stay. Half a surrogate pair becomes U+FFFD.
 */
export function withoutControls(text: string): string {
  return text
    .toWellFormed()
    .replace(SEQUENCES, '')
    .replace(LINE_BREAKS, '\n')
    .replace(CONTROLS, '')
    .replace(INVISIBLE, '')
    .replace(JOINER_RUNS, '')
    .replace(STRAY_JOINERS, '');
}

/** The same JSON, in which those characters are written as `\u202e`: its values stay, and no terminal acts on them. */
export function withEscapedControls(json: string): string {
  return json.replace(CONTROLS, escaped).replace(INVISIBLE, escaped);
}

function escaped(found: string): string {
  // White space between tokens.
  if (found === '\r') return found;
  const units = Array.from({ length: found.length }, (_, at) => found.charCodeAt(at).toString(16).padStart(4, '0'));
  return units.map((unit) => `\\u${unit}`).join('');
}
