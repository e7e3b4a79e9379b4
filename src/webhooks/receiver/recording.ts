import type { HttpRequest } from '../../lib/net/http.ts';
import { endToEndHeaders, isPublicHeader } from '../forward-headers.ts';
import { isLikeSignatureHeader } from '../signature-headers.ts';

/** One request to the webhook address, and the status of its answer. */
export interface RecordedRequest {
  readonly method: string;
  /** Without its query, which may hold credentials. */
  readonly path: string;
  readonly headers: HttpRequest['headers'];
  /** `undefined` when it was rejected unread. */
  readonly body: Uint8Array | undefined;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** Status of the answer. */
  readonly status: number;
}

/** Whether a header of a request is written down: what the signature depends on, and who sent it. Any other may hold a credential. */
export function isRecordedHeader(name: string): boolean {
  return isPublicHeader(name) || isLikeSignatureHeader(name) || name === 'content-encoding';
}

/**
 * The file of a record: an HTTP/1.1 request as it could be sent, header lines and an empty line (all ended by CRLF) and
 * then the exact bytes of the body. Of the headers only those of the signature (also under names that gateways give
 * them), `content-type`, `content-encoding` and `user-agent` are kept, as any other may hold a credential; two are added:
 * `x-optipick-received-at` (RFC 3339, UTC) and `x-optipick-status` (what the sender was answered), and
 * `x-optipick-body: not stored` when the body was not read.
 */
export function renderRecord(record: RecordedRequest): Uint8Array {
  const lines = [
    `${record.method} ${record.path} HTTP/1.1`,
    ...endToEndHeaders(record.headers)
      .filter(([name]) => isRecordedHeader(name))
      .map(([name, value]) => `${name}: ${value}`),
    `x-optipick-received-at: ${new Date(record.receivedAt).toISOString()}`,
    `x-optipick-status: ${record.status}`,
    ...(record.body === undefined ? ['x-optipick-body: not stored'] : []),
  ];
  // Node reads each byte of a header value as one character.
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
