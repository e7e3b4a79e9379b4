import { formatDuration } from '../lib/text/numbers.ts';
import { createHmac, createPublicKey, createSecretKey, timingSafeEqual, verify as verifyEd25519 } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import type { ParsedSecret } from '../settings/secret.ts';
import { CliError } from '../errors.ts';
import type { SignatureHeaders } from './signature-headers.ts';

/** One delivery as received: header texts (`undefined` when absent), the exact bytes of the body, and the current time. */
export interface SignedDelivery {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  readonly body: Uint8Array;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

export type SignatureFault =
  /** One of the three headers is absent or empty. */
  | 'missing_header'
  /** An id that is not printable ASCII, or that holds a `.`: then what was signed could be read in two ways. */
  | 'malformed_header'
  /** The timestamp is not 1 to 11 digits. */
  | 'malformed_timestamp'
  | 'too_old'
  | 'too_new'
  /** No signature of a scheme that the secrets at hand can check, e.g. only `v1a` where all secrets are symmetric. */
  | 'unsupported_scheme'
  /** Another secret, or a changed body, id or timestamp. */
  | 'no_match';

export type SignatureCheck =
  | { readonly ok: true; readonly secretIndex: number; readonly scheme: ParsedSecret['scheme'] }
  | FailedCheck;

export interface FailedCheck {
  readonly ok: false;
  readonly reason: SignatureFault;
  /** Why, for a person; never holds a secret or a signature. */
  readonly detail: string;
  /** How far the timestamp is from now in seconds, negative in the past; only for `too_old` and `too_new`. */
  readonly skewSeconds?: number;
}

export interface SignatureVerifier {
  /** Checks what needs no body, before any of it is read. `undefined`: nothing is wrong so far. */
  checkHeaders(delivery: Omit<SignedDelivery, 'body'>): FailedCheck | undefined;
  /** Checks the signature of a body whose headers passed {@link checkHeaders}. */
  checkBody(texts: SignatureHeaders, body: Uint8Array): SignatureCheck;
  /** Both. */
  verify(delivery: SignedDelivery): SignatureCheck;
}

/** The tolerance of every official library: 300 s both ways, inclusive. */
export const DEFAULT_TOLERANCE_MS = 300_000;

const TIMESTAMP = /^\d{1,11}$/;
const MESSAGE_ID = /^[!-\-/-~]{1,256}$/;
/** 64 bytes. The last letter holds two bits; an encoder sets the others to zero, so that there is one text for each signature. */
const ED25519_SIGNATURE = /^[A-Za-z0-9+/]{85}[AQgw]==$/;

/** A sender that rotates its secret signs with 11 keys at most (Svix server, `MAX_OLD_KEYS`); bounds the work of a forged header. */
const MAX_ASYMMETRIC_ENTRIES = 16;

/**
 * Verifies deliveries with the secrets in use (several while one is rotated). It takes the exact bytes and the header
 * texts, also of a body that is not UTF-8 or a timestamp with leading zeros: HMAC-SHA256 (`v1`) or Ed25519 (`v1a`) over
 * `{id}.{timestamp}.{body}` (Standard Webhooks 1.0.0, Svix "Verifying payloads manually").
 *
 * Throws `CliError`: `auth` without any secret, `usage` for an empty one, which anybody could sign with.
 */
export function createVerifier(
  secrets: readonly ParsedSecret[],
  options: { readonly toleranceMs?: number | undefined } = {},
): SignatureVerifier {
  const toleranceMs = options.toleranceMs ?? DEFAULT_TOLERANCE_MS;
  if (secrets.length === 0) {
    throw new CliError('auth', 'there is no webhook secret to check signatures with', {
      code: 'no_webhook_secret',
      hint: 'set OPTIPICK_WEBHOOK_SECRET, or store it with: optipick login',
    });
  }
  const keys = secrets.map(keyOf);
  const checkBody: SignatureVerifier['checkBody'] = ({ id, timestamp, signature }, body) =>
    match(keys, signature, `${id}.${timestamp}.`, body);
  return {
    checkHeaders: (delivery) => checkHeaders(delivery, toleranceMs),
    checkBody,
    verify(delivery) {
      const { id = '', timestamp = '', signature = '', body } = delivery;
      return checkHeaders(delivery, toleranceMs) ?? checkBody({ id, timestamp, signature }, body);
    },
  };
}

function checkHeaders(delivery: Omit<SignedDelivery, 'body'>, toleranceMs: number): FailedCheck | undefined {
  const { id, timestamp, signature, nowMs } = delivery;
  if (isBlank(id) || isBlank(timestamp) || isBlank(signature)) return missing(delivery);
  if (!MESSAGE_ID.test(id)) {
    return { ok: false, reason: 'malformed_header', detail: 'the id header holds characters that no message id has' };
  }
  if (!TIMESTAMP.test(timestamp)) {
    return { ok: false, reason: 'malformed_timestamp', detail: 'the timestamp header is not 1 to 11 digits' };
  }
  return outsideTolerance(Number(timestamp), nowMs, toleranceMs);
}

/** Whether a signature matches, whatever its time: for finding out why a delivery does not verify. */
export interface SignatureMatcher {
  /** The index of the secret that matches; `undefined` when none does. */
  match(texts: SignatureHeaders, body: Uint8Array): number | undefined;
  /** The `v1` signatures (base64 alone) of the secrets. Never to be printed: whoever knows one can forge the delivery. */
  expected(texts: Omit<SignatureHeaders, 'signature'>, body: Uint8Array): readonly string[];
}

/** Throws as {@link createVerifier}, but without secrets it matches nothing. */
export function createMatcher(secrets: readonly ParsedSecret[]): SignatureMatcher {
  const keys = secrets.map(keyOf);
  return {
    match({ id, timestamp, signature }, body) {
      const check = match(keys, signature, `${id}.${timestamp}.`, body);
      return check.ok ? check.secretIndex : undefined;
    },
    expected: ({ id, timestamp }, body) =>
      keys.flatMap(({ scheme, key }) => (scheme === 'v1' ? hmac(key, `${id}.${timestamp}.`, body) : [])),
  };
}

/** What to sign. */
export interface UnsignedDelivery {
  readonly id: string;
  /** Whole seconds since 1970. */
  readonly timestamp: number;
  readonly body: Uint8Array;
}

/** The `svix-signature` of a delivery: `v1,<base64>`. Throws `CliError` `usage` for a public key, which cannot sign. */
export function signDelivery(secret: ParsedSecret, { id, timestamp, body }: UnsignedDelivery): string {
  if (secret.scheme === 'v1') return `v1,${hmac(symmetricKey(secret.key), `${id}.${timestamp}.`, body)}`;
  throw new CliError('usage', 'a public key (whpk_...) can check signatures but not sign', {
    code: 'cannot_sign',
    hint: 'give the endpoint a symmetric secret (whsec_...) to sign with',
  });
}

type VerifyingKey = { readonly scheme: ParsedSecret['scheme']; readonly key: KeyObject };

function keyOf(secret: ParsedSecret): VerifyingKey {
  if (secret.scheme === 'v1') return { scheme: 'v1', key: symmetricKey(secret.key) };
  const x = Buffer.from(secret.publicKey).toString('base64url');
  return { scheme: 'v1a', key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }) };
}

function symmetricKey(bytes: Uint8Array): KeyObject {
  if (bytes.byteLength === 0) {
    throw new CliError('usage', 'the webhook secret is empty', {
      code: 'bad_webhook_secret',
      hint: 'copy the signing secret (whsec_...) of the endpoint again',
    });
  }
  return createSecretKey(bytes);
}

/** Tries each key with each entry. Spaces separate entries; unknown versions are skipped, as the specification asks. */
function match(keys: readonly VerifyingKey[], header: string, prefix: string, body: Uint8Array): SignatureCheck {
  const symmetric: Buffer[] = [];
  const asymmetric: Buffer[] = [];
  for (const entry of header.split(' ')) {
    const [version, text = ''] = entry.split(',');
    if (version === 'v1') symmetric.push(Buffer.from(text, 'latin1'));
    else if (version === 'v1a' && ED25519_SIGNATURE.test(text) && asymmetric.length < MAX_ASYMMETRIC_ENTRIES) {
      asymmetric.push(Buffer.from(text, 'base64'));
    }
  }
  let checked = false;
  let content: Buffer | undefined;
  for (const [secretIndex, { scheme, key }] of keys.entries()) {
    const entries = scheme === 'v1' ? symmetric : asymmetric;
    if (entries.length === 0) continue;
    checked = true;
    if (scheme === 'v1') {
      const expected = Buffer.from(hmac(key, prefix, body), 'latin1');
      if (entries.some((entry) => entry.byteLength === expected.byteLength && timingSafeEqual(entry, expected))) {
        return { ok: true, secretIndex, scheme };
      }
    } else {
      content ??= Buffer.concat([Buffer.from(prefix, 'latin1'), body]);
      const signed = content;
      if (entries.some((entry) => verifyEd25519(null, signed, key, entry))) return { ok: true, secretIndex, scheme };
    }
  }
  if (checked) {
    return {
      ok: false,
      reason: 'no_match',
      detail: 'no signature matches: another secret, or the delivery was altered',
    };
  }
  return { ok: false, reason: 'unsupported_scheme', detail: unsupported(symmetric.length, asymmetric.length) };
}

function unsupported(symmetric: number, asymmetric: number): string {
  if (asymmetric > 0) return 'only signed with an asymmetric key (v1a), which a whpk_... secret checks';
  if (symmetric > 0) return 'only signed with a symmetric key (v1), which a whsec_... secret checks';
  return 'the signature header holds no signature of a known scheme (v1, v1a)';
}

function hmac(key: KeyObject, prefix: string, body: Uint8Array): string {
  return createHmac('sha256', key).update(prefix, 'latin1').update(body).digest('base64');
}

function outsideTolerance(seconds: number, nowMs: number, toleranceMs: number): FailedCheck | undefined {
  const skewSeconds = seconds - Math.floor(nowMs / 1000);
  if (Math.abs(skewSeconds) * 1000 <= toleranceMs) return undefined;
  const distance = formatDuration(Math.abs(skewSeconds) * 1000);
  return skewSeconds < 0
    ? { ok: false, reason: 'too_old', detail: `sent ${distance} ago: an old delivery, or a clock is off`, skewSeconds }
    : { ok: false, reason: 'too_new', detail: `sent ${distance} in the future: a clock is off`, skewSeconds };
}

function missing({ id, timestamp, signature }: Omit<SignedDelivery, 'body'>): FailedCheck {
  const names = Object.entries({ id, timestamp, signature })
    .filter(([, value]) => isBlank(value))
    .map(([name]) => `svix-${name}`);
  return { ok: false, reason: 'missing_header', detail: `missing header ${names.join(' and ')}` };
}

function isBlank(text: string | undefined): text is undefined | '' {
  return text === undefined || text === '';
}
