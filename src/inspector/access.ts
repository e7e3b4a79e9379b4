/** Who may see the inspector: whoever has its token, by a page of its own. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { headerOf, type HttpHeaders, type HttpRequest, type HttpResponse } from '../lib/net/http.ts';
import { isLoopbackHost } from '../lib/net/loopback.ts';
import { page } from '../output/html/html-template.ts';
import { guardedResponse, redirectTo } from '../pages/document.ts';

export interface AccessCheck {
  /** What is answered to whoever may not see it, or has to come again; `undefined`: go on. */
  check(request: HttpRequest, url: URL): HttpResponse | undefined;
}

/**
 * Checks each request: the `Host` names this machine (else a page of elsewhere could reach it under a name of its own: DNS
 * rebinding), what changes something comes from a page of its own (CSRF), and the token of the printed address was given,
 * once in the address and from then on as a cookie.
 */
export function createAccess(token: string): AccessCheck {
  return {
    check({ method, headers }, url) {
      const host = headerOf(headers, 'host') ?? '';
      if (!isLoopbackHost(host))
        return refused(403, 'This page is shown under a name of this machine only, such as 127.0.0.1.');
      // Cookies know no ports: inspectors beside each other have names of their own.
      const cookie = `optipick-${portOf(host)}`;
      const given = url.searchParams.get('token');
      if (given !== null && method === 'GET') {
        if (!isSame(given, token)) return refused(401, NEEDS_TOKEN);
        const rest = new URLSearchParams(url.searchParams);
        rest.delete('token');
        const query = rest.size === 0 ? '' : `?${rest.toString()}`;
        // Lax: the browser of `o` comes from a file, and what changes something has its own check, below.
        return redirectTo(`${url.pathname}${query}`, {
          'set-cookie': `${cookie}=${token}; Path=/; HttpOnly; SameSite=Lax`,
        });
      }
      if (!isSame(cookieOf(headers, cookie), token)) return refused(401, NEEDS_TOKEN);
      if (method === 'GET') return undefined;
      if (method !== 'POST') return refused(405, 'Only GET and POST are answered here.');
      if (headerOf(headers, 'origin') !== `http://${host}`)
        return refused(403, 'Only this page itself may change something.');
      return undefined;
    },
  };
}

const NEEDS_TOKEN = 'Open the address that optipick has printed: it holds the token of this page.';

/** Nothing of what was asked stands in it. */
function refused(status: number, why: string): HttpResponse {
  const text = page`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>optipick inspector</title></head>
<body><h1>optipick inspector</h1><p>${why}</p></body></html>
`.text;
  return guardedResponse(status, 'text/html; charset=utf-8', text);
}

function portOf(host: string): string {
  return new URL(`http://${host}`).port;
}

function cookieOf(headers: HttpHeaders, name: string): string {
  const pairs = (headerOf(headers, 'cookie') ?? '').split(/[;,]\s*/);
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}

/** In the same time for every text. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
