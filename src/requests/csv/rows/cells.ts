/** From a cell to the JSON of a field. */
import type { IdCheck } from '../../validation/id-check.ts';
import { codePoint, trimmed, unseenIn } from '../../../lib/text/look-alikes.ts';
import { quote } from '../../quote.ts';
import { idSlip, isPlaceholder, MAY_BE_NONE } from '../../validation/placeholders.ts';
import type { FieldColumn } from '../header/columns.ts';
import type { CurrentRow } from '../reader.ts';

/** What is wrong with a cell, to follow the name of its column. */
export class CellSlip {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/**
 * The JSON text of a cell without its outer blanks, which is not empty. Text stays text (`007`, `true`), unless it
 * stands for no value and is not allowed; leading zeros of a number go, since JSON has none.
 */
export function cellJson(
  cell: string,
  { field: { type, isRequired }, header, index }: FieldColumn,
  ids: IdCheck,
  row: CurrentRow,
): string | CellSlip {
  if (type === 'number' || type === 'integer') return numberJson(cell, type);
  if (PLAIN.test(cell)) return `"${cell}"`;
  if (UNFIT.test(cell)) return new CellSlip(unfit(cell));
  const at = () => ({ path: header, place: row.place(index) });
  if (type === 'places' && cell.includes('|')) return placesJson(cell, ids, at);
  ids.look(cell, at);
  const slip = idSlip(cell, ids.allowed, isRequired ? 'write the real one' : 'empty the cell');
  return slip === undefined ? JSON.stringify(cell) : new CellSlip(slip);
}

/** What needs no escape in JSON, is no list and stands for itself: nearly all there is. */
const PLAIN = new RegExp(String.raw`^(?!${MAY_BE_NONE})[ !#-[\]-{}~]*$`);

/** Control characters but tab and line ends. */
const UNFIT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

function unfit(cell: string): string {
  const char = UNFIT.exec(cell)?.[0] ?? '';
  if (char === '\0') return 'a NUL character (U+0000) in a cell: is this a text file?';
  return `a control character (${codePoint(char)}) in a cell: remove it`;
}

function placesJson(cell: string, ids: IdCheck, at: Parameters<IdCheck['look']>[1]): string | CellSlip {
  const places = cell.split('|').map(trimmed);
  const empty = places.indexOf('');
  if (empty === -1) {
    for (const place of places) ids.look(place, at);
    const slip = places.map((place) => idSlip(place, ids.allowed, 'remove this alternative')).find(Boolean);
    return slip === undefined ? JSON.stringify(places) : new CellSlip(slip);
  }
  const written = places.filter((place) => place !== '');
  const remedy = written.length === 0 ? '' : `: write ${quote(written.join('|'))}`;
  return new CellSlip(`alternative ${empty + 1} of ${places.length} in ${quote(cell)} is empty${remedy}`);
}

/** Digits that JSON and JavaScript take as they are: nearly all numbers there are. */
const PLAIN_NUMBER = /^(?:0|[1-9]\d{0,14})$/;

const JSON_NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

function numberJson(cell: string, type: 'number' | 'integer'): string | CellSlip {
  if (PLAIN_NUMBER.test(cell)) return cell;
  const wanted = type === 'integer' ? 'a whole number' : 'a number';
  const wrong = (remedy: string): CellSlip => new CellSlip(`expected ${wanted}, found ${quote(cell)}${remedy}`);
  if (!JSON_NUMBER.test(cell)) return wrong(remedyFor(cell, type));
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

function remedyFor(cell: string, type: 'number' | 'integer'): string {
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
