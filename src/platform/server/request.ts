/** One incoming request of `node:http` as plain data. */
import type { IncomingMessage } from 'node:http';

import { BodyTooLargeError, type HttpHeaders, type HttpRequest, TransportError } from '../../lib/net/http.ts';

/** What the server has to know of the body besides its bytes. */
export interface BodyWatch {
  /** Whether the limit was passed. */
  exceeded: boolean;
  /** Whether the sender waits for permission to send it (`Expect: 100-continue`). */
  awaited: boolean;
}

type IncomingBody = Exclude<HttpRequest['body'], undefined>;

/**
 * The request as the app sees it: the target as sent, every value of a repeated header, the address of the peer.
 */
export function incomingRequest(message: IncomingMessage, headers: HttpHeaders, body: IncomingBody): HttpRequest {
  return {
    method: message.method ?? 'GET',
    url: message.url ?? '/',
    headers,
    body,
    remoteAddress: peerAddress(message.socket.remoteAddress),
  };
}

/**
 * The body of a request; `null` when it has none. `invite` is called when the app begins to read one that the sender
 * holds back.
 */
export function incomingBody(
  message: IncomingMessage,
  maxBodyBytes: number,
  watch: BodyWatch,
  invite: () => void,
): IncomingBody {
  if (!hasBody(message)) return null;
  const arrived = arrivedBody(message);
  if (arrived === undefined) return limitedBody(message, maxBodyBytes, watch, invite);
  // Node closes the connection of a sender that waited for a `100 Continue` and never got one.
  if (watch.awaited) invite();
  watch.awaited = false;
  return arrived;
}

/** An IPv4 address that arrived on an IPv6 socket is written as IPv4. */
export function peerAddress(address: string | undefined): string | undefined {
  return address?.replace(/^::ffff:(?=\d+\.)/, '');
}

/** The declared length; `undefined` for a chunked body. */
export function declaredLength(message: IncomingMessage): number | undefined {
  const length = message.headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

function hasBody(message: IncomingMessage): boolean {
  return message.headers['transfer-encoding'] !== undefined || (declaredLength(message) ?? 0) > 0;
}

/** The bytes of a short body that arrived with its head, without the cost of a stream. Its length was judged by the head. */
function arrivedBody(message: IncomingMessage): Uint8Array | undefined {
  if (message.readableLength === 0 || message.readableLength !== declaredLength(message)) return undefined;
  return (message.read() as Buffer | null) ?? undefined;
}

/** As Node has them, unless one is repeated: of that it joins or drops values. */
export function incomingHeaders({ headers, rawHeaders }: IncomingMessage): HttpHeaders {
  return 2 * Object.keys(headers).length === rawHeaders.length ? headers : headersFromList(rawHeaders);
}

/** `headersDistinct` throws on a header named `__proto__` in the older Node versions supported. */
function headersFromList(raw: readonly string[]): HttpHeaders {
  const headers = Object.create(null) as Record<string, string | string[]>;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const value = raw[at + 1] ?? '';
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else if (typeof before === 'string') headers[name] = [before, value];
    else before.push(value);
  }
  return headers;
}

async function* limitedBody(
  message: IncomingMessage,
  limit: number,
  watch: BodyWatch,
  invite: () => void,
): AsyncGenerator<Uint8Array, void> {
  let size = 0;
  if (watch.awaited) invite();
  watch.awaited = false;
  try {
    // Not destroyed when reading stops early: the connection still has to carry the answer.
    for await (const chunk of message.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > limit) {
        watch.exceeded = true;
        throw new BodyTooLargeError(`request body larger than ${limit} bytes`);
      }
      yield chunk;
    }
  } catch (error) {
    if (error instanceof BodyTooLargeError) throw error;
    throw new TransportError('reset', 'the sender went away before its request was complete', {
      sent: true,
      cause: error,
    });
  }
}
