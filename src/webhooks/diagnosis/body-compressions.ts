/** Compressed forms of a body that was signed compressed, and that a proxy decompressed. */
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { done } from './changes/edit.ts';
import type { Candidate } from './body-wrappings.ts';

/** Compressing costs far more than hashing, so larger bodies are not tried. */
const LARGEST = 64 * 1024;

/** Levels that senders use: the default, the best, the fastest. */
const LEVELS = [6, 9, 1] as const;

/** The byte of a gzip header that names the operating system: Unix, none (Go, Python), Windows, DOS. */
const SYSTEM_AT = 9;
const SYSTEMS = [3, 255, 10, 0] as const;

const edits = [done('decompressed')];

/** The results of the usual libraries at their usual levels. */
export function* recompressed(body: Uint8Array): Generator<Candidate, void> {
  if (body.byteLength === 0 || body.byteLength > LARGEST) return;
  for (const level of LEVELS) {
    const bytes = gzipSync(body, { level });
    for (const system of SYSTEMS) {
      const named = Buffer.from(bytes);
      named[SYSTEM_AT] = system;
      yield { text: named, form: 'compressed with gzip', edits };
    }
    yield { text: deflateSync(body, { level }), form: 'compressed with deflate', edits };
    yield { text: deflateRawSync(body, { level }), form: 'compressed with deflate', edits };
  }
  for (const quality of [11, 4, 5, 6]) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
    yield { text: brotliCompressSync(body, { params }), form: 'compressed with Brotli', edits };
  }
  yield { text: zstdCompressSync(body), form: 'compressed with Zstandard', edits };
}
