/** What the responses to a POST mean. */
import { AnswerLimitError } from '../answers/limit.ts';
import { type HttpRequest, type HttpResponse, TransportError } from '../lib/net/http.ts';
import { unredacted } from '../answers/reader.ts';
import type { Redact } from '../settings/redaction.ts';
import type { Kind } from '../kinds.ts';
import { CliError } from '../errors.ts';
import { type AnswerBody, type AnswerTransfer, readAnswerBody } from './answer-body.ts';
import { exchange, type ExchangeOptions, refuse } from './exchange.ts';
import { limitFacts, MAYBE_ACCEPTED, UnavailableError } from './failure.ts';
import { endedAnswer, notTheApi } from './get-answer.ts';
import type { JobAnswer, AnswerBytes, Submitted } from './model.ts';
import { sanitizeServerText, NOT_THE_API } from './sanitize.ts';
import { idAmong, submittedId } from './submitted-id.ts';

/** An id is searched for in the text of a body up to this length; a longer one is an answer. */
const ID_TEXT_BYTES = 1024 * 1024;

/** The answer to an asynchronous submit. A server that ignored `synchronous=false` sends the result: its id counts. */
export async function readSubmitted(
  wire: ExchangeOptions,
  { method, url }: HttpRequest,
  kind: Kind,
  response: HttpResponse,
): Promise<Submitted> {
  const { status } = response;
  if (status < 200 || status > 299) throw await refuse(response, wire, { method, url });
  const transfer: AnswerTransfer = { sink: 'discard', started: false };
  let body: AnswerBody;
  try {
    body = await readAnswerBody(response, transfer, wire.redact);
  } catch (error) {
    const id = idBefore(error, transfer, wire.redact);
    if (id === undefined) throw error;
    // Nothing else of the answer is needed.
    return { kind, requestId: id };
  }
  const requestId = idIn(body, wire.redact);
  if (requestId !== undefined) return { kind, requestId };
  const elsewhere = notTheApi(body, response, undefined, wire.redact);
  if (elsewhere.code === NOT_THE_API) throw elsewhere;
  const text = sanitizeServerText(body.summary?.error ?? (body.malformed ? '' : textOf(body)), wire.redact);
  throw new CliError(
    'refused',
    `the API accepted the request without giving it an id${text === '' ? '' : `: ${text}`}; it may have been accepted`,
    { code: 'no_request_id', status, hint: MAYBE_ACCEPTED.hint },
  );
}

/** One synchronous POST. An answer that only names an id means that the server runs the job asynchronously. */
export async function readSynchronousAnswer(
  wire: ExchangeOptions,
  request: HttpRequest,
  kind: Kind,
  sink: AnswerBytes | undefined,
): Promise<JobAnswer> {
  const transfer: AnswerTransfer = { sink, started: false };
  try {
    return await exchange(wire, request, undefined, async (response) => {
      const { status } = response;
      const { method, url } = request;
      if (status < 200 || status > 299) throw await refuse(response, wire, { method, url });
      const body = await readAnswerBody(response, transfer, wire.redact).catch((error: unknown) => {
        throw withId(error, transfer, kind, wire.redact);
      });
      const id = idIn(body, wire.redact);
      // A status of success beside an id may be about the submission only.
      const hasEnded =
        body.state === 'failed' || (body.state === 'done' && (body.summary?.hasResult || id === undefined));
      if (hasEnded && body.summary !== undefined) {
        return endedAnswer(kind, id ?? '', body.state, body.summary, body.bytes);
      }
      if (id !== undefined) throw wentOn(id, status);
      const failure = notTheApi(body, response, undefined, wire.redact);
      throw failure instanceof UnavailableError
        ? new UnavailableError('the answer holds no result; the request may have been accepted', {
            ...MAYBE_ACCEPTED,
            status,
            repeatable: false,
          })
        : failure;
    });
  } catch (error) {
    throw error instanceof UnavailableError && error.code === MAYBE_ACCEPTED.code ? cutOff(error) : error;
  }
}

function wentOn(requestId: string, status: number): CliError {
  return new CliError('pending', `the server accepted request ${requestId} but did not wait for its result`, {
    code: 'accepted_asynchronously',
    status,
    requestId,
    hint: `optipick poll ${requestId}`,
  });
}

const GATEWAY_STATUSES = new Set([502, 503, 504]);

/** Amazon API Gateway, where the service was seen in 2024, allows a call about 29 s. */
function cutOff(error: UnavailableError): UnavailableError {
  const byGateway = error.status === undefined || GATEWAY_STATUSES.has(error.status);
  if (!byGateway) return error;
  return new UnavailableError(`${error.message}; a gateway usually ends a synchronous call after about 29 s`, {
    ...MAYBE_ACCEPTED,
    status: error.status,
    cause: error,
    hint: `use --wait instead of --sync: it polls until the result is available. ${MAYBE_ACCEPTED.hint}`,
    repeatable: false,
  });
}

/** The error of reading an answer; once the id has arrived, a failure that names it. */
function withId(error: unknown, transfer: AnswerTransfer, kind: Kind, redact: Redact): unknown {
  const requestId = idBefore(error, transfer, redact);
  if (requestId === undefined) return error;
  const { message } = error as Error;
  return new UnavailableError(`the request was accepted as ${requestId}, but its answer was cut off: ${message}`, {
    ...(error instanceof AnswerLimitError
      ? limitFacts(error, { kind, requestId })
      : { code: 'answer_cut', retryable: false, requestId, hint: `optipick poll ${requestId}` }),
    cause: error,
    repeatable: false,
  });
}

/** The id that an answer named before the network or a limit cut it off. */
function idBefore(error: unknown, { field }: AnswerTransfer, redact: Redact): string | undefined {
  const isCut = error instanceof TransportError || error instanceof AnswerLimitError;
  return isCut && field !== undefined ? unredacted(idAmong(field), redact) : undefined;
}

function idIn(body: AnswerBody, redact: Redact): string | undefined {
  return body.summary?.requestId ?? unredacted(submittedId(textOf(body)), redact);
}

function textOf({ bytes }: AnswerBody): string {
  return bytes === undefined || bytes.byteLength > ID_TEXT_BYTES ? '' : new TextDecoder().decode(bytes);
}
