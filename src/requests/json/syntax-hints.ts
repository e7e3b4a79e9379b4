/** Messages for common mistakes in JSON written by hand or by a careless program. Pure: text and offset in, message out. */
import { codePoint } from '../../lib/text/look-alikes.ts';
import { truncate } from '../../lib/text/truncate.ts';

const INVISIBLE: Readonly<Record<string, string>> = {
  '\u0000': 'a NUL character (U+0000)',
  '\u00a0': 'a no-break space (U+00A0)',
  '\u200b': 'a zero-width space (U+200B)',
  '\u2028': 'a line separator (U+2028)',
  '\u2029': 'a paragraph separator (U+2029)',
  '\ufeff': 'a byte order mark (U+FEFF)',
};

/** The message for anything but a value. */
export function wrongValue(text: string, at: number): string {
  const char = charAt(text, at);
  const known = wrongAnywhere(text, at);
  if (known !== undefined) return known;
  if (/[,:\]}]/.test(char)) return `a value is missing before "${char}"`;
  if (char === '+') return 'a number has no plus sign';
  if (char === '.') return 'a number begins with a digit: write 0.5 for .5';
  if (char === '<' && text.slice(0, at).trim() === '') return 'this is HTML or XML, not JSON';
  const word = wordAt(text, at);
  if (word !== undefined) return foreignWord(word) ?? `text without quotes: write ${quote(word)}`;
  return `unexpected ${quote(char)}: expected a value`;
}

/** The message for anything but the name of a member. */
export function wrongName(text: string, at: number): string {
  const known = wrongAnywhere(text, at);
  if (known !== undefined) return known;
  const char = charAt(text, at);
  if (char === ',') return 'a field is missing before ","';
  if (char === ':') return 'a field name is missing before ":"';
  const word = wordAt(text, at);
  if (word !== undefined) return `field name without quotes: write ${quote(word)}`;
  const number = matchAt(/[\d.]+/y, text, at);
  if (number !== undefined) return `a field name is a text: write ${quote(number)}`;
  return `unexpected ${quote(char)}: expected a field name in double quotes`;
}

/** The message for anything but the colon after a name. */
export function wrongColon(text: string, at: number, name: string): string {
  const known = wrongAnywhere(text, at);
  if (known !== undefined) return known;
  const char = charAt(text, at);
  if (char === '=') return `"=" after ${quote(name)}: write ":"`;
  if (char === ',' || char === '}') return `the field ${quote(name)} has no value`;
  return `missing ":" after ${quote(name)}`;
}

/** The message for anything but `,` or the closing bracket after a value. */
export function wrongSeparator(text: string, at: number, closing: string): string {
  const char = charAt(text, at);
  if (charAt(text, at - 1) === '"' && /[\p{L}\p{N}]/u.test(char)) {
    return 'the text ends here: a double quote inside a text is written \\"';
  }
  const known = wrongAnywhere(text, at);
  if (known !== undefined && char !== "'") return known;
  const next = tokenAt(text, at);
  return next === undefined
    ? `unexpected ${quote(char)}: expected "," or "${closing}"`
    : `missing comma before ${next}`;
}

/** The message for anything after the document. */
export function wrongEnd(text: string, at: number): string {
  const char = charAt(text, at);
  const known = wrongAnywhere(text, at);
  if (known !== undefined && char !== "'") return known;
  if (char === '{' || char === '[') return 'a second document begins here: a request file holds one';
  if (char === '}' || char === ']') return `"${char}" closes nothing`;
  return `unexpected ${quote(char)} behind the end of the document`;
}

/** Why the number at `start` is not valid; `at` is the first character that does not fit. */
export function wrongNumber(text: string, start: number, at: number): string {
  const whole = matchAt(/-?[\w.+-]*/y, text, start) ?? '';
  if (/^-(?:Infinity|inf|NaN)/i.test(whole)) return `${whole} is no JSON number: leave the field out or write null`;
  if (/^-?0\d/.test(whole)) {
    return `a number has no leading zero: write ${quote(whole)} to keep it as a text`;
  }
  if (/^-?0[xob]/i.test(whole)) return `${whole} is no JSON number: write it in decimal digits`;
  if (charAt(text, at - 1) === '.') return `digits are missing behind the point of ${whole}`;
  if (/e[+-]?$/i.test(text.slice(start, at))) return `digits are missing in the exponent of ${whole}`;
  return `${quote(whole)} is no number: a text needs double quotes`;
}

/** A character below U+0020 inside a text. */
export function rawControl(code: number): string {
  if (code === 10 || code === 13) return 'a line break inside a text: is its closing quote missing? Else write \\n';
  if (code === 9) return 'a tab inside a text: write \\t';
  return `a control character (${codePoint(String.fromCharCode(code))}) inside a text: write \\u${code.toString(16).padStart(4, '0')}`;
}

/** The message for a backslash that does not begin an escape. */
export function wrongEscape(text: string, at: number): string {
  const next = charAt(text, at + 1);
  if (next === 'u') return '\\u needs four hexadecimal digits';
  return `\\${next} is no JSON escape: a backslash itself is written \\\\`;
}

/** The message for what is wrong anywhere between values; `undefined` for everything else. */
function wrongAnywhere(text: string, at: number): string | undefined {
  const char = charAt(text, at);
  const invisible = INVISIBLE[char];
  if (invisible !== undefined) return `${invisible} between values: remove it`;
  if (char === '#' || (char === '/' && /[/*]/.test(charAt(text, at + 1)))) return 'JSON has no comments: remove it';
  if (char === "'" || char === '`') return `a text takes double quotes, not ${char}`;
  if (/[\u2018-\u201f\u00ab\u00bb]/.test(char)) return `a text takes straight double quotes ("), not ${char}`;
  const code = text.charCodeAt(at);
  if (code < 0x20 || (code >= 0x7f && code < 0xa0))
    return `a control character (${codePoint(char)}) between values: remove it`;
  return undefined;
}

/** The value or name that begins at `at`, as a person recognizes it. */
function tokenAt(text: string, at: number): string | undefined {
  const found = matchAt(/"(?:[^"\\\n\r]|\\.){0,40}"?|[[{]|-?\d[\w.+-]{0,40}|'/y, text, at) ?? wordAt(text, at);
  if (found === undefined) return undefined;
  return found === '[' || found === '{' || found === "'" ? `"${found}"` : found;
}

/** The message for a word of another language that looks like a value. */
function foreignWord(word: string): string | undefined {
  if (/^(?:NaN|nan|Infinity|inf)$/.test(word)) return `${word} is no JSON number: leave the field out or write null`;
  if (word === 'undefined') return 'undefined is no JSON value: leave the field out or write null';
  if (word === 'None' || word === 'NULL') return `${word} is no JSON value: write null`;
  return /^(?:True|TRUE|False|FALSE)$/.test(word) ? `${word} is no JSON value: write ${word.toLowerCase()}` : undefined;
}

function wordAt(text: string, at: number): string | undefined {
  const word = matchAt(/[\p{L}_$][\p{L}\p{N}_$.-]*/uy, text, at);
  return word === undefined ? undefined : truncate(word, 40);
}

/** What the pattern, a sticky one, finds at that offset. */
function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** The whole character, also outside the basic plane. */
function charAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}

function quote(text: string): string {
  return `"${text}"`;
}
