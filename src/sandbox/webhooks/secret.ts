/** The secret that an endpoint is signed for. */
import { CliError } from '../../errors.ts';
import { decodeSymmetricKey, type ParsedSecret } from '../../settings/secret.ts';

/** Reads a `whsec_` secret. Throws `CliError` (usage, `bad_secret`), which does not repeat the secret. */
export function parseEndpointSecret(secret: string): ParsedSecret {
  try {
    return { scheme: 'v1', key: decodeSymmetricKey(secret) };
  } catch {
    throw new CliError('usage', 'the webhook secret is malformed', {
      code: 'bad_secret',
      hint: 'a secret is "whsec_" and standard base64; leave it out to have one generated',
    });
  }
}
