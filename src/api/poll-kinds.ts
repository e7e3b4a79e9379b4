/** One round of looking for an answer whose kind may not be known: the one way in which results are found. */
import type { Kind } from '../kinds.ts';
import { MAX_EXCHANGE_MS } from '../limits.ts';
import { CliError } from '../errors.ts';
import type { Clock } from '../platform/host.ts';
import { LASTING_CODES, UnavailableError } from './failure.ts';
import type { Answer, AnswerBytes, OptipickClient, Sighting } from './model.ts';
import { NOT_THE_API } from './sanitize.ts';

const LONGEST_LOOK_MS = 30_000;
/** Even the last look gets this long, or it could not succeed. */
const SHORTEST_LOOK_MS = 1000;

export type Looker = Pick<OptipickClient, 'look'>;

/** What one kind said that has no answer. */
type Outcome =
  | (Extract<Sighting, { state: 'pending' }> & { readonly kind: Kind })
  | Extract<Sighting, { state: 'missing' }>
  /** No word of the API: of the network, of a server in trouble, or of somebody else's web page. */
  | { readonly state: 'unavailable'; readonly error: CliError; readonly retryAfterMs: number | undefined };

/** What a round told when the answer is not there: the most telling of what the kinds said. */
export type Unfinished = Outcome & {
  /** What another kind refused it with, which may be all that there is to say in the end. */
  readonly refusal: KindRefusal | undefined;
};

interface KindRefusal {
  readonly kind: Kind;
  readonly error: CliError;
}

export interface RoundOptions {
  /** On the monotonic clock: a look is not given much longer than what is left. Default: none. */
  readonly deadline?: number;
  /** How often each look is tried in all; see `FetchOptions`. */
  readonly attempts?: number | undefined;
  /** Nobody asks again: what is refused is not left open. Default false. */
  readonly isLast?: boolean;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly signal?: AbortSignal | undefined;
  readonly sink?: AnswerBytes | undefined;
}

/**
 * Asks each kind until one has ended the job. A kind that has nothing to tell (404, an empty document, a status word) or
 * refuses (400, 402, 403, 422) never hides another. The `type` of the answer has the last word about the kind that was
 * not known. Throws `CliError` for a key that is not accepted, and for a refusal when no kind told anything better.
 */
export async function lookAtKinds(
  client: Looker,
  kinds: readonly Kind[],
  requestId: string,
  options: RoundOptions,
): Promise<Answer | Unfinished> {
  const { clock, deadline = Number.POSITIVE_INFINITY, attempts, isLast = false, signal, sink } = options;
  const unsure = kinds.length > 1;
  let delivered = false;
  const counted =
    typeof sink !== 'function'
      ? sink
      : (chunk: Uint8Array): Promise<void> => {
          delivered = true;
          return sink(chunk);
        };
  const outcomes: Outcome[] = [];
  const refusals: KindRefusal[] = [];
  for (const kind of kinds) {
    const leftMs = Math.max(SHORTEST_LOOK_MS, deadline - clock.monotonic());
    const timeoutMs = Math.min(LONGEST_LOOK_MS, leftMs);
    const totalMs = Math.min(MAX_EXCHANGE_MS, leftMs);
    try {
      const look = { signal, sink: counted, timeoutMs, totalMs, attempts, unsure };
      const sighting = await client.look(kind, requestId, look);
      if ('summary' in sighting) return unsure ? { ...sighting, kind: sighting.summary.kind ?? kind } : sighting;
      outcomes.push(sighting.state === 'pending' ? { ...sighting, kind } : sighting);
    } catch (error) {
      // The sink has a part of the answer: a second one would be glued to it.
      if (delivered || !(error instanceof CliError)) throw error;
      if (mayPass(error)) {
        const retryAfterMs = error instanceof UnavailableError ? error.retryAfterMs : undefined;
        outcomes.push({ state: 'unavailable', error, retryAfterMs });
      } else if (unsure && (error.failure === 'refused' || (error.failure === 'auth' && error.status !== 401))) {
        refusals.push({ kind, error });
      } else throw error;
    }
  }
  // A 422 may tell of the job: what it says is of use even when there is no answer.
  const refusal = refusals.find(({ error }) => error.status === 422) ?? refusals[0];
  const best = mostTelling(outcomes);
  if (best !== undefined && !(isLast && refusal !== undefined && best.state === 'missing')) return { ...best, refusal };
  if (refusal === undefined) throw new CliError('internal', 'no kind to ask for');
  return await lastResort(client, refusal, requestId, options);
}

/** All that is left is a refusal: it is the answer where it tells of a job that failed. Else it is thrown. */
export async function lastResort(
  client: Looker,
  { kind, error }: KindRefusal,
  requestId: string,
  { signal, sink }: Pick<RoundOptions, 'signal' | 'sink'>,
): Promise<Answer> {
  if (error.status !== 422) throw error;
  const sighting = await client.look(kind, requestId, { signal, sink, attempts: 1 });
  if ('summary' in sighting) return sighting;
  throw error;
}

/** What may pass by itself: a portal that wants a login, too. */
function mayPass(error: CliError): boolean {
  return (error instanceof UnavailableError && !LASTING_CODES.has(error.code)) || error.code === NOT_THE_API;
}

/** A status word is proof that a kind knows the id; an empty document may be what any id gets. */
function mostTelling(outcomes: readonly Outcome[]): Outcome | undefined {
  const best =
    outcomes.find((outcome) => outcome.state === 'pending' && outcome.word !== undefined) ??
    (['pending', 'unavailable', 'missing'] as const)
      .map((state) => outcomes.find((outcome) => outcome.state === state))
      .find((outcome) => outcome !== undefined);
  const asked = outcomes.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  return best && { ...best, retryAfterMs: asked.length === 0 ? undefined : Math.max(...asked) };
}
