import type { HttpRequest } from '../../lib/net/http.ts';
import { CliError } from '../../errors.ts';
import { createIpMatcher, parseIpAddress, parseIpRange } from '../../lib/net/ip-address.ts';
import type { IpAddress, IpRange } from '../../lib/net/ip-address.ts';
import { SVIX_SOURCE_NAMES } from './svix-addresses.ts';

export interface SourceOptions {
  /** Names (`svix`, `svix-us`, `svix-eu`), addresses and ranges; empty: everybody. */
  readonly allowFrom: readonly string[];
  /** Whether `X-Forwarded-For` is trusted as far as own proxies wrote it. */
  readonly trustProxy: boolean;
}

export type SourceCheck = (
  request: Pick<HttpRequest, 'headers' | 'remoteAddress'>,
) => { readonly ok: true } | { readonly ok: false; readonly detail: string };

/** The addresses of own proxies: loopback, private networks (RFC 1918), shared space (RFC 6598), link-local and unique local. */
const PROXY_RANGES = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '::1',
  'fe80::/10',
  'fc00::/7',
];

/**
 * Checks where a request comes from. Without `trustProxy` that is the peer of the connection, whatever headers say. With
 * it, the chain `X-Forwarded-For` + peer is read from the right, past own proxies; the first other address is the source,
 * as the sender may have written everything to its left. In a chain of own proxies alone the leftmost is the source. An
 * empty header, or one that is not readable up to the source, is rejected.
 *
 * Throws `CliError` `usage` for an entry of `allowFrom` that is neither a known name nor an address nor a range.
 */
export function createSourceCheck(options: SourceOptions): SourceCheck {
  const allowed = options.allowFrom.flatMap((entry) =>
    (SVIX_SOURCE_NAMES.get(entry) ?? [entry]).map((text) => rangeOf(text)),
  );
  const isAllowed = createIpMatcher(allowed);
  const isProxy = createIpMatcher(PROXY_RANGES.map(rangeOf));
  return ({ headers, remoteAddress }) => {
    const peer = parseIpAddress(remoteAddress ?? '');
    const forwarded = headers['x-forwarded-for'];
    let source = peer;
    if (options.trustProxy && (forwarded !== undefined || allowed.length > 0)) {
      const entries = [forwarded ?? ''].flat().join(',').split(',');
      source = sourceOf(entries, peer, isProxy);
      if (source === undefined)
        return { ok: false, detail: 'X-Forwarded-For is absent, empty or not a list of addresses' };
    }
    if (allowed.length === 0) return { ok: true };
    return source !== undefined && isAllowed(source)
      ? { ok: true }
      : { ok: false, detail: 'the source address is not on the list of --allow-from' };
  };
}

function sourceOf(
  entries: readonly string[],
  peer: IpAddress | undefined,
  isProxy: (address: IpAddress) => boolean,
): IpAddress | undefined {
  let at = peer;
  for (const entry of entries.toReversed()) {
    const hop = at;
    if (hop === undefined || !isProxy(hop)) return hop;
    at = parseIpAddress(withoutPort(entry.trim()));
  }
  return at;
}

/** Some proxies also write the port: `1.2.3.4:5678`, `[2001:db8::1]:5678`. */
function withoutPort(entry: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(entry)?.[1] ?? entry.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
}

function rangeOf(text: string): IpRange {
  const range = parseIpRange(text);
  if (range !== undefined) return range;
  throw new CliError('usage', `--allow-from: "${text}" is neither an address nor a range`, {
    code: 'bad_source',
    hint: 'use svix, svix-us, svix-eu, an address (203.0.113.7) or a range (203.0.113.0/24, 2001:db8::/32)',
  });
}
