/** What the keys of a terminal in raw mode amount to. */

export interface LineEditor {
  /** Takes the bytes of some keys. */
  take(bytes: Uint8Array): KeyOutcome;
  /** The line so far. */
  line(): string;
}

export interface KeyOutcome {
  /** `stopped`: Ctrl-C, or Ctrl-D on an empty line. */
  readonly state: 'open' | 'done' | 'stopped';
  /** Bytes after the end of the line. */
  readonly rest: Uint8Array;
  /** What a terminal that echoes would show for these keys. */
  readonly shown: string;
}

const CTRL_C = 0x03;
const CTRL_D = 0x04;
const BACKSPACE = 0x08;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const CTRL_U = 0x15;
const CTRL_W = 0x17;
const ESCAPE = 0x1b;
const DELETE = 0x7f;

/** Moves back over one column and clears it. */
export const RUB_OUT = '\b \b';

/**
 * Backspace, Ctrl-U and Ctrl-W take back; arrow keys and other escape sequences (also those that bracket a paste) are
 * dropped; a CR LF pasted as the end of the line is one end.
 */
export function createLineEditor(): LineEditor {
  const decoder = new TextDecoder();
  let characters: string[] = [];
  let escape: 'none' | 'begun' | 'sequence' | 'one-more' = 'none';

  function takeBack(count: number): string {
    const taken = Math.min(count, characters.length);
    characters = characters.slice(0, characters.length - taken);
    return RUB_OUT.repeat(taken);
  }

  function lengthOfLastWord(): number {
    return /\S*\s*$/.exec(characters.join(''))?.[0].length ?? 0;
  }

  /** Whether the byte belongs to an escape sequence (ECMA-48): `ESC [ ... final`, `ESC O x`, `ESC x`. */
  function inEscape(byte: number): boolean {
    if (escape === 'none') {
      if (byte !== ESCAPE) return false;
      escape = 'begun';
    } else if (escape === 'begun') {
      // Escape alone and then a control key: the key counts.
      if (byte !== ESCAPE && (byte < 0x20 || byte === DELETE)) {
        escape = 'none';
        return false;
      }
      if (byte !== ESCAPE) escape = byte === 0x5b ? 'sequence' : byte === 0x4f ? 'one-more' : 'none';
    } else if (escape === 'one-more' || (byte >= 0x40 && byte <= 0x7e)) {
      escape = 'none';
    }
    return true;
  }

  return {
    line: () => characters.join(''),
    take(bytes) {
      let shown = '';
      for (let at = 0; at < bytes.length; at += 1) {
        const byte = bytes[at] ?? 0;
        if (inEscape(byte)) continue;
        switch (byte) {
          case CARRIAGE_RETURN:
          case LINE_FEED: {
            const both = byte === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED;
            return { state: 'done', rest: bytes.subarray(at + (both ? 2 : 1)), shown };
          }
          case CTRL_C:
            return { state: 'stopped', rest: bytes.subarray(bytes.length), shown };
          case CTRL_D:
            return {
              state: characters.length === 0 ? 'stopped' : 'done',
              rest: bytes.subarray(at + 1),
              shown,
            };
          case BACKSPACE:
          case DELETE:
            shown += takeBack(1);
            break;
          case CTRL_U:
            shown += takeBack(characters.length);
            break;
          case CTRL_W:
            shown += takeBack(lengthOfLastWord());
            break;
          default: {
            // Other control keys mean nothing here, and a tab least of all.
            if (byte < 0x20) break;
            const text = decoder.decode(bytes.subarray(at, at + 1), { stream: true });
            if (text !== '') characters.push(text);
            shown += text;
          }
        }
      }
      return { state: 'open', rest: bytes.subarray(bytes.length), shown };
    },
  };
}
