/** The body of a response: decompressed, and with the network's failures in its own words. */
import type { Readable, Transform } from 'node:stream';
import type * as Zlib from 'node:zlib';

import { headerOf, type HttpHeaders, TransportError } from '../../lib/net/http.ts';
import { MAX_CONTENT_CODINGS } from '../../limits.ts';
import type { Countdown } from '../countdown.ts';

/** The codings that are requested. A server may still send `zstd` or several codings, which are decoded, too. */
export const ACCEPT_ENCODING = 'gzip, deflate, br';

/** No coding; some servers put the character set there. */
const IDENTITY: ReadonlySet<string> = new Set(['', 'identity', 'utf-8', 'utf8']);

/** The content codings of a response, in the order in which they were applied (RFC 9110, section 8.4). */
export function codingsOf(headers: HttpHeaders): readonly string[] {
  const names = (headerOf(headers, 'content-encoding') ?? '').split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => !IDENTITY.has(name));
}

/**
 * The bytes of `stream` with its codings undone. A reader that stops early closes the connection. `countdown` runs while the
 * next bytes are waited for. Throws what `failureOf` makes of the stream's error, and `coding` for codings that are not known.
 */
export async function* readableBody(
  stream: Readable,
  codings: readonly string[],
  countdown: Countdown,
  failureOf: (error: unknown) => TransportError,
): AsyncGenerator<Uint8Array, void> {
  try {
    refuseUnknown(codings);
    countdown.run();
    let source: AsyncIterable<Uint8Array> = stream;
    for (const coding of codings.toReversed()) source = await decoded(source, coding);
    for await (const chunk of source) {
      countdown.pause();
      yield chunk;
      countdown.run();
    }
  } catch (error) {
    throw isDecodingError(error) ? damaged(codings, error) : failureOf(error);
  } finally {
    countdown.pause();
    // Also where a decoder is in the middle of a read that may never end. That it was left is no error.
    stream.on('error', () => undefined).destroy();
  }
}

type Decoders = Readonly<Record<string, (zlib: typeof Zlib, first: number) => Transform>>;

const DECODERS: Decoders = {
  gzip: (zlib) => zlib.createGunzip(),
  'x-gzip': (zlib) => zlib.createGunzip(),
  // Some servers send it without the header of zlib, whose first byte names the method in its lower half (RFC 1950, 2.2).
  deflate: (zlib, first) => (first % 16 === 8 ? zlib.createInflate() : zlib.createInflateRaw()),
  br: (zlib) => zlib.createBrotliDecompress(),
  zstd: (zlib) => zlib.createZstdDecompress(),
};

function refuseUnknown(codings: readonly string[]): void {
  const unknown = codings.find((coding) => !Object.hasOwn(DECODERS, coding));
  const sent = true;
  if (unknown !== undefined) {
    const name = unknown.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 40);
    throw new TransportError('coding', `the answer has the content coding "${name}", which is not supported`, { sent });
  }
  if (codings.length > MAX_CONTENT_CODINGS) {
    throw new TransportError('coding', `the answer has ${codings.length} content codings on top of each other`, {
      sent,
    });
  }
}

/** An empty body has no coding, whatever its header says. */
async function decoded(source: AsyncIterable<Uint8Array>, coding: string): Promise<AsyncIterable<Uint8Array>> {
  const chunks = source[Symbol.asyncIterator]();
  let head = await chunks.next();
  while (head.done !== true && head.value.byteLength === 0) head = await chunks.next();
  if (head.done === true) return source;
  const decoder = DECODERS[coding]?.(process.getBuiltinModule('node:zlib'), head.value[0] ?? 0);
  if (decoder === undefined) throw new Error(`no decoder for ${coding}`);
  // The decoder is destroyed with the error of either side, and its reader sees it.
  process.getBuiltinModule('node:stream').pipeline(chained(head.value, chunks), decoder, () => {});
  return decoder;
}

async function* chained(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  for (let chunk: Uint8Array | undefined = first; chunk !== undefined;) {
    yield chunk;
    const next = await rest.next();
    chunk = next.done === true ? undefined : next.value;
  }
}

function damaged(codings: readonly string[], cause: unknown): TransportError {
  const message = `the answer is damaged: ${codings.join(', ')} cannot be decompressed`;
  return new TransportError('other', message, { sent: true, cause });
}

/** The codes of zlib, Brotli and Zstandard. */
function isDecodingError(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code !== undefined && /^(?:Z_|ZSTD_|ERR_ZSTD|ERR_BROTLI|ERR__ERROR)/.test(code);
}
