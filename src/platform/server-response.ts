/** Writes one plain-data response through `node:http`. */
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { HttpResponse } from '../domain/http.ts';

/** How long, and how much, a sender may go on with a body that nobody wants, so that it can read the refusal. */
const LINGER_MS = 1000;
const LINGER_BYTES = 16 * 1024 * 1024;

/**
 * Sends head and body, waiting for the reader as it goes. A short body gets a `content-length`.
 * Throws what the body throws; resolves early when the reader goes away. `close` ends the connection.
 */
export async function sendResponse(response: ServerResponse, answer: HttpResponse, close: boolean): Promise<void> {
  const message = response.req;
  // A chunked body that the app did not read to its end has no known size: better not wait for it.
  const endless = !message.complete && message.headers['transfer-encoding'] !== undefined;
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : [...value];
  }
  if (close || endless) headers['connection'] = 'close';
  const bodiless = answer.status === 204 || answer.status === 304 || message.method === 'HEAD';
  if (answer.body === null || bodiless) {
    if (answer.body === null && !bodiless) headers['content-length'] ??= '0';
    response.writeHead(answer.status, headers);
    end(message, response, endless);
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
  if (first.done !== true) await write(response, first.value);
  while (next.done !== true && !response.destroyed) {
    await write(response, next.value);
    next = await chunks.next();
  }
  if (next.done !== true) await chunks.return?.();
  end(message, response, endless);
}

/** Refuses a request whose body is too large, and closes the connection. */
export function refuseBody(response: ServerResponse, limit: number): void {
  const body = JSON.stringify({ detail: `request body larger than ${limit} bytes` });
  response.writeHead(413, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  });
  if (response.req.method !== 'HEAD') response.write(body);
  end(response.req, response, true);
}

/**
 * Ends the answer. While the sender may still be writing, what it sends is thrown away for a moment
 * first: a connection closed under a sender that writes is reset, and a reset can destroy the answer
 * before it is read.
 */
function end(message: IncomingMessage, response: ServerResponse, linger: boolean): void {
  if (!linger) {
    response.end();
    return;
  }
  let thrownAway = 0;
  const finish = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(finish, LINGER_MS).unref();
  response.flushHeaders();
  message.once('end', finish).once('close', finish).once('error', finish);
  message.on('data', (chunk: Uint8Array) => {
    thrownAway += chunk.byteLength;
    if (thrownAway > LINGER_BYTES) finish();
  });
}

function write(response: ServerResponse, chunk: Uint8Array): Promise<void> {
  if (response.write(chunk) || response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const settled = (): void => {
      response.off('drain', settled).off('close', settled);
      resolve();
    };
    response.on('drain', settled).on('close', settled);
  });
}
