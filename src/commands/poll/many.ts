/** Waiting for several answers at once, showing each as it comes. */
import { joinSignals } from '../../lib/async/any-signal.ts';
import type { Answer, AnswerBytes, OptipickClient } from '../../api/model.ts';
import type { Context } from '../../app/context.ts';
import { CliError, worstFailure } from '../../errors.ts';
import { renderAnswer } from '../../output/answers/answer-table.ts';
import { failureJson, renderFailure } from '../../output/terminal/failure.ts';
import { jsonLine, jsonText } from '../../lib/json/stringify.ts';
import type { TappedAnswer } from '../shared/tee.ts';
import { entryOf, type AnswerView, type AnswerViewOptions } from '../shared/answer-view.ts';
import type { Memory } from '../shared/submission-history.ts';
import { isResumable, jobFailure, knownSummary, tellRunning } from '../shared/job-errors.ts';
import { awaitAnswer, createWatch, type Target, type WaitOptions } from '../shared/progress.ts';

export interface PollManyOptions extends WaitOptions, Pick<AnswerViewOptions, 'all'> {
  readonly any: boolean;
  readonly view: AnswerView;
}

/**
 * Waits for all targets at the same time; the HTTP client bounds how many connections that takes.
 * Throws the failure that speaks for all when one did not end well; each is told as it happens.
 */
export async function pollMany(
  context: Context,
  client: OptipickClient,
  memory: Memory,
  targets: readonly Target[],
  options: PollManyOptions,
): Promise<void> {
  const running = new Set(targets.map(({ requestId }) => requestId));
  const failures: CliError[] = [];
  const report = await options.view.newReport({ total: targets.length, columns: undefined, alternatives: false });
  const enough = new AbortController();
  /** Nobody takes the answers any more: waiting for the others is for nothing. */
  const broken = new AbortController();
  const joined = joinSignals([context.stop, enough.signal, broken.signal]);
  const { signal } = joined;
  const watch = await createWatch(context);
  // One at a time on the screen, whatever the order in which they come.
  let screen: Promise<void> = Promise.resolve();

  const fetch = async (target: Target): Promise<TappedAnswer> => {
    const wait = (sink: AnswerBytes | undefined): Promise<Answer> =>
      awaitAnswer(context, client, target, { ...options, sink, signal, watch });
    if (report !== undefined) return (await import('../shared/tee.ts')).tapAnswer(context, 'discard', wait);
    // Only the JSON lines hold the answers themselves.
    return { answer: await wait(options.view.format === 'json' ? undefined : 'discard'), details: undefined };
  };

  const one = async (target: Target, index: number): Promise<void> => {
    try {
      const { answer, details } = await fetch(target);
      running.delete(target.requestId);
      // Elsewhere each answer on stdout tells as much, and a log needs no line for each.
      if (context.host.stderr.isTTY) watch.progress(`${targets.length - running.size} of ${targets.length} done`);
      if (target.knownHere) await memory.settle(answer.requestId, answer.state);
      if (details !== undefined) report?.add(index, entryOf(answer, details));
      if (report === undefined) screen = screen.then(() => show(context, answer, options));
      await screen;
      if (answer.state === 'failed') failures.push(jobFailure(answer));
      if (options.any) enough.abort(ENOUGH);
    } catch (error) {
      if (error === ENOUGH || signal.aborted) return;
      if (!(error instanceof CliError) || error.code === 'output_failed') {
        broken.abort(error);
        return;
      }
      if (!isResumable(error)) running.delete(target.requestId);
      failures.push(error);
      report?.addUnanswered(index, { name: target.requestId, requestId: target.requestId, problem: error.message });
      screen = screen.then(() => tell(context, target, error));
      await screen;
    }
  };

  try {
    await Promise.all(targets.map(one));
    broken.signal.throwIfAborted();
  } finally {
    joined.release();
    await watch.end();
    // What has come is there, however it ends.
    if (report !== undefined && !broken.signal.aborted) await options.view.write(report);
  }
  if (enough.signal.aborted && failures.length === 0) return;
  // Also when another one failed for good: what still runs must not be lost sight of.
  await tellRunning(context, running);
  context.stop.throwIfAborted();
  throwWorst(failures, targets.length);
}

const ENOUGH = new Error('one answer is enough');

async function show({ output }: Context, answer: Answer, options: PollManyOptions): Promise<void> {
  if (options.view.format === 'json') {
    const { requestId, kind, state, raw } = answer;
    await output.document(
      jsonLine({ v: 1, type: 'result', request_id: requestId, kind, state }, { result: raw ?? null }),
    );
    return;
  }
  const view = { width: output.width, style: await output.style(), all: options.all ?? false };
  await output.lines(renderAnswer(knownSummary(answer), view));
  await output.lines(['']);
}

/** What happened to one id, said when it happens; the summary at the end only counts. */
async function tell({ host, output }: Context, { requestId }: Target, error: CliError): Promise<void> {
  if (output.json) {
    const { error: facts } = failureJson(error);
    await host.stderr.write(`${jsonText({ error: { ...facts, requestId } })}\n`);
    return;
  }
  const style = await output.noteStyle();
  await host.stderr.write(
    renderFailure(error, style)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

function throwWorst(failures: readonly CliError[], total: number): void {
  const worst = worstFailure(failures.map(({ failure }) => failure));
  if (worst === undefined) return;
  throw new CliError(worst, `${failures.length} of ${total} requests did not end well`, {
    code: failures.find(({ failure }) => failure === worst)?.code ?? worst,
  });
}
