/** Finds the signed bytes: the body as received or, when it has a content coding, decoded. */
import { type HttpHeaders, withoutCoding } from '../lib/net/http.ts';
import { decodeBody, payloadOf, type DecodedBody } from './body-codings.ts';
import type { SignatureCheck } from './signature.ts';

export interface SignedBody {
  readonly check: SignatureCheck;
  /** The signed bytes, to be stored and forwarded; as received when nothing verifies. */
  readonly body: Uint8Array;
  /** The headers that describe `body`. */
  readonly headers: HttpHeaders;
  /** `body`, decoded when it has a content coding. */
  readonly payload: Uint8Array;
  /** `undefined` without a content coding. */
  readonly decoded: DecodedBody | undefined;
}

/**
 * @param headers names in lower case
 * @param check compares bytes with the signature
 * @param limit the largest decoded body, in bytes
 */
export function readSignedBody(
  headers: HttpHeaders,
  body: Uint8Array,
  check: (body: Uint8Array) => SignatureCheck,
  limit?: number,
): SignedBody {
  const received = check(body);
  const decoded = decodeBody(headers, body, limit);
  const asReceived = { check: received, body, headers, payload: body, decoded };
  if (decoded === undefined) return asReceived;
  if (received.ok) return { ...asReceived, payload: payloadOf(headers, body, decoded) };
  if (received.reason !== 'no_match') return asReceived;
  const plain = decoded.ok ? check(decoded.body) : undefined;
  if (decoded.ok && plain?.ok === true) {
    return { check: plain, body: decoded.body, headers: withoutCoding(headers), payload: decoded.body, decoded };
  }
  const tried = decoded.ok ? `came as ${decoded.coding}, and was tried so and decoded` : decoded.detail;
  return { ...asReceived, check: { ...received, detail: `${received.detail}; the body ${tried}` } };
}
