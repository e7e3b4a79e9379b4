import { headerOf, type HttpHeaders } from './http.ts';
import { maskUrl } from './url-secrets.ts';

export interface Redirect {
  /** Without user, password, query and fragment. */
  readonly url: URL;
  /** Whole when it is another server, else its path; as it may be shown. Not clean. */
  readonly shown: string;
}

/** Where a redirect leads from the URL that was asked for; `undefined` when it does not say, or not as a web address. */
export function redirectOf(headers: HttpHeaders, asked: string): Redirect | undefined {
  const location = headerOf(headers, 'location');
  const target = location === undefined ? null : URL.parse(location.trim(), asked);
  if (target === null || !/^https?:$/.test(target.protocol)) return undefined;
  const url = new URL(target.pathname, target.origin);
  return { url, shown: url.origin === new URL(asked).origin ? url.pathname : maskUrl(url.href) };
}
