/** The address of the API, as a user may give it. */
import { isLoopback } from '../lib/net/loopback.ts';
import { CliError } from '../errors.ts';

/**
 * The base URL without its trailing slash; a path prefix stays. Throws `CliError` `usage` for what is
 * no URL, not http(s), holds a user name, password, query or fragment, or is plain http to another
 * machine, where everyone on the way could read the key.
 */
export function normalizeBaseUrl(text: string): string {
  const trimmed = text.trim();
  const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.host === '') {
    // `localhost:4010` parses as a URL of the scheme `localhost`.
    const scheme = /^(?:localhost|127\.|\[::1\])/.test(trimmed) ? 'http' : 'https';
    const looksLikeHost = !trimmed.includes('://') && /^[\w.[\]:-]+(?:\/[\w./-]*)?$/.test(trimmed) && trimmed !== '';
    throw refuse('the base URL is not an http or https URL', looksLikeHost ? `try ${scheme}://${trimmed}` : undefined);
  }
  if (url.username !== '' || url.password !== '') {
    throw refuse('the base URL must not hold a user name or password', 'the API key goes into OPTIPICK_API_KEY');
  }
  if (url.search !== '' || url.hash !== '') throw refuse('the base URL must not hold a query or fragment', undefined);
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw refuse(
      `plain http to ${url.host} would show the API key to everyone on the way`,
      `use https://${url.host}; plain http is for this machine only`,
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function refuse(message: string, hint: string | undefined): CliError {
  return new CliError('usage', message, { code: 'bad_base_url', hint });
}
