/** One round of looking for an answer whose kind may not be known. */
import type { Kind } from '../domain/kinds.ts';
import { MAX_EXCHANGE_MS } from '../domain/limits.ts';
import { CliError } from '../errors.ts';
import type { Clock } from '../platform/host.ts';
import { LASTING_CODES, UnavailableError } from './failure.ts';
import type { Answer, AnswerBytes, OptipickClient, Sighting } from './model.ts';

const LONGEST_LOOK_MS = 30_000;
/** Even the last look gets this long, or it could not succeed. */
const SHORTEST_LOOK_MS = 1000;

/** What a round told when the answer is not there. */
export type Unfinished =
  | (Extract<Sighting, { state: 'pending' }> & { readonly kind: Kind })
  | Extract<Sighting, { state: 'missing' }>
  | { readonly state: 'unavailable'; readonly error: UnavailableError };

export interface RoundOptions {
  /** On the monotonic clock: a look is not given much longer than what is left. */
  readonly deadline: number;
  /** Nobody asks again: each look may repeat itself. */
  readonly once?: boolean;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly signal?: AbortSignal | undefined;
  readonly sink?: AnswerBytes | undefined;
}

/**
 * Asks each kind until one has the answer or says that it works on it; else the most telling of what they said.
 * Throws `CliError` for a key that is refused, and for a refusal when no kind told anything better.
 */
export async function lookAtKinds(
  client: OptipickClient,
  kinds: readonly Kind[],
  requestId: string,
  { clock, deadline, once = false, signal, sink }: RoundOptions,
): Promise<Answer | Unfinished> {
  let delivered = false;
  const counted =
    typeof sink !== 'function'
      ? sink
      : (chunk: Uint8Array): Promise<void> => {
          delivered = true;
          return sink(chunk);
        };
  const outcomes: Unfinished[] = [];
  let refusal: CliError | undefined;
  for (const kind of kinds) {
    const leftMs = Math.max(SHORTEST_LOOK_MS, deadline - clock.monotonic());
    const timeoutMs = Math.min(LONGEST_LOOK_MS, leftMs);
    const totalMs = Math.min(MAX_EXCHANGE_MS, leftMs);
    try {
      const attempts = once ? undefined : 1;
      const sighting = await client.look(kind, requestId, { signal, sink: counted, timeoutMs, totalMs, attempts });
      if ('summary' in sighting) return sighting;
      const outcome = sighting.state === 'pending' ? { ...sighting, kind } : sighting;
      if (outcome.state === 'pending' && outcome.word !== undefined) return outcome;
      outcomes.push(outcome);
    } catch (error) {
      // The sink has a part of the answer: a second one would be glued to it.
      if (delivered || !(error instanceof CliError)) throw error;
      if (error instanceof UnavailableError && !LASTING_CODES.has(error.code))
        outcomes.push({ state: 'unavailable', error });
      else if (error.failure === 'refused') refusal ??= error;
      else throw error;
    }
  }
  const best = (['pending', 'unavailable', 'missing'] as const)
    .map((state) => outcomes.find((outcome) => outcome.state === state))
    .find((outcome) => outcome !== undefined);
  if (best === undefined || (refusal !== undefined && best.state === 'missing')) {
    throw refusal ?? new CliError('internal', 'no kind to ask for');
  }
  return best;
}
