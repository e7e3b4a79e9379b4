/** Headers in each of the forms in which a program may hold them. */
import type { HttpHeaders } from '../lib/net/http.ts';

/** A plain object, Node's `request.headers` or `headersDistinct`, or a WHATWG `Headers`. Case does not matter. */
export type HeadersLike =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>;

/** Names in lower case; a repeated header keeps all its values. */
export function normalizeHeaders(headers: HeadersLike): HttpHeaders {
  const lines: Iterable<readonly [string, string | readonly string[] | undefined]> =
    Symbol.iterator in headers ? (headers as Iterable<readonly [string, string]>) : Object.entries(headers);
  const values = new Map<string, string[]>();
  for (const [name, value] of lines) {
    if (value === undefined) continue;
    const known = values.get(name.toLowerCase()) ?? [];
    known.push(...(typeof value === 'string' ? [value] : value));
    values.set(name.toLowerCase(), known);
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, all.length === 1 ? all[0] : all]));
}
