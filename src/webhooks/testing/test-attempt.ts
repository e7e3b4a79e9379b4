/** One delivery on its way to an endpoint that is tried, and what came back. */
import { headerOf, type Http, readStart, TransportError } from '../../lib/net/http.ts';
import { joinSignals, underSignals } from '../../lib/async/any-signal.ts';
import type { Redact } from '../../settings/redaction.ts';
import type { TestAnswer } from './test-answer.ts';
import type { Clock } from '../../platform/host.ts';
import type { TestDelivery } from './test-delivery.ts';
import type { TestTarget } from './test-target.ts';

/** Svix keeps so much of an answer. */
const KEPT_BYTES = 20_000;
/** A slow body comes in so many pieces, with so long a pause before each but the first. */
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
  /** Strikes secrets out of whatever the endpoint says. */
  readonly redact: Redact;
}

/** Sends once; redirects are not followed. Rejects for nothing that the endpoint does, but with the reason of `stop`. */
export async function attemptTest(
  { http, clock, redact }: AttemptTools,
  target: TestTarget,
  { headers, body }: TestDelivery,
  { timeoutMs, slow = false, stop }: AttemptOptions,
): Promise<TestAnswer> {
  const began = clock.monotonic();
  const pauses = slow ? (piecesOf(body).length - 1) * SLOW_PAUSE_MS : 0;
  const late = new AbortController();
  const done = new AbortController();
  const joined = joinSignals([stop, late.signal]);
  const { signal } = joined;
  void underSignals([done.signal, stop], (either) => clock.sleep(timeoutMs + pauses, either)).then(
    () => late.abort(new Error('too late')),
    // The answer came first, or the command is stopped.
    () => undefined,
  );
  const taken = (): number => Math.round(clock.monotonic() - began);
  try {
    const response = await http({
      method: 'POST',
      url: target.url,
      headers: {
        ...headers,
        // A connection of its own: one that the endpoint is about to close must not look like a delivery that failed.
        connection: 'close',
        ...(target.authorization === undefined ? {} : { authorization: target.authorization }),
        // A stream says its length, as Svix does, and is not sent in chunks.
        ...(slow ? { 'content-length': String(body.byteLength) } : {}),
      },
      body: slow ? inPieces(body, clock, signal) : body,
      signal,
      timeoutMs: timeoutMs + pauses,
    });
    const durationMs = taken();
    const text = await readStart(response.body, KEPT_BYTES);
    stop.throwIfAborted();
    const location = headerOf(response.headers, 'location');
    return {
      status: response.status,
      durationMs,
      body: redact(text),
      location: location === undefined ? undefined : redact(location),
      error: undefined,
    };
  } catch (error) {
    stop.throwIfAborted();
    if (!(error instanceof TransportError) && !late.signal.aborted) throw error;
    const timedOut = late.signal.aborted || (error instanceof TransportError && error.kind === 'timeout');
    const connected = !(error instanceof TransportError) || error.sent;
    const [words, durationMs] = [redact(wordsFor(error)), taken()];
    return { status: undefined, durationMs, error: words, reached: connected, late: timedOut && connected };
  } finally {
    joined.release();
    done.abort();
  }

  function wordsFor(error: unknown): string {
    if (!late.signal.aborted) return (error as TransportError).message;
    const seconds = timeoutMs / 1000;
    const connected = !(error instanceof TransportError) || error.sent;
    return connected ? `no answer within ${seconds} s` : `no connection to ${target.host} within ${seconds} s`;
  }
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
