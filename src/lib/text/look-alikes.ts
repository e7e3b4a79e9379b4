/** Characters that cannot be seen, and those that look like others: two ids may look the same and be two. */

/** Nothing but printable ASCII, in which there is no such character. */
export const ASCII = /^[ -~]*$/;

/** Joiners, marks of direction, soft hyphens and fillers (Unicode: default ignorable); not what selects an emoji's form. */
const IGNORABLE = String.raw`[\p{Default_Ignorable_Code_Point}--\p{Variation_Selector}]`;

const EDGES = new RegExp(String.raw`^[\s${IGNORABLE}]+|[\s${IGNORABLE}]+$`, 'gv');

/** Without the blanks and the invisible characters around it. */
export function trimmed(text: string): string {
  return ASCII.test(text) ? text.trim() : text.replace(EDGES, '');
}

const UNSEEN = new RegExp(String.raw`[\p{Cc}\p{Zl}\p{Zp}[\p{Zs}--\x20]${IGNORABLE}]`, 'gv');

/** `A<U+200B>01`: what cannot be seen by its code point. */
export function visible(text: string): string {
  return ASCII.test(text) ? text : text.replace(UNSEEN, (char) => `<${codePoint(char)}>`);
}

/** The first invisible character or control character, as `U+200B`. */
export function unseenIn(text: string): string | undefined {
  const [char] = text.match(UNSEEN) ?? [];
  return char === undefined ? undefined : codePoint(char);
}

export function codePoint(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Each with the words for a text that holds it. */
const ODD = [
  ['holds an invisible character', new RegExp(String.raw`[\p{Cc}\p{Zl}\p{Zp}${IGNORABLE}]`, 'v')],
  ['holds a blank that is not a plain space', /[\p{Zs}--\x20]/v],
  ['holds a dash that is not a plain hyphen', /[\p{Dash}--\-]/v],
  ['holds full-width characters', /[\uff01-\uff5e]/],
  // Cyrillic and Greek letters with the shape of a Latin one.
  [
    'mixes letters of two alphabets that look the same',
    /(?=.*[A-Za-z]).*?([АВЕКМНОРСТУХЅІЈаеорсухѕіјΑΒΕΖΗΙΚΜΝΟΡΤΥΧο])/s,
  ],
] as const;

export interface Oddity {
  /** `holds an invisible character (U+200B)`. */
  readonly words: string;
  /** The same for all texts with this kind of character. */
  readonly kind: string;
}

/** The kinds of characters in it that a person takes for others, or does not see. */
export function odditiesOf(text: string): Oddity[] {
  return ODD.flatMap(([kind, pattern]) => {
    const found = pattern.exec(text);
    return found === null ? [] : [{ kind, words: `${kind} (${codePoint(found[1] ?? found[0])})` }];
  });
}
