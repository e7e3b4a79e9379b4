/** The warnings, remarks and failures of `listen`. */
import { formatDuration } from '../../lib/text/numbers.ts';
import type { Context } from '../../context/context.ts';
import { EXEC, stepLabel } from '../../state/delivery-steps.ts';
import { isLoopback } from '../../lib/net/loopback.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';
import { CliError } from '../../errors.ts';
import { SVIX_PLAY, type RelayAddresses } from '../../webhooks/relay/address.ts';
import type { Delivery } from '../../state/delivery.ts';
import type { InboxEntry, OwedStep } from '../../state/inbox.ts';
import { TEST_WITHOUT_REQUEST } from '../../webhooks/inbox/delivery-work.ts';
import type { Rejection } from '../../webhooks/receiver/receiver.ts';
import type { SignatureFault } from '../../webhooks/signature.ts';
import { SIGNATURE_HEADERS } from '../../webhooks/signature-headers.ts';
import type { EndConditions, ListenPlan } from './flags.ts';

/** A delivery did not verify; the other reasons are about the request, or about this machine. */
const NOT_VERIFIED: ReadonlySet<string> = new Set<Rejection['reason']>([
  'missing_header',
  'malformed_header',
  'malformed_timestamp',
  'too_old',
  'too_new',
  'unsupported_scheme',
  'no_match',
]);

/** Whether a delivery was rejected because it does not verify. */
export function isNotVerified(reason: string): reason is SignatureFault {
  return NOT_VERIFIED.has(reason);
}

/**
 * The failure of `--once` when a delivery did not verify; `undefined` for another reason, and for a request without any
 * signature header, which no sender of webhooks sends.
 */
export function notVerified(
  { id, detail, reason, headers }: Rejection,
  shownSecrets: readonly string[],
): CliError | undefined {
  if (!isNotVerified(reason) || !headers.some(([name]) => SIGNATURE_HEADERS.includes(name))) return undefined;
  const clock = reason === 'too_old' || reason === 'too_new';
  return new CliError('signature', `${id === undefined ? 'a delivery' : `delivery ${id}`} did not verify: ${detail}`, {
    code: reason,
    hint: clock
      ? 'set the clock of this machine (NTP), or allow more with --tolerance'
      : `the secret must be that of the endpoint that sends here; in use: ${shownSecrets.join(', ')}`,
  });
}

/** `--timeout` has passed, and what was waited for has not arrived, or could not be shown yet. */
export function notInTime(
  { timeoutMs = 0, until, once, count }: EndConditions,
  isFetching: boolean,
  accepted: number,
): CliError {
  if (accepted > 0 && isFetching && until === undefined) {
    const inTime = `came within ${formatDuration(timeoutMs)}, but`;
    const message =
      accepted === 1
        ? `one webhook ${inTime} its result was not there`
        : `${accepted} webhooks ${inTime} not every result was there`;
    return new CliError('pending', message, {
      code: 'timed_out',
      hint: 'what came is kept, and worked off by the next run: optipick events list; for webhooks without results: --no-fetch',
    });
  }
  const enough = once ? 'no webhook' : `fewer than ${count ?? 1} webhooks`;
  return new CliError(
    'pending',
    `${until === undefined ? enough : `no webhook about ${until}`} came within ${formatDuration(timeoutMs)}`,
    {
      code: 'timed_out',
      hint: 'see what came at all: optipick events list; or ask for the result: optipick poll <id>',
    },
  );
}

/** `--timeout` has passed, and the relay was never reached, or has refused all the time for the reason `refused`. */
export function relayNotInTime({ timeoutMs = 0 }: EndConditions, refused: string | undefined): CliError {
  if (refused !== undefined) {
    return new CliError(
      'unavailable',
      `the relay did not give its inbox within ${formatDuration(timeoutMs)}: ${refused}`,
      {
        code: 'relay_refused',
        hint: 'another listener may receive at that inbox: end it, or take another inbox with --relay new',
      },
    );
  }
  return new CliError('unavailable', `the relay could not be reached within ${formatDuration(timeoutMs)}`, {
    code: 'relay_unreachable',
    hint: 'check the network connection, and HTTPS_PROXY if there is a proxy',
  });
}

export interface ReadyContext {
  /** As they may be shown. */
  readonly shownSecrets: readonly string[];
  readonly baseUrl: string;
  readonly relay: RelayAddresses | undefined;
  /** The address of a shared state, without its password. */
  readonly sharedPlace: string | undefined;
  /** Whether the endpoint is known to be set up: webhooks have arrived here before. */
  readonly isSetUp: boolean;
}

/** What a person wants to know when the port is open, a paragraph each. */
export function remarksOn(
  { source: { path }, actions, inbox: { record } }: Pick<ListenPlan, 'source' | 'actions' | 'inbox'>,
  { shownSecrets, baseUrl, relay, sharedPlace, isSetUp }: ReadyContext,
): readonly string[] {
  // A web application that sends to this machine is set up by what runs here.
  const isAdvised = !isSetUp && !isLoopback(new URL(baseUrl).hostname);
  return [
    ...(relay === undefined ? [] : [`  relay    ${relay.inbox}`, `  viewer   ${relay.viewer}`]),
    ...shownSecrets.map((secret) => `  secret   ${secret}`),
    actions.fetch ? `  results  from ${maskUrl(baseUrl)}` : '  results  are not fetched',
    ...actions.forwardTo.map((url) => `  forward  to ${maskUrl(url)}`),
    ...(record === undefined ? [] : [`  record   in ${record.folder}`]),
    ...(sharedPlace === undefined ? [] : [`  state    in ${sharedPlace}`]),
    ...(isAdvised ? [setUpAdvice(path, relay)] : []),
    ...(relay === undefined ? [] : [thirdParty(relay)]),
  ];
}

function setUpAdvice(path: string, relay: RelayAddresses | undefined): string {
  const events = 'events route.optimized and cluster.optimized. It shows the signing secret to use here.';
  const where = 'In the web application, under Settings > Webhooks, add';
  if (relay !== undefined) return `${where} the relay address as an endpoint, with the ${events}`;
  const address = `the public address of this machine with the path ${path === '' ? '/' : path}`;
  return `${where} an endpoint: ${address}, ${events} Addresses to let through a firewall: optipick help webhooks.`;
}

/** Printed for the first one: the "Testing" tab of the portal sends examples, and an endpoint may get all events. */
export function noRequestId({ id }: Pick<Delivery, 'id'>): string {
  return `${id} has no request id: an example of the webhook portal, or an event of another product; such events are stored and printed, and there is no result to fetch`;
}

/** In place of the result of a test webhook. */
export function testWithoutRequest({ steps }: Pick<InboxEntry, 'steps'>): string {
  const owesCommand = steps.some(({ name, state }) => name === EXEC && state === 'pending');
  return owesCommand ? `${TEST_WITHOUT_REQUEST}: the command does not run` : TEST_WITHOUT_REQUEST;
}

/** Printed the first time that a limit is reached. */
export const LIMIT_WARNINGS = {
  overloaded:
    'too many bytes are being received at the same time: further requests are answered 503 until some are done',
  rejected_records: 'the records of rejected requests have reached their limit: no more are written (--record-limit)',
  too_many_connections: 'too many connections are open: further ones are closed',
  too_many_requests: 'a sender does not wait for its answers: its connection is closed',
} as const;

/** Deliveries owe a step that this listener does not have. */
export function owedBeside({ step, deliveries }: OwedStep): string {
  const [who, owe] = deliveries === 1 ? ['1 delivery', 'owes'] : [`${deliveries} deliveries`, 'owe'];
  const [what, flag] =
    step === EXEC ? ['a command', '--exec'] : [stepLabel(step).replace('forward', 'a forward to'), '--forward-to'];
  return `${who} ${owe} ${what} that this listener does not have: start it with ${flag}, or run "optipick events discard"`;
}

/** All places of a step have been taken for a long time: what arrives next waits. */
export function allBusy(step: string, places: number): string {
  if (step === EXEC) return `all ${places} commands are still running; the next ones wait (--exec-timeout ends them)`;
  return `all ${places} places of "${stepLabel(step)}" are busy; the next ones wait`;
}

/** A pooler of connections passes no notifications on, without an error. */
export const NO_NOTIFICATIONS =
  'the database passes no notifications on (is a pooler in front of it?): what other listeners receive is noticed within a second; listen=off in the address silences this';

/** What everybody must know of a relay. */
export function thirdParty({ inbox }: RelayAddresses): string {
  const { host } = new URL(inbox);
  const name = host === SVIX_PLAY ? 'Svix Play' : host;
  return `What is relayed passes through a third party (${name}), and whoever knows the address can see it. Where it comes from is not checked; signatures are.`;
}

/** Even with --quiet: this is not a remark, it is a hole. */
export async function warnOfForgery({ output, host }: Context): Promise<void> {
  const style = await output.noteStyle();
  const text =
    'WARNING: signatures are not checked (--no-verify-signature): whoever reaches this port can send anything';
  await host.stderr.write(`${style.red(text)}\n`);
}
