/** User and password in the address of an endpoint: sent as basic authentication, never shown. Pure. */

/** `user:password` of an address, decoded; `undefined` when there is none. Throws `URIError` for a stray `%`. */
export function credentialsOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
}

/** The address as it may be shown, and as it is called. */
export function withoutCredentials(url: string): string {
  const target = new URL(url);
  if (target.username === '' && target.password === '') return url;
  target.username = '';
  target.password = '';
  return target.href;
}
