/** What is secret in a URL: user and password, the values of its query, its fragment. Pure. */

const MASK = '***';

/** The address of a database without a password, or with a masked one: its user and schema are no secrets. */
const MASKED_DATABASE = /^[^:/?#@\s]+(?::\*{3})?@[^/?#@\s]+\/[^/?#@\s]*(?:\?schema=\w+)?$/;

/** `user:password` of a URL, decoded; `undefined` when there is none. Throws `URIError` for a stray `%`. */
export function credentialsOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
}

/** A whole http(s) URL; `undefined` for any other text, and for credentials with a stray `%`, which cannot be sent. */
export function callableUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  try {
    credentialsOf(url);
    return url;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** A value of the query that is shorter is a switch or a number rather than a token. */
const SHORTEST_TOKEN = 8;

/** What of a URL somebody who is called by it could give back: `user:password`, the password, tokens of the query. */
export function secretsIn(url: URL): readonly string[] {
  const credentials = credentialsOf(url) ?? '';
  const password = credentials.slice(credentials.indexOf(':') + 1);
  // `?token`, without a value, may be one, too.
  const tokens = Array.from(url.searchParams, ([name, value]) => value || name);
  return [credentials, password, ...tokens.filter(({ length }) => length >= SHORTEST_TOKEN)];
}

/** The URL as it is called: its credentials are sent as basic authentication. */
export function withoutCredentials(url: string): string {
  const target = new URL(url);
  if (target.username === '' && target.password === '') return url;
  target.username = '';
  target.password = '';
  return target.href;
}

/**
 * A URL as it may be shown or stored: `https://***@example.com/hook?token=***#***`. Also one that does not parse, such as
 * one with a slash in its password: what could be a secret of it is masked rather than shown.
 */
export function maskUrl(text: string): string {
  const [, scheme = '', rest = ''] = /^(\s*(?:[a-z][a-z\d+.-]*:(?=[/\\]))?[/\\]*)(.*)$/is.exec(text) ?? [];
  if (/^\s*postgres:/.test(scheme) && MASKED_DATABASE.test(rest)) return text;
  const url = URL.parse(text);
  const isReadable = url !== null && url.host !== '';
  const place = isReadable ? readablePlace(rest, url) : unreadablePlace(rest);
  const [, path = '', query, fragment] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(place) ?? [];
  const values = query === undefined ? '' : `?${query.replaceAll(/[^&;]+/g, maskParameter)}`;
  return `${scheme}${path}${values}${fragment === undefined || fragment === '' ? '' : `#${MASK}`}`;
}

/** The same for each URL that a sentence holds. */
export function maskUrlsIn(text: string): string {
  return text.replaceAll(/\b[a-z][a-z\d+.-]{1,30}:[/\\]+[^\s"'<>`]*[^\s"'<>`.,;:!?)\]]/gi, maskUrl);
}

/** An `@` behind the host is none of a user. */
function readablePlace(rest: string, { username, password }: URL): string {
  return username === '' && password === '' ? rest : rest.replace(/^[^/?#\\]*@/, `${MASK}@`);
}

/** It cannot be told where its password ends: at the last `@`, or, where that may stand in the query, nowhere. */
function unreadablePlace(rest: string): string {
  const at = rest.lastIndexOf('@');
  if (at > -1 && /[?#]/.test(rest.slice(0, at))) return MASK;
  const place = at === -1 ? rest : `${MASK}${rest.slice(at)}`;
  // What stands in the place of a port and is none.
  return place.replace(/^([^/?#\\]*:)(?!\d*(?:[/?#\\]|$))[^/?#\\]*/, `$1${MASK}`);
}

/** A flag is no secret: `synchronous=true`. */
function maskParameter(parameter: string): string {
  const [, name = '', value = ''] = /^([^=]*=)?(.*)$/s.exec(parameter) ?? [];
  return value === '' || value === 'true' || value === 'false' ? parameter : `${name}${MASK}`;
}
