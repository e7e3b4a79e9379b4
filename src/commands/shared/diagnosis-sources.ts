/** What this machine knows that a delivery which does not verify may belong to: other secrets, and messages in the inbox. */
import type { Context } from '../../context/context.ts';
import { CliError } from '../../errors.ts';
import { profileNamed, type Settings } from '../../settings/settings.ts';
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
  const settings = await context.settings();
  const { apiKey, profile: chosen } = settings;
  const used = new Set(inUse.map(({ text }) => text));
  const apiKeys = apiKey === undefined ? [] : [apiKey.value];
  const otherSecrets: NamedSecret[] = secretsOfSettings(settings).map(({ text, from }) => ({
    text,
    from,
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

/** The latest messages that the headers are compared with where somebody waits for the diagnosis. */
const COMPARED_MESSAGES = 20;

/** A tenth of a second at most. */
const SEARCH_BYTES = 2 * 1024 * 1024;

/** What a diagnosis that must be quick works with: {@link knownElsewhere}, and the latest messages of the inbox. Throws as that. */
export async function quickSources(
  context: Context,
  inbox: Inbox,
  inUse: readonly NamedSecret[],
): Promise<Pick<DiagnosisInput, 'otherSecrets' | 'apiKeys' | 'otherMessages' | 'searchBytes'>> {
  const otherMessages = await receivedMessages(inbox, COMPARED_MESSAGES);
  return { otherMessages, searchBytes: SEARCH_BYTES, ...(await knownElsewhere(context, inUse)) };
}

/** The webhook secrets of the settings; none when there are none. */
export function secretsOfSettings({ webhookSecrets }: Pick<Settings, 'webhookSecrets'>): NamedSecret[] {
  return (webhookSecrets?.value ?? []).map((text) => ({ text, from: webhookSecrets?.from ?? '' }));
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
