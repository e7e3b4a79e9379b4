/** What this machine knows that a delivery which does not verify may belong to: other secrets, and messages in the inbox. */
import type { Context } from '../../context/context.ts';
import { CliError } from '../../errors.ts';
import { profileNamed } from '../../settings/settings.ts';
import type { Inbox } from '../../state/inbox.ts';
import type { DiagnosisInput, KnownMessage, NamedSecret } from '../../webhooks/diagnosis/model.ts';
import { headersOf } from '../../webhooks/forward-headers.ts';
import { readSignatureHeaders } from '../../webhooks/signature-headers.ts';

/**
 * The secrets and keys of the settings and all profiles, without the secrets in use. Throws `CliError` `environment` when the
 * stored settings cannot be read.
 */
export async function knownElsewhere(
  context: Context,
  inUse: readonly NamedSecret[],
): Promise<Pick<DiagnosisInput, 'otherSecrets' | 'apiKeys'>> {
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

/** The `most` latest; none where the inbox cannot be read, which others tell of. */
export async function receivedMessages(inbox: Inbox, most: number): Promise<readonly KnownMessage[]> {
  const messages: KnownMessage[] = [];
  try {
    for (const { id } of await inbox.list({ limit: most })) {
      for (const { headers, body } of await inbox.find(id)) {
        const reading = readSignatureHeaders(headersOf(headers));
        if (reading.ok) messages.push({ ...reading.headers, body, from: 'the inbox' });
      }
    }
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
  }
  return messages;
}
