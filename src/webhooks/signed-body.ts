/** Finds the bytes that a signature is of: the body as it came or, where that is coded, decoded. */
import type { HttpHeaders } from '../lib/net/http.ts';
import { decodeBody, payloadOf, withoutCoding, type DecodedBody } from './body-codings.ts';
import type { SignatureCheck } from './signature.ts';

export interface SignedBody {
  readonly check: SignatureCheck;
  /** The bytes that were signed, to be stored and forwarded; as they came when nothing verifies. */
  readonly body: Uint8Array;
  /** Those that are true of `body`. */
  readonly headers: HttpHeaders;
  /** What it says: `body`, decoded where that is coded. */
  readonly payload: Uint8Array;
  /** `undefined` for a body that is not coded. */
  readonly decoded: DecodedBody | undefined;
}

/**
 * @param headers names in lower case
 * @param check judges bytes against the signature
 * @param limit bytes that the body may have when it is decoded
 */
export function readSignedBody(
  headers: HttpHeaders,
  body: Uint8Array,
  check: (body: Uint8Array) => SignatureCheck,
  limit?: number,
): SignedBody {
  const came = check(body);
  const decoded = decodeBody(headers, body, limit);
  const asItCame = { check: came, body, headers, payload: body, decoded };
  if (decoded === undefined) return asItCame;
  if (came.ok) return { ...asItCame, payload: payloadOf(headers, body, decoded) };
  if (came.reason !== 'no_match') return asItCame;
  const plain = decoded.ok ? check(decoded.body) : undefined;
  if (decoded.ok && plain?.ok === true) {
    return { check: plain, body: decoded.body, headers: withoutCoding(headers), payload: decoded.body, decoded };
  }
  const tried = decoded.ok ? `came as ${decoded.coding}, and was tried so and decoded` : decoded.detail;
  return { ...asItCame, check: { ...came, detail: `${came.detail}; the body ${tried}` } };
}
