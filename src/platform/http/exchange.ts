/** One request through undici, as plain data. */
import requestModule from 'undici/lib/api/api-request.js';
import type { Head } from 'undici/lib/api/api-request.js';
import type { Dispatcher } from 'undici/lib/dispatcher/dispatcher.js';

import { TransportError, withoutCoding } from '../../lib/net/http.ts';
import type { HttpHeaders, HttpRequest, HttpResponse } from '../../lib/net/http.ts';
import { MAX_EXCHANGE_MS, MAX_INTERIM_ANSWERS } from '../../limits.ts';
import { LONGEST_TIMER_MS } from '../clock.ts';
import { createCountdown, type Countdown } from '../countdown.ts';
import { ACCEPT_ENCODING, codingsOf, readableBody } from './body.ts';
import { type ExchangeFacts, transportErrorOf, unaskedWords } from './failure.ts';
import { formatDuration } from '../../lib/text/numbers.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * One request and the head of its answer; the body follows as it is read. `proxy` is the proxy's
 * `host:port`, for messages. Rejects with {@link TransportError}.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: HttpRequest,
  url: URL,
  proxy: string | undefined,
): Promise<HttpResponse> {
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS, totalMs = MAX_EXCHANGE_MS } = request;
  const cut = new AbortController();
  let sent = false;
  let answered = false;
  let interim = 0;
  let received = 0;
  let expected: number | undefined;
  const facts = (): ExchangeFacts => ({ url, sent, proxy });
  const failureOf = (error: unknown): TransportError =>
    signal?.aborted === true
      ? new TransportError('aborted', `the request to ${url.host} was stopped`, { sent, cause: signal.reason })
      : transportErrorOf(error, facts());

  class Handler extends requestModule.RequestHandler {
    override onRequestStart(controller: unknown, context: unknown): void {
      // undici calls this when it has a connection and is about to write.
      sent = true;
      super.onRequestStart(controller, context);
    }

    override onResponseStart(controller: unknown, status: number, headers: Head['headers'], text?: string): void {
      if (status >= 200) expected = lengthOf(headers);
      else interim += 1;
      // What undici makes of a switch of protocols, or of a status below 100, is a failed assertion.
      if (status < 100 || status === 101 || interim > MAX_INTERIM_ANSWERS) {
        cut.abort(new TransportError('not_http', unaskedWords(url, status), { sent }));
        return;
      }
      super.onResponseStart(controller, status, headers, text);
    }

    override onResponseData(controller: unknown, chunk: Uint8Array): void {
      received += chunk.byteLength;
      super.onResponseData(controller, chunk);
    }

    override onResponseError(controller: unknown, error: Error): void {
      // A server that closes right behind its last byte fails undici where the reader is slower than the network.
      if (received === expected) super.onResponseEnd(controller, {});
      else super.onResponseError(controller, error);
    }
  }

  return new Promise<HttpResponse>((resolve, reject) => {
    const onAbort = (): void => {
      cut.abort(failureOf(signal?.reason));
    };
    const giveUp = (kind: 'timeout' | 'overdue', ms: number): void => {
      const silence = sent ? `${url.host} did not answer` : `no connection to ${proxy ?? url.host}`;
      const words = answered ? `${url.host} did not finish its answer` : silence;
      cut.abort(new TransportError(kind, `${words} within ${formatDuration(ms)}`, { sent }));
    };
    // This timer holds the process while an answer is waited for; sockets that connect do not.
    const timer = setTimeout(() => giveUp('timeout', timeoutMs), Math.min(timeoutMs, LONGEST_TIMER_MS));
    const countdown = createCountdown(totalMs, () => giveUp('overdue', totalMs));
    countdown.run();
    const release = (): void => {
      clearTimeout(timer);
      countdown.pause();
      signal?.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown): void => {
      release();
      reject(failureOf(error));
    };
    // undici heeds an abort only once it is connected; the caller is rejected at once.
    cut.signal.addEventListener('abort', () => fail(cut.signal.reason), { once: true });
    if (signal?.aborted === true) return onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });

    const handler = new Handler({ method: request.method, signal: cut.signal }, (error, head) => {
      if (error !== null) return fail(error);
      answered = true;
      clearTimeout(timer);
      countdown.pause();
      head.body.once('close', release);
      resolve(responseOf(request.method, head, countdown, failureOf));
    });
    dispatcher.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method,
        headers: outgoingHeaders(request.headers),
        // A timer that was cleared would start again.
        body: watched(request.body ?? null, () => answered || cut.signal.aborted || timer.refresh()),
        // The timer above covers connecting too, which undici's does not.
        headersTimeout: 0,
        bodyTimeout: timeoutMs,
      },
      handler,
    );
  });
}

function responseOf(
  method: string,
  head: Head,
  countdown: Countdown,
  failureOf: (error: unknown) => TransportError,
): HttpResponse {
  const { statusCode: status, body } = head;
  if (method === 'HEAD' || status === 204 || status === 304) {
    body.resume();
    return { status, headers: head.headers, body: null };
  }
  const codings = codingsOf(head.headers);
  const headers = codings.length === 0 ? head.headers : withoutCoding(head.headers);
  return { status, headers, body: readableBody(body, codings, countdown, failureOf) };
}

function lengthOf(headers: Head['headers']): number | undefined {
  const length = headers['content-length'];
  return typeof length === 'string' && /^\d+$/.test(length) ? Number(length) : undefined;
}

function outgoingHeaders(headers: HttpHeaders): Record<string, string | string[]> {
  const outgoing: Record<string, string | string[]> = { 'accept-encoding': ACCEPT_ENCODING };
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) outgoing[name] = typeof value === 'string' ? value : [...value];
  }
  return outgoing;
}

/** A long upload that moves is no timeout: each chunk taken calls `onProgress`. */
function watched(
  body: NonNullable<HttpRequest['body']> | null,
  onProgress: () => unknown,
): Uint8Array | string | AsyncIterable<Uint8Array> | null {
  if (body === null || typeof body === 'string' || body instanceof Uint8Array) return body;
  return {
    async *[Symbol.asyncIterator]() {
      for await (const chunk of body) {
        onProgress();
        yield chunk;
      }
    },
  };
}
