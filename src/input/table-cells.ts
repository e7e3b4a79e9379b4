/** The text of a cell as the value that the API takes. */
import type { CellKind } from './table-columns.ts';

export type CellValue =
  | { readonly ok: true; readonly value: string | number | readonly string[] }
  /** Worded to follow the name of the column. */
  | { readonly ok: false; readonly message: string };

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Never called for an empty cell, which is an absent field. Text stays as it is: `007` and `true` are texts. */
export function readCell(text: string, kind: CellKind, delimiter: string): CellValue {
  // U+0000 to U+001F but tab and line ends: no export has them, a broken file does.
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.exec(text);
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return { ok: false, message: `there is a control character (U+${code}) in it` };
  }
  switch (kind) {
    case 'text':
    case 'time':
      return { ok: true, value: text };
    case 'places':
      return readPlaces(text, delimiter);
    case 'number':
    case 'whole':
      return readNumber(text.trim(), kind);
  }
}

/** Alternatives are separated by `|`, but for a file in which that separates the columns. */
function readPlaces(text: string, delimiter: string): CellValue {
  if (delimiter === '|' || !text.includes('|')) return { ok: true, value: text };
  const places = text.split('|').map((place) => place.trim());
  if (places.includes('')) {
    return { ok: false, message: `an alternative in ${quotedText(text)} is empty: write A01|B07` };
  }
  return { ok: true, value: places };
}

function readNumber(text: string, kind: 'number' | 'whole'): CellValue {
  const expected = kind === 'whole' ? 'a whole number' : 'a number';
  if (!NUMBER.test(text)) {
    const decimal = /^[+-]?\d+,\d+$/.test(text) ? `: write ${text.replace(',', '.')}` : '';
    return { ok: false, message: `expected ${expected}, found ${quotedText(text)}${decimal}` };
  }
  const value = Number(text);
  if (!Number.isFinite(value)) return { ok: false, message: `the number ${quotedText(text)} is too large` };
  if (kind === 'whole') {
    if (!Number.isInteger(value)) return { ok: false, message: `expected ${expected}, found ${quotedText(text)}` };
    if (!Number.isSafeInteger(value)) return { ok: false, message: `the number ${quotedText(text)} is too large` };
  }
  return { ok: true, value };
}

/** Cut at a length that fits a line. */
export function quotedText(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 39)}…` : text);
}
