/** Secrets that sign webhooks: `whsec_` and 24 random bytes in base64, as Svix makes them. */
import { CliError } from '../../errors.ts';
import type { RandomBytes } from '../../ids.ts';

const PREFIX = 'whsec_';
const SECRET_BYTES = 24;

/** A new secret, `whsec_` and 32 characters. */
export function createSecret(randomBytes: RandomBytes): string {
  return PREFIX + Buffer.from(randomBytes(SECRET_BYTES)).toString('base64');
}

/**
 * The key in a secret, whose prefix may be missing (the official libraries take it so, too).
 * Throws `CliError` (usage, `bad_secret`); the secret itself is not repeated.
 */
export function keyOf(secret: string): Uint8Array {
  const base64 = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  const key = /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : undefined;
  if (key === undefined || key.byteLength === 0) {
    throw new CliError('usage', 'the webhook secret is malformed', {
      code: 'bad_secret',
      hint: 'a secret is "whsec_" and standard base64; leave it out to have one made',
    });
  }
  return key;
}
