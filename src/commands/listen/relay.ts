/** `listen --relay`: which relay, under which token, and what is said of it. */
import type { Context } from '../../app/context.ts';
import type { Http } from '../../lib/net/http.ts';
import { CliError } from '../../errors.ts';
import { MAX_RELAY_LINES, RELAY_LINES_MS, UNREADABLE_EVENTS_MS } from '../../limits.ts';
import type { Host } from '../../platform/host.ts';
import type { ListenerState } from '../../app/inbox-services.ts';
import {
  makeRelayToken,
  parseRelayToken,
  parseRelayUrl,
  relayAddresses,
  type RelayAddresses,
} from '../../webhooks/relay/address.ts';
import { runRelay, type RefusalKind } from '../../webhooks/relay/client.ts';
import { RELAY_TIMING } from '../../webhooks/relay/timing.ts';
import { createReportLimit } from '../../webhooks/relay/report-limit.ts';
import type { ListenFlags } from './command.ts';
import type { ListenScreen } from './reporter.ts';

export interface RelayPlan {
  readonly url: URL;
  readonly token: string;
  /** Given on the command line. */
  readonly pinned: boolean;
  readonly fresh: boolean;
  /** Remembers a token for the next run of this profile. */
  readonly keep: (token: string) => Promise<void>;
}

/**
 * `undefined` without `--relay`. Throws `CliError` `usage` for a malformed token or address, and for flags that have no
 * meaning with a relay.
 */
export async function planRelay(
  context: Context,
  { relay, allowFrom, trustProxy }: ListenFlags,
  openTokens: () => Promise<ListenerState['relayTokens']>,
): Promise<RelayPlan | undefined> {
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
  const url = parseRelayUrl(context.host.env['OPTIPICK_RELAY_URL']);
  const make = (): string => makeRelayToken((size) => context.host.randomBytes(size));
  if (typeof relay === 'string' && relay !== 'new') {
    return { url, token: parseRelayToken(relay), pinned: true, fresh: false, keep: () => Promise.resolve() };
  }
  const tokens = await openTokens();
  const profile = (await context.settings()).profile.value;
  const kept = relay === 'new' ? undefined : await tokens.find(profile, url.host);
  const keep = (token: string): Promise<void> => tokens.keep(profile, url.host, token);
  const token = kept ?? make();
  await keep(token);
  return { url, token, pinned: false, fresh: kept === undefined, keep };
}

export interface RelayRun {
  /** The first time that the relay has acknowledged the token. Never rejects. */
  readonly acknowledged: Promise<RelayAddresses>;
  /** When everything that was on its way is answered. Rejects only for a bug. */
  readonly ended: Promise<void>;
  /** Why the relay refused at last; `undefined` when it has not, or could not be reached since. */
  refusal(): string | undefined;
}

interface RelayParts {
  readonly app: Http;
  /** The path at which `app` receives. */
  readonly path: string;
  /** `--max-body` */
  readonly maxBodyBytes?: number;
  readonly screen: Pick<ListenScreen, 'reconnecting' | 'connected'>;
  readonly tell: (said: () => Promise<void>) => void;
}

/** Receives through the relay until `stop` is aborted. */
export function startRelay(
  { host, output }: Context,
  { url, token, pinned, fresh, keep }: RelayPlan,
  { app, path, maxBodyBytes, screen, tell }: RelayParts,
  stop: AbortSignal,
): RelayRun {
  const first = Promise.withResolvers<RelayAddresses>();
  const bug = Promise.withResolvers<never>();
  let before = false;
  let toldRotation = false;
  /** Why the link is lost; `undefined` while it is there. */
  let lost: string | undefined;
  const mayPrint = createReportLimit(
    {
      clock: host.clock,
      most: MAX_RELAY_LINES,
      spanMs: RELAY_LINES_MS,
      more(count) {
        tell(() => output.warn(`${counted(count, 'more message')} about the relay in the last ten minutes`));
        if (stop.aborted) return;
        tell(() =>
          lost === undefined ? screen.connected(relayAddresses(url, current).inbox) : screen.reconnecting(lost),
        );
      },
    },
    stop,
  );
  const print = (line: () => Promise<void>): void => {
    if (mayPrint()) tell(line);
  };
  const mayWarnOfUnreadable = createReportLimit(
    {
      clock: host.clock,
      most: 1,
      spanMs: UNREADABLE_EVENTS_MS,
      more: (count) => tell(() => output.warn(`${counted(count, 'more event')} from the relay cannot be read`)),
    },
    stop,
  );
  /** That the next run will have another address is no reason to end this one. */
  const keepOrWarn = async (kept: string): Promise<void> => {
    await keep(kept).catch((error: unknown) => {
      if (!(error instanceof CliError)) bug.reject(error);
      else print(() => output.warn(`the address at the relay cannot be stored for the next run: ${error.message}`));
    });
  };
  let current = token;
  let refusal: string | undefined;
  const running = runRelay(
    {
      connect: (address, events, options) => host.connectWebSocket(address, events, options),
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
      events: {
        connected(acknowledged) {
          const addresses = relayAddresses(url, acknowledged);
          // An address is shown when the next run has it, too.
          const stored = acknowledged === current ? Promise.resolve() : keepOrWarn(acknowledged);
          toldRotation = false;
          current = acknowledged;
          lost = undefined;
          if (before) print(() => screen.connected(addresses.inbox));
          before = true;
          void stored.then(() => first.resolve(addresses));
        },
        dropped(reason) {
          lost = reason;
          print(() => screen.reconnecting(reason));
        },
        refused(reason, kind) {
          refusal = kind === 'refused' ? reason : undefined;
          print(() => output.warn(refusalWords(reason, kind, pinned)));
        },
        unreadable() {
          if (mayWarnOfUnreadable()) tell(() => output.warn('an event from the relay cannot be read'));
        },
        rotated(next, reason) {
          current = next;
          refusal = reason;
          // An address that was taken from the start is that of another listener of this profile: it stays with it.
          if (before || fresh) void keepOrWarn(next);
          if (!toldRotation) print(() => output.warn(before ? GIVEN_UP : fresh ? NEVER_HAD : BESIDE_ANOTHER));
          toldRotation = true;
        },
        failed: (error) => bug.reject(error),
      },
    },
    stop,
  );
  return { acknowledged: first.promise, ended: Promise.race([running, bug.promise]), refusal: () => refusal };
}

/** A reader who is gone has taken all there is to take. */
async function printed({ stdout, stderr }: Host): Promise<void> {
  await Promise.allSettled([stdout.write(''), stderr.write('')]);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const GIVEN_UP = 'the inbox at the relay is given up for a new one: the web application needs the new address';
const NEVER_HAD = 'the relay refuses the inbox that was just made; another one is taken';
const BESIDE_ANOTHER =
  'a new inbox at the relay is taken for this run; the kept one stays with the listener that has it';

/** The relay says so in these very words, as its own clients expect. */
const IN_USE = /already in use/i;

function refusalWords(reason: string, kind: RefusalKind, pinned: boolean): string {
  if (kind === 'unreachable') return `the relay cannot be reached: ${reason}; trying on`;
  if (!IN_USE.test(reason)) return `the relay refuses this inbox: ${reason}; trying on`;
  const way = pinned ? 'trying until it ends' : 'trying for a minute, then another address is taken';
  return `another listener receives at this inbox of the relay; ${way}`;
}
