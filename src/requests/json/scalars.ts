/** Where the scalars of JSON end. Tight loops: they see every character of a file. */
import { rawControl, wrongEscape, wrongNumber } from './syntax-hints.ts';

/** A syntax error; the parser adds place and path. */
export class JsonTextError extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

const QUOTE = 34;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const BACKSLASH = 92;
const FIRST_PRINTABLE = 32;

/** `start` is the opening quote; returns the offset after the closing one. Throws {@link JsonTextError}. */
export function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) {
      at = endOfEscape(text, at);
    } else if (code >= FIRST_PRINTABLE) {
      at += 1;
    } else {
      // After the last character the code is NaN.
      if (!Number.isNaN(code)) throw new JsonTextError(at, rawControl(code));
      throw new JsonTextError(start, 'a text begins here and the file ends inside it: its closing quote is missing');
    }
  }
}

function endOfEscape(text: string, at: number): number {
  const next = text[at + 1];
  if (next === undefined) return at + 1;
  if ('"\\/bfnrt'.includes(next)) return at + 2;
  if (next === 'u' && /^[\da-f]{4}$/i.test(text.slice(at + 2, at + 6))) return at + 6;
  throw new JsonTextError(at, wrongEscape(text, at));
}

/** `start` is a digit or the minus sign. Throws {@link JsonTextError}. */
export function endOfNumber(text: string, start: number): number {
  const integer = text.charCodeAt(start) === MINUS ? start + 1 : start;
  let at = pastDigits(text, integer);
  let good = at > integer && (at === integer + 1 || text.charCodeAt(integer) !== ZERO);
  if (good && text.charCodeAt(at) === POINT) {
    const fraction = at + 1;
    at = pastDigits(text, fraction);
    good = at > fraction;
  }
  if (good && (text[at] === 'e' || text[at] === 'E')) {
    at += 1;
    if (text[at] === '+' || text[at] === '-') at += 1;
    const exponent = at;
    at = pastDigits(text, exponent);
    good = at > exponent;
  }
  if (!good || isWordPart(text.charCodeAt(at))) throw new JsonTextError(start, wrongNumber(text, start, at));
  return at;
}

/** The offset after `word`; `undefined` for anything else (`trueish`). */
export function endOfWord(text: string, start: number, word: string): number | undefined {
  const end = start + word.length;
  return text.startsWith(word, start) && !isWordPart(text.charCodeAt(end)) ? end : undefined;
}

export function isDigit(code: number): boolean {
  return code >= ZERO && code <= 57;
}

function pastDigits(text: string, at: number): number {
  let end = at;
  while (isDigit(text.charCodeAt(end))) end += 1;
  return end;
}

/** Letters, digits, `_` and `.`: a number or `true` followed by one is another word. */
function isWordPart(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || isDigit(code) || code === 0x5f || code === POINT;
}
