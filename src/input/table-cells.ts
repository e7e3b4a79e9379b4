/** From a cell to the JSON of a field. */
import type { CellType } from './table-fields.ts';

/** What is wrong with a cell, to follow the name of its column. */
export class CellSlip {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/**
 * The JSON text of a cell without its outer blanks, which is not empty. Text stays text (`007`, `true`); leading zeros
 * of a number go, since JSON has none.
 */
export function cellJson(cell: string, type: CellType): string | CellSlip {
  if (type === 'number' || type === 'integer') return numberJson(cell, type);
  if (PLAIN.test(cell)) return `"${cell}"`;
  if (UNFIT.test(cell)) return new CellSlip(unfit(cell));
  if (type === 'places' && cell.includes('|')) return placesJson(cell);
  return JSON.stringify(cell);
}

/** What needs no escape in JSON and is no list: nearly all there is. */
const PLAIN = /^[ !#-[\]-{}~]*$/;

/** Control characters but tab and line ends. */
const UNFIT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

function unfit(cell: string): string {
  const code = UNFIT.exec(cell)?.[0].codePointAt(0) ?? 0;
  if (code === 0) return 'a NUL character (U+0000) in a cell: is this a text file?';
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return `a control character (${name}) in a cell: remove it`;
}

function placesJson(cell: string): string | CellSlip {
  const places = cell.split('|').map((place) => place.trim());
  const empty = places.indexOf('');
  if (empty === -1) return JSON.stringify(places);
  const written = places.filter((place) => place !== '');
  const remedy = written.length === 0 ? '' : `: write ${quote(written.join('|'))}`;
  return new CellSlip(`alternative ${empty + 1} of ${places.length} in ${quote(cell)} is empty${remedy}`);
}

const JSON_NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

function numberJson(cell: string, type: 'number' | 'integer'): string | CellSlip {
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

function remedyFor(cell: string, type: 'number' | 'integer'): string {
  if (/^[+-]?(?:nan|inf(?:inity)?|null|none|n\/?a|#n\/a|-+|#\w+[!?]?)$/i.test(cell))
    return ': leave the cell empty when there is none';
  if (/^\+\d/.test(cell)) return `: write ${quote(cell.slice(1))}`;
  if (/^-?\d+,\d+$/.test(cell)) {
    return type === 'number'
      ? `: a decimal comma? Write ${quote(cell.replace(',', '.'))}`
      : ': write it without a comma';
  }
  if (/^-?\d{1,3}(?:[.,'\u00a0\u202f ]\d{3})+(?:[.,]\d+)?$/.test(cell))
    return ': write it without marks between thousands';
  if (/^-?\.\d+$/.test(cell)) return `: write ${quote(cell.replace('.', '0.'))}`;
  if (/^-?\d+(?:\.\d+)?\s*[a-z%]+\d?$/i.test(cell)) return ': write it without its unit';
  return '';
}

/** As a message quotes it: on one line and not too long. */
export function quote(text: string): string {
  const line = text.replaceAll(/[\r\n\t]+/g, ' ');
  return `"${line.length <= 40 ? line : `${line.slice(0, 40).replace(/[\ud800-\udbff]$/, '')}…`}"`;
}
