/** Finds the header of a table among its rows: exports that were joined one behind the other. */
import type { Columns } from './columns.ts';
import { foldName } from '../../../lib/text/fold-name.ts';

/**
 * `same`: the columns of the table once more, or the line above them that declares the delimiter; `other`: a header with
 * other columns, or in another order; `joined`: a header that begins in the last cell of a row.
 */
export type HeaderAgain = 'same' | 'other' | 'joined';

const BLANK = 32;
const DELETE = 127;

/** `fields` are the names that make a header besides those of this one. Cheap for a row that is a pick. */
export function createHeaderCheck(
  headers: readonly string[],
  { pick, wave }: Columns,
  fields: readonly string[],
): (cells: readonly string[]) => HeaderAgain | undefined {
  const own = namesOf(headers);
  const names = new Set([...own, ...fields.map(nameOf)]);
  names.delete('');
  // Most cells end in a digit, and names do not: most rows pass this one test.
  const endings = new Set(
    [...names].flatMap((name) => [name.slice(-1), name.slice(-1).toUpperCase(), '"']).map((end) => end.charCodeAt(0)),
  );
  const endsAsName = (cell: string): boolean => {
    const last = cell.charCodeAt(cell.length - 1);
    return endings.has(last > BLANK && last < DELETE ? last : cell.trimEnd().slice(-1).charCodeAt(0));
  };
  const isName = (cell: string): boolean => endsAsName(cell) && names.has(nameOf(cell));
  const read = [...pick, ...(wave === undefined ? [] : [wave])];

  const isDeclaration = (cells: readonly string[]): boolean => {
    const [first = ''] = cells;
    return first.endsWith('=') && nameOf(first) === 'sep=' && cells.every((cell, at) => at === 0 || cell === '');
  };
  /** The first export had no line end at its end. */
  const isJoined = (cells: readonly string[]): boolean => {
    const [first = '', ...others] = namesOf(cells.slice(headers.length - 1));
    const [name = '', ...rest] = own;
    return (
      first !== name && first.endsWith(name) && others.length === rest.length && others.join('\n') === rest.join('\n')
    );
  };

  return (cells) => {
    if (isDeclaration(cells)) return 'same';
    if (
      cells.length === headers.length * 2 - 1 &&
      endings.has((cells[headers.length - 1] ?? '').slice(-1).charCodeAt(0)) &&
      isJoined(cells)
    )
      return 'joined';
    const isSuspect =
      cells.length === headers.length ? read.some(({ index }) => isName(cells[index] ?? '')) : cells.some(isName);
    if (!isSuspect) return undefined;
    const found = namesOf(cells);
    if (found.length === own.length && found.every((name, index) => name === own[index])) return 'same';
    const known = found.filter((name) => names.has(name)).length;
    return known > 1 && known * 2 > found.filter((name) => name !== '').length ? 'other' : undefined;
  };
}

/** Without the empty ones at the end, of which one export may have more than another. */
function namesOf(cells: readonly string[]): string[] {
  const names = cells.map(nameOf);
  return names.slice(0, names.findLastIndex((name) => name !== '') + 1);
}

/** The form in which headers are compared. A byte order mark inside a file is before the quotes of the first cell. */
function nameOf(cell: string): string {
  return foldName(cell.replaceAll('"', ''));
}
