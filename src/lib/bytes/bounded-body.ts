import type { ByteBudget } from './budget.ts';
import { BodyTooLargeError, headerOf } from '../net/http.ts';
import type { HttpHeaders, HttpRequest } from '../net/http.ts';

export type BoundedBody =
  /** `release` gives the bytes back to the budget: to be called once they are not needed any more. */
  | { readonly ok: true; readonly bytes: Uint8Array; readonly release: () => void }
  /** `too_large`: larger than one body may be. `overloaded`: others have taken the budget. Nothing stays taken. */
  | { readonly ok: false; readonly reason: 'too_large' | 'overloaded' };

/**
 * Reads a body of at most `limit` bytes, all of which are taken from `budget`: a declared length at once, other bodies as
 * they arrive. A body that is in memory already is given out also when the budget is taken. Rejects with what the body throws, such as `TransportError` for a sender that went away.
 */
export async function readBoundedBody(
  { headers, body }: Pick<HttpRequest, 'headers' | 'body'>,
  limit: number,
  budget: ByteBudget,
): Promise<BoundedBody> {
  if (body instanceof Uint8Array) return boundedBytes(body, limit, budget);
  if (typeof body === 'string') return boundedBytes(new TextEncoder().encode(body), limit, budget);
  if (body === null || body === undefined) return boundedBytes(new Uint8Array(0), limit, budget);
  return await readStream(headers, body, limit, budget);
}

/** Whoever stalls with large bodies must not keep short ones out, which are here already. */
function boundedBytes(bytes: Uint8Array, limit: number, budget: ByteBudget): BoundedBody {
  const { byteLength } = bytes;
  if (byteLength > limit) return { ok: false, reason: 'too_large' };
  let taken = budget.take(byteLength) ? byteLength : 0;
  const release = (): void => {
    budget.release(taken);
    taken = 0;
  };
  return { ok: true, bytes, release };
}

async function readStream(
  headers: HttpHeaders,
  body: AsyncIterable<Uint8Array>,
  limit: number,
  budget: ByteBudget,
): Promise<BoundedBody> {
  let taken = 0;
  /** Grows what is taken to `size` bytes. */
  const take = (size: number): boolean => {
    if (size <= taken) return true;
    if (!budget.take(size - taken)) return false;
    taken = size;
    return true;
  };
  const release = (): void => {
    budget.release(taken);
    taken = 0;
  };
  const fail = (reason: 'too_large' | 'overloaded'): BoundedBody => {
    release();
    return { ok: false, reason };
  };

  const declared = Number(headerOf(headers, 'content-length') ?? 0);
  const expected = Number.isSafeInteger(declared) && declared > 0 ? declared : 0;
  if (expected > limit) return fail('too_large');
  if (!take(expected)) return fail('overloaded');
  // One array for all: of a sender that sends byte by byte, a list of chunks would be many times the size of the body.
  let bytes = new Uint8Array(expected);
  let size = 0;
  try {
    for await (const chunk of body) {
      const end = size + chunk.byteLength;
      if (end > limit) return fail('too_large');
      if (!take(end)) return fail('overloaded');
      if (end > bytes.byteLength) {
        const larger = new Uint8Array(Math.min(limit, Math.max(2 * bytes.byteLength, end)));
        larger.set(bytes.subarray(0, size));
        bytes = larger;
      }
      bytes.set(chunk, size);
      size = end;
    }
  } catch (error) {
    if (error instanceof BodyTooLargeError) return fail('too_large');
    release();
    throw error;
  }
  return { ok: true, bytes: size === bytes.byteLength ? bytes : bytes.slice(0, size), release };
}
