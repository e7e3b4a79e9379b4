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
