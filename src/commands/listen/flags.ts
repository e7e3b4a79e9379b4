/** The flags of `listen`, and what they mean. */
import { CliError } from '../../errors.ts';
import type { Host } from '../../platform/host.ts';
import { rejectNearEvent } from '../../webhooks/event-name.ts';
import { createEventFilter } from '../../webhooks/inbox/event-filter.ts';
import { createSourceCheck } from '../../webhooks/receiver/source-addresses.ts';
import { parseRelayToken, parseRelayUrl } from '../../webhooks/relay/address.ts';
import { forwardTarget } from '../shared/forward-target.ts';

export interface ListenFlags {
  readonly port?: number;
  readonly host: string;
  readonly path: string;
  readonly events?: readonly string[];
  readonly secretFile?: string;
  readonly forwardTo?: readonly string[];
  readonly exec?: string;
  /** Milliseconds. */
  readonly execTimeout: number;
  /** `false` with `--no-fetch`. */
  readonly fetch: boolean;
  readonly once?: boolean;
  readonly count?: number;
  readonly until?: string;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly allowFrom?: readonly string[];
  readonly trustProxy?: boolean;
  /** `true` for the stored token, `new`, or a token. */
  readonly relay?: boolean | string;
  /** Milliseconds. */
  readonly tolerance: number;
  /** Bytes. */
  readonly maxBody: number;
  readonly record?: string;
  /** Bytes. */
  readonly recordLimit: number;
  /** `false` with `--no-verify-signature`. */
  readonly verifySignature: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly verbose?: boolean;
  /** `true` for the usual port. */
  readonly inspect?: boolean | number;
}

export interface RelayChoice {
  readonly url: URL;
  /** A token, `stored` for the one of this profile, or `new`. */
  readonly token: { readonly given: string } | 'stored' | 'new';
}

export type ListenPlan = ReturnType<typeof parseListenFlags>;
export type ListenSource = ListenPlan['source'];
export type EndConditions = ListenPlan['ending'];

/**
 * What the flags mean. Nothing of this machine is read for it. Throws `CliError` `usage` for flags that cannot be used, or
 * not together.
 */
export function parseListenFlags(flags: ListenFlags, env: Host['env']) {
  const relay = relayOf(flags, env);
  const path = pathOf(flags.path);
  for (const event of flags.events ?? []) rejectNearEvent(event);
  const forwardTo = [...new Set((flags.forwardTo ?? []).map(forwardTarget))];
  const { allowFrom = [], trustProxy = false } = flags;
  const check = flags.allowFrom === undefined && !trustProxy ? undefined : createSourceCheck({ allowFrom, trustProxy });
  const { host, port, secretFile, tolerance: toleranceMs, record: folder, exec: command, once = false } = flags;
  return {
    /** Where requests come from. */
    source: {
      host,
      /** `undefined`: the port of the settings. */
      port,
      /** Files. */
      tls: tlsOf(flags),
      /** With a leading slash and without one at its end; the root is the empty text. */
      path,
      /** `undefined`: every address may send. */
      check,
      maxBodyBytes: flags.maxBody,
      relay,
    },
    /** Which requests are accepted into the inbox, and what is written down of all. */
    inbox: {
      /** `undefined`: signatures are not checked. */
      signature: flags.verifySignature ? { secretFile, toleranceMs } : undefined,
      record: folder === undefined ? undefined : { folder, rejectedBytes: flags.recordLimit },
    },
    /** Whether an event is shown, and counts for the ending. */
    filter: createEventFilter(flags.events ?? []),
    /** What is done for an accepted delivery. */
    actions: {
      /** Whether its result is fetched. */
      fetch: flags.fetch,
      /** Absolute URLs, each once. */
      forwardTo,
      exec: command === undefined ? undefined : { command, timeoutMs: flags.execTimeout },
    },
    screen: { verbose: flags.verbose ?? false },
    /** A page about what is received; its port is `undefined` for the usual one. */
    inspector:
      flags.inspect === undefined || flags.inspect === false
        ? undefined
        : { port: flags.inspect === true ? undefined : flags.inspect },
    /** When the run ends by itself. */
    ending: {
      /** After the first event, or when a delivery does not verify. */
      once,
      /** After this many events. */
      count: once ? 1 : flags.count,
      /** After the event about this request. */
      until: flags.until,
      timeoutMs: flags.timeout,
    },
  };
}

function relayOf({ relay, allowFrom, trustProxy }: ListenFlags, env: Host['env']): RelayChoice | undefined {
  if (relay === undefined || relay === false) return undefined;
  if (allowFrom !== undefined || trustProxy === true) {
    throw new CliError(
      'usage',
      `${allowFrom === undefined ? '--trust-proxy' : '--allow-from'} and --relay exclude each other`,
      {
        code: 'conflicting_options',
        hint: 'what a relay brings comes from the relay: the address of its sender is not known here; signatures are checked all the same',
      },
    );
  }
  const url = parseRelayUrl(env['OPTIPICK_RELAY_URL']);
  if (relay === true) return { url, token: 'stored' };
  return { url, token: relay === 'new' ? 'new' : { given: parseRelayToken(relay) } };
}

function tlsOf({ tlsCert: cert, tlsKey: key }: ListenFlags) {
  if (cert === undefined && key === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return { cert, key };
  throw new CliError('usage', '--tls-cert and --tls-key belong together', { code: 'conflicting_options' });
}

function pathOf(text: string): string {
  const path = `/${text.replace(/^\/+/, '')}`.replace(/\/+$/, '');
  if (/^[!-~]*$/.test(path) && !/[?#]/.test(path) && path !== '/healthz') return path;
  throw new CliError('usage', `--path: "${text}" cannot be the path of the webhook`, {
    code: 'bad_path',
    hint: 'write it as the URL has it, without a query: --path /webhook; /healthz is taken',
  });
}
