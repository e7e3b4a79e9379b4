/**
 * HTTP as plain data, the same in both directions: the network, the API key wrapper, the sandbox
 * and the webhook receiver are all functions from one request to one response.
 */

/** Names in lower case; a header that came several times keeps all its values. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A body is a stream of bytes that can be read once; `null` is none. */
export type HttpBody = AsyncIterable<Uint8Array> | null;

export interface HttpRequest {
  readonly method: string;
  /** Outgoing: absolute. Incoming: the request target as sent, e.g. `/webhook?x=1`. */
  readonly url: string;
  readonly headers: HttpHeaders;
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array> | null;
  /** Ends the exchange early, wherever it is. */
  readonly signal?: AbortSignal | undefined;
  /** Longest wait, in milliseconds, for the head of the response, and then between two chunks of its body. */
  readonly timeoutMs?: number | undefined;
  /**
   * Longest time, in milliseconds, from the first try to connect to the last byte of the response. It stands still while
   * nobody reads the body. Default `MAX_EXCHANGE_MS`.
   */
  readonly totalMs?: number | undefined;
  /** Incoming only: the address of the peer. */
  readonly remoteAddress?: string | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: HttpBody;
}

/** The one arrow. Rejects only when there is no response: see {@link TransportError}. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;

/**
 * No response came. `sent` tells whether the other side may have seen the request: a POST may be
 * repeated only when it is false.
 */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /**
   * `proxy_setup`: as the proxy is set, no request will ever get through it (no password, no URL). `timeout`: silence;
   * `overdue`: `totalMs` is over. `not_tls`: https to a port of plain http, or another protocol. `too_large`: the head of the response is. `not_http`: what came is no response. `coding`:
   * its body is in a content coding that is not known.
   */
  readonly kind:
    | 'refused'
    | 'dns'
    | 'tls'
    | 'not_tls'
    | 'timeout'
    | 'overdue'
    | 'reset'
    | 'aborted'
    | 'proxy'
    | 'proxy_setup'
    | 'too_large'
    | 'not_http'
    | 'coding'
    | 'other';
  readonly sent: boolean;

  constructor(kind: TransportError['kind'], message: string, facts: { sent: boolean; cause?: unknown }) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.kind = kind;
    this.sent = facts.sent;
  }
}

/** Whoever hands over the body reads no further. A server answers 413, whatever its app then does. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/** The value of a header; several values are joined as RFC 9110 says. `undefined` when absent. */
export function headerOf(headers: HttpHeaders, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return value === undefined || typeof value === 'string' ? value : value.join(', ');
}

/** All bytes of a body. Throws `RangeError` past `limit` bytes. */
export async function readBytes(
  body: HttpRequest['body'] | HttpBody,
  limit = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  if (body === null || body === undefined) return new Uint8Array(0);
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limit) throw new RangeError(`body larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return joined(chunks, size);
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0];
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

/** What a body begins with. */
export interface BodyStart {
  readonly bytes: Uint8Array;
  /** Why it ends early. */
  readonly broken: TransportError | undefined;
}

/** The beginning of a body, `limit` bytes at most. One that breaks off, or does not end in time, is what has come. */
export async function readStart(body: HttpBody, limit: number): Promise<BodyStart> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let broken: TransportError | undefined;
  try {
    for await (const chunk of body ?? []) {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size >= limit) break;
    }
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    broken = error;
  }
  return { bytes: joined(chunks, size).subarray(0, limit), broken };
}

/** The body as text (UTF-8, a byte order mark dropped). */
export async function readText(body: HttpRequest['body'] | HttpBody, limit?: number): Promise<string> {
  return new TextDecoder().decode(await readBytes(body, limit));
}

/** The headers that are still true of a body after it was decoded. */
export function withoutCoding(headers: HttpHeaders): HttpHeaders {
  const { 'content-encoding': _coding, 'content-length': _length, ...rest } = headers;
  return rest;
}

/** A body that is already there. */
export async function* bodyOf(content: Uint8Array | string): AsyncGenerator<Uint8Array, void> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  if (bytes.byteLength > 0) yield bytes;
}

/** A JSON response. */
export function jsonResponse(status: number, value: unknown, headers: HttpHeaders = {}): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: bodyOf(JSON.stringify(value)),
  };
}
