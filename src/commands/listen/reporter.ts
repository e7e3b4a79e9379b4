/** What happens to a listener: counted, and printed without holding up its work. */
import type { Context } from '../../context/context.ts';
import type { CliError } from '../../errors.ts';
import type { Delivery } from '../../state/delivery.ts';
import type { OwedStep } from '../../state/inbox.ts';
import type { PortRejection } from '../../platform/host.ts';
import type { ListenEvent } from '../../webhooks/inbox/delivery-work.ts';
import type { AttemptReport } from '../../webhooks/inbox/processor.ts';
import type { Rejection } from '../../webhooks/receiver/receiver.ts';
import type { ListenPlan } from './flags.ts';
import { createLineQueue } from './line-queue.ts';
import { createListenLines, type ListenCounts, type ListenScreen, type ReadyFacts } from './lines.ts';
import { allBusy, LIMIT_WARNINGS, noRequestId, owedBeside } from './messages.ts';
import { createMissingResults } from './missing-results.ts';
import type { DiagnoseRejection } from './rejection-diagnosis.ts';

export type Reporter = Awaited<ReturnType<typeof createReporter>>;

export interface ReporterParts {
  readonly screen: ListenScreen;
  readonly plan: Pick<ListenPlan, 'actions' | 'inbox'>;
  /** See `MissingResultsOptions.redraw`. */
  readonly redraw?: ((lines: readonly string[]) => void) | undefined;
  readonly diagnose: DiagnoseRejection;
  /** Called when something has happened to a delivery. */
  readonly changed: () => void;
  /** Receives the error when printing fails, e.g. `ClosedPipeError` when the reader is gone. */
  readonly failed: (error: unknown) => void;
}

export async function createReporter(
  context: Context,
  { screen, plan, redraw, diagnose, changed, failed }: ReporterParts,
) {
  const { host, output } = context;
  const isForPeople = !output.json && !output.quiet;
  const lines = await createListenLines(context, { screen, plan });
  const queue = createLineQueue((count) => lines.more(count), failed);
  const counts = { accepted: 0, duplicates: 0, rejected: 0, shown: 0 };
  const limits = new Map<string, number>();
  const isReady = Promise.withResolvers<void>();
  let hasWarnedOfMissingId = false;
  let last: Delivery | undefined;

  const print = (line: () => Promise<void>): void => queue.print(line);
  const warn = (text: string): void => print(() => lines.warn(text));
  const printWhenReady = (line: () => Promise<void>): void => print(() => isReady.promise.then(line));

  const limitReached = (limit: keyof typeof LIMIT_WARNINGS | PortRejection['reason']): void => {
    const before = limits.get(limit) ?? 0;
    limits.set(limit, before + 1);
    if (before === 0 && limit in LIMIT_WARNINGS) warn(LIMIT_WARNINGS[limit as keyof typeof LIMIT_WARNINGS]);
  };

  const missing = createMissingResults({
    clock: host.clock,
    width: () => host.stderr.columns,
    redraw,
    print: (text) => print(() => lines.remark(text)),
  });
  const passedSince = (receivedAt: number): number => Math.max(0, host.clock.now() - receivedAt);

  return {
    warn,
    /** For lines about the relay. */
    lines,
    print,
    counts,
    /** Counted for the health check, and the first time printed. */
    limitReached,
    /** How often each limit was reached; those that were. */
    limitsReached: (): Readonly<Record<string, number>> => Object.fromEntries(limits),
    /** Waits for its reader. Lines about requests come after it. */
    async ready(facts: ReadyFacts): Promise<void> {
      await lines.ready(facts);
      isReady.resolve();
    },
    /** The result of a delivery is printed: waits for its reader. */
    async shown(event: ListenEvent): Promise<void> {
      await lines.event(event);
      counts.shown += 1;
    },
    /** The newest delivery that was accepted. */
    last: () => last,
    accepted(delivery: Delivery): void {
      counts.accepted += 1;
      last = delivery;
      changed();
      const durationMs = passedSince(delivery.receivedAt);
      if (isForPeople) printWhenReady(() => lines.arrived(delivery, durationMs));
      if (delivery.requestId !== undefined || !plan.actions.fetch || hasWarnedOfMissingId) return;
      hasWarnedOfMissingId = true;
      warn(noRequestId(delivery));
    },
    duplicate(delivery: Delivery): void {
      counts.duplicates += 1;
      const durationMs = passedSince(delivery.receivedAt);
      printWhenReady(() => lines.duplicate(delivery, durationMs));
    },
    rejected(refusal: Rejection): void {
      counts.rejected += 1;
      changed();
      if (refusal.reason === 'overloaded') limitReached('overloaded');
      print(async () => {
        const [why] = await Promise.all([diagnose(refusal), isReady.promise]);
        await lines.rejected(refusal, why);
      });
    },
    /** The port rejected it, before the receiver saw it. */
    rejectedByPort(rejection: PortRejection): void {
      const { reason, status } = rejection;
      limitReached(reason);
      if (status === undefined) return;
      counts.rejected += 1;
      const rejected = { ...rejection, id: undefined, status, receivedAt: host.clock.now(), file: undefined };
      printWhenReady(() => lines.rejected(rejected, undefined));
    },
    attempted(report: AttemptReport): void {
      const { call, failure, status } = report;
      changed();
      if (call !== undefined) print(() => lines.called(report));
      if (status === 'retry' && call === undefined) {
        missing.retried(report);
        return;
      }
      missing.ended(report);
      // People read of it in the line about the call.
      if (failure !== undefined && status !== 'lost' && (call === undefined || output.json))
        print(() => lines.failed(report));
    },
    inboxFailed: (error: CliError): void => print(() => lines.trouble(error)),
    owed: (step: OwedStep): void => warn(owedBeside(step)),
    stalled: (step: string, places: number): void => warn(allBusy(step, places)),
    /** Prints what waits, for at most `graceMs`, also when there was no `ready`. */
    async flush(graceMs: number): Promise<void> {
      isReady.resolve();
      await queue.flush(host.clock, graceMs);
    },
    closed: (left: Pick<ListenCounts, 'pending' | 'notRecorded'>): Promise<void> =>
      lines.closed({ ...counts, ...left }),
  };
}
