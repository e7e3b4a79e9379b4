/** The profile through which other commands reach a sandbox. */
import type { Context } from '../../context/context.ts';
import { CliError } from '../../errors.ts';
import { SANDBOX_KEY_PREFIX } from '../../settings/secret.ts';
import { profileNamed } from '../../settings/settings.ts';

/** A profile that holds what no sandbox made stays as it is: a key that is overwritten is gone. Throws `CliError` `environment`. */
export async function refuseRealKey({ host }: Context, name: string, ownKey: string | undefined): Promise<void> {
  const stored = profileNamed((await host.settingsFile.read()).profiles, name);
  const { 'api-key': key, 'webhook-secret': secret } = stored ?? {};
  const isOurs = key === undefined ? secret === undefined : key === ownKey || key.startsWith(SANDBOX_KEY_PREFIX);
  if (isOurs) return;
  const what = key === undefined ? 'a webhook secret' : 'an API key';
  throw new CliError('environment', `profile "${name}" holds ${what} that no sandbox generated, and was not changed`, {
    code: 'profile_in_use',
    hint: 'choose another name: optipick sandbox --save-profile sandbox',
  });
}
