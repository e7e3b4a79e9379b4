/** Polls once for an answer whose kind may not be known: the only way in which results are found. */
import type { Kind } from '../kinds.ts';
import { MAX_EXCHANGE_MS } from '../limits.ts';
import { CliError } from '../errors.ts';
import type { Clock } from '../platform/host.ts';
import { LASTING_CODES, UnavailableError } from './failure.ts';
import type { JobAnswer, AnswerBytes, OptipickClient, JobStatus } from './model.ts';
import { NOT_THE_API } from './sanitize.ts';

const MAX_GET_MS = 30_000;
/** Even the last GET gets this long, or it could not succeed. */
const MIN_GET_MS = 1000;

export type AnswerSource = Pick<OptipickClient, 'getAnswer'>;

/** What a kind that has no answer said. */
type KindStatus =
  | (Extract<JobStatus, { state: 'pending' }> & { readonly kind: Kind })
  | Extract<JobStatus, { state: 'missing' }>
  /** Not from the API: a network failure, a server in trouble, or somebody else's web page. */
  | { readonly state: 'unavailable'; readonly error: CliError; readonly retryAfterMs: number | undefined };

/** The most informative status among the kinds, while there is no answer. */
export type Unfinished = KindStatus & {
  /** What another kind refused it with, which may be all that can be reported in the end. */
  readonly refusal: KindRefusal | undefined;
};

interface KindRefusal {
  readonly kind: Kind;
  readonly error: CliError;
}

export interface PollKindsOptions {
  /** On the monotonic clock: a GET gets little more than the time that is left. Default: none. */
  readonly deadline?: number;
  /** How often each GET is tried in all; see `FetchOptions`. */
  readonly attempts?: number | undefined;
  /** Nobody asks again: a refusal is then the result. Default false. */
  readonly isLast?: boolean;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly signal?: AbortSignal | undefined;
  readonly sink?: AnswerBytes | undefined;
}

/**
 * Asks each kind until one has the answer. A kind that has none (404, an empty document, a status word) or refuses
 * (400, 402, 403, 422) never hides another. Where the kind was not known, the `type` of the answer decides it.
 * Throws `CliError` for a key that is not accepted, and for a refusal when no kind returned anything better.
 */
export async function pollKinds(
  client: AnswerSource,
  kinds: readonly Kind[],
  requestId: string,
  options: PollKindsOptions,
): Promise<JobAnswer | Unfinished> {
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
  const statuses: KindStatus[] = [];
  const refusals: KindRefusal[] = [];
  for (const kind of kinds) {
    const leftMs = Math.max(MIN_GET_MS, deadline - clock.monotonic());
    const timeoutMs = Math.min(MAX_GET_MS, leftMs);
    const totalMs = Math.min(MAX_EXCHANGE_MS, leftMs);
    try {
      const status = await client.getAnswer(kind, requestId, {
        signal,
        sink: counted,
        timeoutMs,
        totalMs,
        attempts,
        unsure,
      });
      if ('summary' in status) return unsure ? { ...status, kind: status.summary.kind ?? kind } : status;
      statuses.push(status.state === 'pending' ? { ...status, kind } : status);
    } catch (error) {
      // The sink has a part of the answer: a second one would be glued to it.
      if (delivered || !(error instanceof CliError)) throw error;
      if (mayPass(error)) {
        const retryAfterMs = error instanceof UnavailableError ? error.retryAfterMs : undefined;
        statuses.push({ state: 'unavailable', error, retryAfterMs });
      } else if (unsure && (error.failure === 'refused' || (error.failure === 'auth' && error.status !== 401))) {
        refusals.push({ kind, error });
      } else throw error;
    }
  }
  // A 422 may be about the job: what it says is useful even when there is no answer.
  const refusal = refusals.find(({ error }) => error.status === 422) ?? refusals[0];
  const best = mostInformative(statuses);
  if (best !== undefined && !(isLast && refusal !== undefined && best.state === 'missing')) return { ...best, refusal };
  if (refusal === undefined) throw new CliError('internal', 'no kind to ask for');
  return await answerBehindRefusal(client, refusal, requestId, options);
}

/** When only a refusal is left: it is the answer where it reports a job that failed. Else it is thrown. */
export async function answerBehindRefusal(
  client: AnswerSource,
  { kind, error }: KindRefusal,
  requestId: string,
  { signal, sink }: Pick<PollKindsOptions, 'signal' | 'sink'>,
): Promise<JobAnswer> {
  if (error.status !== 422) throw error;
  const status = await client.getAnswer(kind, requestId, { signal, sink, attempts: 1 });
  if ('summary' in status) return status;
  throw error;
}

/** What may pass by itself, such as a portal that wants a login. */
function mayPass(error: CliError): boolean {
  return (error instanceof UnavailableError && !LASTING_CODES.has(error.code)) || error.code === NOT_THE_API;
}

/** A status word is proof that a kind knows the id; an empty document may be what any id gets. */
function mostInformative(statuses: readonly KindStatus[]): KindStatus | undefined {
  const best =
    statuses.find((status) => status.state === 'pending' && status.word !== undefined) ??
    (['pending', 'unavailable', 'missing'] as const)
      .map((state) => statuses.find((status) => status.state === state))
      .find((status) => status !== undefined);
  const asked = statuses.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  return best && { ...best, retryAfterMs: asked.length === 0 ? undefined : Math.max(...asked) };
}
