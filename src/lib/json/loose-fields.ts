/** Reads fields that may be absent, or of another type than documented: then they are `undefined`. */

/** Whether a parsed JSON value is an object, and neither a list nor null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field of a parsed JSON object. */
export function fieldOf(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** A string that is not blank. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** One text or a list of texts, as a list. */
export function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((one) => textOf(one) ?? []);
}

/**
 * The message of an `error` field. Documented is a string or null; an object or list that is not empty
 * is a failure, too, and does not mean that the job is still running.
 */
export function errorOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return textOf(value);
  if (Object.keys(value).length === 0) return undefined;
  return textOf(fieldOf(value, 'message')) ?? textOf(fieldOf(value, 'detail')) ?? JSON.stringify(value);
}

/** A finite number. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/**
 * The location of a pick: one string in a route answer, a list of alternatives in the others (documented so), which are
 * written `A01|B07`.
 */
export function placeOf(pick: unknown): string | undefined {
  const place = fieldOf(pick, 'location_id');
  if (!Array.isArray(place)) return textOf(place);
  const names = place.filter((name) => textOf(name) !== undefined);
  return names.length === 0 ? undefined : names.join('|');
}
