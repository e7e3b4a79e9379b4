/** Characters that terminals draw two columns wide: East Asian Wide and Fullwidth (Unicode UAX #11), and emoji. */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Characters that add nothing to the width of the one before: accents, joiners, variation selectors, skin tones. */
const ATTACHED = /[\p{Mn}\p{Me}\p{Emoji_Modifier}\u1160-\u11ff]|\u200c|\u200d/u;

const REGIONAL_INDICATOR = /[\u{1f1e6}-\u{1f1ff}]/u;

const ASCII = /^[ -~]*$/;

const JOINER = '\u200d';
const EMOJI_STYLE = '\ufe0f';

interface Cluster {
  readonly text: string;
  readonly width: number;
}

/** Columns that a cleaned text takes on a terminal. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const cluster of clustersOf(text)) width += cluster.width;
  return width;
}

/** The text cut to `width` columns, the last of them `…` when something is missing. Never splits an emoji or an accent. */
export function cutToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width < 1) return '';
  return `${headOfWidth(text, width - 1).trimEnd()}…`;
}

/** The beginning of the text that takes at most `width` columns. Never splits an emoji or an accent. */
export function headOfWidth(text: string, width: number): string {
  let head = '';
  let used = 0;
  for (const cluster of clustersOf(text)) {
    if (used + cluster.width > width) break;
    head += cluster.text;
    used += cluster.width;
  }
  return head;
}

/** Cut to `width` columns in the middle, where an address has least to tell. */
export function cutInMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width < 1) return '';
  const characters = Array.from(clustersOf(text), (cluster) => cluster.text);
  const end = Math.floor((width - 1) / 2);
  let start = width - 1 - end;
  let cut = '';
  do {
    cut = `${characters.slice(0, start).join('')}…${end === 0 ? '' : characters.slice(-end).join('')}`;
    start -= 1;
  } while (displayWidth(cut) > width && start >= 0);
  return cut;
}

/** What a reader sees as one character each. Not all of Unicode's rules, but those that change a width. */
function* clustersOf(text: string): Generator<Cluster, void> {
  let cluster = '';
  let width = 0;
  let joined = false;
  let flag = false;
  for (const character of text) {
    const secondOfFlag = flag && REGIONAL_INDICATOR.test(character);
    if (cluster !== '' && (joined || secondOfFlag || ATTACHED.test(character))) {
      cluster += character;
      if (character === EMOJI_STYLE || secondOfFlag) width = 2;
      flag = false;
    } else {
      if (cluster !== '') yield { text: cluster, width };
      cluster = character;
      flag = REGIONAL_INDICATOR.test(character);
      width = WIDE.test(character) ? 2 : ATTACHED.test(character) ? 0 : 1;
    }
    joined = character === JOINER;
  }
  if (cluster !== '') yield { text: cluster, width };
}
