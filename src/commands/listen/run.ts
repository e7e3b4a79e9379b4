/** The work of `optipick listen`: a port, an inbox, and what follows from each webhook. */
import type { Context } from '../../app/context.ts';
import { createByteBudget } from '../../lib/bytes/budget.ts';
import { SHOW } from '../../state/delivery-steps.ts';
import { MAX_BYTES_IN_FLIGHT } from '../../limits.ts';
import { CliError, messageOf } from '../../errors.ts';
import { openListenerState, type ListenerState } from '../../app/inbox-services.ts';
import { createArrivalOrder } from '../../lib/async/arrival-order.ts';
import {
  createDeliveryWork,
  LeftForLater,
  type ListenEvent,
  type WorkOptions,
} from '../../webhooks/inbox/delivery-work.ts';
import { createEventFilter } from '../../webhooks/inbox/event-filter.ts';
import type { Inbox, InboxEntry } from '../../state/inbox.ts';
import { createProcessor } from '../../webhooks/inbox/processor.ts';
import { createReceiver, type ReceiverEvents } from '../../webhooks/receiver/receiver.ts';
import { jobFailure } from '../shared/job-errors.ts';
import { createLimitCounts } from './limits.ts';
import { createListenEnd } from './ending.ts';
import { createExec } from './exec.ts';
import { readPlan } from './plan.ts';
import { createRecorder } from './record.ts';
import { createReports } from './reports.ts';
import { createFetch, resultClient, tolerant } from '../shared/delivery-results.ts';
import { createListenScreen, type ListenCounts, type ListenScreen } from './reporter.ts';
import { planRelay, startRelay, type RelayRun } from './relay.ts';
import {
  allBusy,
  noRequestId,
  notInTime,
  notVerified,
  owedBeside,
  relayNotInTime,
  remarksOn,
  thirdParty,
  warnOfForgery,
} from './messages.ts';
import type { ListenFlags } from './command.ts';
import { createRejectionDiagnosis } from './rejection-diagnosis.ts';

/** How long what is being written may take when the listener ends, in milliseconds. */
const GRACE_MS = 2000;

/** Runs until what was waited for has come, the time is over, or somebody stops it. */
export async function listen(context: Context, flags: ListenFlags): Promise<void> {
  const { host, output, stop } = context;
  let opening: Promise<ListenerState> | undefined;
  const state = (): Promise<ListenerState> => (opening ??= openListenerState(context));
  const relayPlan = await planRelay(context, flags, async () => (await state()).relayTokens);
  const plan = await readPlan(context, flags);
  const client = flags.fetch ? await resultClient(context) : undefined;
  const { inbox, baseUrl, owner, requests } = await state();
  const memory = tolerant(requests, output);
  const screen = await createListenScreen(context, flags.verbose ?? false);
  const isAskedFor = createEventFilter(flags.events ?? []);
  const end = createListenEnd({ count: flags.once === true ? 1 : flags.count, until: flags.until });
  const over = Promise.withResolvers<void>();
  // It may be over before anybody waits for that.
  over.promise.catch(() => undefined);
  const diagnose = createRejectionDiagnosis(context, {
    secrets: plan.namedSecrets,
    toleranceMs: flags.tolerance,
    inbox,
  });
  const counts = { accepted: 0, duplicates: 0, rejected: 0, shown: 0 };
  let isUnnamedReported = false;
  /** What is printed beside the work must not hold it up; a reader who is gone ends the run. */
  const reports = createReports((count) => screen.more(count), over.reject);
  const limits = createLimitCounts(output, reports);
  const budget = createByteBudget(Math.max(MAX_BYTES_IN_FLIGHT, flags.maxBody));
  const recorder =
    flags.record === undefined
      ? undefined
      : await createRecorder(context, {
          folder: flags.record,
          rejectedBytes: flags.recordLimit,
          onFull: () => limits.reached('rejected_records'),
        });
  /** The first line is `ready`: what comes before a relay is there is told after it. */
  const opened = Promise.withResolvers<void>();

  const show = async (event: ListenEvent): Promise<void> => {
    const { kind, answer, delivery } = event;
    if (answer !== undefined) await memory.settle(answer.requestId, answer.state);
    if (!isAskedFor({ event: delivery.event, kind, siteName: answer?.summary.siteName })) return;
    if (end.isEnough()) throw new LeftForLater();
    await screen.event(event);
    counts.shown += 1;
    end.shown(event, () => processor.attended(delivery));
  };
  const results: Pick<WorkOptions, 'fetchAnswer' | 'kindOf' | 'http' | 'show'> = {
    fetchAnswer: client && createFetch(context, client, end.awaits ? over.reject : undefined),
    kindOf: (requestId) => memory.kindOf(requestId),
    http: await host.http(),
    show,
  };
  const processor = createProcessor({
    ...results,
    inbox,
    owner,
    clock: host.clock,
    graceMs: GRACE_MS,
    forwardTo: plan.forwardTo,
    exec: flags.exec === undefined ? undefined : createExec(host, flags.exec, flags.execTimeout),
    onAttempt(report) {
      if (report.failure !== undefined) reports.print(() => screen.attempted(report));
    },
    onTrouble: (error) => reports.print(() => screen.trouble(error)),
    onOwed: (owed) => reports.print(() => output.warn(owedBeside(owed))),
    onStalled: (step, places) => reports.print(() => output.warn(allBusy(step, places))),
  });
  const events: ReceiverEvents = {
    accepted(delivery) {
      counts.accepted += 1;
      if (delivery.requestId === undefined && client !== undefined && !isUnnamedReported) {
        isUnnamedReported = true;
        reports.print(() => output.warn(noRequestId(delivery)));
      }
      processor.wake();
    },
    duplicate(delivery) {
      counts.duplicates += 1;
      reports.print(() => opened.promise.then(() => screen.duplicate(delivery)));
    },
    rejected(refusal) {
      counts.rejected += 1;
      if (refusal.reason === 'overloaded') limits.reached('overloaded');
      reports.print(async () => {
        const [why] = await Promise.all([diagnose(refusal), opened.promise]);
        await screen.rejected(refusal, why);
      });
      const failure = flags.once === true ? notVerified(refusal, plan.secrets) : undefined;
      if (failure !== undefined) over.reject(failure);
    },
  };
  const closing = new AbortController();
  const receiver = createReceiver({
    path: plan.path,
    verifier: plan.verifier,
    sourceCheck: plan.sourceCheck,
    inbox,
    steps: processor.steps,
    clock: host.clock,
    maxBodyBytes: flags.maxBody,
    budget,
    limitsReached: () => limits.counts(),
    record: recorder && ((request) => recorder.record(request)),
    closing: closing.signal,
    events,
  });

  const earlier = await earlierDelivery(inbox, flags.until);
  // A write, which changes nothing: that the state can only be read is said now, and not to the first sender.
  await inbox.release(owner);
  stop.throwIfAborted();
  const server = await host.serve(receiver, {
    ...plan.serve,
    // Answered already; the refusal is told and recorded like any other.
    onTooLarge: (request) => void receiver(request).catch(over.reject),
    onRejected(rejection) {
      limits.reached(rejection.reason);
      const { status } = rejection;
      if (status === undefined) return;
      counts.rejected += 1;
      const rejected = { ...rejection, id: undefined, status, receivedAt: host.clock.now() };
      reports.print(() => opened.promise.then(() => screen.rejected(rejected, undefined)));
    },
  });
  const onStop = (): void => over.reject(stop.reason);
  stop.addEventListener('abort', onStop, { once: true });
  const halt = new AbortController();
  let work: Promise<unknown> = Promise.resolve();
  let relay: RelayRun | undefined;
  let relayIsThere = false;
  let failure: Error | undefined;
  try {
    stop.throwIfAborted();
    if (flags.timeout !== undefined) {
      const failure = (): CliError =>
        relayPlan !== undefined && !relayIsThere
          ? relayNotInTime(flags, relay?.refusal())
          : notInTime(flags, counts.accepted);
      const timedOut = (): void =>
        end.awaits || (relayPlan !== undefined && !relayIsThere) ? over.reject(failure()) : over.resolve();
      host.clock.sleep(flags.timeout, closing.signal).then(timedOut, () => undefined);
    }
    if (relayPlan !== undefined) {
      const tell = (said: () => Promise<void>): void => reports.print(said);
      const parts = { app: receiver, path: plan.path, maxBodyBytes: flags.maxBody, screen, tell };
      relay = startRelay(context, relayPlan, parts, closing.signal);
      relay.ended.catch(over.reject);
    }
    const addresses = relay && (await Promise.race([relay.acknowledged, over.promise.then(() => undefined)]));
    relayIsThere = addresses !== undefined;
    // Without a relay nothing but promises lies between this first line and the opening of the port.
    const url = `${server.url}${plan.path}`;
    const remarks = remarksOn(plan, baseUrl, flags, addresses);
    await screen.ready({ url, port: server.port, relay: addresses, remarks });
    // With --json there are no remarks, and this is more than one.
    if (addresses !== undefined && output.json && !output.quiet) await output.warn(thirdParty(addresses).join(' '));
    opened.resolve();
    if (!flags.verifySignature) await warnOfForgery(context);
    work = Promise.all([processor.run(halt.signal), earlier && showAgain(results, earlier, halt.signal)]);
    work.catch(over.reject);
    end.reached.then(over.resolve, over.reject);
    await over.promise;
  } catch (error) {
    failure = errorOf(error);
  }
  stop.removeEventListener('abort', onStop);
  closing.abort();
  halt.abort();
  opened.resolve();
  const ends = await Promise.allSettled([
    server.close(GRACE_MS),
    relay?.ended,
    work,
    reports.flush(host.clock, GRACE_MS),
  ]);
  const broken = ends.find((each) => each.status === 'rejected');
  failure ??= broken && errorOf(broken.reason);
  try {
    await tellEnd(screen, inbox, { ...counts, notRecorded: recorder?.notRecorded() });
  } catch (error) {
    // When the reader is gone, that is also why it ended.
    failure ??= errorOf(error);
  }
  if (failure !== undefined) throw failure;
  const [failed] = end.failed;
  if (failed !== undefined) throw jobFailure(failed);
}

/** The delivery that `--until` waits for, when it has come and was worked off before this run. */
async function earlierDelivery(inbox: Inbox, until: string | undefined): Promise<InboxEntry | undefined> {
  if (until === undefined) return undefined;
  const found = await inbox.find(until);
  return found.find(({ requestId, status }) => requestId === until && status !== 'pending');
}

/** Its result once more, and nothing else that it had caused. */
async function showAgain(
  results: Omit<WorkOptions, 'forwardTo'>,
  delivery: InboxEntry,
  signal: AbortSignal,
): Promise<void> {
  const work = createDeliveryWork({ ...results, forwardTo: [] });
  try {
    await work.attempt({ delivery, step: SHOW, attempts: 1 }, createArrivalOrder().take(), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function tellEnd(screen: ListenScreen, inbox: Inbox, counts: Omit<ListenCounts, 'pending'>): Promise<void> {
  let pending: number | undefined;
  try {
    ({ pending } = await inbox.counts());
  } catch (error) {
    // Why it cannot be read was said when it began.
    if (!(error instanceof CliError)) throw error;
  }
  await screen.closed({ ...counts, pending });
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
}
