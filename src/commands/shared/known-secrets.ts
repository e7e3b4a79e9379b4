/** What this machine knows beside the secret in force: for telling which one a delivery was signed with. */
import type { Context } from '../../app/context.ts';
import { profileNamed } from '../../settings/settings.ts';
import type { NamedSecret } from '../../webhooks/diagnosis/model.ts';

export interface KnownElsewhere {
  /** Of the settings in force and of all profiles, but for those in use. */
  readonly otherSecrets: readonly NamedSecret[];
  /** They are pasted in the place of a secret. */
  readonly apiKeys: readonly string[];
}

/** Throws `CliError` `environment` when the stored settings cannot be read. */
export async function knownElsewhere(context: Context, inUse: readonly NamedSecret[]): Promise<KnownElsewhere> {
  const { profiles } = await context.host.settingsFile.read();
  const { apiKey, webhookSecrets, profile: chosen } = await context.settings();
  const used = new Set(inUse.map(({ text }) => text));
  const apiKeys = apiKey === undefined ? [] : [apiKey.value];
  const otherSecrets: NamedSecret[] = (webhookSecrets?.value ?? []).map((text) => ({
    text,
    from: webhookSecrets?.from ?? '',
    replaced: true,
  }));
  for (const name of Object.keys(profiles)) {
    const profile = profileNamed(profiles, name);
    if (profile?.['api-key'] !== undefined) apiKeys.push(profile['api-key']);
    const secrets = (profile?.['webhook-secret'] ?? '').split(/\s+/).filter((text) => text !== '');
    otherSecrets.push(...secrets.map((text) => ({ text, from: `profile ${name}`, replaced: name === chosen.value })));
  }
  return { otherSecrets: otherSecrets.filter(({ text }) => !used.has(text)), apiKeys };
}
