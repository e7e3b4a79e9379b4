/** The client of the API. Paths: the kinds table. Facts: the OptiPick documentation. */
import { answerPath, type Kind, KINDS } from '../kinds.ts';
import type { Http } from '../lib/net/http.ts';
import { createRedaction, type Redact } from '../settings/redaction.ts';
import { MAX_EXCHANGE_MS } from '../limits.ts';
import { CliError } from '../errors.ts';
import type { Clock } from '../platform/host.ts';
import { exchange, type ExchangeOptions, jsonBody, refuse } from './exchange.ts';
import { getAnswer } from './get-answer.ts';
import type { OptipickClient } from './model.ts';
import { withKey } from './middleware.ts';
import { retry, type RetryPolicy } from './retry.ts';
import { NOT_THE_API } from './sanitize.ts';
import { readSubmitted, readSynchronousAnswer } from './submission.ts';

export interface ApiClientOptions {
  /** The network, traced or not. */
  readonly http: Http;
  /** As `normalizeBaseUrl` gives it. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Removes secrets from what the server says. Default: the key. */
  readonly redact?: Redact | undefined;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly userAgent?: string;
}

const ATTEMPTS = 4;
const GET_TIMEOUT_MS = 30_000;
const SUBMIT_TIMEOUT_MS = 60_000;
const SYNCHRONOUS_TIMEOUT_MS = 300_000;

/** Well formed, and older than the service: no request has it. */
export const UNUSED_ID = '000000000000000000000000';

/**
 * A client for one base URL and key. GETs are repeated after failures that pass; a POST only when
 * nothing was sent or the server said 429, because a second POST is a second job.
 * Every failure is a `CliError`; an aborted signal's reason is thrown as it is.
 */
export function createApiClient(options: ApiClientOptions): OptipickClient {
  const { baseUrl, apiKey, clock, random, userAgent, redact = createRedaction([apiKey]) } = options;
  const wire: ExchangeOptions = {
    http: withKey(options.http, apiKey, baseUrl),
    now: () => clock.now(),
    redact,
  };
  const common = { accept: 'application/json', ...(userAgent === undefined ? {} : { 'user-agent': userAgent }) };
  const policy = (attempts = ATTEMPTS): RetryPolicy => ({ clock, random, attempts });

  const post = (kind: Kind, body: Uint8Array, synchronous: boolean) => {
    const { headers, body: content } = jsonBody(body);
    return {
      method: 'POST',
      url: `${baseUrl}${KINDS[kind].path}?synchronous=${synchronous}`,
      headers: { ...common, ...headers },
      ...(content === undefined ? {} : { body: content }),
    };
  };
  const get = (kind: Kind, requestId: string) => ({
    method: 'GET',
    url: `${baseUrl}${answerPath(kind, checkedId(requestId))}`,
    headers: common,
  });

  return {
    baseUrl,

    submit(kind, body, { signal, timeoutMs = MAX_EXCHANGE_MS } = {}) {
      const request = {
        ...post(kind, body, false),
        signal,
        timeoutMs: Math.min(timeoutMs, SUBMIT_TIMEOUT_MS),
        totalMs: Math.min(timeoutMs, MAX_EXCHANGE_MS),
      };
      const attempt = () =>
        exchange(wire, request, undefined, (response) => readSubmitted(wire, request, kind, response));
      return retry(policy(), attempt, signal);
    },

    submitAndAwait(kind, body, { signal, sink, timeoutMs = SYNCHRONOUS_TIMEOUT_MS, attempts } = {}) {
      const request = { ...post(kind, body, true), signal, timeoutMs, totalMs: timeoutMs };
      return retry(policy(attempts), () => readSynchronousAnswer(wire, request, kind, sink), signal);
    },

    async getAnswer(
      kind,
      requestId,
      { signal, sink, timeoutMs = GET_TIMEOUT_MS, totalMs, attempts, unsure = false } = {},
    ) {
      const request = { ...get(kind, requestId), signal, timeoutMs, totalMs };
      return retry(policy(attempts), () => getAnswer(wire, request, { kind, requestId, unsure }, sink), signal);
    },

    checkKey({ signal, timeoutMs = GET_TIMEOUT_MS, attempts } = {}) {
      const request = { ...get('cluster', UNUSED_ID), signal, timeoutMs, totalMs: timeoutMs };
      const attempt = () =>
        exchange(wire, request, undefined, async (response) => {
          const { status } = response;
          const failure = await refuse(response, wire, { method: 'GET', url: request.url });
          // A web page says nothing about the key.
          if (failure.code === NOT_THE_API) throw failure;
          const isRedirect = status >= 300 && status < 400;
          if (isRedirect || failure.failure === 'auth' || failure.failure === 'unavailable') throw failure;
        });
      return retry(policy(attempts), attempt, signal);
    },
  };
}

/** An id becomes a part of a path: nothing that would make it another path. */
function checkedId(requestId: string): string {
  if (requestId.trim() === '' || requestId === '.' || requestId === '..' || !requestId.isWellFormed()) {
    throw new CliError('usage', `not a request id: ${JSON.stringify(requestId)}`, { code: 'bad_request_id' });
  }
  return requestId;
}
