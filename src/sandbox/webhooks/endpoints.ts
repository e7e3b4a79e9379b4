/** The endpoints that get webhooks: their addresses, subscribed events and signing secrets. */
import type { SandboxEnvironment } from '../environment.ts';
import { checkEventPattern } from './event-pattern.ts';
import { createSvixId } from '../../ids.ts';
import { createWebhookSecret } from '../../settings/secret.ts';
import { parseEndpointSecret } from './secret.ts';
import { checkTarget } from './target.ts';

/** Svix: after a rotation both secrets sign for a day, and at most ten old ones are stored. */
const OLD_SECRET_MS = 24 * 60 * 60 * 1000;
const MOST_OLD_SECRETS = 10;

export interface Endpoint {
  readonly id: string;
  readonly url: string;
  /** Event patterns; none: every event. */
  readonly events: readonly string[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Why nothing is sent to it; `undefined` while it is enabled. */
  readonly disabled: string | undefined;
}

export interface EndpointOptions {
  readonly events?: readonly string[] | undefined;
  readonly secret?: string | undefined;
}

interface Entry {
  endpoint: Endpoint;
  secret: string;
  old: readonly { readonly secret: string; readonly until: number }[];
}

/** `commonSecret` signs for endpoints without a secret of their own; `allowRemote` lets webhooks leave this machine. */
export function createEndpoints(
  { clock, timeScale, randomBytes }: SandboxEnvironment,
  commonSecret: string,
  allowRemote: boolean,
) {
  const entries = new Map<string, Entry>();

  function entryOf(id: string): Entry {
    const entry = entries.get(id);
    if (entry === undefined) throw new RangeError(`no endpoint ${id}`);
    return entry;
  }

  return {
    /** Throws `CliError` (usage): `bad_webhook_url`, `remote_webhook`, `bad_event`, `bad_secret`. */
    add(url: string, { events = [], secret = commonSecret }: EndpointOptions = {}): Endpoint {
      checkTarget(url, allowRemote);
      for (const pattern of events) checkEventPattern(pattern);
      parseEndpointSecret(secret);
      const id = createSvixId('ep', randomBytes);
      const endpoint = { id, url, events: [...events], createdAt: clock.now(), disabled: undefined };
      entries.set(id, { endpoint, secret, old: [] });
      return endpoint;
    },
    /** In the order in which they were added. */
    list: (): readonly Endpoint[] => Array.from(entries.values(), ({ endpoint }) => endpoint),
    find: (id: string): Endpoint | undefined => entries.get(id)?.endpoint,
    /** `undefined` as the reason enables it. */
    setDisabled(id: string, reason: string | undefined) {
      const entry = entryOf(id);
      entry.endpoint = { ...entry.endpoint, disabled: reason };
    },
    /** Creates a new secret and returns it; the old one signs too for a day of the schedule. */
    rotate(id: string) {
      const entry = entryOf(id);
      const until = clock.now() + timeScale.real(OLD_SECRET_MS);
      entry.old = [{ secret: entry.secret, until }, ...entry.old].slice(0, MOST_OLD_SECRETS);
      entry.secret = createWebhookSecret(randomBytes);
      return entry.secret;
    },
    /** The secrets to sign with now, the newest first. */
    secretsOf(id: string): readonly string[] {
      const entry = entryOf(id);
      entry.old = entry.old.filter(({ until }) => clock.now() < until);
      return [entry.secret, ...entry.old.map(({ secret }) => secret)];
    },
  };
}

export type Endpoints = ReturnType<typeof createEndpoints>;
