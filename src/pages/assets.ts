/** The style and the script that every page loads. */
import type { HttpResponse } from '../lib/net/http.ts';
import type { Host } from '../platform/host.ts';
import { guardedResponse } from './document.ts';
import { PAGE_STYLE } from './style.ts';

/** `undefined`: it is none of them. */
export async function assetResponse(host: Pick<Host, 'asset'>, path: string): Promise<HttpResponse | undefined> {
  if (path === '/page.css') return guardedResponse(200, 'text/css; charset=utf-8', PAGE_STYLE.text);
  if (path !== '/page.js') return undefined;
  return guardedResponse(200, 'text/javascript; charset=utf-8', await host.asset('page.js'));
}
