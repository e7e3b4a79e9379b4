/** `--skip-lines`: lines of a table that are left out, by the numbers that editors and messages show. */
import { Buffer } from 'node:buffer';
import { CliError } from '../../errors.ts';

export interface SkipLines {
  /** `--skip-lines none`: the first line is the header, and each line below it a row. */
  readonly none: boolean;
  /** The last line that is left out; 0 when there is none. */
  readonly last: number;
  has(line: number): boolean;
}

/** Reads `2`, `1-3,5` or `none`. Throws `CliError` `usage` (`invalid_lines`) for anything else. */
export function parseSkipLines(given: readonly string[]): SkipLines {
  const parts = given.flatMap((text) => text.split(',')).map((part) => part.trim());
  const none = parts.length === 1 && parts[0]?.toLowerCase() === 'none';
  const ranges = none ? [] : parts.map(rangeOf);
  return {
    none,
    last: ranges.reduce((last, { to }) => Math.max(last, to), 0),
    has: (line) => ranges.some(({ from, to }) => line >= from && line <= to),
  };
}

function rangeOf(part: string): { readonly from: number; readonly to: number } {
  const [, first = '', last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (from >= 1 && from <= to) return { from, to };
  throw new CliError('usage', `--skip-lines ${part} names no lines`, {
    code: 'invalid_lines',
    hint: 'give the numbers of lines, which count from 1, such as 2 or 1-3,5; none leaves out nothing',
  });
}

/** As `--skip-lines` takes them: `2`, `2-3,5`. The numbers are in order. */
export function formatLines(lines: readonly number[]): string {
  const ranges: [from: number, to: number][] = [];
  for (const line of lines) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === line - 1) last[1] = line;
    else ranges.push([line, line]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Empties the lines in the pieces of a text, one after the other: line ends stay, so that all lines have their numbers. */
export function createLineCutter(lines: SkipLines): (chunk: Uint8Array) => Uint8Array {
  let line = 1;
  let isCut = lines.has(1);
  let before = 0;
  return (chunk) => {
    if (line > lines.last) return chunk;
    const kept = Buffer.alloc(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      // A line feed after a carriage return belongs to the line before.
      if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
        if (byte === CARRIAGE_RETURN || before !== CARRIAGE_RETURN) {
          line += 1;
          isCut = lines.has(line);
        }
      } else if (isCut) {
        before = byte;
        continue;
      }
      kept[length] = byte;
      length += 1;
      before = byte;
    }
    return kept.subarray(0, length);
  };
}
