import type { Context } from '../../context/context.ts';
import { CliError } from '../../errors.ts';
import { SANDBOX_KEY_PREFIX } from '../../settings/secret.ts';
import { profileNamed, type SettingKey } from '../../settings/settings.ts';

/** Writes settings into a profile: all or none, also while other processes write. `undefined` removes one. */
export async function storeSettings(
  { host, output }: Context,
  profile: string,
  change: Readonly<Partial<Record<SettingKey, string | number | undefined>>>,
): Promise<void> {
  const entries = Object.entries(change) as [SettingKey, string | number | undefined][];
  const { repaired } = await host.settingsFile.change(entries.map(([key, value]) => ({ profile, key, value })));
  for (const warning of repaired) await output.warn(warning);
}

const VARIABLES: Readonly<Partial<Record<SettingKey, string>>> = {
  'api-key': 'OPTIPICK_API_KEY',
  'webhook-secret': 'OPTIPICK_WEBHOOK_SECRET',
  'state-url': 'OPTIPICK_STATE_URL',
  'base-url': 'OPTIPICK_BASE_URL',
};

/** Warns where a variable of the environment wins over what was stored. */
export async function warnOfVariables({ host, output }: Context, keys: readonly SettingKey[]): Promise<void> {
  for (const key of keys) {
    const variable = VARIABLES[key];
    if (variable !== undefined && (host.env[variable] ?? '') !== '') {
      await output.warn(`${variable} is set and wins over the stored value`);
    }
  }
}

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
