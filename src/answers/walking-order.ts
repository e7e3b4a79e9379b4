/** By the number that `numberOf` gives; `undefined` when one of the items has none. */
export function sortedIfNumbered<T>(
  items: readonly T[],
  numberOf: (item: T) => number | undefined,
): readonly T[] | undefined {
  if (items.some((item) => numberOf(item) === undefined)) return undefined;
  return items.toSorted((one, other) => (numberOf(one) ?? 0) - (numberOf(other) ?? 0));
}

/** Stops by `optim_sequence`; in the order of the answer unless every stop has one. */
export function inWalkingOrder<T extends { readonly sequence: number | undefined }>(stops: readonly T[]): readonly T[] {
  return sortedIfNumbered(stops, ({ sequence }) => sequence) ?? stops;
}
