/** Ids that are not ids: what programs write for no value, and numbers in the notation of Excel. */
import { posixQuoted } from '../../lib/text/shell-words.ts';

const PLACEHOLDER = new RegExp(
  [
    // Excel in any language: `#N/A`, `#REF!`, `#NAME?`, `#NV`, a column that is too narrow.
    /#\p{L}\/\p{L}!?/u,
    /#\S{2,}[!?]/,
    /#N[AV]/,
    /#GETTING_DATA/,
    /#{2,}/,
    // Databases, their tools, and languages.
    /\\N/,
    /(?:[Nn][Uu][Ll][Ll]|[Nn][Oo][Nn][Ee]|-?[Nn][Aa][Nn]|[Nn][Ii][Ll]|[Nn]\/[Aa]|[Nn]\.[Aa]\.|NA|NaT|<NA>|[Uu]ndefined)/,
    /[(<[](?:null|none|nil|nan|n\/?a|empty|blank)[)>\]]|[(<[](?:NULL|NONE|NIL|N\/?A|EMPTY|BLANK)[)>\]]/,
    /-?1\.#(?:IND|QNAN|INF)/,
    /[-\u2013\u2014]+/,
    // Objects that were written as a text: .NET and PowerShell, JavaScript, PHP, Java, Python.
    /System\.(?:\w+\[\]|(?:Collections|DBNull|Data|Management|Object|Xml)\b\S*)/,
    /@\{.*\}/,
    /\[object \w+\]/,
    /Array/,
    /\[?[LB]?java\.\S+@[0-9a-f]+/,
    /<.* at 0x[0-9a-fA-F]+>/,
  ]
    .map(({ source }) => `^(?:${source})$`)
    .join('|'),
  'u',
);

/** `4.50012E+15`, `2,00E+05`, `2E+05`; `1E05` and `1E-05` may be bins. */
const SCIENTIFIC = /^-?\d+(?:[.,]\d*e[+-]?|e\+)\d+$/i;

/**
 * How printable ASCII begins that may be either: nearly all ids do not match this one test. Those that do get a closer
 * look.
 */
export const MAY_BE_NONE = String.raw`[#(<@[\\-]|[Nn][AaIiOoUu/.].{0,2}$|[Uu]ndefined$|System\.|Array$|java\.|1\.#|\d[\d.,]*[Ee][+\d-]`;

/** Whether it stands for no value, also where a number belongs. */
export function isPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text);
}

/** What is wrong with the text as an id, and the ways out, of which `instead` is one; `undefined` when nothing is. */
export function idProblem(text: string, allowed: ReadonlySet<string>, instead: string): string | undefined {
  if (allowed.has(text)) return undefined;
  if (isPlaceholder(text)) return `"${text}" is a placeholder: ${instead}, or allow it with ${allowing(text)}`;
  if (!SCIENTIFIC.test(text)) return undefined;
  return `"${text}" is an id that Excel turned into a number, and digits may be lost: export the column as text, or allow it with ${allowing(text)}`;
}

/** The values of `--allow-value`. The command line of Windows leaves the quotes of our own advice on. */
export function allowedIds(values: readonly string[]): ReadonlySet<string> {
  return new Set(values.flatMap((value) => [value, value.replace(/^'(.*)'$/s, '$1')]));
}

function allowing(text: string): string {
  return `--allow-value ${/^[\w.,+/][\w.,+/-]*$/.test(text) ? text : posixQuoted(text)}`;
}
