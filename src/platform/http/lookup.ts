/**
 * The names of this machine (`localhost`, `api.localhost`) are looked up here and never by a resolver, which may answer with
 * any address: what is meant for this machine, an API key in clear included, would go there.
 */
import type { LookupFunction } from 'node:net';

import { TransportError } from '../../lib/net/http.ts';
import { isLoopback, isLoopbackAddress } from '../../lib/net/loopback.ts';

const LOOPBACK = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
] as const;

/** A lookup that asks `resolve` for all other names. Default: the system's resolver. */
export function createLookup(resolve?: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    if (!isLoopback(hostname)) {
      (resolve ?? process.getBuiltinModule('node:dns').lookup)(hostname, options, callback);
      return;
    }
    // Nobody expects an answer before the call is over.
    queueMicrotask(() => {
      if (options.all === true) callback(null, [...LOOPBACK]);
      else callback(null, LOOPBACK[0].address, LOOPBACK[0].family);
    });
  };
}

/** The failure of a connection that is on another machine although `hostname` is a name of this one; else `undefined`. */
export function misdirection(hostname: string, remoteAddress: string | undefined): TransportError | undefined {
  if (!isLoopback(hostname) || isLoopbackAddress(remoteAddress ?? '')) return undefined;
  const words = `${hostname} is this machine, but the connection is to ${remoteAddress ?? 'nowhere'}: nothing was sent`;
  return new TransportError('refused', words, { sent: false });
}
