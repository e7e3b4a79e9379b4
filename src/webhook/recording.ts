import { bodyOf, readBytes, TransportError } from '../domain/http.ts';
import type { Http, HttpBody, HttpRequest } from '../domain/http.ts';
import { isPublicHeader } from './delivery.ts';
import { endToEndHeaders } from './forward-headers.ts';
import { isLikeSignatureHeader } from './header-variants.ts';
import { isLook } from './receiver-answers.ts';

/** One request to the webhook address as it came, and what it was answered. */
export interface RecordedRequest {
  readonly method: string;
  /** Without its query, which may hold credentials. */
  readonly path: string;
  readonly headers: HttpRequest['headers'];
  /** `undefined` when it was refused unread. */
  readonly body: Uint8Array | undefined;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** Status of the answer. */
  readonly status: number;
}

export interface RecordingOptions {
  readonly now: () => number;
  /** Longer bodies are not kept. */
  readonly maxBodyBytes: number;
  /** Called after the answer is known and before it is sent. Must not throw. */
  readonly keep: (record: RecordedRequest) => void;
}

/** Keeps every request that could be meant as a delivery, whatever its method and whatever it is answered. */
export function withRecording(app: Http, { now, maxBodyBytes, keep }: RecordingOptions): Http {
  return async (request) => {
    if (isLook(request.method)) return app(request);
    const receivedAt = now();
    const { body, rest } = await bodyWithin(request, maxBodyBytes);
    const response = await app({ ...request, body: body ?? rest });
    // A whole URL, as a proxy may send it, can hold a password; a query can hold a token.
    const target = request.url.startsWith('/') ? request.url : (URL.parse(request.url)?.pathname ?? '/');
    const path = target.replace(/[?#].*$/s, '');
    keep({ method: request.method, path, headers: request.headers, body, receivedAt, status: response.status });
    return response;
  };
}

/** The body, or one that fails in the same way for who reads it next. */
async function bodyWithin(
  request: HttpRequest,
  limit: number,
): Promise<{ readonly body: Uint8Array | undefined; readonly rest: HttpBody }> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return { body: undefined, rest: null };
  try {
    return { body: await readBytes(request.body, limit), rest: null };
  } catch (error) {
    if (error instanceof TransportError) throw error;
    return { body: undefined, rest: failing(error) };
  }
}

async function* failing(error: unknown): AsyncGenerator<Uint8Array, void> {
  yield* bodyOf('');
  throw error;
}

/**
 * The file of a record: an HTTP/1.1 request as it could be sent, header lines and an empty line (all ended by CRLF) and
 * then the exact bytes of the body. Of the headers only those of the signature (also under names that gateways give
 * them), `content-type`, `content-encoding` and `user-agent` are kept, as any other may hold a credential; two are added:
 * `x-optipick-received-at` (RFC 3339, UTC) and `x-optipick-status` (what the sender was answered), and
 * `x-optipick-body: not kept` when the body was refused unread.
 */
export function renderRecord(record: RecordedRequest): Uint8Array {
  const lines = [
    `${record.method} ${record.path} HTTP/1.1`,
    ...endToEndHeaders(record.headers)
      .filter(([name]) => isPublicHeader(name) || isLikeSignatureHeader(name) || name === 'content-encoding')
      .map(([name, value]) => `${name}: ${value}`),
    `x-optipick-received-at: ${new Date(record.receivedAt).toISOString()}`,
    `x-optipick-status: ${record.status}`,
    ...(record.body === undefined ? ['x-optipick-body: not kept'] : []),
  ];
  // Header values are bytes, of which Node makes a character each.
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), record.body ?? new Uint8Array(0)]);
}

/**
 * A name under which files sort by arrival: `20260102T030405.678Z-000001-204-msg_2b….http`. `number` counts the records
 * of one listener.
 */
export function recordFileName(record: RecordedRequest, number: number): string {
  const time = new Date(record.receivedAt).toISOString().replaceAll(/[-:]/g, '');
  const id = [record.headers['svix-id'] ?? record.headers['webhook-id'] ?? 'unsigned'].flat()[0] ?? 'unsigned';
  const safe = id.replaceAll(/[^\w-]/g, '_').slice(0, 64);
  return `${time}-${String(number).padStart(6, '0')}-${record.status}-${safe}.http`;
}
