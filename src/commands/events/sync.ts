/** `optipick events sync`: what no webhook and no poll has brought. */
import type { Answer } from '../../api/model.ts';
import type { Context } from '../../app/context.ts';
import { CliError, worstFailure, type Failure } from '../../errors.ts';
import { failureJson, renderFailure } from '../../output/terminal/failure.ts';
import { jsonLine } from '../../lib/json/stringify.ts';
import { renderAnswerLine } from '../../output/answers/answer-table.ts';
import type { Submission } from '../../state/submissions.ts';
import { jobFailure } from '../shared/job-errors.ts';

/** Requests at a time. */
const CONCURRENCY = 32;

/** Throws the failure that speaks for all; what is unfinished is none. */
export async function syncResults(context: Context): Promise<void> {
  const { output } = context;
  const { fetchResult } = await import('../../app/api-services.ts');
  const client = await context.client();
  const submissions = await context.submissions();
  const pending = submissions.pending(client.baseUrl);
  const failures: Failure[] = [];
  let unfinished = 0;
  let screen: Promise<void> = Promise.resolve();

  const one = async ({ kind, requestId }: Submission): Promise<void> => {
    try {
      const options = { clock: context.host.clock, signal: context.stop, isLast: true };
      const result = await fetchResult(client, requestId, kind, options);
      if (result.state === 'unfinished') {
        unfinished += 1;
        return;
      }
      screen = screen.then(() => show(context, result));
      await screen;
      // Only what was shown is settled: what was lost on the way is fetched again.
      submissions.settle(requestId, client.baseUrl, result.state);
      if (result.state === 'failed') failures.push(jobFailure(result).failure);
    } catch (error) {
      context.stop.throwIfAborted();
      if (!(error instanceof CliError)) throw error;
      failures.push(error.failure);
      await tell(context, requestId, error);
      if (error.failure === 'auth') throw error;
    }
  };
  await inParallel(pending, one);

  if (unfinished > 0)
    await output.note(`${unfinished} of ${pending.length} not finished; optipick poll --pending waits`);
  else if (pending.length === 0) await output.note('nothing is missing');
  const worst = worstFailure(failures);
  if (worst === undefined) return;
  throw new CliError(worst, `${failures.length} of ${pending.length} requests did not end well`, { code: worst });
}

/** Begins them in order, so many at a time. The first error ends it. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, worker));
}

async function show({ output }: Context, answer: Answer): Promise<void> {
  const { requestId, kind, state, raw, summary } = answer;
  if (output.json) {
    await output.document(
      jsonLine({ v: 1, type: 'result', request_id: requestId, kind, state }, { result: raw ?? null }),
    );
  } else {
    await output.lines([renderAnswerLine(kind, summary)]);
  }
}

async function tell({ host, output }: Context, requestId: string, error: CliError): Promise<void> {
  if (error.failure === 'auth') return;
  const lines = output.json
    ? [JSON.stringify({ error: { ...failureJson(error).error, requestId } })]
    : renderFailure(error, await output.noteStyle());
  await host.stderr.write(lines.map((line) => `${line}\n`).join(''));
}
