/** `listen --relay`: receives through a relay, and reports how the link to it fares. */
import type { Context } from '../../context/context.ts';
import type { ListenerState } from '../../context/inbox-services.ts';
import type { Http } from '../../lib/net/http.ts';
import { CliError } from '../../errors.ts';
import { MAX_RELAY_LINES, RELAY_LINES_MS, UNREADABLE_EVENTS_MS } from '../../limits.ts';
import type { Host } from '../../platform/host.ts';
import { makeRelayToken, relayAddresses, type RelayAddresses } from '../../webhooks/relay/address.ts';
import { runRelay, type RefusalKind, type RelayEvents } from '../../webhooks/relay/client.ts';
import { RELAY_TIMING } from '../../webhooks/relay/timing.ts';
import { createReportLimit } from '../../webhooks/relay/report-limit.ts';
import type { RelayChoice } from './flags.ts';
import type { ListenLines } from './lines.ts';
import type { Reporter } from './reporter.ts';

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

interface RelayParts {
  readonly app: Http;
  /** The path at which `app` receives. */
  readonly path: string;
  readonly maxBodyBytes?: number;
  readonly reporter: Pick<Reporter, 'print'> & { readonly lines: Pick<ListenLines, 'connected' | 'reconnecting'> };
}

/** Receives through the relay until `stop` is aborted. */
export function startRelay(
  context: Context,
  inbox: RelayInbox,
  { app, path, maxBodyBytes, reporter }: RelayParts,
  stop: AbortSignal,
) {
  const { host } = context;
  const { url, token, pinned, fresh } = inbox;
  const { events, acknowledged, failed, refusal } = createRelayEvents(context, inbox, reporter, stop);
  const running = runRelay(
    {
      connect: (address, socketEvents, options) => host.connectWebSocket(address, socketEvents, options),
      url,
      token,
      pinned,
      fresh,
      makeToken: () => makeRelayToken((size) => host.randomBytes(size)),
      app,
      path: path === '' ? '/' : path,
      clock: host.clock,
      random: () => host.random(),
      timing: RELAY_TIMING,
      printed: () => printed(host),
      maxBodyBytes,
      events,
    },
    stop,
  );
  return {
    acknowledged,
    /** When every event on its way is answered. Rejects only for a bug. */
    ended: Promise.race([running, failed]),
    refusal,
  };
}

/** Stores the token in force for the next run, and prints how the link fares, within limits. */
function createRelayEvents(
  { host, output }: Context,
  { url, token, pinned, fresh, keep }: RelayInbox,
  { lines, print }: RelayParts['reporter'],
  stop: AbortSignal,
) {
  const acknowledged = Promise.withResolvers<RelayAddresses>();
  const bug = Promise.withResolvers<never>();
  let wasConnected = false;
  let hasReportedRotation = false;
  /** Why the link is lost; `undefined` while it is up. */
  let lost: string | undefined;
  let current = token;
  let refusal: string | undefined;

  const mayPrint = createReportLimit(
    {
      clock: host.clock,
      most: MAX_RELAY_LINES,
      spanMs: RELAY_LINES_MS,
      more(count) {
        print(() => output.warn(`${counted(count, 'more message')} about the relay in the last ten minutes`));
        if (stop.aborted) return;
        print(() =>
          lost === undefined ? lines.connected(relayAddresses(url, current).inbox) : lines.reconnecting(lost),
        );
      },
    },
    stop,
  );
  const printLimited = (line: () => Promise<void>): void => {
    if (mayPrint()) print(line);
  };
  const mayWarnOfUnreadable = createReportLimit(
    {
      clock: host.clock,
      most: 1,
      spanMs: UNREADABLE_EVENTS_MS,
      more: (count) => print(() => output.warn(`${counted(count, 'more event')} from the relay cannot be read`)),
    },
    stop,
  );
  /** That the next run will have another address is no reason to end this one. */
  const keepOrWarn = async (kept: string): Promise<void> => {
    await keep(kept).catch((error: unknown) => {
      if (!(error instanceof CliError)) bug.reject(error);
      else
        printLimited(() => output.warn(`the address at the relay cannot be stored for the next run: ${error.message}`));
    });
  };

  const events: RelayEvents = {
    connected(newest) {
      const addresses = relayAddresses(url, newest);
      // An address is shown only when the next run has it, too.
      const stored = newest === current ? Promise.resolve() : keepOrWarn(newest);
      hasReportedRotation = false;
      current = newest;
      lost = undefined;
      if (wasConnected) printLimited(() => lines.connected(addresses.inbox));
      wasConnected = true;
      void stored.then(() => acknowledged.resolve(addresses));
    },
    dropped(reason) {
      lost = reason;
      printLimited(() => lines.reconnecting(reason));
    },
    refused(reason, kind) {
      refusal = kind === 'refused' ? reason : undefined;
      printLimited(() => output.warn(refusalText(reason, kind, pinned)));
    },
    unreadable() {
      if (mayWarnOfUnreadable()) print(() => output.warn('an event from the relay cannot be read'));
    },
    rotated(next, reason) {
      current = next;
      refusal = reason;
      // A stored inbox that this run never had is that of another listener of this profile: it stays stored.
      if (wasConnected || fresh) void keepOrWarn(next);
      if (!hasReportedRotation) printLimited(() => output.warn(rotationText(wasConnected, fresh)));
      hasReportedRotation = true;
    },
    failed: (error) => bug.reject(error),
  };
  return {
    events,
    /** The first time that the relay has acknowledged the token. Never rejects. */
    acknowledged: acknowledged.promise,
    /** Rejects for a bug. */
    failed: bug.promise,
    /** Why the relay refused at last; `undefined` when it has not, or could not be reached since. */
    refusal: () => refusal,
  };
}

/** Fulfilled when the output has room again. A reader who is gone has read everything. */
async function printed({ stdout, stderr }: Host): Promise<void> {
  await Promise.allSettled([stdout.write(''), stderr.write('')]);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function rotationText(wasConnected: boolean, fresh: boolean): string {
  if (wasConnected) {
    return 'the inbox at the relay is replaced by a new one: the web application needs the new address';
  }
  return fresh
    ? 'the relay refuses the inbox that was just made; another one is taken'
    : 'a new inbox at the relay is taken for this run; the kept one stays with the listener that has it';
}

/** The relay says so in these very words, as its own clients expect. */
const IN_USE = /already in use/i;

function refusalText(reason: string, kind: RefusalKind, pinned: boolean): string {
  if (kind === 'unreachable') return `the relay cannot be reached: ${reason}; trying on`;
  if (!IN_USE.test(reason)) return `the relay refuses this inbox: ${reason}; trying on`;
  const way = pinned ? 'trying until it ends' : 'trying for a minute, then another address is taken';
  return `another listener receives at this inbox of the relay; ${way}`;
}
