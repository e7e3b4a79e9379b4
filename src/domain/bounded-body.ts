import type { ByteBudget } from './byte-budget.ts';
import { BodyTooLargeError, headerOf } from './http.ts';
import type { HttpRequest } from './http.ts';

export type BoundedBody =
  /** Call `release` once the bytes are not needed any more. */
  | { readonly ok: true; readonly bytes: Uint8Array; readonly release: () => void }
  /** `too_large`: larger than one body may be. `overloaded`: the budget is taken by others. Nothing stays taken. */
  | { readonly ok: false; readonly reason: 'too_large' | 'overloaded' };

/**
 * Reads the body of a request that may have up to `limit` bytes, all of them taken from `budget`: the declared length
 * at once, a body without one as it arrives. A body that is in memory already takes nothing. Rejects with what the
 * body throws, such as `TransportError` for a sender that went away.
 */
export async function readBoundedBody(
  { headers, body }: Pick<HttpRequest, 'headers' | 'body'>,
  limit: number,
  budget: ByteBudget,
): Promise<BoundedBody> {
  if (body === null || body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : (body ?? new Uint8Array(0));
    return bytes.byteLength > limit
      ? { ok: false, reason: 'too_large' }
      : { ok: true, bytes, release: () => undefined };
  }
  const declared = Number(headerOf(headers, 'content-length') ?? 0);
  const expected = Number.isSafeInteger(declared) && declared > 0 ? declared : 0;
  if (expected > limit) return { ok: false, reason: 'too_large' };
  let taken = 0;
  const take = (size: number): boolean => {
    if (size > taken && !budget.take(size - taken)) return false;
    taken = Math.max(taken, size);
    return true;
  };
  const release = (): void => {
    budget.release(taken);
    taken = 0;
  };
  const refuse = (reason: 'too_large' | 'overloaded'): BoundedBody => {
    release();
    return { ok: false, reason };
  };
  if (!take(expected)) return refuse('overloaded');
  // One array for all: a sender that sends byte by byte would make a list of chunks many times the size of the body.
  let bytes = new Uint8Array(expected);
  let size = 0;
  try {
    for await (const chunk of body) {
      const end = size + chunk.byteLength;
      if (end > limit) return refuse('too_large');
      if (!take(end)) return refuse('overloaded');
      if (end > bytes.byteLength) {
        const larger = new Uint8Array(Math.min(limit, Math.max(2 * bytes.byteLength, end)));
        larger.set(bytes.subarray(0, size));
        bytes = larger;
      }
      bytes.set(chunk, size);
      size = end;
    }
  } catch (error) {
    if (error instanceof BodyTooLargeError) return refuse('too_large');
    release();
    throw error;
  }
  return { ok: true, bytes: size === bytes.byteLength ? bytes : bytes.slice(0, size), release };
}
