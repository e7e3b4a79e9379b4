/** What `listen` does for the deliveries in the inbox. */
import type { OptipickClient } from '../../api/model.ts';
import type { Context } from '../../context/context.ts';
import type { ListenerState } from '../../context/inbox-services.ts';
import { createArrivalOrder } from '../../lib/async/arrival-order.ts';
import { SHOW } from '../../state/delivery-steps.ts';
import type { Inbox, InboxEntry } from '../../state/inbox.ts';
import { createDeliveryWork, LeftForLater, type WorkOptions } from '../../webhooks/inbox/delivery-work.ts';
import { createProcessor, type Processor } from '../../webhooks/inbox/processor.ts';
import { createFetch, tolerantSubmissions } from '../shared/delivery-results.ts';
import type { Ending } from './ending.ts';
import { createExec } from './exec.ts';
import type { ListenPlan } from './flags.ts';
import type { Reporter } from './reporter.ts';

export interface WorkParts {
  readonly plan: Pick<ListenPlan, 'actions' | 'filter' | 'ending'>;
  readonly state: Pick<ListenerState, 'inbox' | 'owner' | 'submissions' | 'shared'>;
  /** `undefined`: results are not fetched. */
  readonly client: OptipickClient | undefined;
  readonly reporter: Reporter;
  readonly ending: Ending;
  /** How long a stop waits for what has started, in milliseconds. */
  readonly graceMs: number;
}

/** Shows what the filter lets through, runs the command, and forwards. Work starts with `run`. */
export async function createListenWork(
  { host, output }: Context,
  { plan: { actions, filter, ending: conditions }, state, client, reporter, ending, graceMs }: WorkParts,
): Promise<Pick<Processor, 'steps' | 'wake' | 'run'>> {
  const { inbox, owner } = state;
  const { clock } = host;
  const submissions = tolerantSubmissions(state.submissions, output);
  const results: Omit<WorkOptions, 'forwardTo'> = {
    fetchAnswer: client && createFetch(clock, client, ending.isAwaited ? ending.fail : undefined),
    kindOf: (requestId) => submissions.kindOf(requestId),
    http: await host.http(),
    clock,
    async show(event) {
      const { kind, answer, delivery } = event;
      if (answer !== undefined) await submissions.settle(answer.requestId, answer.state);
      if (!filter({ event: delivery.event, kind, siteName: answer?.summary.siteName })) return;
      if (ending.isEnough()) throw new LeftForLater();
      await reporter.shown(event);
      ending.shown(event, () => processor.attended(delivery));
    },
  };
  const processor = createProcessor({
    ...results,
    inbox,
    owner,
    clock,
    graceMs,
    // Of twenty that start one after the other only what a dead one left is due: that comes of itself, with its leases.
    expedites: state.shared === undefined,
    forwardTo: actions.forwardTo,
    exec: actions.exec && createExec(host, actions.exec),
    onAttempt: (report) => reporter.attempted(report),
    onTrouble: (error) => reporter.inboxFailed(error),
    onOwed: (step) => reporter.owed(step),
    onStalled: (step, places) => reporter.stalled(step, places),
  });
  state.shared?.wakeUps.listen(() => processor.wake());
  const earlier = await earlierDelivery(inbox, conditions.until);
  return {
    steps: processor.steps,
    wake: () => processor.wake(),
    async run(stop) {
      await Promise.all([processor.run(stop), earlier && showAgain(results, earlier, stop)]);
    },
  };
}

/** The delivery that `--until` waits for, when it was received and processed before this run. */
async function earlierDelivery(inbox: Inbox, until: string | undefined): Promise<InboxEntry | undefined> {
  if (until === undefined) return undefined;
  const found = await inbox.find(until);
  return found.find(({ requestId, status }) => requestId === until && status !== 'pending');
}

/** Shows its result once more, and does nothing else for it. */
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
