/** A body that was signed as it was compressed, and that a proxy has decompressed on its way. */
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Candidate } from './body-wrappings.ts';

/** Compressing costs far more than hashing, and a webhook that needs it is no larger. */
const LARGEST = 64 * 1024;

/** Levels that senders use: the default, the best, the fastest. */
const LEVELS = [6, 9, 1] as const;

/** Where a header of gzip names the system it was made on: Unix, none (Go, Python), Windows, DOS. */
const SYSTEM_AT = 9;
const SYSTEMS = [3, 255, 10, 0] as const;

/** What the usual libraries make of it at their usual levels. */
export function* recompressed(body: Uint8Array): Generator<Candidate, void> {
  if (body.byteLength === 0 || body.byteLength > LARGEST) return;
  for (const level of LEVELS) {
    const bytes = gzipSync(body, { level });
    for (const system of SYSTEMS) {
      const named = Buffer.from(bytes);
      named[SYSTEM_AT] = system;
      yield { text: named, form: 'compressed with gzip' };
    }
    yield { text: deflateSync(body, { level }), form: 'compressed with deflate' };
    yield { text: deflateRawSync(body, { level }), form: 'compressed with deflate' };
  }
  for (const quality of [11, 4, 5, 6]) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
    yield { text: brotliCompressSync(body, { params }), form: 'compressed with Brotli' };
  }
  yield { text: zstdCompressSync(body), form: 'compressed with Zstandard' };
}
