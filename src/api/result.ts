/** The result of a request, asked for once. */
import { KIND_NAMES, type Kind } from '../kinds.ts';
import type { JobAnswer, ResultNotReady } from './model.ts';
import { pollKinds, type AnswerSource, type PollKindsOptions } from './poll-kinds.ts';

/** Asks once, both kinds where `kind` is `undefined`. Throws as {@link pollKinds}. */
export async function fetchResult(
  client: AnswerSource,
  requestId: string,
  kind: Kind | undefined,
  options: Pick<PollKindsOptions, 'clock' | 'signal' | 'isLast'>,
): Promise<JobAnswer | ResultNotReady> {
  const status = await pollKinds(client, kind === undefined ? KIND_NAMES : [kind], requestId, options);
  if ('summary' in status) return status;
  if (status.state === 'unavailable') throw status.error;
  const error =
    status.state === 'pending'
      ? `the ${status.kind} ${requestId} is not finished`
      : `the result of ${requestId} is not available yet (404)`;
  return { state: 'unfinished', isMissing: status.state === 'missing', error, retryAfterMs: status.retryAfterMs };
}
