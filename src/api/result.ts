/** The result of a request, for one who comes back for it later. */
import { KIND_NAMES, type Kind } from '../kinds.ts';
import type { Answer, NotYet } from './model.ts';
import { lookAtKinds, type Looker, type RoundOptions } from './poll-kinds.ts';

/** Asks once, both kinds where `kind` is `undefined`. Throws as {@link lookAtKinds}. */
export async function fetchResult(
  client: Looker,
  requestId: string,
  kind: Kind | undefined,
  options: Pick<RoundOptions, 'clock' | 'signal' | 'isLast'>,
): Promise<Answer | NotYet> {
  const round = await lookAtKinds(client, kind === undefined ? KIND_NAMES : [kind], requestId, options);
  if ('summary' in round) return round;
  if (round.state === 'unavailable') throw round.error;
  const error =
    round.state === 'pending'
      ? `the ${round.kind} ${requestId} is not finished`
      : `the result of ${requestId} is not available yet (404)`;
  return { state: 'unfinished', error, retryAfterMs: round.retryAfterMs };
}
