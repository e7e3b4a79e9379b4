/** What a port rejects itself: why, and how it answers. */
import type { Socket } from 'node:net';

import type { HttpHeaders } from '../../lib/net/http.ts';
import { LINGER_MS } from '../../limits.ts';
import { systemCodeOf } from '../../errors.ts';
import type { PortRejection, ServeOptions } from '../host.ts';
import { peerAddress } from './request.ts';

type Fault = Omit<PortRejection, 'remoteAddress'>;
type RequestFault = Fault & { readonly status: number };

/** Reports what was rejected. */
export type ReportRejection = (remoteAddress: string | undefined, fault: Fault) => void;

export function rejector(onRejected: ServeOptions['onRejected']): ReportRejection {
  return (remoteAddress, fault) => onRejected?.({ ...fault, remoteAddress: peerAddress(remoteAddress) });
}

/** Whether the sender closed the connection, so that nobody is there to be answered. */
export function isGone(error: Error): boolean {
  return ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT'].includes(systemCodeOf(error) ?? '');
}

/** What a `clientError` of `node:http` says about the request that it ended. */
export function requestFault(error: Error): RequestFault {
  const code = systemCodeOf(error);
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { status: 431, reason: 'headers_too_large', detail: 'the headers are too large' };
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { status: 408, reason: 'request_timeout', detail: 'the request did not arrive in time' };
  }
  if (code === 'HPE_INVALID_EOF_STATE' || isGone(error)) {
    return { status: 400, reason: 'incomplete_request', detail: 'the sender closed the connection too early' };
  }
  const { reason = error.message, rawPacket } = error as { reason?: string; rawPacket?: Uint8Array };
  // The first byte of a TLS handshake.
  if (rawPacket?.[0] === 0x16) return malformed('the sender speaks TLS, and this port serves plain HTTP');
  return malformed(`the request is not valid HTTP: ${reason}`);
}

/** What RFC 9112 (3.2 and 6.1) forbids in a head, and Node lets pass. */
export function headFault(headers: HttpHeaders, httpVersion: string): RequestFault | undefined {
  const { host, 'transfer-encoding': coding } = headers;
  if (Array.isArray(host)) return malformed('the request is not valid HTTP: more than one Host header');
  if (host === undefined && httpVersion === '1.1') return malformed('the request is not valid HTTP: no Host header');
  // A proxy in front may not see the body, and then takes it for the next request.
  if (coding !== undefined && httpVersion === '1.0') {
    return malformed('the request is not valid HTTP: Transfer-Encoding in HTTP/1.0');
  }
  return undefined;
}

function malformed(detail: string): RequestFault {
  return { status: 400, reason: 'malformed_request', detail };
}

/** Why there is no HTTP on a connection of a port with TLS. */
export function handshakeFault(error: Error): Fault {
  const code = systemCodeOf(error);
  const detail =
    code === 'ERR_SSL_HTTP_REQUEST'
      ? 'the sender speaks plain HTTP, and this port serves https'
      : code === 'ERR_TLS_HANDSHAKE_TIMEOUT'
        ? 'the TLS handshake did not end in time'
        : `the TLS handshake failed: ${(error as { reason?: string }).reason ?? error.message}`;
  return { status: undefined, reason: 'tls_failed', detail };
}

/** Answers without a response object, and closes the connection. */
export function answerRaw(socket: Socket, status: number): void {
  const words = process.getBuiltinModule('node:http').STATUS_CODES[status] ?? '';
  socket.write(`HTTP/1.1 ${status} ${words}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  // A reader that takes nothing, and never closes its half, does not hold the connection.
  socket.setTimeout(LINGER_MS, () => socket.destroy());
  socket.destroySoon();
}
