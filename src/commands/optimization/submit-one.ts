/** `submit` of one request. */
import type { Answer, AnswerBytes } from '../../api/model.ts';
import type { Context } from '../../context.ts';
import type { AnswerDetails } from '../../domain/answer-details.ts';
import { CliError } from '../../errors.ts';
import type { RequestSet, SetEntry } from '../../input/request-set.ts';
import { cleanText } from '../../output/clean-text.ts';
import type { AnswerContext, AnswerView } from './answer-view.ts';
import type { Judge, Judgement } from './judging.ts';
import { jobFailure, refetchable, resumable, tellFailure } from './outcome.ts';
import type { Poster, PosterParts } from './posting.ts';
import type { SubmitOptions } from './submit-options.ts';
import { awaitAnswer } from './waiting.ts';

export interface OneParts extends PosterParts {
  readonly poster: Poster;
  readonly earlier: (entry: SetEntry) => string | undefined;
  readonly view: AnswerView;
  readonly judge: Judge;
  readonly set: RequestSet;
}

/** Posts it, waits for its answer when that is wanted, and shows it. Throws what went wrong, the job's failure included. */
export async function submitOne(
  context: Context,
  { kind, client, memory, poster, earlier, view, judge, set }: OneParts,
  entry: SetEntry,
  options: SubmitOptions,
): Promise<void> {
  const { output, stop } = context;
  let judgement: Judgement | undefined;
  const answered: string[] = [];
  const look = async (details: AnswerDetails | undefined): Promise<AnswerContext> => {
    judgement = await judge.judge(entry, details);
    if (details?.summary.requestId !== undefined) answered.push(details.summary.requestId);
    const { columns } = set;
    const alternatives = kind === 'route' && set.alternatives;
    return { ...judgement, name: entry.name, columns, alternatives, rows: () => entry.rows() };
  };
  const finish = async (answer: Answer): Promise<void> => {
    await memory.settle(answer.requestId, answer.state);
    await judge.finish();
    const failures = judgement === undefined ? [] : await judge.tell(judgement, undefined);
    if (answer.state === 'failed') throw jobFailure(answer);
    const [first, ...others] = failures;
    for (const failure of others) await tellFailure(context, failure);
    if (first !== undefined) throw first;
  };

  /** A request without an answer is in the reports, too. */
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (judgement === undefined && error instanceof CliError) {
        judge.unanswered(entry, error);
        await judge.finish();
      }
      throw error;
    }
  };

  const before = earlier(entry);
  if (options.sync === true && before === undefined) {
    const fetch = (sink: AnswerBytes | undefined): Promise<Answer> =>
      doubtful(context, () => poster.submitAndAwait(entry, { sink, signal: stop, timeoutMs: options.timeout }));
    await finish(
      await told(() =>
        refetchable(
          context,
          () => answered,
          () => view.show(fetch, look),
        ),
      ),
    );
    return;
  }

  const timeoutMs = options.wait === true ? options.timeout : undefined;
  const requestId =
    before ?? (await told(() => doubtful(context, () => poster.submit(entry, { signal: stop, timeoutMs })))).requestId;
  if (before !== undefined) await output.note(`submitted before as ${cleanText(before)}`);
  if (options.wait === true || options.sync === true) {
    if (before === undefined) await output.note(`submitted as ${cleanText(requestId)}`);
    const fetch = (sink: AnswerBytes | undefined): Promise<Answer> =>
      awaitAnswer(context, client, { requestId, kind, knownHere: true }, { timeout: options.timeout, sink });
    await finish(
      await told(() =>
        resumable(context, [requestId], () =>
          refetchable(
            context,
            () => answered,
            () => view.show(fetch, look),
          ),
        ),
      ),
    );
    return;
  }
  if (output.json) await output.record({ v: 1, request_id: requestId, kind });
  else await output.lines([cleanText(requestId)]);
}

/** Whoever stops a POST that is on its way must know that there may be a job now. */
async function doubtful<T>(context: Context, post: () => Promise<T>): Promise<T> {
  try {
    return await post();
  } catch (error) {
    if (context.stop.aborted && !context.output.json) {
      await context.host.stderr.write('stopped while submitting: the request may have been accepted\n');
    }
    throw error;
  }
}
