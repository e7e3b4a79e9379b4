/**
 * Where the cells of one row stand, and what is wrong with its quotes. The parser does not tell either exactly, so the
 * row is gone through once more when there is something to tell.
 */

/** What ends the reading of a row. Offsets are into its text. */
export interface QuoteSlip {
  /** `open`: the quote at `at` is never closed; `behind`: text after a closing quote; `inside`: a quote in a bare cell. */
  readonly kind: 'open' | 'behind' | 'inside';
  readonly at: number;
  /** Where the cell begins. */
  readonly cell: number;
  /** From 0. */
  readonly column: number;
}

export interface RowShape {
  /** Where each cell begins, a quoted one at its quote. */
  readonly starts: readonly number[];
  readonly slip: QuoteSlip | undefined;
}

/** `text` is the row from its first character to its end, or to the end of what there is. */
export function shapeOfRow(text: string, delimiter: string): RowShape {
  const starts: number[] = [];
  let at = 0;
  for (;;) {
    const cell = at;
    const column = starts.length;
    starts.push(cell);
    if (text[at] === '"') {
      at = endOfQuoted(text, at);
      if (at === -1) return { starts, slip: { kind: 'open', at: cell, cell, column } };
      const next = text[at];
      if (next !== undefined && next !== delimiter && next !== '\n' && next !== '\r') {
        return { starts, slip: { kind: 'behind', at, cell, column } };
      }
    } else {
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') {
        if (text[at] === '"') return { starts, slip: { kind: 'inside', at, cell, column } };
        at += 1;
      }
    }
    if (text[at] !== delimiter) return { starts, slip: undefined };
    at += 1;
  }
}

/** The offset behind the quote that closes the one at `start`; -1 when there is none. */
function endOfQuoted(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at + 1;
  }
  return -1;
}
