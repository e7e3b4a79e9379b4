/** A text with a name, and where a person finds each of its characters. */
export interface Source {
  /** As people know it: `picks.json`, `<stdin>`. */
  readonly name: string;
  readonly text: string;
  /**
   * The place of the character at `offset` (UTF-16 code units from 0): `picks.json:14:7`. A source whose JSON was made
   * from something else (the rows of a table, a flag) names the place there.
   */
  place(offset: number): string;
}

/** A file as it was read. Lines and columns count from 1, columns in UTF-16 code units; a tab is one column. */
export function createTextSource(name: string, text: string): Source {
  // Counted when a place is asked for: a valid file needs none.
  let lines: readonly number[] | undefined;
  return {
    name,
    text,
    place(offset) {
      lines ??= lineStarts(text);
      const line = lastAtOrBefore(lines, offset);
      return `${name}:${line + 1}:${offset - (lines[line] ?? 0) + 1}`;
    },
  };
}

/** JSON from a flag of the command line: every place is the flag. */
export function createFlagSource(flag: string, text: string): Source {
  return { name: flag, text, place: () => flag };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  // Lone carriage returns are line ends only where there is no other: the files of old spreadsheets.
  if (starts.length > 1) return starts;
  for (let at = text.indexOf('\r'); at !== -1; at = text.indexOf('\r', at + 1)) starts.push(at + 1);
  return starts;
}

function lastAtOrBefore(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
