import type { HttpHeaders } from '../lib/net/http.ts';
import type { HeaderLine } from '../state/delivery.ts';
import { SIGNATURE_HEADERS } from './signature-headers.ts';

/** Headers of one connection (RFC 9110, section 7.6.1), or that the next sender writes itself. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'host',
  'content-length',
]);

/** The headers of the message: all but those of the connection, which include those that `Connection` names. */
export function endToEndHeaders(headers: HttpHeaders): readonly HeaderLine[] {
  const connection = headers['connection'];
  const named =
    connection === undefined
      ? undefined
      : [connection]
          .flat()
          .join(',')
          .toLowerCase()
          .split(/\s*,\s*/);
  const lines: HeaderLine[] = [];
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value === undefined || HOP_BY_HOP.has(name) || named?.includes(name) === true) continue;
    if (typeof value === 'string') lines.push([name, value]);
    else for (const text of value) lines.push([name, text]);
  }
  return lines;
}

/** Stored header lines as the headers of a new request. */
export function headersOf(lines: readonly HeaderLine[]): HttpHeaders {
  const headers = new Map<string, string | string[]>();
  for (const [name, value] of lines) {
    const before = headers.get(name);
    if (before === undefined) headers.set(name, value);
    else headers.set(name, [...(typeof before === 'string' ? [before] : before), value]);
  }
  return Object.fromEntries(headers);
}

/** Compared by whole names: any other header that begins like these may hold a secret. */
const PUBLIC_HEADERS: ReadonlySet<string> = new Set([...SIGNATURE_HEADERS, 'content-type', 'user-agent']);

/** Whether a header may be printed: those of the signature, the content type, and the sender's name. */
export function isPublicHeader(name: string): boolean {
  return PUBLIC_HEADERS.has(name);
}
