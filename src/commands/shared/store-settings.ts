import type { Context } from '../../context/context.ts';
import type { SettingKey } from '../../settings/settings.ts';

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
