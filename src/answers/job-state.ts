import type { AnswerSummary, JobState } from './answer.ts';

/**
 * `FINISHED` is the only status word that the OptiPick documentation shows (the sequence diagram of its webhook example).
 * The others are those of the vendor's other products, and of job interfaces of this kind.
 */
const DONE_WORDS: ReadonlySet<string> = new Set(['FINISHED', 'COMPLETED', 'COMPLETE', 'DONE', 'SUCCESS', 'SUCCEEDED']);

/** The documentation names none. */
const FAILURE_WORDS: ReadonlySet<string> = new Set([
  'FAILED',
  'FAILURE',
  'ERROR',
  'CANCELLED',
  'CANCELED',
  'TIMEOUT',
  'TIMED_OUT',
]);

/**
 * What one answer says about its job. The documentation does not state what is answered before a job ends, so every
 * plausible variant is covered, most telling sign first:
 *
 * 1. `failed`: a message in `error`, or a status word of failure (in any case), even beside results;
 * 2. `done`: fields that only a finished job has, whatever its status word, or a word of success;
 * 3. `pending`: all else: no body, `null`, an object without results, an unknown word.
 *
 * Only a 2xx body speaks of the job. Under any other status (404, 425, ...) an `error` field tells of the request,
 * hence `pending`: whether to go on asking is for the caller to decide.
 *
 * @param status HTTP status of the answer
 * @param summary what was read of its body; `undefined` when that was no object
 */
export function classifyAnswer(status: number, summary: AnswerSummary | undefined): JobState {
  if (summary === undefined || status < 200 || status > 299) return 'pending';
  const word = normalize(summary.status);
  if (summary.error !== undefined || FAILURE_WORDS.has(word)) return 'failed';
  return summary.hasResult || DONE_WORDS.has(word) ? 'done' : 'pending';
}

/** Whether the meaning of a status word is known; an unknown one is taken for `pending` and deserves a warning. */
export function isKnownStatusWord(word: string): boolean {
  const known = normalize(word);
  return DONE_WORDS.has(known) || FAILURE_WORDS.has(known);
}

/** Why a job failed, in the words of the API; `undefined` when it gave none. */
export function reasonOf({ error, message, status }: AnswerSummary): string | undefined {
  if (error !== undefined || message === undefined) return error;
  return status === undefined ? message : `${message} (status ${status})`;
}

/** Why a job failed, for a person: what the API gave, or that it gave nothing. */
export function failureReason(summary: AnswerSummary): string {
  const { status } = summary;
  return reasonOf(summary) ?? `the API gave no reason${status === undefined ? '' : ` (status ${status})`}`;
}

/** `timed out`, `Timed-Out` and `TIMED_OUT` are one word. */
function normalize(word: string | undefined): string {
  return word === undefined
    ? ''
    : word
        .trim()
        .toUpperCase()
        .replaceAll(/[\s-]+/g, '_');
}
