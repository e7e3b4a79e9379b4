/** From the cells of a row to the JSON of its fields. */
import type { Describe } from '../../error-list.ts';
import type { IdCheck } from '../../validation/id-check.ts';
import { codePoint, trimmed, unseenIn } from '../../../lib/text/look-alikes.ts';
import { quote } from '../../quote.ts';
import { idProblem, isPlaceholder, MAY_BE_NONE } from '../../validation/placeholders.ts';
import type { FieldColumn } from '../header/columns.ts';
import type { CurrentRow } from '../reader.ts';

/** What is wrong with a cell. */
interface CellError {
  readonly message: string;
}

export const NO_LOCATION = 'the location is missing: every pick needs one';

/** Rejects a row for one or several reasons; `cells` as the file has them. */
export type RejectRow = (cells: readonly string[], errors: readonly Describe[], line: number) => void;

/** What is wrong with a row as a whole. */
export function rowFault(message: string, row: CurrentRow): Describe {
  return () => ({ path: '', message, place: row.place() });
}

/** Listed in the order of the columns. */
export interface RowError {
  readonly column: number;
  readonly describe: Describe;
}

/** `message` is to follow the name of the column. */
export function rowError({ header, index }: FieldColumn, message: string, row: CurrentRow): RowError {
  return { column: index, describe: () => ({ path: header, message, place: row.place(index) }) };
}

/** The cell without its outer blanks; `''` where there is no such column. */
export function cellOf(cells: readonly string[], column: FieldColumn | undefined): string {
  return column === undefined ? '' : (cells[column.index]?.trim() ?? '');
}

/** The JSON of the cell; `undefined` when it is empty, or has an error, which is added to `errors`. */
export function valueOf(
  column: FieldColumn,
  cells: readonly string[],
  row: CurrentRow,
  errors: RowError[],
  ids: IdCheck,
): string | undefined {
  const cell = cellOf(cells, column);
  if (cell === '') return undefined;
  const json = cellJson(cell, column, ids, row);
  if (typeof json === 'string') return json;
  errors.push(rowError(column, json.message, row));
  return undefined;
}

/**
 * The JSON of a cell that is not empty and has no outer blanks. Text stays text (`007`, `true`), but a placeholder is an
 * error unless it is allowed; leading zeros of a number are removed, since JSON has none.
 */
function cellJson(
  cell: string,
  { field: { type, isRequired }, header, index }: FieldColumn,
  ids: IdCheck,
  row: CurrentRow,
): string | CellError {
  if (type === 'number' || type === 'integer') return numberJson(cell, type);
  if (PLAIN.test(cell)) return `"${cell}"`;
  if (CONTROL.test(cell)) return { message: controlCharacter(cell) };
  const at = () => ({ path: header, place: row.place(index) });
  if (type === 'places' && cell.includes('|')) return placesJson(cell, ids, at);
  ids.inspect(cell, at);
  const problem = idProblem(cell, ids.allowed, isRequired ? 'write the real one' : 'empty the cell');
  return problem === undefined ? JSON.stringify(cell) : { message: problem };
}

/** Text that needs no escape in JSON, is not a list and not a placeholder: nearly all cells. */
const PLAIN = new RegExp(String.raw`^(?!${MAY_BE_NONE})[ !#-[\]-{}~]*$`);

/** Control characters but tab and line ends. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

function controlCharacter(cell: string): string {
  const char = CONTROL.exec(cell)?.[0] ?? '';
  if (char === '\0') return 'a NUL character (U+0000) in a cell: is this a text file?';
  return `a control character (${codePoint(char)}) in a cell: remove it`;
}

function placesJson(cell: string, ids: IdCheck, at: Parameters<IdCheck['inspect']>[1]): string | CellError {
  const places = cell.split('|').map(trimmed);
  const empty = places.indexOf('');
  if (empty === -1) {
    for (const place of places) ids.inspect(place, at);
    const problem = places.map((place) => idProblem(place, ids.allowed, 'remove this alternative')).find(Boolean);
    return problem === undefined ? JSON.stringify(places) : { message: problem };
  }
  const written = places.filter((place) => place !== '');
  const suggestion = written.length === 0 ? '' : `: write ${quote(written.join('|'))}`;
  return { message: `alternative ${empty + 1} of ${places.length} in ${quote(cell)} is empty${suggestion}` };
}

/** Digits that are a number in JSON and exact in JavaScript: nearly all numbers. */
const PLAIN_NUMBER = /^(?:0|[1-9]\d{0,14})$/;

const JSON_NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

function numberJson(cell: string, type: 'number' | 'integer'): string | CellError {
  if (PLAIN_NUMBER.test(cell)) return cell;
  const wanted = type === 'integer' ? 'a whole number' : 'a number';
  const wrong = (suggestion: string): CellError => ({
    message: `expected ${wanted}, found ${quote(cell)}${suggestion}`,
  });
  if (!JSON_NUMBER.test(cell)) return wrong(suggestionFor(cell, type));
  const value = Number(cell);
  if (!Number.isFinite(value)) return wrong(': it is too large');
  if (type === 'integer') {
    if (!Number.isInteger(value)) return wrong('');
    if (!Number.isSafeInteger(value)) return wrong(`: it is too large, the largest is ${Number.MAX_SAFE_INTEGER}`);
  }
  return cell.replace(/^(-?)0+(?=\d)/, '$1');
}

/** Negative numbers of SAP, of bookkeepers and of word processors. */
const NEGATIVE = [
  [/^([^-]+)-$/, 'a minus sign behind the number'],
  [/^\(([^-]+)\)$/, 'parentheses for a minus sign'],
  [/^[\u2010-\u2015\u2212\ufe63\uff0d](.+)$/, 'a minus sign that is not the plain one'],
  [/^-\s+(.+)$/, 'a blank behind the minus sign'],
] as const;

const THOUSANDS = /^-?\d{1,3}(?:[.,'\u2019\u00a0\u202f ]\d{3})+(?:[.,]\d+)?$/;

function suggestionFor(cell: string, type: 'number' | 'integer'): string {
  if (isPlaceholder(cell) || /^(?:[+-]?inf(?:inity)?|na|#\w+)$/i.test(cell))
    return ': leave the cell empty when there is none';
  for (const [pattern, form] of NEGATIVE) {
    const amount = pattern.exec(cell)?.[1]?.trim() ?? '';
    if (!/\d/.test(amount)) continue;
    const ways = waysToWrite(amount, type).map((way) => quote(`-${way}`));
    const written = ways.length === 0 ? 'it with a plain "-" in front' : ways.join(' or ');
    return `: ${form}? Write ${written}`;
  }
  if (/^\+\d/.test(cell)) return `: write ${quote(cell.slice(1))}`;
  if (/^-?\d+,\d+(?:e[+-]?\d+)?$/i.test(cell)) {
    if (type === 'integer') return ': write it without a comma';
    const [whole, ...fraction] = waysToWrite(cell, type).map(quote);
    if (fraction.length > 0) return `: write ${whole}, or ${fraction.join()} if the comma is a decimal one`;
    return `: a decimal comma? Write ${quote(cell.replace(',', '.'))}`;
  }
  if (THOUSANDS.test(cell)) return ': write it without marks between thousands';
  if (/^-?\.\d+$/.test(cell)) return `: write ${quote(cell.replace('.', '0.'))}`;
  if (/^-?\d+(?:\.\d+)?\s*[a-z%]+\d?$/i.test(cell)) return ': write it without its unit';
  const unseen = unseenIn(cell);
  if (unseen !== undefined) return `: remove the invisible ${unseen}`;
  if (/[^\P{Nd}0-9]/u.test(cell)) return ': write its digits as 0 to 9';
  return '';
}

/** As JSON has it: both readings of `1,000` and `1.000`. */
function waysToWrite(number: string, type: 'number' | 'integer'): string[] {
  const [, sign = '', whole, last] = /^(-?)([1-9]\d{0,2})[.,](\d{3})$/.exec(number) ?? [];
  if (whole !== undefined && last !== undefined) {
    return type === 'integer' ? [sign + whole + last] : [sign + whole + last, `${sign}${whole}.${last}`];
  }
  const plain = /^-?\d+,\d+$/.test(number) ? number.replace(',', '.') : plainThousands(number);
  return JSON_NUMBER.test(plain) ? [plain] : [];
}

/** `1.000,50` and `1,000.50` are 1000.50. */
function plainThousands(number: string): string {
  if (!THOUSANDS.test(number)) return number;
  const [mark = ''] = /[^\d-]/.exec(number) ?? [];
  return number.replaceAll(mark, '').replace(',', '.');
}
