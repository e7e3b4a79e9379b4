/** The other secrets that this machine knows: a delivery may be signed with one of them. */
import type { Context } from '../../app/context.ts';
import { profileNamed } from '../../settings/settings.ts';
import type { NamedSecret } from '../../webhooks/diagnosis/model.ts';

export interface KnownElsewhere {
  /** Of the settings and all profiles, without those in use. */
  readonly otherSecrets: readonly NamedSecret[];
  /** Some people paste one in the place of the secret. */
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
