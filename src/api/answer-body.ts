/** Reads the body of an answer once, for its summary and for a sink that wants the bytes. */
import { largerThan } from '../answers/limit.ts';
import { createAnswerReader } from '../answers/reader.ts';
import type { AnswerSummary, JobState } from '../answers/answer.ts';
import { createByteStore } from '../lib/bytes/store.ts';
import { classifyAnswer } from '../answers/job-state.ts';
import type { Redact } from '../settings/redaction.ts';
import type { HttpResponse } from '../lib/net/http.ts';
import { MAX_ANSWER_BYTES, MAX_READ_ANSWER_BYTES } from '../limits.ts';
import type { AnswerBytes } from './model.ts';

/** No answer about an unfinished job is this long: from here on the bytes go to the sink as they arrive. */
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

/** How far an answer has been read: what went to a sink cannot be requested again. */
export interface AnswerTransfer {
  readonly sink: AnswerBytes | undefined;
  started: boolean;
  /** A field of the head as far as it has been read, for an answer that is cut off. */
  field?: (name: string) => unknown;
}

/**
 * Reads a 2xx answer. The sink gets the bytes only when the job has ended, or when there are more of
 * them than an unfinished job has; it is waited for. Throws what the body or the sink throws, and
 * `AnswerLimitError`.
 */
export async function readAnswerBody(
  response: HttpResponse,
  transfer: AnswerTransfer,
  redact: Redact,
): Promise<AnswerBody> {
  const { sink } = transfer;
  const isPassedOn = typeof sink === 'function';
  const reader = createAnswerReader({ lists: !isPassedOn, redact });
  transfer.field = (name) => reader.field(name);
  const most = isPassedOn ? MAX_ANSWER_BYTES : MAX_READ_ANSWER_BYTES;
  const held = createByteStore();
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > most) throw largerThan(most, { passable: !isPassedOn });
    reader.push(chunk);
    if (size <= HELD_BYTES || sink === undefined) held.push(chunk);
    else if (sink === 'discard') held.take();
    else {
      transfer.started = true;
      if (held.size > 0) await sink(held.take());
      await sink(chunk);
    }
  }
  const bytes = held.take();
  let summary: AnswerSummary | undefined;
  try {
    summary = reader.end();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { state: 'pending', summary: undefined, bytes, malformed: true };
  }
  const state = classifyAnswer(response.status, summary);
  if (!isPassedOn || state === 'pending') {
    const whole = sink === undefined || size <= HELD_BYTES;
    return { state, summary, bytes: whole ? bytes : undefined, malformed: false };
  }
  transfer.started = true;
  if (bytes.length > 0) await sink(bytes);
  return { state, summary, bytes: undefined, malformed: false };
}
