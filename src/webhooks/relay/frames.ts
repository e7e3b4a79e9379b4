/**
 * The frames of the relay behind `svix listen`: JSON objects with `type`, `version` (always 1) and `data`, as text or
 * binary messages. Facts: the source of Svix's own clients; the relay's is not public.
 */
import type { HttpHeaders } from '../../lib/net/http.ts';
import { fieldOf, isRecord } from '../../lib/json/loose-fields.ts';
import { endToEndHeaders, headersOf } from '../forward-headers.ts';

/** One HTTP request that came to the relay's inbox. It has neither a path nor a query. */
export interface RelayedRequest {
  /** The relay's own, for the answer; not `svix-id`. */
  readonly id: string;
  readonly method: string;
  readonly headers: HttpHeaders;
  /** The exact bytes. */
  readonly body: Uint8Array;
}

export type RelayFrame =
  /** The relay has taken the token, and names it. */
  | { readonly type: 'start'; readonly token: string }
  | { readonly type: 'event'; readonly request: RelayedRequest }
  /** Of a type that is not known, or not JSON: passed over. */
  | { readonly type: 'unknown' }
  /** An event that lacks something; `id` is there when it can be answered all the same. */
  | { readonly type: 'malformed'; readonly id: string | undefined };

/** A token becomes a part of an address that is shown. Tokens of Svix Play have these characters. */
const ADDRESSABLE = /^[\w-]{1,64}$/;

/** About the bytes between the sender and the relay, and not about the body as it is here. */
const OF_THE_WIRE = new Set(['content-length', 'transfer-encoding']);

/** Never throws: a bad frame costs that frame only. */
export function readRelayFrame(bytes: Uint8Array): RelayFrame {
  const frame = parsed(bytes);
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
    typeof value === 'string' && !OF_THE_WIRE.has(name.toLowerCase()) ? [[name.toLowerCase(), value]] : [],
  );
  const content = Buffer.from(body, 'base64');
  return {
    type,
    request: { id: answerable, method: method.toUpperCase(), headers: headersOf(lines), body: new Uint8Array(content) },
  };
}

/** What is said first on a new link. */
export function startFrame(token: string): string {
  return JSON.stringify({ type: 'start', version: 1, data: { token } });
}

/** What the sender is to be answered, as text: the relay takes both kinds, and people can read this one. */
export interface RelayAnswer {
  readonly id: string;
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
}

/** Left out of answers: the relay was seen to make 502 of a length or an encoding that no longer fits. */
const NOT_PASSED_ON = new Set(['content-encoding', 'content-length', 'transfer-encoding']);

export function answerFrame({ id, status, headers, body }: RelayAnswer): string {
  const kept = endToEndHeaders(headers).filter(([name]) => !NOT_PASSED_ON.has(name));
  const data = { id, status, headers: Object.fromEntries(kept), body: Buffer.from(body).toString('base64') };
  return JSON.stringify({ type: 'event', version: 1, data });
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}
