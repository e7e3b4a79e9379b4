/**
 * Decodes bodies with a content coding (RFC 9110, section 8.4). Senders and proxies disagree on whether the plain or the
 * coded bytes are signed, and some proxies compress or decompress without changing `content-encoding`: only the signature
 * shows what was signed.
 */
import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib';
import { headerOf, type HttpHeaders } from '../lib/net/http.ts';
import { MAX_BODY_CODINGS, MAX_DECODED_BODY_BYTES, ZSTD_WINDOW_LOG } from '../limits.ts';
import { systemCodeOf } from '../errors.ts';
import { jsonTextOf } from './read-payload.ts';

export type DecodedBody =
  /** `coding`: `gzip`; several are listed in the order in which they were applied. */
  | { readonly ok: true; readonly coding: string; readonly body: Uint8Array }
  /** `detail` completes "the body ...". */
  | { readonly ok: false; readonly coding: string; readonly reason: CodingError; readonly detail: string };

type CodingError = 'unknown_coding' | 'damaged' | 'too_large';

type Decode = (body: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

const DECODERS: Readonly<Record<string, Decode | undefined>> = Object.assign(Object.create(null), {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflate,
  br: brotliDecompressSync,
  zstd: (body, { maxOutputLength }) =>
    zstdDecompressSync(body, { maxOutputLength, params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } }),
} satisfies Record<string, Decode>);

/** With the zlib header that RFC 9110 requires, or without, as some senders do it. */
function inflate(body: Uint8Array, options: { readonly maxOutputLength: number }): Uint8Array {
  try {
    return inflateSync(body, options);
  } catch (error) {
    if (systemCodeOf(error) !== 'Z_DATA_ERROR') throw error;
    return inflateRawSync(body, options);
  }
}

/**
 * Decodes a body whose `content-encoding` or first bytes name a coding; `undefined` for any other.
 *
 * @param headers names in lower case
 * @param limit the largest decoded body, in bytes
 */
export function decodeBody(
  headers: HttpHeaders,
  body: Uint8Array,
  limit = MAX_DECODED_BODY_BYTES,
): DecodedBody | undefined {
  const declared = declaredCodings(headers);
  const undone: string[] = [];
  let plain = body;
  for (;;) {
    const coding = declared.pop() ?? codingByStart(plain);
    if (coding === undefined) break;
    undone.unshift(coding);
    const failed = (reason: CodingError, detail: string): DecodedBody => ({
      ok: false,
      coding: undone.join(', '),
      reason,
      detail,
    });
    const decode = DECODERS[coding];
    if (decode === undefined)
      return failed('unknown_coding', `has the content coding ${coding}, which is not known here`);
    if (undone.length > MAX_BODY_CODINGS) return failed('damaged', `is coded more than ${MAX_BODY_CODINGS} times`);
    try {
      plain = decode(plain, { maxOutputLength: limit });
    } catch (error) {
      switch (systemCodeOf(error)) {
        case undefined:
          throw error;
        case 'ERR_BUFFER_TOO_LARGE':
          return failed('too_large', `is larger than ${limit} bytes when it is decoded (${coding})`);
        case 'Z_BUF_ERROR':
          return failed('damaged', `is said to be ${coding} and breaks off`);
        default:
          return failed('damaged', `is said to be ${coding} and is not`);
      }
    }
  }
  return undone.length === 0 ? undefined : { ok: true, coding: undone.join(', '), body: plain };
}

/**
 * The bytes to parse. No signature covers `content-encoding`: a body that is JSON as received is taken as it is, whatever
 * the header says.
 */
export function payloadOf(headers: HttpHeaders, body: Uint8Array, decoded = decodeBody(headers, body)): Uint8Array {
  return decoded?.ok === true && jsonTextOf(body) === undefined ? decoded.body : body;
}

/** In the order in which they were applied. */
function declaredCodings(headers: HttpHeaders): string[] {
  return (headerOf(headers, 'content-encoding') ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
}

/** No JSON document begins like these: gzip (RFC 1952), Zstandard (RFC 8878), zlib with a window of 32 KB (RFC 1950). */
function codingByStart([first, second, third, fourth]: Uint8Array): string | undefined {
  if (first === 0x1f && second === 0x8b) return 'gzip';
  if (first === 0x28 && second === 0xb5 && third === 0x2f && fourth === 0xfd) return 'zstd';
  return first === 0x78 && second !== undefined && (0x7800 + second) % 31 === 0 ? 'deflate' : undefined;
}
