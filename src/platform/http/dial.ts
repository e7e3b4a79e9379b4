/** A connection over TCP or TLS of our own, for what does not go through undici. */
import { connect as connectTcp, isIP, type NetConnectOpts, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

import { createLookup, misdirection } from './lookup.ts';

/** Connects to the host of an http or https URL, with TLS for the latter. */
export function dial(url: URL, lookup = createLookup()): Socket {
  const way = { host: bare(url.hostname), port: portOf(url), lookup };
  const socket = url.protocol === 'https:' ? secured(url, way) : connectTcp(way);
  socket.once('connect', () => {
    const failure = misdirection(url.hostname, socket.remoteAddress);
    if (failure !== undefined) socket.destroy(failure);
  });
  return socket;
}

/**
 * TLS to the host of a URL, over a socket that is there or a new one. An address is no server name (RFC 6066, section 3),
 * yet the certificate is checked against it all the same.
 */
export function secured(url: URL, way: { readonly socket: Socket } | NetConnectOpts): TLSSocket {
  const host = bare(url.hostname);
  return connectTls({ host, servername: isIP(host) === 0 ? host : '', ...way });
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/** Without the brackets that a URL puts around an IPv6 address. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
