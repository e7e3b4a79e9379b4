/** One attempt to deliver a webhook, as Svix makes it. Facts: docs.svix.com, "Retries" and "EndpointDelivery control". */
import { joinSignals, underSignals } from '../../lib/async/any-signal.ts';
import { headerOf, type Http, type HttpResponse, readStart, TransportError } from '../../lib/net/http.ts';
import { redirectOf } from '../../lib/net/redirect.ts';
import type { Clock } from '../../platform/host.ts';
import { readRetryAfter } from './retry-schedule.ts';
import { credentialsOf, withoutCredentials } from '../../lib/net/url-secrets.ts';

/** How long a receiver has for its answer. Never compressed: receivers live in real time. */
const ATTEMPT_TIMEOUT_MS = 15_000;
/** Svix keeps so much of an answer. */
const KEPT_BYTES = 20_000;

export interface OutgoingWebhook {
  readonly url: string;
  /** `svix-id`, `svix-timestamp` and `svix-signature`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface AttemptResult {
  /** HTTP status; `undefined` when no answer came. */
  readonly status: number | undefined;
  /** Why there is no answer, or why the answer does not count. `undefined`: delivered. */
  readonly error: string | undefined;
  /** The first 20,000 bytes of the answer. */
  readonly answer: string;
  /** Milliseconds. */
  readonly duration: number;
  /** What `Retry-After` asks for, in milliseconds. */
  readonly retryAfter: number | undefined;
  /** The receiver's `webhook-delivery` header: no more attempts of this message, or none of any. */
  readonly wish: 'abort-message' | 'disable' | undefined;
}

/**
 * Sends once. Only a 2xx within 15 s counts; redirects are not followed. Credentials in the URL
 * become basic authentication. Never rejects but for a bug, or with the reason of `stop`.
 */
export async function attemptDelivery(
  { http, clock }: { readonly http: Http; readonly clock: Clock },
  webhook: OutgoingWebhook,
  stop: AbortSignal,
): Promise<AttemptResult> {
  const began = clock.monotonic();
  const late = new AbortController();
  const done = new AbortController();
  const joined = joinSignals([stop, late.signal]);
  const { signal } = joined;
  void underSignals([done.signal, stop], (either) => clock.sleep(ATTEMPT_TIMEOUT_MS, either)).then(
    () => late.abort(new Error('too late')),
    // The answer came first, or the sandbox stops.
    () => undefined,
  );
  const taken = (): number => Math.round(clock.monotonic() - began);
  try {
    const response = await http({ method: 'POST', ...addressed(webhook), body: webhook.body, signal });
    const answer = await readStart(response.body, KEPT_BYTES);
    return {
      status: response.status,
      error: complaintOf(response, webhook.url),
      answer,
      duration: taken(),
      retryAfter: readRetryAfter(headerOf(response.headers, 'retry-after'), clock.now()),
      wish: wishOf(headerOf(response.headers, 'webhook-delivery')),
    };
  } catch (error) {
    if (stop.aborted) throw stop.reason as Error;
    if (!(error instanceof TransportError) && !late.signal.aborted) throw error;
    const failure = late.signal.aborted ? `no answer within ${ATTEMPT_TIMEOUT_MS / 1000} s` : (error as Error).message;
    return {
      status: undefined,
      error: failure,
      answer: '',
      duration: taken(),
      retryAfter: undefined,
      wish: undefined,
    };
  } finally {
    joined.release();
    done.abort();
  }
}

function addressed({ url, headers }: OutgoingWebhook): { url: string; headers: Record<string, string> } {
  const credentials = credentialsOf(new URL(url));
  const sent: Record<string, string> = {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'Svix-Webhooks/optipick-sandbox',
    'x-optipick-sandbox': '1',
    ...headers,
  };
  if (credentials !== undefined) {
    sent['authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }
  return { url: withoutCredentials(url), headers: sent };
}

function complaintOf({ status, headers }: HttpResponse, url: string): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status < 300 || status > 399) return `HTTP ${status}`;
  const redirect = redirectOf(headers, url);
  const where = redirect === undefined ? '' : `; the endpoint to register is ${redirect.url.href}`;
  return `HTTP ${status}: redirects are not followed${where}`;
}

function wishOf(header: string | undefined): AttemptResult['wish'] {
  const word = header?.trim().toLowerCase();
  return word === 'abort-message' || word === 'disable' ? word : undefined;
}
