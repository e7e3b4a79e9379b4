/** Bodies of test deliveries. Pure. */
import { type PayloadShape, payloadText } from '../payload.ts';

export function payloadOf(shape: PayloadShape, event: string, requestId: string): Uint8Array {
  return bytesOf(payloadText(shape, event, requestId));
}

/**
 * A payload that nobody re-serializes to the same bytes: white space, the order of keys, unnecessary escapes, `1.0`, `0.10`,
 * an integer beyond 2^53.
 */
export function oddPayloadOf(shape: PayloadShape, event: string, requestId: string): Uint8Array {
  const type = shape === 'id' ? '' : `"type" : ${JSON.stringify(event).replace('.', String.raw`\u002e`)},`;
  const note = String.raw`"caf\u00e9 \/ café <\u2713>"`;
  const numbers = '"saving":1.0, "ratio" :1e-7,"walk": 0.10,"picks":12345678901234567890';
  return bytesOf(`{ ${type}\n\t"request_id":${JSON.stringify(requestId)} , "note": ${note},\r\n  ${numbers} }\n`);
}

/**
 * A body of the same length with another meaning: its last digit or else its last letter is changed, so that JSON nearly
 * always stays JSON. A body without either gets one byte more.
 */
export function alteredBody(body: Uint8Array): Uint8Array {
  const altered = Uint8Array.from(body);
  for (const isKind of [isDigit, isLetter]) {
    const at = altered.findLastIndex(isKind);
    if (at === -1) continue;
    const byte = altered[at] ?? 0;
    // 9 becomes 8 and z becomes y, as the next byte is not of the same kind.
    altered[at] = isKind(byte + 1) ? byte + 1 : byte - 1;
    return altered;
  }
  return Uint8Array.from([...body, 0x20]);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
