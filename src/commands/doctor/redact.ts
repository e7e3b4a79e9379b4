/** Takes out of a text what must not be in a ticket: secrets, and the home folder, which holds the user's name. Pure. */

import { maskUrlsIn } from '../../lib/net/url-secrets.ts';

export interface Discretion {
  /** The home folder; empty when it is not known. */
  readonly home: string;
  /** Keys and secrets in force. */
  readonly secrets: readonly string[];
}

/** A text shorter than this is part of too many words, and no secret. */
const LEAST_SECRET = 6;

/** `undefined` secrets and the like are for the caller to leave out. */
export function createDiscretion({ home, secrets }: Discretion): (text: string) => string {
  const hidden = secrets.filter((secret) => secret.length >= LEAST_SECRET).sort((a, b) => b.length - a.length);
  const folder = home.length < 2 ? undefined : new RegExp(`${escaped(home)}(?![\\w.-])`, 'g');
  return (text) => {
    const silent = hidden.reduce((left, secret) => left.replaceAll(secret, '****'), text);
    // In the URL of a proxy, say: whatever a library quoted.
    const anonymous = maskUrlsIn(silent);
    return folder === undefined ? anonymous : anonymous.replace(folder, '~');
  };
}

/** As a regular expression takes it literally. */
function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
}
