/** One test delivery to an endpoint, and how the endpoint answered. */
import { headerOf, type Http } from '../../lib/net/http.ts';
import type { Redact } from '../../settings/redaction.ts';
import type { TestAnswer } from './test-answer.ts';
import type { Clock } from '../../platform/host.ts';
import { sendWebhook } from '../send-webhook.ts';
import type { TestDelivery } from './test-delivery.ts';
import type { TestTarget } from './test-target.ts';
import { formatDuration } from '../../lib/text/numbers.ts';

/** A slow body is sent in this many pieces, with a pause of this length before each but the first. */
const SLOW_PIECES = 4;
const SLOW_PAUSE_MS = 500;

export interface AttemptOptions {
  /** For the whole exchange, the pauses of a slow body not counted. Milliseconds. */
  readonly timeoutMs: number;
  /** Body in pieces. */
  readonly slow?: boolean | undefined;
  readonly stop: AbortSignal;
}

export interface AttemptTools {
  readonly http: Http;
  readonly clock: Clock;
  /** Removes secrets from the answers of the endpoint. */
  readonly redact: Redact;
}

/** Sends once, and follows no redirect. Rejects with the reason of `stop` only, not for what the endpoint does. */
export async function attemptTest(
  { http, clock, redact }: AttemptTools,
  { url, host, authorization }: TestTarget,
  { headers, body }: TestDelivery,
  { timeoutMs, slow = false, stop }: AttemptOptions,
): Promise<TestAnswer> {
  const webhook = {
    url,
    headers: {
      ...headers,
      // A connection of its own: one that the endpoint is about to close must not look like a delivery that failed.
      connection: 'close',
      ...(authorization === undefined ? {} : { authorization }),
      // A stream states its length, as Svix does, and is not sent in chunks.
      ...(slow ? { 'content-length': String(body.byteLength) } : {}),
    },
    body: slow ? (signal: AbortSignal) => inPieces(body, clock, signal) : body,
  };
  const pauses = slow ? (piecesOf(body).length - 1) * SLOW_PAUSE_MS : 0;
  const sent = await sendWebhook({ http, clock }, webhook, { timeoutMs: timeoutMs + pauses, stop });
  if (sent.status !== undefined) {
    const location = headerOf(sent.headers, 'location');
    return {
      status: sent.status,
      durationMs: sent.durationMs,
      body: redact(sent.body),
      madeWith: ['server', 'x-powered-by'].flatMap((name) => headerOf(sent.headers, name) ?? []).join('\n'),
      location: location === undefined ? undefined : redact(location),
      error: undefined,
    };
  }
  const { error, connected, durationMs } = sent;
  const missing = connected ? 'no answer' : `no connection to ${host}`;
  return {
    status: undefined,
    durationMs,
    error: redact(error?.message ?? `${missing} within ${formatDuration(timeoutMs)}`),
    reached: connected,
    late: connected && (error === undefined || error.kind === 'timeout'),
  };
}

async function* inPieces(body: Uint8Array, clock: Clock, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  for (const [index, piece] of piecesOf(body).entries()) {
    if (index > 0) await clock.sleep(SLOW_PAUSE_MS, signal);
    yield piece;
  }
}

function piecesOf(body: Uint8Array): readonly Uint8Array[] {
  const size = Math.max(1, Math.ceil(body.byteLength / SLOW_PIECES));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < body.byteLength; at += size) pieces.push(body.subarray(at, at + size));
  return pieces.length === 0 ? [body] : pieces;
}
