/** The address of the API, as a user may give it. */
import { completeLoopbackUrl, isLoopback } from '../lib/net/loopback.ts';
import { CliError } from '../errors.ts';

/**
 * The base URL without its trailing slash; a path prefix stays, and an address of this machine needs no scheme
 * (`localhost:4010`, `4010`). Throws `CliError` `usage` for what is no URL, not http(s), holds a user name, password,
 * query or fragment, or is plain http to another machine, where everyone on the way could read the key.
 */
export function normalizeBaseUrl(text: string): string {
  const trimmed = completeLoopbackUrl(text);
  const url = /\s/.test(trimmed) ? null : URL.parse(trimmed);
  if (url === null || !/^https?:$/.test(url.protocol) || url.host === '') {
    const looksLikeHost = !trimmed.includes('://') && /^[\w.[\]:-]+(?:\/[\w./-]*)?$/.test(trimmed);
    throw badBaseUrl('the base URL is not an http or https URL', looksLikeHost ? `try https://${trimmed}` : undefined);
  }
  if (url.username !== '' || url.password !== '') {
    throw badBaseUrl('the base URL must not hold a user name or password', 'the API key goes into OPTIPICK_API_KEY');
  }
  if (url.search !== '' || url.hash !== '') throw badBaseUrl('the base URL must not hold a query or fragment');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw badBaseUrl(
      `plain http to ${url.host} would show the API key to everyone on the way`,
      `use https://${url.host}; plain http is for this machine only`,
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function badBaseUrl(message: string, hint?: string): CliError {
  return new CliError('usage', message, { code: 'bad_base_url', hint });
}
