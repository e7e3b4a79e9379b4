/**
 * The frames of the relay behind `svix listen`: JSON objects with `type`, `version` (always 1) and `data`, as text or
 * binary messages. Facts: the source of Svix's own clients; the relay's is not public.
 */
import type { HttpHeaders } from '../../lib/net/http.ts';
import { fieldOf, isRecord } from '../../lib/json/loose-fields.ts';
import { endToEndHeaders, headersOf } from '../forward-headers.ts';
import { jsonOf } from '../read-payload.ts';

/** One HTTP request to the relay's inbox. It has neither a path nor a query. */
export interface RelayedRequest {
  /** The relay's own id, for the answer; not `svix-id`. */
  readonly id: string;
  readonly method: string;
  readonly headers: HttpHeaders;
  /** The exact bytes. */
  readonly body: Uint8Array;
}

export type RelayFrame =
  /** The relay has accepted the token. */
  | { readonly type: 'start'; readonly token: string }
  | { readonly type: 'event'; readonly request: RelayedRequest }
  /** Another type, or not JSON: skipped. */
  | { readonly type: 'unknown' }
  /** An incomplete event, which can be answered when it has an `id`. */
  | { readonly type: 'malformed'; readonly id: string | undefined };

/** A token becomes part of a URL. Tokens of Svix Play have these characters. */
const ADDRESSABLE = /^[\w-]{1,64}$/;

/** These describe the connection between the sender and the relay. */
const CONNECTION_HEADERS = new Set(['content-length', 'transfer-encoding']);

/** Never throws: only a malformed frame itself is lost. */
export function readRelayFrame(bytes: Uint8Array): RelayFrame {
  const frame = jsonOf(bytes)?.value;
  const data = fieldOf(frame, 'data');
  const type = fieldOf(frame, 'type');
  if (type === 'start') {
    const token = fieldOf(data, 'token');
    return typeof token === 'string' && ADDRESSABLE.test(token) ? { type, token } : { type: 'unknown' };
  }
  if (type !== 'event') return { type: 'unknown' };
  const [id, method, headers, body] = ['id', 'method', 'headers', 'body'].map((name) => fieldOf(data, name));
  const answerable = typeof id === 'string' && id !== '' ? id : undefined;
  if (answerable === undefined || typeof method !== 'string' || !isRecord(headers) || typeof body !== 'string') {
    return { type: 'malformed', id: answerable };
  }
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(body)) return { type: 'malformed', id: answerable };
  const lines = Object.entries(headers).flatMap(([name, value]): (readonly [string, string])[] =>
    typeof value === 'string' && !CONNECTION_HEADERS.has(name.toLowerCase()) ? [[name.toLowerCase(), value]] : [],
  );
  const content = Buffer.from(body, 'base64');
  return {
    type,
    request: { id: answerable, method: method.toUpperCase(), headers: headersOf(lines), body: new Uint8Array(content) },
  };
}

/** The first message on a new link. */
export function startFrame(token: string): string {
  return JSON.stringify({ type: 'start', version: 1, data: { token } });
}

/** The answer to the sender. */
export interface RelayAnswer {
  readonly id: string;
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
}

/** Left out of answers: the relay makes a 502 of a length or encoding that does not match the body. */
const NOT_PASSED_ON = new Set(['content-encoding', 'content-length', 'transfer-encoding']);

/** As text: the relay takes binary frames too, but people can read this one. */
export function answerFrame({ id, status, headers, body }: RelayAnswer): string {
  const kept = endToEndHeaders(headers).filter(([name]) => !NOT_PASSED_ON.has(name));
  const data = { id, status, headers: Object.fromEntries(kept), body: Buffer.from(body).toString('base64') };
  return JSON.stringify({ type: 'event', version: 1, data });
}
