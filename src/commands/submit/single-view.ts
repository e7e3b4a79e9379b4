/** `submit` of one request: its id, or its answer as it arrives. */
import type { AnswerDetails } from '../../answers/details.ts';
import type { JobAnswer } from '../../api/model.ts';
import type { Context } from '../../context/context.ts';
import { shownId } from '../../lib/text/shown-id.ts';
import { CliError } from '../../errors.ts';
import type { Kind } from '../../kinds.ts';
import type { RequestSet, SetEntry } from '../../requests/request-set.ts';
import type { AnswerView } from '../shared/answer-view.ts';
import { jobFailure, reportFailure, reportRefetchable, reportResumable } from '../shared/job-errors.ts';
import type { SubmissionHistory } from '../shared/submission-history.ts';
import { withPickLines } from './pick-lines.ts';
import type { RequestEnd, SubmitView } from './pipeline.ts';
import type { Assessment, QualityGates } from './quality-gates.ts';

export interface SingleViewParts {
  readonly kind: Kind;
  readonly history: SubmissionHistory;
  readonly view: AnswerView;
  readonly gates: QualityGates;
  readonly set: RequestSet;
}

/** Throws what went wrong, the job's own failure included. */
export function createSingleView(context: Context, { kind, history, view, gates, set }: SingleViewParts): SubmitView {
  const { output, stop } = context;
  let assessment: Assessment | undefined;
  let requestId: string | undefined;

  const fail = async (entry: SetEntry, end: Extract<RequestEnd, { state: 'failed' }>): Promise<never> => {
    let { error } = end;
    if (end.stage === 'post' && stop.aborted && assessment === undefined)
      error = await reportStoppedPost(context, error);
    if (end.stage === 'wait' && requestId !== undefined) await reportResumable(context, error, [requestId]);
    // A request without an answer is in the reports, too.
    if (assessment === undefined) {
      gates.addUnanswered(entry, error);
      await gates.writeReports();
    }
    throw error;
  };

  const conclude = async (entry: SetEntry, answer: JobAnswer): Promise<void> => {
    await history.settle(answer.requestId, answer.state);
    await gates.writeReports();
    const failures = assessment === undefined ? [] : await gates.report(assessment, undefined);
    if (answer.state === 'failed') throw await withPickLines(jobFailure(answer), entry);
    const [first, ...others] = failures;
    for (const failure of others) await reportFailure(context, failure);
    if (first !== undefined) throw first;
  };

  return {
    progress: undefined,
    posting: () => undefined,
    async waiting(_entry, accepted) {
      ({ requestId } = accepted);
      await output.note(`submitted ${accepted.before ? 'before ' : ''}as ${shownId(requestId)}`);
    },
    async receive(entry, fetch) {
      let details: AnswerDetails | undefined;
      try {
        const answer = await view.show(fetch, async (found) => {
          assessment = await gates.assess(entry, found);
          details = found;
          const alternatives = kind === 'route' && set.alternatives;
          return {
            ...assessment,
            name: entry.name,
            columns: set.columns,
            dialect: set.dialect,
            alternatives,
            rows: () => entry.rows(),
          };
        });
        return { answer, details, raw: undefined };
      } catch (error) {
        const answered = details?.summary.requestId;
        await reportRefetchable(context, error, answered === undefined ? [] : [answered]);
        throw error;
      }
    },
    async ended(entry, end) {
      switch (end.state) {
        case 'failed':
          return fail(entry, end);
        case 'answered':
          return conclude(entry, end.answer);
        case 'submitted':
          if (end.before) await output.note(`submitted before as ${shownId(end.requestId)}`);
          if (output.json) await output.record({ v: 1, request_id: end.requestId, kind });
          else await output.lines([shownId(end.requestId)]);
          break;
        case 'not_sent':
          break;
      }
      // It was stopped meanwhile.
      stop.throwIfAborted();
    },
  };
}

/** Whoever stops a POST that is on its way must know that there may be a job now. */
async function reportStoppedPost({ host, output }: Context, error: CliError): Promise<CliError> {
  if (!output.json) {
    await host.stderr.write('stopped while submitting: the request may have been accepted\n');
    return error;
  }
  const { failure, code, message } = error;
  return new CliError(failure, `${message}: the request may have been accepted`, { code, cause: error });
}
