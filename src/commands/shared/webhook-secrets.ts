/** The webhook secrets in use: of the flag, the environment or the profile. */
import type { Context } from '../../context/context.ts';
import { parseWebhookSecrets, type SecretsReading } from '../../settings/secret.ts';
import type { Redact } from '../../settings/redaction.ts';
import { EMPTY_HINT, emptyNote, secretsInSettings, unknownProfile } from '../../settings/settings.ts';
import { CliError } from '../../errors.ts';
import { readSecretFile } from '../../context/input-file.ts';
import { createTerminalRedaction } from '../../output/terminal/redaction.ts';
import type { TestTarget } from '../../webhooks/testing/test-target.ts';

export interface SecretsInForce extends SecretsReading {
  /** For people: `--secret-file`, `OPTIPICK_WEBHOOK_SECRET`, `profile staging`. */
  readonly from: string;
}

/** Removes from the answers of an endpoint what it may know: the key and secrets in use, and those of its own address. */
export async function createEndpointRedaction(
  context: Context,
  target: Pick<TestTarget, 'secrets'>,
  signing: Pick<SecretsReading, 'texts'> | undefined,
): Promise<Redact> {
  return createTerminalRedaction([...(await storedSecrets(context)), ...(signing?.texts ?? []), ...target.secrets]);
}

/** None when the settings cannot be read: the command that needs them reports that. */
async function storedSecrets(context: Context): Promise<readonly string[]> {
  try {
    return secretsInSettings(await context.settings());
  } catch (error) {
    if (error instanceof CliError) return [];
    throw error;
  }
}

/**
 * Prints a warning for a suspicious one. Throws `CliError`: `auth` without any, with `purpose` ("to sign with") in the
 * message, `usage` for a malformed one or a file that cannot be read.
 */
export async function webhookSecrets(
  context: Context,
  secretFile: string | undefined,
  purpose: string,
): Promise<SecretsInForce> {
  const settings = await context.settings();
  const { webhookSecrets: stored } = settings;
  const given =
    secretFile === undefined
      ? stored && { text: stored.value.join(' '), from: stored.from }
      : { text: await readSecretFile(context, secretFile), from: '--secret-file' };
  if (given === undefined) {
    const empty = emptyNote(context.host.env, 'OPTIPICK_WEBHOOK_SECRET', 'OPTIPICK_PROFILE');
    throw new CliError('auth', `there is no webhook secret ${purpose}${empty}`, {
      code: 'no_webhook_secret',
      hint:
        unknownProfile(settings) ??
        `store it with: optipick login; or ${empty === '' ? 'set OPTIPICK_WEBHOOK_SECRET' : EMPTY_HINT}. It is the "Signing Secret" of your endpoint in the webhook settings of the web application`,
    });
  }
  const reading = parseWebhookSecrets(given.text);
  for (const warning of reading.warnings) await context.output.warn(warning);
  return { ...reading, from: given.from };
}
