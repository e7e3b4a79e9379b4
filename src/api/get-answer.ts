/** One GET of an answer, and what each response means. */
import { ANSWER_TOO_LARGE } from '../answers/limit.ts';
import { createAnswerReader } from '../answers/reader.ts';
import { headerOf, type HttpRequest, type HttpResponse } from '../lib/net/http.ts';
import type { AnswerSummary } from '../answers/answer.ts';
import { reasonOf } from '../answers/job-state.ts';
import type { Redact } from '../settings/redaction.ts';
import type { Kind } from '../kinds.ts';
import type { CliError } from '../errors.ts';
import { type AnswerBody, type AnswerTransfer, readAnswerBody } from './answer-body.ts';
import { exchange, type ExchangeOptions, refusalOf, type RefusalResponse } from './exchange.ts';
import { failureOfStatus, type JobFacts, UnavailableError } from './failure.ts';
import type { JobAnswer, AnswerBytes, JobStatus } from './model.ts';
import { retryAfterOf } from './retry-after.ts';
import { sanitizeServerText, isHtml, NOT_THE_API, titleOfHtml, webPageFailure } from './sanitize.ts';

/** The longest status word, such as `PENDING`, in place of JSON. */
const WORD_BYTES = 100;

export interface GetAnswerFacts extends JobFacts {
  /** Whether another kind may have the id: no refusal is then an answer. */
  readonly unsure: boolean;
}

/**
 * Asks once. What the API answers before a job ends is not documented, so every likely variant counts
 * as pending: 202, 204, 425, an empty or `null` body, an object without results, a bare word.
 * 404 is `missing`. A 422 about the job is its failure; one about the id is a refusal.
 */
export async function getAnswer(
  wire: ExchangeOptions,
  request: HttpRequest,
  facts: GetAnswerFacts,
  sink: AnswerBytes | undefined,
): Promise<JobStatus> {
  const transfer: AnswerTransfer = { sink, started: false };
  const { kind, requestId } = facts;
  try {
    return await exchange(wire, request, { kind, requestId }, (response) =>
      readStatus(wire, request, response, facts, transfer),
    );
  } catch (error) {
    if (!transfer.started || !(error instanceof UnavailableError) || error.code === ANSWER_TOO_LARGE) throw error;
    throw new UnavailableError(`the answer was cut off: ${error.message}`, {
      code: 'answer_cut',
      requestId,
      cause: error,
      hint: 'what was written is incomplete; fetch it again',
      // The sink has a part of it already.
      repeatable: false,
    });
  }
}

async function readStatus(
  wire: ExchangeOptions,
  request: HttpRequest,
  response: HttpResponse,
  { kind, requestId, unsure }: GetAnswerFacts,
  transfer: AnswerTransfer,
): Promise<JobStatus> {
  const { status } = response;
  const retryAfterMs = retryAfterOf(response.headers, wire.now());
  if (status < 200 || status > 299) {
    const refusal = await refusalOf(response, wire);
    const { broken } = refusal;
    // The missing part may be the failure of the job; in an unknown coding it would never arrive.
    if (status === 422 && broken !== undefined && broken.kind !== 'coding') throw broken;
    const failed =
      status === 422 && !unsure ? await failedJob(refusal, { kind, requestId }, transfer, wire.redact) : undefined;
    if (failed !== undefined) return failed;
    const { method, url } = request;
    const facts = { method, url, requestId, redact: wire.redact, retryAfterMs };
    const failure = failureOfStatus(response, refusal, facts);
    if (failure.code !== NOT_THE_API) {
      if (status === 404) return { state: 'missing', retryAfterMs };
      if (status === 425) return { state: 'pending', word: undefined, retryAfterMs };
    }
    throw failure;
  }

  const body = await readAnswerBody(response, transfer, wire.redact);
  // The sink already has a part: it cannot turn out to be no answer.
  if (transfer.started && body.state === 'pending') throw notTheApi(body, response, requestId, wire.redact);
  if (body.malformed) {
    const word = plainWord(body, response);
    if (word === undefined) throw notTheApi(body, response, requestId, wire.redact);
    return { state: 'pending', word: wire.redact(word), retryAfterMs };
  }
  if (body.state === 'pending' || body.summary === undefined) {
    return { state: 'pending', word: body.summary?.status?.slice(0, WORD_BYTES), retryAfterMs };
  }
  return endedAnswer(kind, requestId, body.state, body.summary, body.bytes);
}

/** The answer of a job that ended. */
export function endedAnswer(
  kind: Kind,
  requestId: string,
  state: JobAnswer['state'],
  summary: AnswerSummary,
  raw: Uint8Array | undefined,
): JobAnswer {
  const failure = state === 'failed' ? (reasonOf(summary) ?? summary.status) : undefined;
  return { state, kind, requestId, summary, raw, failure };
}

/** FastAPI reports a validation exception as 422; whether a job's own failure is reported so is not documented. */
async function failedJob(
  refusal: RefusalResponse,
  { kind, requestId }: JobFacts,
  transfer: AnswerTransfer,
  redact: Redact,
): Promise<JobAnswer | undefined> {
  const summary = refusal.about === 'job' ? summaryOf(refusal.bytes, redact) : undefined;
  if (summary === undefined) return undefined;
  const { sink } = transfer;
  if (typeof sink === 'function') {
    transfer.started = true;
    await sink(refusal.bytes);
  }
  const raw = typeof sink === 'function' ? undefined : refusal.bytes;
  return { state: 'failed', kind, requestId, summary, raw, failure: refusal.text };
}

function summaryOf(bytes: Uint8Array, redact: Redact): AnswerSummary | undefined {
  const reader = createAnswerReader({ redact });
  reader.push(bytes);
  return reader.end();
}

function plainWord({ bytes }: AnswerBody, response: HttpResponse): string | undefined {
  if (bytes === undefined || bytes.byteLength > WORD_BYTES) return undefined;
  const text = new TextDecoder().decode(bytes);
  return isHtml(text, headerOf(response.headers, 'content-type')) || !/^\s*[A-Za-z][\w .-]*$/.test(text.trim())
    ? undefined
    : text.trim();
}

/** A 2xx that is not JSON: a web page is from another server, anything else a damaged answer. */
export function notTheApi(
  { bytes }: AnswerBody,
  response: HttpResponse,
  requestId: string | undefined,
  redact: Redact,
): CliError {
  const text = new TextDecoder().decode(bytes?.subarray(0, 64 * 1024) ?? new Uint8Array(0));
  const about = { status: response.status, requestId };
  if (isHtml(text, headerOf(response.headers, 'content-type'))) {
    return webPageFailure(sanitizeServerText(titleOfHtml(text), redact), about);
  }
  return new UnavailableError('the answer is incomplete JSON', {
    ...about,
    code: 'damaged_answer',
    hint: 'try again; --debug shows the requests',
    repeatable: true,
  });
}
