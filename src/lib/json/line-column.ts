import { isAscii } from 'node:buffer';

/** Counts lines and columns of bytes that are not stored. Both count from 1, columns in UTF-16 code units as elsewhere. */
export interface LineColumnCounter {
  /** The next bytes (UTF-8); not kept. */
  push(chunk: Uint8Array): void;
  /** `14:7`: the place behind all that was pushed. */
  place(): string;
}

const NEWLINE = 0x0a;

export function createLineColumnCounter(): LineColumnCounter {
  const decoder = new TextDecoder();
  let line = 1;
  let column = 1;
  return {
    push(chunk) {
      let start = 0;
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, start)) {
        line += 1;
        start = at + 1;
      }
      if (start > 0) column = 1;
      const rest = chunk.subarray(start);
      // Decoded only where it matters: a minified document is one line of megabytes.
      column += isAscii(rest) ? rest.length : decoder.decode(rest, { stream: true }).length;
    },
    place: () => `${line}:${column}`,
  };
}
