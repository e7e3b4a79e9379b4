/** Finds the route for a method and a path. */
import type { HttpRequest, HttpResponse } from '../../lib/net/http.ts';
import { percentDecoded } from '../../lib/text/percent-decoded.ts';
import { HttpError } from './http-error.ts';

export interface Call {
  readonly request: HttpRequest;
  readonly query: URLSearchParams;
  /** The segment in place of the path's `{}`; `''` when it has none. */
  readonly id: string;
  /** `''` for a route that does not read it. */
  readonly body: string;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** With `{}` for one segment that varies: `/optimize/route/{}`. */
  readonly path: string;
  /** Whether it is a part of the page, which has no key: see `checkPageAccess`. */
  readonly open?: boolean;
  /** Size limit of the body. Without it no body is read. */
  readonly maxBodyBytes?: number | undefined;
  answer(call: Call): HttpResponse | Promise<HttpResponse>;
}

export interface Found {
  readonly route: Route;
  readonly id: string;
}

/** The target of a request: a whole URL when the app is called directly, `/path?query` when it is served. */
export function targetOf(url: string): { readonly pathname: string; readonly query: URLSearchParams } {
  const whole = url.startsWith('/') ? `http://sandbox.invalid${url}` : url;
  if (!URL.canParse(whole)) return { pathname: url, query: new URLSearchParams() };
  const { pathname, searchParams } = new URL(whole);
  return { pathname, query: searchParams };
}

/**
 * Repeated and trailing slashes are ignored: the vendor's own example joins a base address that ends in one with
 * `/optimize/...`. Throws {@link HttpError}: 404 for an unknown path, 405 for another method of a known one.
 */
export function findRoute(routes: readonly Route[], method: string, pathname: string): Found {
  const path = pathname.replaceAll(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
  const allowed: string[] = [];
  for (const route of routes) {
    const id = matchPath(route.path, path);
    if (id === undefined) continue;
    if (route.method === method) return { route, id };
    allowed.push(route.method);
  }
  if (allowed.length > 0) throw new HttpError(405, 'Method Not Allowed', { allow: allowed.join(', ') });
  throw new HttpError(404, 'Not Found');
}

function matchPath(path: string, pathname: string): string | undefined {
  const wanted = path.split('/');
  const given = pathname.split('/');
  if (wanted.length !== given.length) return undefined;
  let id = '';
  for (const [index, segment] of wanted.entries()) {
    const actual = given[index] ?? '';
    if (segment === '{}' && actual !== '') id = percentDecoded(actual);
    else if (segment !== actual) return undefined;
  }
  return id;
}
