/**
 * Secrets: their forms, what is wrong with a malformed one, and how one is shown. Pure. No message ever holds any part
 * of a secret. Forms: Svix, "Verifying payloads manually"; Standard Webhooks 1.0.0; Svix server, `EndpointIn.secret`.
 */
import { CliError } from '../errors.ts';
import type { RandomBytes } from '../ids.ts';
import { readAutoConfigToken } from './autoconfig-token.ts';

/** What a delivery's signature is checked with. */
export type ParsedSecret =
  /** Symmetric, `whsec_...`: HMAC-SHA256. Never empty. */
  | { readonly scheme: 'v1'; readonly key: Uint8Array }
  /** Asymmetric, `whpk_...`: the 32 bytes of an Ed25519 public key. */
  | { readonly scheme: 'v1a'; readonly publicKey: Uint8Array };

export type SecretReading = ParsedSecret & {
  /** What is odd about it, though it can be used. */
  readonly warnings: readonly string[];
};

/** Svix makes keys of 24 bytes and accepts up to 75; its own documentation shows one of 18, so both are only advice. */
const USUAL_KEY_BYTES = { least: 24, most: 75 };
const PUBLIC_KEY_BYTES = 32;

const WHERE_TO_FIND = 'copy the "Signing Secret" (whsec_...) of your endpoint from the webhook settings';

/** What shows that a text is something else, what that is, and the way out. */
type Mistake = readonly [pattern: RegExp, message: string, hint?: string];

/**
 * One webhook secret; white space around it (a line end, say) does not count, and `whsec_` may be missing. Of an
 * AutoConfig token it is the secret inside. Throws `CliError` `usage` `bad_webhook_secret` that names the fault.
 */
export function parseWebhookSecret(text: string): SecretReading {
  const given = text.trim();
  const secret = secretTextOf(given);
  if (secret !== given) return { ...parseWebhookSecret(secret), warnings: [TOKEN_GIVEN] };
  const mistake = MISTAKES.find(([pattern]) => pattern.test(secret));
  if (mistake !== undefined) throw malformed(mistake[1], mistake[2]);
  if (secret.startsWith('whpk_')) {
    const publicKey = decode(secret.slice('whpk_'.length));
    if (publicKey.byteLength !== PUBLIC_KEY_BYTES) {
      throw malformed(
        `a public key (whpk_...) is ${PUBLIC_KEY_BYTES} bytes, this one ${publicKey.byteLength}: it is not whole`,
      );
    }
    return { scheme: 'v1a', publicKey, warnings: [] };
  }
  const key = decodeSymmetricKey(secret);
  return { scheme: 'v1', key, warnings: oddLength(key.byteLength) };
}

/** A new `whsec_` secret of 24 bytes, as Svix makes them. */
export function createWebhookSecret(randomBytes: RandomBytes): string {
  return `whsec_${Buffer.from(randomBytes(USUAL_KEY_BYTES.least)).toString('base64')}`;
}

/** The key in a `whsec_` secret, whose prefix may be missing. Throws `CliError` `usage` `bad_webhook_secret`. */
export function decodeSymmetricKey(secret: string): Uint8Array {
  return decode(secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret);
}

const TOKEN_GIVEN = 'the webhook secret is an AutoConfig token of Svix: the signing secret in it is used';

/** The text of the secret itself, also where an AutoConfig token was given. Throws `CliError` for a token without one. */
function secretTextOf(text: string): string {
  const token = readAutoConfigToken(text);
  if (token === undefined) return text;
  if (token.secret !== undefined && readAutoConfigToken(token.secret) === undefined) return token.secret;
  throw malformed('the AutoConfig token (auto_v...) holds no signing secret: it is not whole, or of a later version');
}

export interface SecretsReading {
  readonly secrets: readonly ParsedSecret[];
  /** The same secrets as texts, trimmed; for an AutoConfig token the secret inside. */
  readonly texts: readonly string[];
  readonly warnings: readonly string[];
}

/** One secret or, while one is rotated, several separated by white space. Throws as {@link parseWebhookSecret}. */
export function parseWebhookSecrets(text: string | readonly string[]): SecretsReading {
  const words = (typeof text === 'string' ? [text] : text).flatMap((part) => part.trim().split(/\s+/));
  const readings = words.map(parseWebhookSecret);
  const warnings = readings.flatMap((reading) => reading.warnings);
  const prefixed = words.filter((word) => /^(?:wh(?:sec|pk)|auto_v\d+)_/.test(word)).length;
  if (prefixed > 0 && prefixed < words.length) {
    warnings.push('only some of the webhook secrets begin with whsec_: was one broken in two by a space?');
  }
  return { secrets: readings, texts: words.map(secretTextOf), warnings };
}

/**
 * An API key, without the white space around it. Its form is not documented, so only what no key can be is refused: with
 * `CliError` `usage` `bad_api_key`.
 */
export function parseApiKey(text: string): string {
  const key = text.trim();
  const mistake = KEY_MISTAKES.find(([pattern]) => pattern.test(key));
  if (mistake !== undefined) throw new CliError('usage', mistake[1], { code: 'bad_api_key', hint: mistake[2] });
  return key;
}

/** What no API key can be. What is left of the visible ASCII characters is what an HTTP header can carry. */
const KEY_MISTAKES: readonly Mistake[] = [
  [/^$/, 'the API key is empty', 'copy it from Settings > API Keys in the web application'],
  [
    /^(?:v1,)?wh(?:sec|pk|sk)1?_/,
    'this is a webhook secret, not an API key',
    'store it with: optipick config set webhook-secret -',
  ],
  [
    /^(?:auto_v\d+|sk_poll)_/,
    'this belongs to Svix (auto_v..., sk_poll_...), and is not an API key',
    'copy it from Settings > API Keys',
  ],
  [/\s/, 'the API key has white space in it', 'give the key alone, on one line, with no "Bearer" or header name'],
  [/[^\x21-\x7e]/, 'the API key has characters that no key has (a control character, or not ASCII)', 'copy it again'],
  [/^(["'`]).*\1$/, 'the API key is wrapped in quotes', 'give it without them'],
];

/**
 * A secret as it may be shown: `whsec_ab…yz`. One shorter than 16 characters, or with odd ones in it, shows nothing of
 * itself.
 */
export function maskSecret(text: string): string {
  const secret = text.trim();
  const prefix = /^(?:wh(?:sec|pk|sk)1?|auto_v\d+|sk_poll)_/.exec(secret)?.[0] ?? '';
  const rest = secret.slice(prefix.length);
  if (rest.length < 16 || !/^[\x21-\x7e]+$/.test(rest)) return `${prefix}****`;
  return `${prefix}${rest.slice(0, 2)}…${rest.slice(-2)}`;
}

/** What people paste instead of a secret; each told apart because the way out differs. */
const MISTAKES: readonly Mistake[] = [
  [/^$/, 'the webhook secret is empty'],
  [/^["'`]|["'`]$/, 'the webhook secret is wrapped in quotes', 'give it without them'],
  [
    /^v\d+[a-z]?,/,
    'the webhook secret begins with a version ("v1,"), as signatures do',
    'give only the part from whsec_ on',
  ],
  [/\s/, 'the webhook secret has white space in it', 'give it on one line, without spaces'],
  [
    /^whsk1?_/,
    'this is the signing key of the sender (whsk_...), which a receiver must not have',
    'use the public key (whpk_...) of the endpoint, and have the signing key replaced',
  ],
  [
    /^sk_poll_/,
    'this is the key of a polling endpoint (sk_poll_...), which signs nothing',
    'copy the "Signing Secret" (whsec_...) of a webhook endpoint from the webhook settings',
  ],
  [/^(?:test|app)?sk_/, 'this is an API key of Svix (sk_...), and not a webhook secret'],
  [/^(?:ep|msg|app)_/, 'this is an id of Svix (ep_..., msg_...), and not a webhook secret'],
  [/^whpk1_/, 'keys of the form whpk1_... are not supported'],
  [/^wh(?:sec|pk)_wh(?:sec|pk)_/, 'the webhook secret begins with its prefix twice'],
  [/^(?:whsec_|whpk_)$/, 'the webhook secret has nothing after its prefix'],
];

function decode(base64: string): Uint8Array {
  const digits = base64.replace(/={0,2}$/, '');
  const padding = base64.length - digits.length;
  if (!/^[A-Za-z0-9+/]+$/.test(digits)) {
    throw malformed('the webhook secret is not base64: it may be an API key, or another value');
  }
  const missing = (4 - (digits.length % 4)) % 4;
  // One digit too many tells of a character lost or added on the way; libraries drop it in silence.
  if (missing === 3 || (padding !== 0 && padding !== missing)) {
    throw malformed('the webhook secret is not whole: its base64 ends in the middle');
  }
  return new Uint8Array(Buffer.from(digits, 'base64'));
}

function oddLength(bytes: number): readonly string[] {
  const { least, most } = USUAL_KEY_BYTES;
  if (bytes >= least && bytes <= most) return [];
  const measure = bytes < least ? `shorter than the usual ${least}` : `longer than the usual ${most}`;
  return [`the webhook secret holds ${bytes} bytes, ${measure}: is it whole, and a webhook secret?`];
}

function malformed(message: string, hint = WHERE_TO_FIND): CliError {
  return new CliError('usage', message, { code: 'bad_webhook_secret', hint });
}

/** How the keys that a sandbox generates begin; no key of the API does. */
export const SANDBOX_KEY_PREFIX = 'sandbox_';
