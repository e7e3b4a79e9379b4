/** One attempt to deliver a webhook, judged as Svix judges it. Facts: docs.svix.com, "Retries" and "Delivery control". */
import { headerOf, type Http, type HttpHeaders } from '../../lib/net/http.ts';
import { redirectOf } from '../../lib/net/redirect.ts';
import { credentialsOf, withoutCredentials } from '../../lib/net/url-secrets.ts';
import type { Clock } from '../../platform/host.ts';
import { type OutgoingWebhook, sendWebhook } from '../../webhooks/send-webhook.ts';
import type { AttemptOutcome } from './message.ts';
import { readRetryAfter } from './retry-schedule.ts';
import { formatDuration } from '../../lib/text/numbers.ts';

/** How long a receiver has to answer. The time scale does not apply: receivers live in real time. */
const ATTEMPT_TIMEOUT_MS = 15_000;

/** What became of one attempt, and what its answer asks for. */
export interface AttemptResult {
  readonly outcome: AttemptOutcome;
  /** What `Retry-After` asks for, in milliseconds. */
  readonly retryAfter?: number | undefined;
  /** The receiver's `webhook-delivery` header: no more attempts of this message, or none of any. */
  readonly directive?: 'abort-message' | 'disable' | undefined;
}

/**
 * Sends once; credentials in the URL become basic authentication. Only a 2xx within 15 s counts as delivered. Rejects only for a bug, or with the reason of `stop`.
 */
export async function attemptDelivery(
  { http, clock }: { readonly http: Http; readonly clock: Clock },
  { url, headers, body }: OutgoingWebhook,
  stop: AbortSignal,
): Promise<AttemptResult> {
  const started = clock.monotonic();
  const webhook = { url: withoutCredentials(url), headers: { ...commonHeaders(url), ...headers }, body };
  const sent = await sendWebhook({ http, clock }, webhook, { timeoutMs: ATTEMPT_TIMEOUT_MS, stop });
  const duration = Math.round(clock.monotonic() - started);
  if (sent.status === undefined) {
    const error = sent.error?.message ?? `no answer within ${formatDuration(ATTEMPT_TIMEOUT_MS)}`;
    return { outcome: { status: undefined, error, answer: '', duration } };
  }
  const { status, body: answer } = sent;
  return {
    outcome: { status, error: failureOf(status, sent.headers, url), answer, duration },
    retryAfter: readRetryAfter(headerOf(sent.headers, 'retry-after'), clock.now()),
    directive: directiveOf(headerOf(sent.headers, 'webhook-delivery')),
  };
}

/** What every request to that address carries. */
export function commonHeaders(url: string): Readonly<Record<string, string>> {
  const credentials = credentialsOf(new URL(url));
  return {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'Svix-Webhooks/optipick-sandbox',
    'x-optipick-sandbox': '1',
    ...(credentials === undefined ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
  };
}

function failureOf(status: number, headers: HttpHeaders, url: string): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status < 300 || status > 399) return `HTTP ${status}`;
  const redirect = redirectOf(headers, url);
  const where = redirect === undefined ? '' : `; the endpoint to register is ${redirect.url.href}`;
  return `HTTP ${status}: redirects are not followed${where}`;
}

function directiveOf(header: string | undefined): AttemptResult['directive'] {
  const word = header?.trim().toLowerCase();
  return word === 'abort-message' || word === 'disable' ? word : undefined;
}
