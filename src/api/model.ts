/** The types of the API client. */
import type { AnswerSummary } from '../answers/answer.ts';
import type { Kind } from '../kinds.ts';

/** A chunk of the answer's own bytes, in order. Called only once it is certain that the job has ended. */
export type AnswerSink = (chunk: Uint8Array) => Promise<void>;

/** `discard`: nobody wants the bytes; a large answer is then not held in memory. */
export type AnswerBytes = AnswerSink | 'discard';

export interface FetchOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * Gets the answer's bytes, unchanged, instead of `JobAnswer.raw`. Called only for a finished (or failed) job. With a
   * function the summary has no stops and clusters.
   */
  readonly sink?: AnswerBytes | undefined;
  /** Longest wait, in milliseconds, for the head of an answer and then between two chunks of it. Default 30 s. */
  readonly timeoutMs?: number | undefined;
  /**
   * Longest time, in milliseconds, for the whole of one answer, however slowly it arrives. Default 10 minutes; of a synchronous
   * POST it is `timeoutMs`.
   */
  readonly totalMs?: number | undefined;
  /** Attempts of a GET in all; 1 for a caller that polls. Default 4. */
  readonly attempts?: number | undefined;
  /** Another kind may have the id: a 422 is then a refusal, whatever it says. Default false. */
  readonly unsure?: boolean | undefined;
}

/** The answer of a job that ended, well or not. */
export interface JobAnswer {
  readonly state: 'done' | 'failed';
  readonly kind: Kind;
  readonly requestId: string;
  readonly summary: AnswerSummary;
  /** The API's own bytes; `undefined` when they went to a sink. */
  readonly raw: Uint8Array | undefined;
  /** Why the job failed, in the API's words. */
  readonly failure: string | undefined;
}

/** What one GET returned. */
export type JobStatus =
  | JobAnswer
  /** Not ready. `word` is the status word, if there was one, as the server sent it. */
  | { readonly state: 'pending'; readonly word: string | undefined; readonly retryAfterMs: number | undefined }
  /** 404: unknown, or not ready yet. */
  | { readonly state: 'missing'; readonly retryAfterMs: number | undefined };

/** The result of a request has to be fetched later. */
export interface ResultNotReady {
  readonly state: 'unfinished';
  /** Whether the API knows no such request (404): it may be too early, or there is none. */
  readonly isMissing: boolean;
  /** Why, for a person. */
  readonly error: string;
  /** When the server wants to be asked again. */
  readonly retryAfterMs: number | undefined;
}

export interface Submitted {
  readonly kind: Kind;
  readonly requestId: string;
}

export interface OptipickClient {
  readonly baseUrl: string;
  /**
   * POST with `synchronous=false`. One POST only; see the retry rules in `retry.ts`. `timeoutMs` is for the whole of it:
   * 10 minutes at most, of which the head of the answer may take one.
   */
  submit(kind: Kind, body: Uint8Array, options?: Pick<FetchOptions, 'signal' | 'timeoutMs'>): Promise<Submitted>;
  /** POST with `synchronous=true`: the response holds the answer. `timeoutMs` defaults to 5 minutes. */
  submitAndAwait(kind: Kind, body: Uint8Array, options?: FetchOptions): Promise<JobAnswer>;
  /** Asks once for an answer (with the retries of a GET). Throws `CliError` for 401, 403, 422 and other refusals. */
  getAnswer(kind: Kind, requestId: string, options?: FetchOptions): Promise<JobStatus>;
  /**
   * Resolves when the key is accepted: GET of a well-formed id that no request has. `timeoutMs` is for the whole of an
   * attempt. Throws `CliError` `auth` `key_rejected` when it is not.
   */
  checkKey(options?: Pick<FetchOptions, 'signal' | 'timeoutMs' | 'attempts'>): Promise<void>;
}
