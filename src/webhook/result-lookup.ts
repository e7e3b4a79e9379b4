import type { Answer, Sighting } from '../api/model.ts';
import { KIND_NAMES } from '../domain/kinds.ts';
import type { Kind } from '../domain/kinds.ts';
import { CliError } from '../errors.ts';

/** One look at a job: the client's `look`. */
export type FetchAnswer = (
  kind: Kind,
  requestId: string,
  options: { readonly signal: AbortSignal },
) => Promise<Sighting>;

export type Lookup =
  | { readonly found: true; readonly answer: Answer; readonly kind: Kind }
  | {
      readonly found: false;
      /** For a person. */
      readonly error: string;
      /** The server's wish for the next look. */
      readonly retryAfterMs: number | undefined;
    };

/**
 * Looks for the result of a request. Where its kind is not known it is the one under which an answer is found, and that
 * answer's own `type` field has the last word. The webhook can be there before the result: 404 and "not finished" are
 * answers to come back to.
 */
export async function lookUpResult(
  fetchAnswer: FetchAnswer,
  requestId: string,
  known: Kind | undefined,
  signal: AbortSignal,
): Promise<Lookup> {
  let retryAfterMs: number | undefined;
  try {
    for (const kind of known === undefined ? KIND_NAMES : [known]) {
      const sighting = await fetchAnswer(kind, requestId, { signal });
      switch (sighting.state) {
        case 'done':
        case 'failed':
          return { found: true, answer: sighting, kind: known ?? sighting.summary.kind ?? kind };
        case 'pending':
          return {
            found: false,
            error: `the ${kind} ${requestId} is not finished`,
            retryAfterMs: sighting.retryAfterMs,
          };
        case 'missing':
          retryAfterMs = Math.max(retryAfterMs ?? 0, sighting.retryAfterMs ?? 0);
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof CliError) return { found: false, error: error.message, retryAfterMs: undefined };
    throw error;
  }
  return { found: false, error: `the result of ${requestId} is not there yet (404)`, retryAfterMs };
}
