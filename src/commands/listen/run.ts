/** The work of `optipick listen`: a port, an inbox, and what follows from each webhook. */
import type { Context } from '../../context/context.ts';
import { openListenerState, type ListenerState } from '../../context/inbox-services.ts';
import { CliError, messageOf } from '../../errors.ts';
import type { Inbox } from '../../state/inbox.ts';
import type { RelayAddresses } from '../../webhooks/relay/address.ts';
import type { Processor } from '../../webhooks/inbox/processor.ts';
import { resultClient } from '../shared/delivery-results.ts';
import type { OpenInspector } from '../shared/inspector/open.ts';
import { rejectOwnPort } from '../shared/forward-target.ts';
import { jobFailure } from '../shared/job-errors.ts';
import { createEnding } from './ending.ts';
import { parseListenFlags, type ListenFlags, type ListenPlan } from './flags.ts';
import { NO_NOTIFICATIONS, notInTime, relayNotInTime, remarksOn, warnOfForgery } from './messages.ts';
import { openPort, readServeOptions } from './port.ts';
import { createRejectionDiagnosis } from './rejection-diagnosis.ts';
import { chooseRelayInbox, startRelay } from './relay.ts';
import { createReporter, type Reporter } from './reporter.ts';
import { createScreen, type LiveScreen } from './screen.ts';
import { readSignatures, type Signatures } from './signatures.ts';
import { createListenWork } from './work.ts';

/** How long what is being written may take when the listener ends, in milliseconds. */
const GRACE_MS = 2000;

/**
 * Runs until what was waited for has arrived, the time is over, or somebody stops it. `started` is called with the address of
 * the webhook once it is open; who gives it says by itself how things are set up.
 */
export async function listen(
  context: Context,
  flags: ListenFlags,
  started?: (url: string) => Promise<void>,
): Promise<void> {
  const plan = parseListenFlags(flags, context.host.env);
  const screen = await createScreen(context);
  try {
    await listenOn(screen, plan, started);
  } finally {
    await screen.close();
  }
}

async function listenOn(
  live: LiveScreen,
  plan: ListenPlan,
  started: ((url: string) => Promise<void>) | undefined,
): Promise<void> {
  const { context } = live;
  const { host, stop } = context;
  const { source, actions } = plan;
  const serveOptions = await readServeOptions(context, source);
  rejectOwnPort(actions.forwardTo, serveOptions);
  const signatures = await readSignatures(context, plan.inbox.signature);
  const client = actions.fetch ? await resultClient(context) : undefined;
  const state = await openListenerState(context);
  const relayInbox = source.relay && (await chooseRelayInbox(context, source.relay, state.relayTokens));
  const isSetUp = relayInbox?.fresh !== true && (await hasReceived(state.inbox, state.baseUrl));
  const ending = createEnding(plan.ending);
  let inspector: OpenInspector | undefined;
  const screen = { ...plan.screen };
  const reporter = await createReporter(context, {
    screen,
    plan,
    redraw: live.redraw,
    diagnose: createRejectionDiagnosis(context, { signatures, inbox: state.inbox }),
    changed: () => inspector?.changed(),
    failed: ending.fail,
  });
  const work = await createListenWork(context, { plan, state, client, reporter, ending, graceMs: GRACE_MS });
  const port = await openPort(context, { plan, serveOptions, signatures, state, work, reporter, ending });
  const relay =
    relayInbox &&
    startRelay(
      context,
      relayInbox,
      { app: port.app, path: source.path, maxBodyBytes: source.maxBodyBytes, reporter },
      port.closing,
    );
  let relayAddresses: RelayAddresses | undefined;

  const timedOut = (): void => {
    if (relay !== undefined && relayAddresses === undefined) ending.fail(relayNotInTime(plan.ending, relay.refusal()));
    else if (ending.isAwaited) ending.fail(notInTime(plan.ending, actions.fetch, reporter.counts.accepted));
    else ending.finish();
  };
  const onStop = (): void => ending.fail(stop.reason);
  stop.addEventListener('abort', onStop, { once: true });
  const halt = new AbortController();
  let working: Promise<void> | undefined;
  let failure: Error | undefined;
  try {
    stop.throwIfAborted();
    const { timeoutMs } = plan.ending;
    if (timeoutMs !== undefined) host.clock.sleep(timeoutMs, port.closing).then(timedOut, () => undefined);
    relay?.ended.catch(ending.fail);
    relayAddresses = relay && (await Promise.race([relay.acknowledged, ending.over.then(() => undefined)]));
    // Without a relay nothing but promises lies between this first line and the opening of the port.
    const { shownSecrets } = signatures;
    const { baseUrl, shared } = state;
    const sharedPlace = shared?.place;
    const setUp = { shownSecrets, baseUrl, relay: relayAddresses, sharedPlace, isSetUp };
    const remarks = started === undefined ? remarksOn(plan, setUp) : [];
    inspector = plan.inspector && (await openListenInspector(context, plan, { state, signatures, port, work }));
    const inspectorUrl = inspector?.url;
    await reporter.ready({ url: port.url, port: port.port, relay: relayAddresses, sharedPlace, inspectorUrl, remarks });
    if (shared?.notifies === true) void warnOfSilence(shared, reporter);
    if (signatures.verifier === undefined) await warnOfForgery(context);
    await live.start({ screen, state, work, reporter, ending, inspector });
    working = work.run(halt.signal);
    working.catch(ending.fail);
    await started?.(port.url);
    await ending.over;
  } catch (error) {
    failure = errorOf(error);
  }
  stop.removeEventListener('abort', onStop);
  halt.abort();
  const ends = await Promise.allSettled([
    port.close(GRACE_MS),
    inspector?.close(),
    relay?.ended,
    working,
    reporter.flush(GRACE_MS),
  ]);
  const broken = ends.find((each) => each.status === 'rejected');
  failure ??= broken && errorOf(broken.reason);
  try {
    await reporter.closed({ pending: await pendingIn(state.inbox), notRecorded: port.notRecorded() });
  } catch (error) {
    // When the reader is gone, that is also why it ended.
    failure ??= errorOf(error);
  }
  if (failure !== undefined) throw failure;
  const [failedJob] = ending.failedJobs;
  if (failedJob !== undefined) throw jobFailure(failedJob);
}

/** A page of what is received; loaded only where it was asked for. */
async function openListenInspector(
  context: Context,
  { inspector, actions, inbox }: ListenPlan,
  {
    state,
    signatures,
    port,
    work,
  }: {
    readonly state: ListenerState;
    readonly signatures: Signatures;
    readonly port: { readonly url: string };
    readonly work: Pick<Processor, 'wake'>;
  },
): Promise<OpenInspector> {
  const { openInspector } = await import('../shared/inspector/open.ts');
  const place = state.shared?.place;
  return await openInspector(context, {
    port: inspector?.port,
    portFlag: '--inspect',
    inbox: state.inbox,
    baseUrl: state.baseUrl,
    rejections: state.rejections,
    about: [['listening on', port.url], ...(place === undefined ? [] : [['state', place] as const])],
    listener: { url: port.url, owner: state.owner, forwardTo: actions.forwardTo, wake: () => work.wake() },
    secrets: signatures.verifier === undefined ? undefined : signatures.secrets,
    toleranceMs: inbox.signature?.toleranceMs,
  });
}

async function warnOfSilence(
  { wakeUps }: NonNullable<ListenerState['shared']>,
  reporter: Pick<Reporter, 'warn'>,
): Promise<void> {
  try {
    if (!(await wakeUps.test())) reporter.warn(NO_NOTIFICATIONS);
  } catch (error) {
    // The work of the listener reports a database that cannot be used.
    if (!(error instanceof CliError)) throw error;
  }
}

/** A few of the newest are enough: whoever switches between APIs knows how it is done. */
const NEWEST = 20;

/** Whether webhooks of this API have arrived here before. */
async function hasReceived(inbox: Inbox, baseUrl: string): Promise<boolean> {
  const newest = await inbox.list({ limit: NEWEST });
  return newest.some(({ scope }) => scope === baseUrl);
}

async function pendingIn(inbox: Inbox): Promise<number | undefined> {
  try {
    return (await inbox.counts()).pending;
  } catch (error) {
    // Why it cannot be read was reported when it started to fail.
    if (!(error instanceof CliError)) throw error;
    return undefined;
  }
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
}
