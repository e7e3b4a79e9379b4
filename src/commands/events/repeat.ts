/** Doing again what a delivery causes: here, or by the listener that knows where to. */
import type { Context } from '../../app/context.ts';
import type { Failure } from '../../errors.ts';
import { renderAnswerLine } from '../../output/answers/answer-table.ts';
import type { OpenedInbox } from '../../app/inbox-services.ts';
import { SHOW, UNASSIGNED } from '../../state/delivery-steps.ts';
import { createArrivalOrder } from '../../lib/async/arrival-order.ts';
import { createDeliveryWork, type ListenEvent } from '../../webhooks/inbox/delivery-work.ts';
import { createFetch } from '../shared/delivery-results.ts';
import { lastErrorOf, type InboxEntry } from '../../state/inbox.ts';

export interface Repeated {
  /** `done`: by a listener; `waiting`: for one. */
  readonly outcome: 'forwarded' | 'shown' | 'done' | 'waiting' | 'failed';
  readonly error?: string | undefined;
  /** For people, what there is to say beside the outcome. */
  readonly detail?: string | undefined;
  /** The result on one line. */
  readonly line?: string | undefined;
  /** The result in the API's own bytes. */
  readonly result?: Uint8Array | undefined;
  /** `undefined` when all went well. */
  readonly failure?: Failure | undefined;
}

const RENEW_MS = 1000;
const LOOK_MS = 250;
/** A listener looks for work each second. */
const LISTENER_MS = 2500;

/** Whether only a listener can repeat it: it owes more than to be shown, or a listener has not finished with it. */
export function needsListener({ status, steps }: InboxEntry): boolean {
  return status === 'pending' || steps.some((step) => step.name !== SHOW && !isOldFetch(step));
}

/** A delivery of before steps were stored, of which only the result was missing. */
function isOldFetch({ name, lastError }: InboxEntry['steps'][number]): boolean {
  return name === UNASSIGNED && !/(?:^|; )(?:exec|forward \S+): /.test(lastError ?? '');
}

/** Fetches and returns the result, and settles the delivery. A job that had failed counts as a failure. */
export async function repeatHere(
  context: Context,
  { inbox, owner, baseUrl }: OpenedInbox,
  entry: InboxEntry,
): Promise<Repeated> {
  const { host, stop } = context;
  const client = await context.client();
  const submissions = await context.submissions();
  const { sequence, id } = entry;
  const key = { sequence, id, step: SHOW };
  await inbox.reopen([sequence], host.clock.now(), UNASSIGNED);
  await inbox.adopt([SHOW], host.clock.now(), sequence);
  const [claim] = await inbox.retake([sequence], SHOW, owner, host.clock.now());
  if (claim === undefined) return { outcome: 'waiting', detail: 'a listener is at work on it', failure: 'pending' };
  let shown: ListenEvent | undefined;
  const fetch = createFetch(host.clock, client, undefined);
  const work = createDeliveryWork({
    // Once is all: what a kind refuses is not left open.
    fetchAnswer: (requestId, kind, { signal }) => fetch(requestId, kind, { signal, isLast: true }),
    kindOf: (requestId) => submissions.kindOf(requestId, baseUrl),
    http: await host.http(),
    forwardTo: [],
    show: (event) => void (shown = event),
  });
  const ended = new AbortController();
  const renewing = renew(context, () => inbox.renew([key], owner, host.clock.now()), ended.signal);
  try {
    const { failure, kind } = await work.attempt(claim, createArrivalOrder().take(), stop);
    const at = host.clock.now();
    if (failure !== undefined) {
      await inbox.settle(key, owner, { status: 'failed', at, error: failure.error, kind });
      return { outcome: 'failed', error: failure.error.replace(/^fetch: /, ''), failure: 'unavailable' };
    }
    await inbox.settle(key, owner, { status: 'done', at, kind });
  } catch (error) {
    // Stopped in the middle: it stays for a listener.
    await inbox.release(owner);
    throw error;
  } finally {
    ended.abort();
    await renewing;
  }
  return repeatedOf(shown);
}

function repeatedOf(shown: ListenEvent | undefined): Repeated {
  const answer = shown?.answer;
  if (answer === undefined) return { outcome: 'shown', detail: 'its payload names no request' };
  return {
    outcome: 'shown',
    line: renderAnswerLine(answer.kind, answer.summary),
    result: answer.raw,
    failure: answer.state === 'failed' ? 'failed' : undefined,
  };
}

/** What has just been put into the inbox: a listener that runs on this machine takes it, else it is done here. */
export async function repeatFresh(
  context: Context,
  opened: OpenedInbox,
  entries: readonly InboxEntry[],
  patienceMs: number,
  told: (entry: InboxEntry, repeated: Repeated) => Promise<void>,
): Promise<void> {
  const { host, stop } = context;
  const [first] = entries;
  if (first === undefined) return;
  const begun = host.clock.now();
  const deadline = host.clock.monotonic() + patienceMs;
  const until = Math.min(deadline, host.clock.monotonic() + LISTENER_MS);
  while (host.clock.monotonic() < until) {
    await host.clock.sleep(LOOK_MS, stop);
    const [now] = await opened.inbox.find(first.id);
    if (now === undefined || now.steps.some(({ attempts }) => attempts > 0)) {
      await awaitListener(context, opened, entries, { begun, deadline }, told);
      return;
    }
  }
  for (const entry of entries) {
    stop.throwIfAborted();
    await told(entry, await repeatHere(context, opened, entry));
  }
}

/** Nobody else shall take what is worked on here. */
async function renew({ host }: Context, prolong: () => Promise<void>, ended: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await host.clock.sleep(RENEW_MS, ended);
      await prolong();
    }
  } catch (error) {
    if (!ended.aborted) throw error;
  }
}

/** Makes them due, and tells what the listener that runs on this machine makes of them within `patienceMs`. */
export async function repeatInListener(
  context: Context,
  opened: OpenedInbox,
  entries: readonly InboxEntry[],
  patienceMs: number,
  told: (entry: InboxEntry, repeated: Repeated) => Promise<void>,
): Promise<void> {
  const { host } = context;
  const { inbox } = opened;
  const begun = host.clock.now();
  const deadline = host.clock.monotonic() + patienceMs;
  await inbox.reopen(
    entries.map(({ sequence }) => sequence),
    begun,
  );
  await awaitListener(context, opened, entries, { begun, deadline }, told);
}

async function awaitListener(
  { host, stop }: Context,
  { inbox }: OpenedInbox,
  entries: readonly InboxEntry[],
  { begun, deadline }: { readonly begun: number; readonly deadline: number },
  told: (entry: InboxEntry, repeated: Repeated) => Promise<void>,
): Promise<void> {
  let waiting = entries;
  while (waiting.length > 0) {
    const isOver = host.clock.monotonic() >= deadline;
    const still: InboxEntry[] = [];
    for (const entry of waiting) {
      const now = (await inbox.find(entry.id)).find(({ sequence }) => sequence === entry.sequence);
      const repeated = outcomeOf(now, begun);
      if (repeated !== undefined) await told(entry, repeated);
      else if (isOver) await told(entry, { outcome: 'waiting', detail: 'for a listener', failure: 'pending' });
      else still.push(entry);
    }
    waiting = still;
    if (waiting.length > 0) await host.clock.sleep(LOOK_MS, stop);
  }
}

/** `undefined` while nothing has come of it since `begun`. */
function outcomeOf(entry: InboxEntry | undefined, begun: number): Repeated | undefined {
  if (entry === undefined) return { outcome: 'failed', error: 'it is gone from the inbox', failure: 'environment' };
  const { status, steps } = entry;
  if (status === 'done') return { outcome: 'done', detail: 'by the listener' };
  const error = lastErrorOf(steps);
  if (status === 'failed') return { outcome: 'failed', error, failure: 'unavailable' };
  // A step that waits has failed once more when it names an error and its next attempt lies after the beginning. The time
  // alone does not say so: what was opened again is due when that was written, which may be a moment after the beginning.
  const hasFailed = steps.some(
    ({ state, lastError, nextAttemptAt }) => state === 'pending' && lastError !== undefined && nextAttemptAt > begun,
  );
  if (!hasFailed) return undefined;
  return { outcome: 'failed', error: `${error ?? ''}; the listener retries`, failure: 'unavailable' };
}
