/** Replays deliveries in the listener that runs on this machine. */
import type { Context } from '../../context/context.ts';
import type { OpenedInbox } from '../../context/inbox-services.ts';
import { SHOW, UNASSIGNED } from '../../state/delivery-steps.ts';
import { lastErrorOf, type InboxEntry } from '../../state/inbox.ts';
import { replayHere, type ReplayResult } from './replay-here.ts';

export type ReportReplay = (entry: InboxEntry, result: ReplayResult) => Promise<void>;

const CHECK_MS = 250;
/** A listener checks for work each second. */
const LISTENER_START_MS = 2500;

/** Whether only a listener can replay it: it owes more than to be shown, or a listener has not finished with it. */
export function needsListener({ status, steps }: InboxEntry): boolean {
  return status === 'pending' || steps.some((step) => step.name !== SHOW && !isOldFetch(step));
}

/** The step of a delivery that an old optipick stored without steps, and that only its result was missing for. */
function isOldFetch({ name, lastError }: InboxEntry['steps'][number]): boolean {
  return name === UNASSIGNED && !/(?:^|; )(?:exec|forward \S+): /.test(lastError ?? '');
}

/** Deliveries that were just accepted: a running listener claims them, else they are replayed here. */
export async function replayAccepted(
  context: Context,
  opened: OpenedInbox,
  entries: readonly InboxEntry[],
  timeoutMs: number,
  report: ReportReplay,
): Promise<void> {
  const { host, stop } = context;
  const [first] = entries;
  if (first === undefined) return;
  const startedAt = host.clock.now();
  const deadline = host.clock.monotonic() + timeoutMs;
  const until = Math.min(deadline, host.clock.monotonic() + LISTENER_START_MS);
  while (host.clock.monotonic() < until) {
    await host.clock.sleep(CHECK_MS, stop);
    const [now] = await opened.inbox.find(first.id);
    if (now === undefined || now.steps.some(({ attempts }) => attempts > 0)) {
      await awaitListener(context, opened, entries, { startedAt, deadline }, report);
      return;
    }
  }
  for (const entry of entries) {
    stop.throwIfAborted();
    await report(entry, await replayHere(context, opened, entry));
  }
}

/** Makes the deliveries due, and reports what the running listener has done with them within `timeoutMs`. */
export async function replayInListener(
  context: Context,
  opened: OpenedInbox,
  entries: readonly InboxEntry[],
  timeoutMs: number,
  report: ReportReplay,
): Promise<void> {
  const { host } = context;
  const { inbox } = opened;
  const startedAt = host.clock.now();
  const deadline = host.clock.monotonic() + timeoutMs;
  await inbox.reopen(
    entries.map(({ sequence }) => sequence),
    startedAt,
  );
  await awaitListener(context, opened, entries, { startedAt, deadline }, report);
}

async function awaitListener(
  { host, stop }: Context,
  { inbox }: OpenedInbox,
  entries: readonly InboxEntry[],
  { startedAt, deadline }: { readonly startedAt: number; readonly deadline: number },
  report: ReportReplay,
): Promise<void> {
  let waiting = entries;
  while (waiting.length > 0) {
    const isOver = host.clock.monotonic() >= deadline;
    const still: InboxEntry[] = [];
    for (const entry of waiting) {
      const now = (await inbox.find(entry.id)).find(({ sequence }) => sequence === entry.sequence);
      const result = outcomeOf(now, startedAt);
      if (result !== undefined) await report(entry, result);
      else if (isOver) await report(entry, { outcome: 'waiting', detail: 'for a listener', failure: 'pending' });
      else still.push(entry);
    }
    waiting = still;
    if (waiting.length > 0) await host.clock.sleep(CHECK_MS, stop);
  }
}

/** `undefined` while nothing has happened to it since `startedAt`. */
function outcomeOf(entry: InboxEntry | undefined, startedAt: number): ReplayResult | undefined {
  if (entry === undefined) return { outcome: 'failed', error: 'it is gone from the inbox', failure: 'environment' };
  const { status, steps } = entry;
  if (status === 'done') return { outcome: 'done', detail: 'by the listener' };
  const error = lastErrorOf(steps);
  if (status === 'failed') return { outcome: 'failed', error, failure: 'unavailable' };
  // A pending step has failed again when it has an error and its next attempt is after the start. The time alone is not
  // enough: a reopened step is due when that was written, which may be a moment after the start.
  const hasFailed = steps.some(
    ({ state, lastError, nextAttemptAt }) =>
      state === 'pending' && lastError !== undefined && nextAttemptAt > startedAt,
  );
  if (!hasFailed) return undefined;
  return { outcome: 'failed', error: `${error ?? ''}; the listener retries`, failure: 'unavailable' };
}
