/** `submit` of one request. */
import type { Answer, AnswerBytes } from '../../api/model.ts';
import type { Context } from '../../app/context.ts';
import type { AnswerDetails } from '../../answers/details.ts';
import { shownId } from '../../lib/text/shown-id.ts';
import { CliError } from '../../errors.ts';
import type { RequestSet, SetEntry } from '../../requests/request-set.ts';
import type { AnswerContext, AnswerView } from '../shared/answer-view.ts';
import type { Judge, Judgement } from './quality-gates.ts';
import { jobFailure, refetchable, resumable, tellFailure } from '../shared/job-errors.ts';
import { withPickLines } from './pick-lines.ts';
import { graceful } from './shutdown-grace.ts';
import { PostedMeanwhile, type Poster, type PosterParts } from './idempotent-post.ts';
import type { SubmitOptions } from './options.ts';
import { awaitAnswer } from '../shared/progress.ts';

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
    if (answer.state === 'failed') throw await withPickLines(jobFailure(answer), entry);
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

  const shown = (fetch: (sink: AnswerBytes | undefined) => Promise<Answer>): Promise<Answer> =>
    refetchable(
      context,
      () => answered,
      () => view.show(fetch, look),
    );

  const waits = options.wait === true || options.sync === true;
  let before = earlier(entry);
  let requestId = before;
  if (before === undefined) {
    const posting = graceful(context);
    const { signal } = posting;
    try {
      if (options.sync === true) {
        const fetch = (sink: AnswerBytes | undefined): Promise<Answer> =>
          doubtful(context, () => poster.submitAndAwait(entry, { sink, signal, timeoutMs: options.timeout }));
        await finish(await told(() => shown(fetch)));
        return;
      }
      const timeoutMs = options.wait === true ? options.timeout : undefined;
      ({ requestId } = await told(() => doubtful(context, () => poster.submit(entry, { signal, timeoutMs }))));
    } catch (error) {
      if (!(error instanceof PostedMeanwhile)) throw error;
      before = error.requestId;
      requestId = before;
    } finally {
      posting.release();
    }
  }
  if (requestId === undefined) return;
  const id = requestId;
  if (before !== undefined) await output.note(`submitted before as ${shownId(before)}`);
  else if (waits) await output.note(`submitted as ${shownId(id)}`);
  if (waits) {
    const fetch = (sink: AnswerBytes | undefined): Promise<Answer> =>
      awaitAnswer(context, client, { requestId: id, kind, knownHere: true }, { timeout: options.timeout, sink });
    await finish(await told(() => resumable(context, [id], () => shown(fetch))));
    return;
  }
  if (output.json) await output.record({ v: 1, request_id: id, kind });
  else await output.lines([shownId(id)]);
  // It was stopped meanwhile, and the id came all the same.
  stop.throwIfAborted();
}

/** Whoever stops a POST that is on its way must know that there may be a job now. */
async function doubtful<T>(context: Context, post: () => Promise<T>): Promise<T> {
  try {
    return await post();
  } catch (error) {
    if (!context.stop.aborted || error instanceof PostedMeanwhile) throw error;
    if (context.output.json && error instanceof CliError) {
      const { failure, code, message } = error;
      throw new CliError(failure, `${message}: the request may have been accepted`, { code, cause: error });
    }
    await context.host.stderr.write('stopped while submitting: the request may have been accepted\n');
    throw error;
  }
}
