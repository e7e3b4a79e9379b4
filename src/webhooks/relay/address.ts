/** Tokens and addresses of a relay inbox. Facts: the source of Svix's own clients. */
import { isLoopback } from '../../lib/net/loopback.ts';
import { CliError } from '../../errors.ts';

/** The relay that `svix listen` uses, trailing slash included. */
export const DEFAULT_RELAY_URL = 'wss://api.relay.svix.com/api/v1/listen/';

/** Where people see the inboxes of Svix's relay. */
export const SVIX_PLAY = 'play.svix.com';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** As in current clients: about 59 bits. */
const TOKEN_DIGITS = 10;
/** Older clients use 27. Svix Play requires the prefix. */
const TOKEN = /^c_[0-9A-Za-z]{10,27}$/;

/** A token nobody can guess: whoever knows it can read the inbox. `randomBytes` must be unpredictable. */
export function makeRelayToken(randomBytes: (size: number) => Uint8Array): string {
  let digits = '';
  while (digits.length < TOKEN_DIGITS) {
    for (const byte of randomBytes(TOKEN_DIGITS * 2)) {
      // Bytes beyond the last whole multiple of 62 would make some digits more likely.
      if (byte < 248 && digits.length < TOKEN_DIGITS) digits += DIGITS[byte % 62];
    }
  }
  return `c_${digits}`;
}

/** Throws `CliError` `usage` (`bad_relay_token`). */
export function parseRelayToken(text: string): string {
  const token = text.trim();
  if (TOKEN.test(token)) return token;
  throw new CliError('usage', 'the value of --relay is not a relay token', {
    code: 'bad_relay_token',
    hint: 'a token is c_ and 10 to 27 letters and digits; --relay alone keeps the one it had, --relay new makes another',
  });
}

/** `OPTIPICK_RELAY_URL`, or the default. Throws `CliError` `usage` (`bad_relay_url`). */
export function parseRelayUrl(text: string | undefined): URL {
  const given = text === undefined || text.trim() === '' ? DEFAULT_RELAY_URL : text.trim();
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^wss?:$/.test(url.protocol)) {
    throw badRelayUrl('OPTIPICK_RELAY_URL is not a ws or wss URL', `the default is ${DEFAULT_RELAY_URL}`);
  }
  if (url.hash !== '') throw badRelayUrl('OPTIPICK_RELAY_URL must not hold a fragment');
  if (url.protocol === 'ws:' && !isLoopback(url.hostname)) {
    throw badRelayUrl('OPTIPICK_RELAY_URL: a relay on another machine needs wss://');
  }
  return url;
}

function badRelayUrl(message: string, hint?: string): CliError {
  return new CliError('usage', message, { code: 'bad_relay_url', hint });
}

export interface RelayAddresses {
  /** For the sender. */
  readonly inbox: string;
  /** For people. */
  readonly viewer: string;
}

/** Svix's relay has them at Svix Play, any other relay on its own host. */
export function relayAddresses(relay: URL, token: string): RelayAddresses {
  const own = `${relay.protocol === 'ws:' ? 'http:' : 'https:'}//${relay.host}`;
  const base = relay.host === new URL(DEFAULT_RELAY_URL).host ? `https://${SVIX_PLAY}` : own;
  return { inbox: `${base}/in/${token}/`, viewer: `${base}/view/${token}/` };
}
