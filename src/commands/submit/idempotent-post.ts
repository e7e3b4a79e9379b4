/** One POST of a request, recorded before it leaves and after its answer, so that it is never sent twice by mistake. */
import type { JobAnswer, AnswerBytes, OptipickClient, Submitted } from '../../api/model.ts';
import { CliError } from '../../errors.ts';
import type { Kind } from '../../kinds.ts';
import type { SetEntry } from '../../requests/request-set.ts';
import type { Postings } from '../../state/postings.ts';
import type { SubmissionHistory } from '../shared/submission-history.ts';
import { withPickLines } from './pick-lines.ts';
import { UNKNOWN_OUTCOME, type Resume } from './resume.ts';

/**
 * Both methods throw what the client throws, and as `Resume.begin`. {@link mayHaveArrived}: whether the API may have
 * accepted the request all the same.
 */
export interface IdempotentPost {
  /** POST with `synchronous=false`. */
  submit(entry: SetEntry, options: PostOptions): Promise<Submitted>;
  /** POST with `synchronous=true`. */
  submitAndAwait(
    entry: SetEntry,
    options: PostOptions & { readonly sink: AnswerBytes | undefined },
  ): Promise<JobAnswer>;
}

export interface PostOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number | undefined;
}

export interface PostParts {
  readonly kind: Kind;
  readonly client: OptipickClient;
  /** See `ResumeOptions`. */
  readonly postings: Postings | undefined;
  readonly resume: Resume;
  readonly history: SubmissionHistory;
}

export function createIdempotentPost({ kind, client, postings, resume, history }: PostParts): IdempotentPost {
  const accepted = async (record: number | undefined, entry: SetEntry, requestId: string): Promise<void> => {
    if (record !== undefined) postings?.accepted(record, requestId === '' ? undefined : requestId);
    if (requestId === '') return;
    await history.remember({ kind, requestId }, { siteName: entry.siteName, waveId: entry.waveId });
  };
  const recorded = async <T extends { readonly requestId: string }>(
    entry: SetEntry,
    post: (body: Uint8Array) => Promise<T>,
  ): Promise<T> => {
    const body = await entry.body();
    const record = resume.begin(entry);
    let value: T;
    try {
      value = await post(body);
    } catch (error) {
      // The answer named the id, whatever became of the rest of it.
      if (error instanceof CliError && error.requestId !== undefined) await accepted(record, entry, error.requestId);
      else if (record !== undefined && !mayHaveArrived(error)) postings?.withdrawn(record);
      throw error instanceof CliError ? await withPickLines(error, entry) : error;
    }
    await accepted(record, entry, value.requestId);
    return value;
  };
  return {
    submit: (entry, options) => recorded(entry, (body) => client.submit(kind, body, options)),
    submitAndAwait: (entry, options) => recorded(entry, (body) => client.submitAndAwait(kind, body, options)),
  };
}

/** Codes of failures after which the API may have a job all the same. */
const UNKNOWN_OUTCOMES: ReadonlySet<string> = new Set([UNKNOWN_OUTCOME, 'no_request_id']);

/** Whether a POST that failed so may have been accepted: cut off after sending, answered 5xx, or stopped by a signal. */
export function mayHaveArrived(error: unknown): boolean {
  if (!(error instanceof CliError)) return true;
  return UNKNOWN_OUTCOMES.has(error.code) || error.failure === 'interrupted' || error.failure === 'terminated';
}
