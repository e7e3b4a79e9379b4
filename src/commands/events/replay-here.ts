/** Replays a delivery in this process. */
import type { Context } from '../../context/context.ts';
import type { OpenedInbox } from '../../context/inbox-services.ts';
import type { Failure } from '../../errors.ts';
import { createArrivalOrder } from '../../lib/async/arrival-order.ts';
import { renderAnswerLine } from '../../output/answers/answer-table.ts';
import { SHOW, UNASSIGNED } from '../../state/delivery-steps.ts';
import type { InboxEntry } from '../../state/inbox.ts';
import { createDeliveryWork, TEST_WITHOUT_REQUEST, type ListenEvent } from '../../webhooks/inbox/delivery-work.ts';
import { createFetch } from '../shared/delivery-results.ts';

export interface ReplayResult {
  /** `done`: by a listener; `waiting`: for one; `due`: for any. */
  readonly outcome: 'forwarded' | 'shown' | 'done' | 'due' | 'waiting' | 'failed';
  readonly error?: string | undefined;
  /** For people, beside the outcome. */
  readonly detail?: string | undefined;
  /** The result on one line. */
  readonly line?: string | undefined;
  /** The result in the API's own bytes. */
  readonly result?: Uint8Array | undefined;
  /** `undefined` when it succeeded. */
  readonly failure?: Failure | undefined;
}

const RENEW_MS = 1000;

/** Fetches and returns the result, and settles the delivery. A job that had failed counts as a failure. */
export async function replayHere(
  context: Context,
  { inbox, owner, baseUrl }: OpenedInbox,
  entry: InboxEntry,
): Promise<ReplayResult> {
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
    // There is no second attempt here: an error for one kind is final.
    fetchAnswer: (requestId, kind, { signal }) => fetch(requestId, kind, { signal, isLast: true }),
    kindOf: (requestId) => submissions.kindOf(requestId, baseUrl),
    http: await host.http(),
    clock: host.clock,
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
    // Stopped in the middle: a listener does it.
    await inbox.release(owner);
    throw error;
  } finally {
    ended.abort();
    await renewing;
  }
  return resultOf(shown);
}

function resultOf(shown: ListenEvent | undefined): ReplayResult {
  const answer = shown?.answer;
  if (shown?.isTestWithoutRequest === true) return { outcome: 'shown', detail: TEST_WITHOUT_REQUEST };
  if (answer === undefined) return { outcome: 'shown', detail: 'its payload names no request' };
  return {
    outcome: 'shown',
    line: renderAnswerLine(answer.kind, answer.summary),
    result: answer.raw,
    failure: answer.state === 'failed' ? 'failed' : undefined,
  };
}

/** Keeps the claim, so that nobody else gets the delivery meanwhile. */
async function renew({ host }: Context, extend: () => Promise<void>, ended: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await host.clock.sleep(RENEW_MS, ended);
      await extend();
    }
  } catch (error) {
    if (!ended.aborted) throw error;
  }
}
