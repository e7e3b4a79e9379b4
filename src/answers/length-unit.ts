/** How many millimetres one of a unit is: whole numbers where there are any, so that conversions stay exact. */
const MILLIMETRES = {
  mm: 1,
  cm: 10,
  dm: 100,
  m: 1000,
  km: 1_000_000,
  in: 25.4,
  ft: 304.8,
} as const;

export type LengthUnit = keyof typeof MILLIMETRES;

/** Units of length that optipick can turn into each other, the smallest metric one first. */
export const LENGTH_UNITS = Object.keys(MILLIMETRES) as readonly LengthUnit[];

/** Other words for them. Which units the API can answer with, besides its default `cm`, is not documented. */
const WORDS: Readonly<Record<string, LengthUnit>> = {
  millimeter: 'mm',
  millimetre: 'mm',
  centimeter: 'cm',
  centimetre: 'cm',
  decimeter: 'dm',
  decimetre: 'dm',
  meter: 'm',
  metre: 'm',
  kilometer: 'km',
  kilometre: 'km',
  inch: 'in',
  inches: 'in',
  foot: 'ft',
  feet: 'ft',
};

/** The unit that a word means, in any case and number; `undefined` for one that is not known. */
export function lengthUnitOf(word: string): LengthUnit | undefined {
  const lower = word.trim().toLowerCase();
  if (Object.hasOwn(MILLIMETRES, lower)) return lower as LengthUnit;
  const singular = lower.replace(/s$/, '');
  return Object.hasOwn(WORDS, lower) ? WORDS[lower] : Object.hasOwn(WORDS, singular) ? WORDS[singular] : undefined;
}

export function convertLength(value: number, from: LengthUnit, to: LengthUnit): number {
  return from === to ? value : (value * MILLIMETRES[from]) / MILLIMETRES[to];
}
