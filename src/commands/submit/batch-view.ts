/** `submit` of several requests: a line for each failure, and the results in one document. */
import type { Context } from '../../context/context.ts';
import { CliError, reworded, worstFailure } from '../../errors.ts';
import type { RequestSet, SetEntry } from '../../requests/request-set.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { createByteStore } from '../../lib/bytes/store.ts';
import { largerThan } from '../../answers/limit.ts';
import { MAX_READ_ANSWER_BYTES } from '../../limits.ts';
import { jobFailure, quoted, reportFailure, reportRefetchable, reportRunning } from '../shared/job-errors.ts';
import { createPollProgress, type PollProgress } from '../shared/progress.ts';
import type { SubmissionHistory } from '../shared/submission-history.ts';
import { teeAnswer } from '../shared/tee.ts';
import type { BatchPrinter } from './batch-printer.ts';
import { createBatchScreen, type BatchScreen } from './batch-screen.ts';
import { withPickLines } from './pick-lines.ts';
import { submitAll, type RequestEnd, type SubmitStages, type SubmitView } from './pipeline.ts';
import type { QualityGates } from './quality-gates.ts';

export interface SubmitManyOptions {
  readonly concurrency: number;
  /** `--watch` */
  readonly live: boolean;
  /** `--all`: no list is cut. */
  readonly all: boolean;
  readonly printer: BatchPrinter;
  readonly history: SubmissionHistory;
  readonly gates: QualityGates;
}

/** Reports each failure as it happens, and throws the one that stands for all. */
export async function submitMany(
  context: Context,
  stages: SubmitStages,
  { entries }: RequestSet,
  options: SubmitManyOptions,
): Promise<void> {
  const progress = await createPollProgress(context);
  const screen = createBatchScreen(context, progress, { total: entries.length, live: options.live });
  const view = new BatchView(context, options, screen, progress);
  try {
    await submitAll(context, stages, entries, options.concurrency, view);
  } finally {
    await screen.stop();
    await progress.stop();
    await view.finish();
  }
  await view.reportRemaining(entries.length);
  context.stop.throwIfAborted();
  view.throwWorst(entries.length);
}

class BatchView implements SubmitView {
  readonly progress: PollProgress;
  readonly #context: Context;
  readonly #options: SubmitManyOptions;
  readonly #screen: BatchScreen;
  /** The ids of requests that may still be answered. */
  readonly #running = new Map<SetEntry, string>();
  /** Ids whose answers are shown by {@link finish}. */
  readonly #answered: string[] = [];
  readonly #unknownOutcomes: string[] = [];
  readonly #failures: CliError[] = [];
  /** Requests with failures; one may have several. */
  #failed = 0;
  #notSent = 0;
  #submittedBefore = 0;

  constructor(context: Context, options: SubmitManyOptions, screen: BatchScreen, progress: PollProgress) {
    this.#context = context;
    this.#options = options;
    this.#screen = screen;
    this.progress = { ...progress, warn: (text) => screen.aside(() => progress.warn(text)) };
  }

  posting(entry: SetEntry): void {
    this.#screen.step(entry, 'sending');
  }

  async waiting(entry: SetEntry, { requestId }: { readonly requestId: string }): Promise<void> {
    this.#running.set(entry, requestId);
    this.#screen.step(entry, 'waiting', requestId);
  }

  /** Keeps the bytes in memory where the printer needs them. */
  async receive(_entry: SetEntry, fetch: Parameters<SubmitView['receive']>[1]): ReturnType<SubmitView['receive']> {
    if (!this.#options.printer.raw) return { ...(await teeAnswer(this.#context, undefined, fetch)), raw: undefined };
    const bytes = createByteStore();
    const received = await teeAnswer(
      this.#context,
      async (chunk) => {
        if (bytes.size + chunk.length > MAX_READ_ANSWER_BYTES)
          throw largerThan(MAX_READ_ANSWER_BYTES, { passable: true });
        bytes.push(chunk);
      },
      fetch,
    );
    return { ...received, raw: bytes.take() };
  }

  async ended(entry: SetEntry, end: RequestEnd): Promise<void> {
    let reported: readonly CliError[] = [];
    await this.#screen.aside(async () => {
      const failures = await this.#show(entry, end);
      // A signal is reported once, for all.
      reported = failures.filter(({ failure }) => failure !== 'interrupted' && failure !== 'terminated');
      for (const error of reported) await reportFailure(this.#context, error, { all: this.#options.all });
    });
    if (end.state === 'not_sent') return;
    this.#failures.push(...reported);
    if (reported.length > 0) this.#failed += 1;
    await this.#screen.ended(entry, reported.length === 0);
  }

  /** Prints how a request ended, and returns its failures. */
  async #show(entry: SetEntry, end: RequestEnd): Promise<readonly CliError[]> {
    switch (end.state) {
      case 'not_sent':
        this.#notSent += 1;
        await this.#options.printer.unanswered(entry, {
          requestId: undefined,
          problem: 'it was not sent',
          isRunning: false,
        });
        return [];
      case 'submitted':
        if (end.before) this.#submittedBefore += 1;
        await this.#options.printer.submitted(entry, end.requestId);
        return [];
      case 'failed':
        return this.#showFailed(entry, end);
      case 'answered':
        return this.#showAnswer(entry, end);
    }
  }

  async #showFailed(
    entry: SetEntry,
    { error, unknownOutcome }: Extract<RequestEnd, { state: 'failed' }>,
  ): Promise<readonly CliError[]> {
    const isRunning = STILL_RUNNING.has(error.failure);
    if (unknownOutcome) this.#unknownOutcomes.push(entry.name);
    else if (!isRunning) this.#running.delete(entry);
    this.#options.gates.addUnanswered(entry, error);
    const requestId = this.#running.get(entry) ?? error.requestId;
    await this.#options.printer.unanswered(entry, { requestId, problem: error.message, isRunning });
    return [named(entry, error, unknownOutcome)];
  }

  async #showAnswer(entry: SetEntry, end: Extract<RequestEnd, { state: 'answered' }>): Promise<readonly CliError[]> {
    const { answer, details } = end;
    this.#running.delete(entry);
    if (answer.requestId !== '') {
      this.#answered.push(answer.requestId);
      await this.#options.history.settle(answer.requestId, answer.state);
    }
    const assessment = await this.#options.gates.assess(entry, details);
    await this.#options.printer.answered(entry, end, assessment);
    const job = answer.state === 'failed' ? [named(entry, await withPickLines(jobFailure(answer), entry))] : [];
    return [...job, ...(await this.#options.gates.report(assessment, entry.name))];
  }

  /** Shows what is only shown at the end; however the batch ended. */
  async finish(): Promise<void> {
    try {
      await this.#options.printer.finish();
    } catch (error) {
      await reportRefetchable(this.#context, error, this.#answered);
      throw error;
    }
    await this.#options.gates.writeReports();
  }

  /** Reports what was submitted before, what still runs, and what was not sent or has an unknown outcome. */
  async reportRemaining(total: number): Promise<void> {
    const { output, stop } = this.#context;
    if (this.#submittedBefore > 0) await output.note(`${this.#submittedBefore} of ${total} had been submitted before`);
    const hasFailed = this.#failures.length > 0 || this.#notSent > 0 || this.#unknownOutcomes.length > 0;
    if (!hasFailed && !stop.aborted) return;
    await reportRunning(this.#context, new Set(this.#running.values()));
    await this.#reportUnsent();
  }

  /** Also with `--quiet`: without these lines a request could be lost, or sent twice. */
  async #reportUnsent(): Promise<void> {
    const lines = this.#unknownOutcomes.map(
      (name) =>
        `${cleanText(name)} may have been accepted; to send it all the same: --resubmit ${quoted(cleanText(name))}`,
    );
    const count = this.#notSent;
    if (count > 0) lines.push(`${count} ${count === 1 ? 'request was' : 'requests were'} not sent`);
    if (lines.length === 0) return;
    lines.push('go on with the same command and --continue: what was submitted is not submitted again');
    await this.#context.host.stderr.write(lines.map((line) => `${line}\n`).join(''));
  }

  throwWorst(total: number): void {
    const worst = worstFailure(this.#failures.map(({ failure }) => failure));
    if (worst === undefined) return;
    const first = this.#failures.find(({ failure }) => failure === worst);
    const unsent = this.#notSent === 0 ? '' : `, ${this.#notSent} were not sent`;
    throw new CliError(worst, `${this.#failed} of ${total} requests failed${unsent}`, {
      code: first?.code ?? worst,
      retryable: first?.retryable ?? false,
    });
  }
}

const STILL_RUNNING: ReadonlySet<CliError['failure']> = new Set<CliError['failure']>([
  'pending',
  'unavailable',
  'interrupted',
  'terminated',
]);

/** The failure of one request of many names it. */
function named(entry: SetEntry, error: CliError, unknownOutcome = false): CliError {
  if (error.message.startsWith(`${entry.name}: `) || error.message.startsWith(`${entry.name} `)) return error;
  const doubt = unknownOutcome && !error.message.includes('may have been accepted') ? ' may have been accepted' : '';
  return reworded(error, { message: `${entry.name}${doubt}: ${error.message}` });
}
