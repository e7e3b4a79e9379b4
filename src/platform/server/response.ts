/** Writes one plain-data response through `node:http`. */
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { HttpResponse } from '../../lib/net/http.ts';
import { LINGER_BYTES, LINGER_MS } from '../../limits.ts';

export interface AnswerOptions {
  /** Ends the connection. */
  readonly close: boolean;
  /** A reader that takes nothing for so long, in milliseconds, loses the connection. */
  readonly stallMs: number;
  /** Whether the rest of a body that nobody has read is read and thrown away; else the connection is cut there. */
  readonly discards: boolean;
}

/**
 * Sends head and body, waiting for the reader as it goes. A short body gets a `content-length`.
 * Throws what the body throws; resolves early when the reader goes away.
 */
export async function sendResponse(
  response: ServerResponse,
  answer: HttpResponse,
  { close, stallMs, discards }: AnswerOptions,
): Promise<void> {
  const message = response.req;
  const rest = message.complete ? 'none' : discards ? 'discarded' : 'cut';
  const linger = close && rest === 'discarded';
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : [...value];
  }
  if (close) headers['connection'] = 'close';
  const bodiless = answer.status === 204 || answer.status === 304 || message.method === 'HEAD';
  if (answer.body === null || bodiless) {
    if (answer.body === null && !bodiless) headers['content-length'] ??= '0';
    response.writeHead(answer.status, headers);
    end(response, { linger, rest, stallMs });
    return;
  }
  const chunks = answer.body[Symbol.asyncIterator]();
  const first = await chunks.next();
  const second = first.done === true ? first : await chunks.next();
  if (second.done === true && headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
    headers['content-length'] = String(first.done === true ? 0 : first.value.byteLength);
  }
  response.writeHead(answer.status, headers);
  let next = second;
  if (first.done !== true) await write(response, first.value, stallMs);
  while (next.done !== true && !response.destroyed) {
    await write(response, next.value, stallMs);
    next = await chunks.next();
  }
  if (next.done !== true) await chunks.return?.();
  end(response, { linger, rest, stallMs });
}

/**
 * Ends the answer. While the sender may still be writing, what it sends is thrown away for a moment
 * first: a connection closed under a sender that writes is reset, and a reset can destroy the answer
 * before it is read.
 */
function end(
  response: ServerResponse,
  { linger, rest, stallMs }: { linger: boolean; rest: 'none' | 'discarded' | 'cut'; stallMs: number },
): void {
  const message = response.req;
  const finish = (): void => {
    response.end();
    if (rest === 'cut') {
      message.socket.destroySoon();
      return;
    }
    if (message.socket.writableLength > 0) response.setTimeout(stallMs);
    // Node itself discards a body only if nobody has begun to read it.
    if (!message.complete) message.resume();
  };
  if (!linger) return finish();
  response.flushHeaders();
  discard(message, finish);
}

function discard(message: IncomingMessage, then: () => void): void {
  let discarded = 0;
  const finish = (): void => {
    clearTimeout(timer);
    then();
  };
  const timer = setTimeout(finish, LINGER_MS).unref();
  message.once('end', finish).once('close', finish).once('error', finish);
  message.on('data', (chunk: Uint8Array) => {
    discarded += chunk.byteLength;
    if (discarded > LINGER_BYTES) finish();
  });
}

function write(response: ServerResponse, chunk: Uint8Array, stallMs: number): Promise<void> {
  if (response.write(chunk) || response.destroyed) return Promise.resolve();
  response.setTimeout(stallMs);
  return new Promise((resolve) => {
    const settled = (): void => {
      response.off('drain', settled).off('close', settled);
      resolve();
    };
    response.on('drain', settled).on('close', settled);
  });
}
