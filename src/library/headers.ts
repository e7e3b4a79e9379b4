/** Headers in each of the forms in which a program may hold them. */
import type { HttpHeaders } from '../lib/net/http.ts';
import type { HeaderLine } from '../state/delivery.ts';
import { headersOf } from '../webhooks/forward-headers.ts';

/** A plain object, Node's `request.headers` or `headersDistinct`, or a WHATWG `Headers`. Case does not matter. */
export type HeadersLike =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>;

/** Names in lower case; a repeated header keeps all its values. */
export function normalizeHeaders(headers: HeadersLike): HttpHeaders {
  const lines: Iterable<readonly [string, string | readonly string[] | undefined]> =
    Symbol.iterator in headers ? (headers as Iterable<readonly [string, string]>) : Object.entries(headers);
  return headersOf(
    [...lines].flatMap(([name, value]) => [value ?? []].flat().map((text): HeaderLine => [name.toLowerCase(), text])),
  );
}
