/** Finds second lines of headers below the first: labels for people, or units. */
import type { SampleRow } from './find.ts';
import type { FieldColumn, Columns } from './columns.ts';

/** More lines of headers than a table has. */
const MOST_LINES = 3;

/** Not all rows: a total or a rule may be among them. */
const MOST = 0.8;

/** Words of headers that say nothing of what is below them. */
const GENERIC: ReadonlySet<string> = new Set(['id', 'no', 'nr', 'name', 'code', 'number', 'type', 'time']);

const PLACEHOLDER = /^(?:nan|nil|null|none|undefined|inf(?:inity)?|n\/?a)$/i;

/** The lines right below the header that look like headers, too; `below` are the lines below it. */
export function secondHeaders(below: readonly SampleRow[], columns: Columns): readonly number[] {
  const lines: number[] = [];
  for (const [at, { cells, line }] of below.entries()) {
    const others = below.slice(at + 1).filter((row) => /[\p{L}\d]/u.test(row.cells.join('')));
    if (lines.length === MOST_LINES || !looksLikeLabels(cells, others, columns)) break;
    lines.push(line);
  }
  return lines;
}

/**
 * Whether the cells are labels or units rather than values like the `others`: none has a digit, and a column of numbers
 * has words, a column has a word of its own name, or nearly all others have digits.
 */
export function looksLikeLabels(cells: readonly string[], others: readonly SampleRow[], { read }: Columns): boolean {
  const filled = read.filter(({ index }) => (cells[index] ?? '') !== '');
  const [numbers, texts] = [filled.filter(isOfNumbers), filled.filter((column) => !isOfNumbers(column))];
  const cellOf = ({ index }: FieldColumn): string => cells[index] ?? '';
  const below = ({ index }: FieldColumn): string[] => others.map((row) => row.cells[index] ?? '');

  if (filled.some((column) => /\d/.test(cellOf(column)))) return false;
  if (texts.some((column) => !/\p{L}{3}/u.test(cellOf(column)))) return false;
  const hasUnit = (column: FieldColumn): boolean =>
    /[\p{L}%°"'€$£]/u.test(cellOf(column)) &&
    !PLACEHOLDER.test(cellOf(column)) &&
    below(column).some((cell) => /\d/.test(cell));
  const hasItsName = (column: FieldColumn): boolean =>
    wordsOf(column.header)
      .filter((word) => wordsOf(cellOf(column)).includes(word))
      .some((word) => below(column).every((cell) => !wordsOf(cell).includes(word)));
  const hasDigitsBelow = (column: FieldColumn): boolean => {
    const filled = below(column).filter((cell) => cell !== '');
    const digits = filled.filter((cell) => /\d/.test(cell)).length;
    return digits > 1 && digits >= filled.length * MOST;
  };
  return numbers.some(hasUnit) || texts.some(hasItsName) || (texts.length > 1 && texts.every(hasDigitsBelow));
}

function isOfNumbers({ field }: FieldColumn): boolean {
  return field.type === 'number' || field.type === 'integer';
}

function wordsOf(text: string): string[] {
  const words = text.toLowerCase().split(/[^\p{L}]+/u);
  return words.filter((word) => word.length > 1 && !GENERIC.has(word));
}
