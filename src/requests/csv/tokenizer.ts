/** The tokenizer of tables: finds the cells of one row, and what is wrong with its quotes. */

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BLANK = 32;
const QUOTE = 34;
const EQUALS = 61;

/** Traits of a cell, which say how to get its text; several may hold. */
export const QUOTED = 1;
/** Its quotes are written twice. */
export const DOUBLED = 2;
export const BEYOND_ASCII = 4;
/** It begins with `=`. */
export const FORMULA = 8;

/** One object for all rows of a table: it is filled a million times. Offsets are into the text. */
export interface RowScan {
  /** How many. The lists may be longer. */
  cells: number;
  /** Where each cell begins, a quoted one at its quote. */
  readonly starts: number[];
  /** Where the text of each ends: at the closing quote, the delimiter or the line end. */
  readonly ends: number[];
  readonly traits: number[];
  /** The offset after the row and its line end. */
  next: number;
  /** Line ends in and after the row. */
  lines: number;
  /** Of a row that is broken, or that ends inside quotes. */
  quoteError: QuoteError | undefined;
}

export interface QuoteError {
  /** `open`: the quote at `at` is never closed; `behind`: text after a closing quote. */
  readonly kind: 'open' | 'behind';
  readonly at: number;
  /** Where the cell begins. */
  readonly cell: number;
  /** From 0. */
  readonly column: number;
  /** Whether there is a line end between the two. */
  readonly runsOn: boolean;
}

export function createRowScan(): RowScan {
  return { cells: 0, starts: [], ends: [], traits: [], next: 0, lines: 0, quoteError: undefined };
}

/**
 * Scans the row that begins at `start` and ends before `end`; `unfinished` when its end has not arrived, which cannot
 * happen in text that is `last`. The text holds one byte a character, the delimiter is one of them. A quote counts where a cell
 * begins with it, blanks aside; elsewhere it is a character (`3/4" valve`).
 */
export function scanRow(
  scan: RowScan,
  text: string,
  start: number,
  end: number,
  last: boolean,
  delimiter: number,
): 'row' | 'broken' | 'unfinished' {
  scan.lines = 0;
  scan.quoteError = undefined;
  let at = start;
  for (let cell = 0; ; cell += 1) {
    let from = at;
    at = pastBlanks(text, at, end, delimiter);
    if (at < end && text.charCodeAt(at) === QUOTE) {
      from = at;
      const before = scan.lines;
      at = scanQuoted(scan, cell, text, from + 1, end);
      if (at === -1) {
        scan.quoteError = { kind: 'open', at: from, cell: from, column: cell, runsOn: false };
        return last ? 'broken' : 'unfinished';
      }
      at = pastBlanks(text, at, end, delimiter);
      if (at < end && !endsCell(text.charCodeAt(at), delimiter)) {
        scan.quoteError = { kind: 'behind', at, cell: from, column: cell, runsOn: scan.lines > before };
        return 'broken';
      }
    } else {
      let traits = at < end && text.charCodeAt(at) === EQUALS ? FORMULA : 0;
      for (; at < end; at += 1) {
        const code = text.charCodeAt(at);
        if (endsCell(code, delimiter)) break;
        if (code > 0x7f) traits |= BEYOND_ASCII;
      }
      scan.ends[cell] = at;
      scan.traits[cell] = traits;
    }
    scan.starts[cell] = from;
    scan.cells = cell + 1;
    if (at < end && text.charCodeAt(at) === delimiter) at += 1;
    else return endRow(scan, text, at, end, last);
  }
}

/** Returns the offset behind the quote that closes the cell; -1 when there is none. */
function scanQuoted(scan: RowScan, cell: number, text: string, from: number, end: number): number {
  let traits = from < end && text.charCodeAt(from) === EQUALS ? QUOTED | FORMULA : QUOTED;
  for (let at = from; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) traits |= BEYOND_ASCII;
    else if (code === LINE_FEED || (code === CARRIAGE_RETURN && text.charCodeAt(at + 1) !== LINE_FEED)) scan.lines += 1;
    else if (code === QUOTE) {
      if (at + 1 === end || text.charCodeAt(at + 1) !== QUOTE) {
        scan.ends[cell] = at;
        scan.traits[cell] = traits;
        return at + 1;
      }
      traits |= DOUBLED;
      at += 1;
    }
  }
  return -1;
}

function endRow(scan: RowScan, text: string, at: number, end: number, last: boolean): 'row' | 'unfinished' {
  scan.next = at;
  if (at === end) return last ? 'row' : 'unfinished';
  scan.next += 1;
  if (text.charCodeAt(at) === CARRIAGE_RETURN) {
    // A line feed may follow.
    if (scan.next === end && !last) return 'unfinished';
    if (text.charCodeAt(scan.next) === LINE_FEED) scan.next += 1;
  }
  scan.lines += 1;
  return 'row';
}

function endsCell(code: number, delimiter: number): boolean {
  return code === delimiter || code === LINE_FEED || code === CARRIAGE_RETURN;
}

function pastBlanks(text: string, from: number, end: number, delimiter: number): number {
  let at = from;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code !== BLANK && (code !== TAB || delimiter === TAB)) break;
    at += 1;
  }
  return at;
}
