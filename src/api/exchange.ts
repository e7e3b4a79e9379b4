/** One request to the API and one answer, with the network's failures in the program's own terms. */
import { AnswerLimitError } from '../answers/limit.ts';
import { headerOf, readStart, TransportError } from '../lib/net/http.ts';
import type { BodyStart, Http, HttpRequest, HttpResponse } from '../lib/net/http.ts';
import type { Redact } from '../settings/redaction.ts';
import { MAX_REFUSAL_BYTES } from '../limits.ts';
import type { CliError } from '../errors.ts';
import { failureOfLimit, failureOfStatus, failureOfTransport, type JobFacts, type RefusalFacts } from './failure.ts';
import { readRefusal, type RefusalBody } from './refusal-body.ts';
import { retryAfterOf } from './retry-after.ts';

/** Larger bodies are passed on in pieces, so that no more is copied than the network takes. */
const PIECES_ABOVE = 1024 * 1024;
const PIECE_BYTES = 256 * 1024;

export interface ExchangeOptions {
  readonly http: Http;
  /** Milliseconds since 1970, for `Retry-After` dates. */
  readonly now: () => number;
  /** Removes secrets from what the server says. */
  readonly redact: Redact;
}

/**
 * Sends one request and passes the answer to `use`, which reads the body: a connection that breaks in
 * the middle of it is reported like one that breaks before. `job`: the requested one. Throws `CliError`, or the
 * signal's reason.
 */
export async function exchange<T>(
  { http, redact }: ExchangeOptions,
  request: HttpRequest,
  job: JobFacts | undefined,
  use: (response: HttpResponse) => Promise<T>,
): Promise<T> {
  try {
    return await use(await http(request));
  } catch (error) {
    request.signal?.throwIfAborted();
    const facts = { method: request.method, url: request.url, redact, ...job };
    if (error instanceof AnswerLimitError) throw failureOfLimit(error, facts);
    throw error instanceof TransportError ? failureOfTransport(error, facts) : error;
  }
}

/** What a refusal says, and its bytes as they came, cut at a sane length. */
export interface RefusalResponse extends RefusalBody, BodyStart {}

/** Reads the body of a refusing answer. Its status stands even where the body breaks off or has an unknown coding. */
export async function refusalOf(
  response: HttpResponse,
  { redact }: Pick<ExchangeOptions, 'redact'>,
): Promise<RefusalResponse> {
  const { bytes, broken } = await readStart(response.body, MAX_REFUSAL_BYTES);
  if (broken?.kind === 'aborted') throw broken;
  const text = new TextDecoder().decode(bytes);
  return { ...readRefusal(text, headerOf(response.headers, 'content-type'), redact), bytes, broken };
}

/** The failure that a refusing answer means; its body is read. */
export async function refuse(response: HttpResponse, options: ExchangeOptions, facts: RefusalFacts): Promise<CliError> {
  const body = await refusalOf(response, options);
  const retryAfterMs = retryAfterOf(response.headers, options.now());
  return failureOfStatus(response, body, { ...facts, redact: options.redact, retryAfterMs });
}

/** A JSON body with its length, in pieces when it is large. It can be sent again. */
export function jsonBody(bytes: Uint8Array): Pick<HttpRequest, 'headers' | 'body'> {
  const headers = { 'content-type': 'application/json', 'content-length': String(bytes.byteLength) };
  if (bytes.byteLength <= PIECES_ABOVE) return { headers, body: bytes };
  return {
    headers,
    body: {
      async *[Symbol.asyncIterator]() {
        for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
      },
    },
  };
}
