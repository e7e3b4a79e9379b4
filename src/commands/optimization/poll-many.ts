/** Waiting for several answers at once, showing each as it comes. */
import { joinSignals } from '../../domain/joined-signal.ts';
import type { Answer, OptipickClient } from '../../api/model.ts';
import type { Context } from '../../context.ts';
import { CliError, worstFailure, type Failure } from '../../errors.ts';
import { renderAnswer } from '../../output/optimization.ts';
import { failureJson, renderFailure } from '../../output/failure.ts';
import { jsonLine } from '../../output/json.ts';
import type { AnswerFormat, AnswerViewOptions } from './answer-view.ts';
import type { Memory } from './memory.ts';
import { jobFailure, knownSummary, tellRunning } from './outcome.ts';
import { awaitAnswer, createWatch, type Target, type WaitOptions } from './waiting.ts';

export interface PollManyOptions extends WaitOptions, Pick<AnswerViewOptions, 'all'> {
  readonly any: boolean;
  readonly format: AnswerFormat;
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
  // Only the JSON lines hold the answers themselves.
  const sink = options.format === 'json' ? undefined : 'discard';
  const enough = new AbortController();
  const joined = joinSignals([context.stop, enough.signal]);
  const { signal } = joined;
  const watch = await createWatch(context);
  // One at a time on the screen, whatever the order in which they come.
  let screen: Promise<void> = Promise.resolve();

  const one = async (target: Target): Promise<void> => {
    try {
      const answer = await awaitAnswer(context, client, target, { ...options, sink, signal, watch });
      running.delete(target.requestId);
      // Elsewhere each answer on stdout tells as much, and a log needs no line for each.
      if (context.host.stderr.isTTY) watch.progress(`${targets.length - running.size} of ${targets.length} done`);
      if (target.knownHere) await memory.settle(answer.requestId, answer.state);
      screen = screen.then(() => show(context, answer, options));
      await screen;
      if (answer.state === 'failed') failures.push(jobFailure(answer));
      if (options.any) enough.abort(ENOUGH);
    } catch (error) {
      if (error === ENOUGH || signal.aborted) return;
      if (!(error instanceof CliError)) throw error;
      if (!STILL_RUNNING.has(error.failure)) running.delete(target.requestId);
      failures.push(error);
      screen = screen.then(() => tell(context, target, error));
      await screen;
    }
  };

  try {
    await Promise.all(targets.map(one));
  } finally {
    joined.release();
    await watch.end();
  }
  if (enough.signal.aborted && failures.length === 0) return;
  // Also when another one failed for good: what still runs must not be lost sight of.
  await tellRunning(context, running);
  context.stop.throwIfAborted();
  throwWorst(failures, targets.length);
}

const ENOUGH = new Error('one answer is enough');

const STILL_RUNNING: ReadonlySet<Failure> = new Set<Failure>(['pending', 'unavailable']);

async function show({ output }: Context, answer: Answer, options: PollManyOptions): Promise<void> {
  if (options.format === 'json') {
    const { requestId, kind, state, raw } = answer;
    await output.write(jsonLine({ v: 1, type: 'result', request_id: requestId, kind, state }, { result: raw ?? null }));
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
    await host.stderr.write(`${JSON.stringify({ error: { ...facts, requestId } })}\n`);
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
