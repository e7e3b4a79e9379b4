/** `submit` of several requests: a batch, and what is said of it. */
import type { Context } from '../../app/context.ts';
import { CliError, reworded, worstFailure } from '../../errors.ts';
import type { RequestSet, SetEntry } from '../../requests/request-set.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { runBatch, type BatchEnd, type BatchOptions, type BatchParts } from './batch.ts';
import type { BatchPrinter } from './batch-printer.ts';
import { createBatchScreen } from './batch-screen.ts';
import type { Watch } from '../shared/progress.ts';
import type { Judge } from './quality-gates.ts';
import { withPickLines } from './pick-lines.ts';
import { jobFailure, quoted, refetchable, tellFailure, tellRunning } from '../shared/job-errors.ts';

export interface SubmitManyOptions extends Pick<BatchOptions, 'concurrency' | 'mode' | 'timeoutMs' | 'earlier'> {
  /** `--watch` */
  readonly live: boolean;
  readonly printer: BatchPrinter;
  readonly judge: Judge;
}

/** Throws the failure that speaks for all when one request did not end well; each is told of as it happens. */
export async function submitMany(
  context: Context,
  parts: BatchParts,
  set: RequestSet,
  options: SubmitManyOptions,
): Promise<void> {
  const { printer, judge } = options;
  const running = new Map<SetEntry, string>();
  const doubtful: string[] = [];
  const answered: string[] = [];
  const failures: CliError[] = [];
  let troubled = 0;
  let left = 0;
  let before = 0;
  const screen = createBatchScreen(context, parts.watch, { total: set.entries.length, live: options.live });
  const watch: Watch = { ...parts.watch, warn: (text) => screen.aside(() => parts.watch.warn(text)) };

  const judged = async (entry: SetEntry, end: BatchEnd): Promise<readonly CliError[]> => {
    switch (end.state) {
      case 'left':
        left += 1;
        await printer.unanswered(entry, { requestId: undefined, problem: 'it was not sent', isRunning: false });
        return [];
      case 'failed': {
        if (end.doubtful) doubtful.push(entry.name);
        else if (!STILL_RUNNING.has(end.error.failure)) running.delete(entry);
        judge.unanswered(entry, end.error);
        const requestId = running.get(entry) ?? end.error.requestId;
        const isRunning = STILL_RUNNING.has(end.error.failure);
        await printer.unanswered(entry, { requestId, problem: end.error.message, isRunning });
        return [named(entry, end.error, end.doubtful)];
      }
      case 'submitted':
        if (end.before) before += 1;
        await printer.submitted(entry, end.requestId);
        return [];
      case 'answered': {
        running.delete(entry);
        if (end.answer.requestId !== '') answered.push(end.answer.requestId);
        const judgement = await judge.judge(entry, end.details);
        await printer.answered(entry, end, judgement);
        const job =
          end.answer.state === 'failed'
            ? [named(entry, await withPickLines(jobFailure(end.answer), entry), false)]
            : [];
        return [...job, ...(await judge.tell(judgement, entry.name))];
      }
    }
  };

  try {
    await runBatch(context, { ...parts, watch }, set.entries, {
      ...options,
      raw: printer.raw,
      onStep(entry, step, requestId) {
        if (requestId !== undefined) running.set(entry, requestId);
        screen.step(entry, step, requestId);
      },
      async onEnd(entry, end) {
        let told: readonly CliError[] = [];
        await screen.aside(async () => {
          const wrong = await judged(entry, end);
          // The words of a signal are said once, for all.
          told = wrong.filter((error) => !STOPPED.has(error.failure));
          for (const error of told) await tellFailure(context, error);
        });
        if (end.state === 'left') return;
        failures.push(...told);
        if (told.length > 0) troubled += 1;
        await screen.ended(entry, told.length === 0);
      },
    });
  } finally {
    await screen.stop();
    await parts.watch.end();
    await refetchable(
      context,
      () => answered,
      () => printer.finish(),
    );
    await judge.finish();
  }
  if (before > 0) await context.output.note(`${before} of ${set.entries.length} had been submitted before`);
  const wentWrong = failures.length > 0 || left > 0 || doubtful.length > 0;
  if (wentWrong || context.stop.aborted) {
    await tellRunning(context, new Set(running.values()));
    await tellUnsent(context, doubtful, left);
  }
  context.stop.throwIfAborted();
  throwWorst(failures, { troubled, left, total: set.entries.length });
}

const STILL_RUNNING: ReadonlySet<CliError['failure']> = new Set<CliError['failure']>([
  'pending',
  'unavailable',
  'interrupted',
  'terminated',
]);

const STOPPED: ReadonlySet<CliError['failure']> = new Set<CliError['failure']>(['interrupted', 'terminated']);

/** The failure of one request of many says which one it is. */
function named(entry: SetEntry, error: CliError, doubtful: boolean): CliError {
  if (error.message.startsWith(`${entry.name}: `) || error.message.startsWith(`${entry.name} `)) return error;
  const doubt = doubtful && !error.message.includes('may have been accepted') ? ' may have been accepted' : '';
  return reworded(error, `${entry.name}${doubt}: ${error.message}`);
}

/** Always said, also with `--quiet`: without these lines a request could be lost, or sent twice. */
async function tellUnsent({ host }: Context, doubtful: readonly string[], left: number): Promise<void> {
  const lines = doubtful.map(
    (name) =>
      `${cleanText(name)} may have been accepted; to send it all the same: --resubmit ${quoted(cleanText(name))}`,
  );
  if (left > 0) lines.push(`${left} ${left === 1 ? 'request was' : 'requests were'} not sent`);
  if (lines.length > 0)
    lines.push('go on with the same command and --continue: what was submitted is not submitted again');
  if (lines.length > 0) await host.stderr.write(lines.map((line) => `${line}\n`).join(''));
}

interface Counts {
  /** Requests that did not end well; one may have several failures. */
  readonly troubled: number;
  readonly left: number;
  readonly total: number;
}

function throwWorst(failures: readonly CliError[], { troubled, left, total }: Counts): void {
  const worst = worstFailure(failures.map(({ failure }) => failure));
  if (worst === undefined) return;
  const first = failures.find(({ failure }) => failure === worst);
  const unsent = left === 0 ? '' : `, ${left} were not sent`;
  throw new CliError(worst, `${troubled} of ${total} requests did not end well${unsent}`, {
    code: first?.code ?? worst,
    retryable: first?.retryable ?? false,
  });
}
