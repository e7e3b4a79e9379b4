/** Who may use the page: a browser on this machine, which cannot send the key, by a page of the sandbox itself. */
import { headerOf, type HttpRequest } from '../../lib/net/http.ts';
import { isLoopbackHost } from '../../lib/net/loopback.ts';
import { HttpError } from './http-error.ts';

/**
 * Throws {@link HttpError} 403 when the `Host` is no name of this machine (a page of another site whose name was made to
 * resolve to it must not read this one: DNS rebinding), and when a form was sent by a page of elsewhere.
 */
export function checkPageAccess({ method, headers }: Pick<HttpRequest, 'method' | 'headers'>): void {
  const host = headerOf(headers, 'host');
  if (host !== undefined && !isLoopbackHost(host)) {
    throw new HttpError(403, 'The sandbox shows this page under a name of this machine only, such as 127.0.0.1');
  }
  if (method !== 'GET' && (host === undefined || headerOf(headers, 'origin') !== `http://${host}`)) {
    throw new HttpError(403, 'Only the page of the sandbox itself may do this; a program uses /_sandbox/ and its key');
  }
}
