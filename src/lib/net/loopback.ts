/** Whether this name or address can only be this machine. `hostname` as the URL parser writes it, or without brackets. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname.endsWith('.localhost') || isLoopbackAddress(hostname.replace(/^\[|\]$/g, ''))
  );
}

/** An address as a socket tells it; one of IPv4 may be written as one of IPv6. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address);
}

/** Whether a `Host` header names this machine: a page of elsewhere may reach a port here under a name of its own (DNS rebinding). */
export function isLoopbackHost(host: string): boolean {
  const url = URL.parse(`http://${host}`);
  return url !== null && isLoopback(url.hostname);
}

/** As people write an address of this machine, in full: `3000` is a port of 127.0.0.1, `localhost:3000/hooks` is http. */
export function completeLoopbackUrl(text: string): string {
  const trimmed = text.trim();
  if (/^\d{1,5}(?:$|[/?#])/.test(trimmed)) return `http://127.0.0.1:${trimmed}`;
  // `localhost:3000` alone parses as a URL of the scheme `localhost`.
  const url = /^[a-z][a-z\d+.-]*:\/\//i.test(trimmed) ? null : URL.parse(`http://${trimmed}`);
  return url !== null && isLoopback(url.hostname) ? `http://${trimmed}` : trimmed;
}
