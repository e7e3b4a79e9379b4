/** Which proxy a URL goes through: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, read as curl reads them. */
import { BlockList, isIP } from 'node:net';

import { TransportError } from './http.ts';
import { isLoopback } from './loopback.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for `url`, as the user wrote it (`http://` is put before a bare `host:port`).
 * `undefined` when there is none or `NO_PROXY` exempts the host. Lower-case names win; an empty
 * variable counts as unset. What is meant for this machine goes through no proxy: one on another machine would look for it
 * there, and read the API key.
 */
export function proxyFor(url: URL, env: Environment): string | undefined {
  if (isLoopback(url.hostname)) return undefined;
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const proxy = variable(env, name);
  if (proxy === undefined || isExempt(url, variable(env, 'no_proxy') ?? '')) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/**
 * `host:port` of the proxy: what may be shown of a URL that can hold a password. Throws `TransportError` `proxy_setup` for what
 * is no proxy's URL.
 */
export function hostOfProxy(proxy: string, target: URL): string {
  const url = URL.canParse(proxy) ? new URL(proxy) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.host === '') {
    const name = target.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
    throw new TransportError('proxy_setup', `${name} is not the URL of an http or https proxy`, { sent: false });
  }
  return url.host;
}

function variable(env: Environment, lowerCaseName: string): string | undefined {
  const value = env[lowerCaseName]?.trim() || env[lowerCaseName.toUpperCase()]?.trim();
  return value === undefined || value === '' ? undefined : value;
}

/**
 * `NO_PROXY` as curl 7.86 and later read it: a list separated by commas or spaces of `*`, a host (`optioryx.com` covers its
 * subdomains, as does `.optioryx.com`; here `*.optioryx.com` does, too), an address, or a range of addresses
 * (`10.0.0.0/8`, `fd00::/8`). Beyond curl, a host or an address may have a port. Names are not resolved for ranges.
 */
function isExempt(url: URL, list: string): boolean {
  const host = bare(url.hostname);
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const family = isIP(host);
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const { place = '', own } = /^(?<place>\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(?<own>\d+))?$/.exec(entry)?.groups ?? {};
      if (own !== undefined && own !== port) return false;
      if (family === 0) return isWithin(host, place.replace(/^\*?\./, ''));
      const { start = '', bits } = /^(?<start>[^/]+)(?:\/(?<bits>\d{1,3}))?$/.exec(place)?.groups ?? {};
      const address = bare(start);
      const kind = isIP(address);
      const most = kind === 4 ? 32 : 128;
      if (kind === 0 || Number(bits ?? most) > most) return false;
      const range = new BlockList();
      range.addSubnet(address, Number(bits ?? most), kind === 4 ? 'ipv4' : 'ipv6');
      return range.check(host, family === 4 ? 'ipv4' : 'ipv6');
    });
}

/** A name may be written with the dot of the root behind it. */
function isWithin(host: string, domain: string): boolean {
  const [name, wanted] = [host.replace(/\.$/, ''), domain.replace(/\.$/, '')];
  return wanted !== '' && (name === wanted || name.endsWith(`.${wanted}`));
}

/** Without the brackets around an IPv6 address. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
