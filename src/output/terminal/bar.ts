/** Columns that the longest bar takes. */
export const BAR = 20;

/** A bar of full blocks, at least one for any length at all; `rest` fills it up to the whole. */
export function barOf(length: number, longest: number, rest = ''): string {
  if (length <= 0 || longest <= 0) return '';
  const full = Math.max(1, Math.round((length / longest) * BAR));
  return '█'.repeat(full) + rest.repeat(Math.max(0, BAR - full));
}
