/** The inbox of `listen --relay` at the relay: its token, and where that is stored. */
import type { Context } from '../../app/context.ts';
import type { ListenerState } from '../../app/inbox-services.ts';
import { makeRelayToken } from '../../webhooks/relay/address.ts';
import type { RelayChoice } from './flags.ts';

export interface RelayInbox {
  readonly url: URL;
  readonly token: string;
  /** Given on the command line. */
  readonly pinned: boolean;
  /** Just made. */
  readonly fresh: boolean;
  /** Stores a token for the next run of this profile. */
  readonly keep: (token: string) => Promise<void>;
}

/** The inbox that is given, stored for this profile, or new; what is not given is stored. */
export async function chooseRelayInbox(
  context: Context,
  { url, token: choice }: RelayChoice,
  tokens: ListenerState['relayTokens'],
): Promise<RelayInbox> {
  if (typeof choice === 'object') {
    return { url, token: choice.given, pinned: true, fresh: false, keep: () => Promise.resolve() };
  }
  const profile = (await context.settings()).profile.value;
  const stored = choice === 'new' ? undefined : await tokens.find(profile, url.host);
  const keep = (token: string): Promise<void> => tokens.keep(profile, url.host, token);
  const token = stored ?? makeRelayToken((size) => context.host.randomBytes(size));
  await keep(token);
  return { url, token, pinned: false, fresh: stored === undefined, keep };
}
