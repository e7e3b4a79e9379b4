/** One webhook on its way to an endpoint, as Svix sends it. */
import { withTimeout } from '../lib/async/with-timeout.ts';
import { type Http, type HttpHeaders, readStart, TransportError } from '../lib/net/http.ts';
import type { Clock } from '../platform/host.ts';

/** Svix stores this much of a response. */
const STORED_BYTES = 20_000;

export interface OutgoingWebhook {
  /** Without credentials: those are a header. */
  readonly url: string;
  readonly headers: HttpHeaders;
  /** A function makes a stream that ends early with the signal. */
  readonly body: string | Uint8Array | ((signal: AbortSignal) => AsyncIterable<Uint8Array>);
}

export interface SendOptions {
  /** For the whole exchange, in milliseconds. */
  readonly timeoutMs: number;
  readonly stop: AbortSignal;
}

export type SendResult =
  | {
      readonly status: number;
      readonly headers: HttpHeaders;
      /** The first 20,000 bytes as text. */
      readonly body: string;
      /** Until the head of the response arrived, in milliseconds. */
      readonly durationMs: number;
    }
  | {
      readonly status: undefined;
      /** Why there is no response; `undefined` when `timeoutMs` passed first. */
      readonly error: TransportError | undefined;
      /** Whether the connection was established. */
      readonly connected: boolean;
      readonly durationMs: number;
    };

/** Sends once, and follows no redirect. Rejects with the reason of `stop` only, not for what the endpoint does. */
export async function sendWebhook(
  { http, clock }: { readonly http: Http; readonly clock: Clock },
  { url, headers, body }: OutgoingWebhook,
  { timeoutMs, stop }: SendOptions,
): Promise<SendResult> {
  const started = clock.monotonic();
  const elapsed = (): number => Math.round(clock.monotonic() - started);
  let timedOut = false;
  const onTimeout = (): Error => {
    timedOut = true;
    return new Error('timed out');
  };
  const exchange = async (signal: AbortSignal): Promise<SendResult> => {
    const content = typeof body === 'function' ? body(signal) : body;
    const response = await http({ method: 'POST', url, headers, body: content, signal, timeoutMs });
    const durationMs = elapsed();
    const { bytes } = await readStart(response.body, STORED_BYTES);
    stop.throwIfAborted();
    return { status: response.status, headers: response.headers, body: new TextDecoder().decode(bytes), durationMs };
  };
  try {
    return await withTimeout(clock, timeoutMs, stop, exchange, onTimeout);
  } catch (error) {
    stop.throwIfAborted();
    const isTransport = error instanceof TransportError;
    if (!isTransport && !timedOut) throw error;
    return {
      status: undefined,
      error: isTransport && !timedOut ? error : undefined,
      connected: !isTransport || error.sent,
      durationMs: elapsed(),
    };
  }
}
