/** Which proxy a URL goes through: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, read as curl reads them. */

import { TransportError } from '../domain/http.ts';
import { isLoopback } from '../domain/loopback.ts';

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
 * `NO_PROXY` is a list separated by commas or spaces: `*`, a host (`optioryx.com` covers its
 * subdomains, as does `.optioryx.com` and `*.optioryx.com`), or either with a port.
 */
function isExempt(url: URL, list: string): boolean {
  const host = withoutBrackets(url.hostname);
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const match = /^(?<host>\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(?<port>\d+))?$/.exec(entry)?.groups;
      if (match === undefined || (match['port'] !== undefined && match['port'] !== port)) return false;
      const wanted = withoutBrackets(match['host'] ?? '').replace(/^\*?\./, '');
      return wanted !== '' && (host === wanted || host.endsWith(`.${wanted}`));
    });
}

function withoutBrackets(hostname: string): string {
  return hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname;
}
