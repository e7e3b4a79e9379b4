/**
 * The request id in the answer to an asynchronous submit. Its shape is not documented: a bare
 * string, with or without quotes, or an object with `request_id`, `id` or `_id`.
 */

/** An id without quotes or JSON around it. A 24-digit hexadecimal one may read as a JSON number. */
const BARE_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{2,199}$/;
/** Strings that are a status, not an id. */
const STATUS_WORDS = new Set(
  (
    'null true false none undefined ok accepted received created submitted queued pending processing running started ' +
    'finished completed complete done success succeeded error failed failure cancelled canceled timeout timed_out'
  ).split(' '),
);

/** The id, or `undefined` when there is none. `text` is the whole body. */
export function submittedId(text: string): string | undefined {
  const bare = text.trim();
  if (isBareId(bare)) return bare;
  let value: unknown;
  try {
    value = JSON.parse(bare);
  } catch {
    // Neither an id nor JSON: there is no id in it.
    return undefined;
  }
  if (typeof value === 'string') return idIn(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const record = value as Readonly<Record<string, unknown>>;
  return idAmong((name) => record[name]);
}

/** The id among the fields of an answer. */
export function idAmong(field: (name: string) => unknown): string | undefined {
  for (const name of ['request_id', 'id', '_id']) {
    const id = field(name);
    if (typeof id === 'string' && id.trim() !== '') return id.trim();
    if (typeof id === 'number' && Number.isSafeInteger(id)) return String(id);
  }
  return undefined;
}

function isBareId(text: string): boolean {
  return BARE_ID.test(text) && !STATUS_WORDS.has(text.toLowerCase());
}

function idIn(text: string): string | undefined {
  const id = text.trim();
  return id === '' || STATUS_WORDS.has(id.toLowerCase()) ? undefined : id;
}
