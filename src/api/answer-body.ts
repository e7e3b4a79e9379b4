/** Reads the body of an answer once: for its summary, and for whoever wants the bytes themselves. */
import { createAnswerReader } from '../domain/answer-reader.ts';
import type { AnswerSummary, JobState } from '../domain/answer.ts';
import { classifyAnswer } from '../domain/job-state.ts';
import type { Redact } from '../domain/redaction.ts';
import type { HttpResponse } from '../domain/http.ts';
import type { AnswerBytes, AnswerSink } from './model.ts';

/** No answer about an unfinished job is this long: from here on the bytes go to the sink as they come. */
const HELD_BYTES = 8 * 1024 * 1024;

export interface AnswerBody {
  readonly state: JobState;
  /** `undefined` when the body is no JSON object. */
  readonly summary: AnswerSummary | undefined;
  /** What was read, unless it went to the sink. */
  readonly bytes: Uint8Array | undefined;
  /** The body is not one JSON document. */
  readonly malformed: boolean;
}

/** Counts what went to a sink, because what is gone cannot be asked for again. */
export interface Delivery {
  readonly sink: AnswerBytes | undefined;
  started: boolean;
}

/**
 * Reads a 2xx answer. The sink gets the bytes only when the job has ended, or when there are more of
 * them than an unfinished job has; it is waited for. Throws what the body or the sink throws.
 */
export async function readAnswerBody(response: HttpResponse, delivery: Delivery, redact: Redact): Promise<AnswerBody> {
  const { sink } = delivery;
  const reader = createAnswerReader({ details: typeof sink !== 'function', redact });
  let held: Uint8Array[] = [];
  let size = 0;
  const flush = async (to: AnswerSink): Promise<void> => {
    delivery.started = true;
    const chunks = held;
    held = [];
    for (const chunk of chunks) await to(chunk);
  };
  for await (const chunk of response.body ?? []) {
    reader.push(chunk);
    held.push(chunk);
    size += chunk.byteLength;
    if (size <= HELD_BYTES) continue;
    if (sink === 'discard') held = [];
    else if (sink !== undefined) await flush(sink);
  }
  let summary: AnswerSummary | undefined;
  try {
    summary = reader.end();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { state: 'pending', summary: undefined, bytes: Buffer.concat(held), malformed: true };
  }
  const state = classifyAnswer(response.status, summary);
  if (typeof sink !== 'function' || state === 'pending') {
    const whole = sink === undefined || size <= HELD_BYTES;
    return { state, summary, bytes: whole ? Buffer.concat(held) : undefined, malformed: false };
  }
  await flush(sink);
  return { state, summary, bytes: undefined, malformed: false };
}
