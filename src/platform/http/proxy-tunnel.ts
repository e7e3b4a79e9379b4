/** A way through an HTTP proxy to somewhere else: CONNECT (RFC 9110, section 9.3.6), with TLS at its end where it is asked for. */
import { request as httpRequest, type ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

import { messageOf, systemCodeOf } from '../../errors.ts';
import { TransportError } from '../../lib/net/http.ts';
import { MAX_ANSWER_HEADER_BYTES } from '../../limits.ts';
import { dial, portOf, secured } from './dial.ts';
import { hostOfProxy } from '../../lib/net/proxy.ts';
import { percentDecoded } from '../../lib/text/percent-decoded.ts';

export interface Tunnel {
  /** Rejects with `TransportError` `proxy` for what the proxy does, and with the error of TLS at the far end. */
  readonly socket: Promise<Socket>;
  /** Stops it while it is not open yet; afterwards the socket is its owner's. */
  cancel(): void;
}

/**
 * `proxy` as `proxyFor` gives it; `target` an http or https URL. No message holds the credentials of the proxy. Throws
 * `TransportError` `proxy` when its address cannot be used.
 */
export function openTunnel(proxy: string, target: URL, timeoutMs: number): Tunnel {
  const name = hostOfProxy(proxy, target);
  const url = new URL(proxy);
  const authority = `${target.hostname}:${portOf(target)}`;
  const failure = (what: string, cause?: unknown): TransportError =>
    new TransportError('proxy', `the proxy ${name} ${what}`, { sent: false, cause });
  const request = httpRequest({
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...authorization(url) },
    createConnection: () => dial(url),
    maxHeaderSize: MAX_ANSWER_HEADER_BYTES,
  });
  // What must be closed to abandon the tunnel, as far as it was opened.
  let way: ClientRequest | Socket = request;
  let settled = false;
  const abandon = (why: string): void => {
    if (!settled) way.destroy(new Error(why));
  };
  const timer = setTimeout(() => abandon('does not answer'), timeoutMs);
  const through = new Promise<Socket>((resolve, reject) => {
    request.once('error', (error) => {
      reject(failure(`cannot be used (${systemCodeOf(error) ?? messageOf(error)})`, error));
    });
    request.once('connect', ({ statusCode = 0 }, socket: Socket, head: Buffer) => {
      way = socket;
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        reject(failure(`answered ${statusCode}`));
        return;
      }
      // Bytes right after the proxy's answer are the target's.
      if (head.byteLength > 0) socket.unshift(head);
      if (target.protocol !== 'https:') {
        resolve(socket);
        return;
      }
      const secure = secured(target, { socket });
      way = secure;
      secure.once('secureConnect', () => resolve(secure));
      secure.once('error', reject);
    });
    request.end();
  });
  const settle = (): void => {
    settled = true;
    clearTimeout(timer);
  };
  return { socket: through.finally(settle), cancel: () => abandon('was stopped') };
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  // A password may hold a percent sign that begins nothing.
  const credentials = `${percentDecoded(username)}:${percentDecoded(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}
