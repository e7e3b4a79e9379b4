/** What happens to a listener: counted, and printed without holding up its work. */
import type { Context } from '../../app/context.ts';
import type { CliError } from '../../errors.ts';
import type { Delivery } from '../../state/delivery.ts';
import type { OwedStep } from '../../state/inbox.ts';
import type { PortRejection } from '../../platform/host.ts';
import type { ListenEvent } from '../../webhooks/inbox/delivery-work.ts';
import type { AttemptReport } from '../../webhooks/inbox/processor.ts';
import type { Rejection } from '../../webhooks/receiver/receiver.ts';
import type { ListenPlan } from './flags.ts';
import { createLineQueue } from './line-queue.ts';
import { createListenLines, type ListenCounts, type ListenLines, type ReadyFacts } from './lines.ts';
import { allBusy, LIMIT_WARNINGS, noRequestId, owedBeside } from './messages.ts';
import type { DiagnoseRejection } from './rejection-diagnosis.ts';

export interface Reporter {
  /** Waits for its reader. Lines about requests come after it. */
  ready(facts: ReadyFacts): Promise<void>;
  /** The result of a delivery is printed: waits for its reader. */
  shown(event: ListenEvent): Promise<void>;
  accepted(delivery: Delivery): void;
  duplicate(delivery: Delivery): void;
  rejected(refusal: Rejection): void;
  /** The port rejected it, before the receiver saw it. */
  rejectedByPort(rejection: PortRejection): void;
  attempted(report: AttemptReport): void;
  inboxFailed(error: CliError): void;
  owed(step: OwedStep): void;
  stalled(step: string, places: number): void;
  /** Counted for the health check, and the first time printed. */
  limitReached(limit: keyof typeof LIMIT_WARNINGS | PortRejection['reason']): void;
  /** How often each limit was reached; those that were. */
  limitsReached(): Readonly<Record<string, number>>;
  /** For lines about the relay. */
  readonly lines: Pick<ListenLines, 'connected' | 'reconnecting'>;
  print(line: () => Promise<void>): void;
  readonly counts: Readonly<Omit<ListenCounts, 'pending' | 'notRecorded'>>;
  /** Prints what waits, for at most `graceMs`, also when there was no `ready`. */
  flush(graceMs: number): Promise<void>;
  closed(left: Pick<ListenCounts, 'pending' | 'notRecorded'>): Promise<void>;
}

export interface ReporterParts {
  readonly screen: ListenPlan['screen'];
  /** Whether results are fetched: then a delivery without a request id is worth a warning. */
  readonly isFetching: boolean;
  readonly diagnose: DiagnoseRejection;
  /** Receives the error when printing fails, e.g. `ClosedPipeError` when the reader is gone. */
  readonly failed: (error: unknown) => void;
}

export async function createReporter(
  context: Context,
  { screen, isFetching, diagnose, failed }: ReporterParts,
): Promise<Reporter> {
  const { host, output } = context;
  const lines = await createListenLines(context, screen);
  const queue = createLineQueue((count) => lines.more(count), failed);
  const counts = { accepted: 0, duplicates: 0, rejected: 0, shown: 0 };
  const limits = new Map<string, number>();
  const isReady = Promise.withResolvers<void>();
  let hasWarnedOfMissingId = false;

  const print = (line: () => Promise<void>): void => queue.print(line);
  const warn = (text: string): void => print(() => output.warn(text));
  const printWhenReady = (line: () => Promise<void>): void => print(() => isReady.promise.then(line));

  const limitReached: Reporter['limitReached'] = (limit) => {
    const before = limits.get(limit) ?? 0;
    limits.set(limit, before + 1);
    if (before === 0 && limit in LIMIT_WARNINGS) warn(LIMIT_WARNINGS[limit as keyof typeof LIMIT_WARNINGS]);
  };

  return {
    lines,
    print,
    counts,
    limitReached,
    limitsReached: () => Object.fromEntries(limits),
    async ready(facts) {
      await lines.ready(facts);
      isReady.resolve();
    },
    async shown(event) {
      await lines.event(event);
      counts.shown += 1;
    },
    accepted(delivery) {
      counts.accepted += 1;
      if (delivery.requestId !== undefined || !isFetching || hasWarnedOfMissingId) return;
      hasWarnedOfMissingId = true;
      warn(noRequestId(delivery));
    },
    duplicate(delivery) {
      counts.duplicates += 1;
      printWhenReady(() => lines.duplicate(delivery));
    },
    rejected(refusal) {
      counts.rejected += 1;
      if (refusal.reason === 'overloaded') limitReached('overloaded');
      print(async () => {
        const [why] = await Promise.all([diagnose(refusal), isReady.promise]);
        await lines.rejected(refusal, why);
      });
    },
    rejectedByPort(rejection) {
      const { reason, status } = rejection;
      limitReached(reason);
      if (status === undefined) return;
      counts.rejected += 1;
      const rejected = { ...rejection, id: undefined, status, receivedAt: host.clock.now() };
      printWhenReady(() => lines.rejected(rejected, undefined));
    },
    attempted(report) {
      if (report.failure !== undefined) print(() => lines.attempted(report));
    },
    inboxFailed: (error) => print(() => lines.trouble(error)),
    owed: (step) => warn(owedBeside(step)),
    stalled: (step, places) => warn(allBusy(step, places)),
    async flush(graceMs) {
      isReady.resolve();
      await queue.flush(host.clock, graceMs);
    },
    closed: (left) => lines.closed({ ...counts, ...left }),
  };
}
