/** The body of a response: decompressed, and with the network's failures in its own words. */
import type { Readable, Transform } from 'node:stream';

import { headerOf, TransportError } from '../domain/http.ts';
import type { HttpHeaders } from '../domain/http.ts';
import type { Countdown } from './countdown.ts';

/** What is asked for; every encoding named here is undone by {@link readableBody}. */
export const ACCEPT_ENCODING = 'gzip, deflate, br';

/** The content coding of a response that is undone here, or `undefined` (none, or one not known). */
export function codingOf(headers: HttpHeaders): 'gzip' | 'deflate' | 'br' | undefined {
  const coding = headerOf(headers, 'content-encoding')?.trim().toLowerCase();
  if (coding === 'x-gzip') return 'gzip';
  return coding === 'gzip' || coding === 'deflate' || coding === 'br' ? coding : undefined;
}

/** The headers that are still true of the body after it was decompressed. */
export function headersAfterDecoding(headers: HttpHeaders): HttpHeaders {
  const { 'content-encoding': _coding, 'content-length': _length, ...rest } = headers;
  return rest;
}

/**
 * The bytes of `stream`, decompressed. A reader that stops early closes the connection. `countdown` runs while the next
 * bytes are waited for. Throws what `failureOf` makes of the stream's error.
 */
export async function* readableBody(
  stream: Readable,
  coding: 'gzip' | 'deflate' | 'br' | undefined,
  countdown: Countdown,
  failureOf: (error: unknown) => TransportError,
): AsyncGenerator<Uint8Array, void> {
  try {
    const source: AsyncIterable<Uint8Array> = coding === undefined ? stream : decoded(stream, coding);
    countdown.run();
    for await (const chunk of source) {
      countdown.pause();
      yield chunk;
      countdown.run();
    }
  } catch (error) {
    throw isDecodingError(error)
      ? new TransportError('other', `the answer is damaged: ${coding} cannot be decompressed`, {
          sent: true,
          cause: error,
        })
      : failureOf(error);
  } finally {
    countdown.pause();
  }
}

function decoded(stream: Readable, coding: 'gzip' | 'deflate' | 'br'): Readable {
  const zlib = process.getBuiltinModule('node:zlib');
  const { pipeline } = process.getBuiltinModule('node:stream');
  let decoder: Transform;
  if (coding === 'gzip') decoder = zlib.createGunzip();
  else if (coding === 'br') decoder = zlib.createBrotliDecompress();
  else decoder = zlib.createInflate();
  // The decoder is destroyed with the error of either side, and its reader sees it.
  pipeline(stream, decoder, () => {});
  return decoder;
}

function isDecodingError(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return (
    code !== undefined && (code.startsWith('Z_') || code.startsWith('ERR_BROTLI') || code.startsWith('ERR__ERROR'))
  );
}
