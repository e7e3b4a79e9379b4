/** Polls for several answers at once, and shows each as it arrives. */
import { anySignal } from '../../lib/async/any-signal.ts';
import type { JobAnswer, AnswerBytes, OptipickClient } from '../../api/model.ts';
import type { Context } from '../../context/context.ts';
import { CliError, worstFailure } from '../../errors.ts';
import { renderAnswer } from '../../output/answers/answer-table.ts';
import { type Report, reportEntry } from '../../output/answers/report-model.ts';
import { jsonLine } from '../../lib/json/stringify.ts';
import type { AnswerWithDetails } from '../shared/tee.ts';
import type { AnswerView } from '../shared/answer-view.ts';
import type { SubmissionHistory } from '../shared/submission-history.ts';
import { isResumable, jobFailure, knownSummary, reportFailure, reportRunning } from '../shared/job-errors.ts';
import { createPollProgress, pollWithProgress, type PollTarget, type PollTiming } from '../shared/progress.ts';

export interface PollManyOptions {
  readonly timing: PollTiming;
  /** Stop at the first answer. */
  readonly any: boolean;
  /** Lists are not cut. */
  readonly all: boolean;
  readonly view: AnswerView;
}

/**
 * Polls for all targets at the same time; the HTTP client bounds how many connections that takes.
 * Reports each failure as it happens, and throws the one that stands for all.
 */
export async function pollMany(
  context: Context,
  client: OptipickClient,
  history: SubmissionHistory,
  targets: readonly PollTarget[],
  options: PollManyOptions,
): Promise<void> {
  const { view, timing } = options;
  const running = new Set(targets.map(({ requestId }) => requestId));
  const failures: CliError[] = [];
  const report = await view.newReport({ total: targets.length, columns: undefined, alternatives: false });
  const enough = new AbortController();
  /** Nobody takes the answers any more. */
  const broken = new AbortController();
  const joined = anySignal([context.stop, enough.signal, broken.signal]);
  const { signal } = joined;
  const progress = await createPollProgress(context);
  const foreign = targets.filter(({ knownHere }) => !knownHere).length;
  const missingNote = `${foreign} of ${targets.length} ids were not submitted from this machine: one that the API does not know (404) may not be ready yet`;
  // One at a time on the screen, whatever the order in which they arrive.
  let screen: Promise<void> = Promise.resolve();
  const print = (work: () => Promise<void>): Promise<void> => (screen = screen.then(work));

  const poll = async (target: PollTarget, index: number): Promise<void> => {
    const received = await fetchAnswer(context, view, report, (sink) =>
      pollWithProgress(context, client, target, { ...timing, sink, signal, progress, missingNote }),
    );
    const { answer, details } = received;
    running.delete(target.requestId);
    // Elsewhere each answer on stdout shows as much, and a log needs no line for each.
    if (context.host.stderr.isTTY) progress.show(`${targets.length - running.size} of ${targets.length} done`);
    if (target.knownHere) await history.settle(answer.requestId, answer.state);
    if (details !== undefined) report?.add(index, reportEntry(answer, details));
    if (report === undefined) await print(() => show(context, received, options));
    else await screen;
    if (answer.state === 'failed') failures.push(jobFailure(answer));
    if (options.any) enough.abort(ENOUGH);
  };

  const failed = async ({ requestId }: PollTarget, index: number, error: unknown): Promise<void> => {
    if (error === ENOUGH || signal.aborted) return;
    if (!(error instanceof CliError) || error.code === 'output_failed') {
      broken.abort(error);
      return;
    }
    if (!isResumable(error)) running.delete(requestId);
    failures.push(error);
    report?.addUnanswered(index, { name: requestId, requestId, problem: error.message });
    await print(() => reportFailure(context, error, { requestId }));
  };

  try {
    await Promise.all(
      targets.map((target, index) => poll(target, index).catch((error: unknown) => failed(target, index, error))),
    );
    broken.signal.throwIfAborted();
  } finally {
    joined.release();
    await progress.stop();
    // However it ends, the report holds what has arrived.
    if (report !== undefined && !broken.signal.aborted) await view.write(report);
  }
  if (enough.signal.aborted && failures.length === 0) return;
  // Also when another one failed for good: the user must not lose sight of what still runs.
  await reportRunning(context, running);
  context.stop.throwIfAborted();
  throwWorst(failures, targets.length);
}

const ENOUGH = new Error('one answer is enough');

/** With details where they are shown; with the bytes, in `raw`, for JSON. */
async function fetchAnswer(
  context: Context,
  { format, withOrders }: AnswerView,
  report: Report | undefined,
  poll: (sink: AnswerBytes | undefined) => Promise<JobAnswer>,
): Promise<AnswerWithDetails> {
  if (report !== undefined || withOrders) return (await import('../shared/tee.ts')).teeAnswer(context, 'discard', poll);
  return { answer: await poll(format === 'json' ? undefined : 'discard'), details: undefined };
}

async function show(
  { output }: Context,
  { answer, details }: AnswerWithDetails,
  { view, all }: PollManyOptions,
): Promise<void> {
  if (view.format === 'json') {
    const { requestId, kind, state, raw } = answer;
    await output.document(
      jsonLine({ v: 1, type: 'result', request_id: requestId, kind, state }, { result: raw ?? null }),
    );
    return;
  }
  const options = { width: output.width, style: await output.style(), all, rates: view.rates };
  await output.lines(renderAnswer(knownSummary(answer), { ...options, orders: view.ordersOf(details) }));
  await output.lines(['']);
}

function throwWorst(failures: readonly CliError[], total: number): void {
  const worst = worstFailure(failures.map(({ failure }) => failure));
  if (worst === undefined) return;
  throw new CliError(worst, `${failures.length} of ${total} requests failed`, {
    code: failures.find(({ failure }) => failure === worst)?.code ?? worst,
  });
}
