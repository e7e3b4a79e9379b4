/** Reads an answer pick by pick while its bytes go elsewhere. */
import type { JobAnswer, AnswerBytes, AnswerSink } from '../../api/model.ts';
import type { Context } from '../../context/context.ts';
import type { AnswerDetails } from '../../answers/details.ts';
import { createDetailsReader } from '../../answers/reader.ts';
import { knownSummary } from './job-errors.ts';

export interface AnswerWithDetails {
  /** With the whole summary: stops and clusters included. */
  readonly answer: JobAnswer;
  /** `undefined` when the answer is no object. */
  readonly details: AnswerDetails | undefined;
}

/** Runs `fetch` with a sink that reads the details and passes each chunk on, unchanged, to `target`. */
export async function teeAnswer(
  context: Pick<Context, 'redaction'>,
  target: AnswerBytes | undefined,
  fetch: (sink: AnswerSink) => Promise<JobAnswer>,
): Promise<AnswerWithDetails> {
  const reader = createDetailsReader({ redact: await context.redaction() });
  const answer = await fetch(async (chunk) => {
    reader.push(chunk);
    if (typeof target === 'function') await target(chunk);
  });
  const read = reader.end();
  if (read === undefined) return { answer, details: undefined };
  const summary = knownSummary({ ...answer, summary: read.summary });
  return { answer: { ...answer, summary }, details: { ...read, summary } };
}
