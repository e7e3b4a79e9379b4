/** Removes from a text what must not be in a ticket: secrets, and the home folder, which holds the user's name. Pure. */
import { maskUrlsIn } from '../../lib/net/url-secrets.ts';

export interface TicketRedactionOptions {
  /** The home folder; empty when it is not known. */
  readonly home: string;
  /** The keys and secrets in use. */
  readonly secrets: readonly string[];
}

/** A shorter text is no secret, and would be removed from the middle of words. */
const SHORTEST_SECRET = 6;

export function createTicketRedaction({ home, secrets }: TicketRedactionOptions): (text: string) => string {
  const hidden = secrets.filter((secret) => secret.length >= SHORTEST_SECRET).sort((a, b) => b.length - a.length);
  const folder = home.length < 2 ? undefined : new RegExp(`${escaped(home)}(?![\\w.-])`, 'g');
  return (text) => {
    const masked = hidden.reduce((left, secret) => left.replaceAll(secret, '****'), text);
    // A library may quote the URL of a proxy with its password.
    const withoutUrls = maskUrlsIn(masked);
    return folder === undefined ? withoutUrls : withoutUrls.replace(folder, '~');
  };
}

/** As a regular expression that matches the text literally. */
function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
}
