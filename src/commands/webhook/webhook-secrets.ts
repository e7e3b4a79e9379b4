/** The webhook secrets in force: of the flag, the environment or the profile. */
import type { Context } from '../../context.ts';
import { parseWebhookSecrets, type SecretsReading } from '../../domain/secret.ts';
import { CliError } from '../../errors.ts';
import { readSecretFile } from '../input-file.ts';

export interface SecretsInForce extends SecretsReading {
  /** For people: `--secret-file`, `OPTIPICK_WEBHOOK_SECRET`, `profile staging`. */
  readonly from: string;
}

/**
 * What is odd about them is warned of. Throws `CliError`: `auth` when there is none, which `purpose` ("to sign with")
 * explains, `usage` for a malformed one or a file that cannot be read.
 */
export async function webhookSecrets(
  context: Context,
  secretFile: string | undefined,
  purpose: string,
): Promise<SecretsInForce> {
  const { webhookSecrets: stored } = await context.settings();
  const given =
    secretFile === undefined
      ? stored && { text: stored.value.join(' '), from: stored.from }
      : { text: await readSecretFile(context, secretFile), from: '--secret-file' };
  if (given === undefined) {
    throw new CliError('auth', `there is no webhook secret ${purpose}`, {
      code: 'no_webhook_secret',
      hint: 'store it with: optipick login; or set OPTIPICK_WEBHOOK_SECRET. It is the "Signing Secret" of your endpoint in the webhook settings of the web application',
    });
  }
  const reading = parseWebhookSecrets(given.text);
  for (const warning of reading.warnings) await context.output.warn(warning);
  return { ...reading, from: given.from };
}
