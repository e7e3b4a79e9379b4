/** `optipick events sync`: fetches the results that neither a webhook nor a poll has delivered. */
import type { JobAnswer, ResultNotReady } from '../../api/model.ts';
import type { Context } from '../../context/context.ts';
import { mapBounded } from '../../lib/async/pool.ts';
import { CliError, worstFailure, type Failure } from '../../errors.ts';
import { wrapBehind } from '../../lib/text/wrap.ts';
import { jsonLine } from '../../lib/json/stringify.ts';
import { renderAnswerLine } from '../../output/answers/answer-table.ts';
import type { StoredSubmission } from '../../state/submissions.ts';
import { jobFailure, reportFailure } from '../shared/job-errors.ts';

/** Requests at a time. */
const CONCURRENCY = 32;

/** Prints each result. Throws the worst failure at the end; an unfinished job is none. */
export async function syncResults(context: Context): Promise<void> {
  const { output, host, stop } = context;
  const { fetchResult } = await import('../../context/api-services.ts');
  const client = await context.client();
  const submissions = await context.submissions();
  const pending = await submissions.pending(client.baseUrl);
  const failures: Failure[] = [];
  let unfinished = 0;

  const fetch = async ({ kind, requestId }: StoredSubmission): Promise<JobAnswer | ResultNotReady | FailedFetch> => {
    try {
      return await fetchResult(client, requestId, kind, { clock: host.clock, signal: stop, isLast: true });
    } catch (error) {
      stop.throwIfAborted();
      if (!(error instanceof CliError) || error.failure === 'auth') throw error;
      return { state: 'not_fetched', requestId, error };
    }
  };
  for await (const result of mapBounded(pending, CONCURRENCY, fetch)) {
    if (result.state === 'unfinished') unfinished += 1;
    else if (result.state === 'not_fetched') {
      failures.push(result.error.failure);
      await reportFailure(context, result.error, { requestId: result.requestId });
    } else {
      await show(context, result);
      // Only what was shown is settled: a result that was lost on the way is fetched again.
      await submissions.settle(result.requestId, client.baseUrl, result.state);
      if (result.state === 'failed') failures.push(jobFailure(result).failure);
    }
  }

  if (unfinished > 0)
    await output.note(`${unfinished} of ${pending.length} not finished; optipick poll --pending waits`);
  else if (pending.length === 0) await output.note('nothing is missing');
  const worst = worstFailure(failures);
  if (worst === undefined) return;
  throw new CliError(worst, `${failures.length} of ${pending.length} requests failed`, { code: worst });
}

interface FailedFetch {
  readonly state: 'not_fetched';
  readonly requestId: string;
  readonly error: CliError;
}

async function show({ output }: Context, answer: JobAnswer): Promise<void> {
  const { requestId, kind, state, raw, summary } = answer;
  if (output.json) {
    await output.document(
      jsonLine({ v: 1, type: 'result', request_id: requestId, kind, state }, { result: raw ?? null }),
    );
  } else {
    await output.lines(wrapBehind('', renderAnswerLine(kind, summary), output.width, 2));
  }
}
