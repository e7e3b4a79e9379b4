/** The body of a request: read within limits, and parsed as JSON with FastAPI's errors. */
import { readBoundedBody } from '../../lib/bytes/bounded-body.ts';
import type { ByteBudget } from '../../lib/bytes/budget.ts';
import type { HttpRequest } from '../../lib/net/http.ts';
import { createJsonScanner } from '../../lib/json/scanner.ts';
import { HttpError } from './http-error.ts';

/**
 * Calls `use` with the text of the body, which counts towards the budget until `use` is done. Throws {@link HttpError}: 413 for more than
 * `limit` bytes, 503 when the bodies of other requests fill the budget.
 */
export async function withBody<Result>(
  request: HttpRequest,
  limit: number,
  budget: ByteBudget,
  use: (body: string) => Result | Promise<Result>,
): Promise<Result> {
  const read = await readBoundedBody(request, limit, budget);
  if (!read.ok) {
    if (read.reason === 'too_large') throw new HttpError(413, `request body larger than ${limit} bytes`);
    throw new HttpError(503, 'too many large requests at the same time', { 'retry-after': '1' });
  }
  try {
    return await use(new TextDecoder().decode(read.bytes));
  } finally {
    read.release();
  }
}

export interface JsonBody {
  readonly value: unknown;
  /** As it was sent. */
  readonly text: string;
}

/** Parses a JSON body. Throws {@link HttpError} 422 when it is missing or not JSON. */
export function parseJsonBody(text: string): JsonBody {
  if (text.trim() === '') throw new HttpError(422, [{ loc: ['body'], msg: 'Field required', type: 'missing' }]);
  try {
    return { value: JSON.parse(text) as unknown, text };
  } catch {
    throw new HttpError(422, [{ loc: ['body', errorOffset(text)], msg: 'JSON decode error', type: 'json_invalid' }]);
  }
}

/** The offset of the first character that cannot be part of a JSON document; the length of one that is cut off. */
function errorOffset(text: string): number {
  const scanner = createJsonScanner({ begin() {}, end() {}, beginKey() {}, endKey() {} });
  const bytes = new TextEncoder().encode(text);
  for (const at of bytes.keys()) {
    try {
      scanner.push(bytes.subarray(at, at + 1));
    } catch {
      return new TextDecoder().decode(bytes.subarray(0, at)).length;
    }
  }
  return text.length;
}

interface RawJson {
  rawJSON(source: string): unknown;
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
}

/**
 * The top-level `extra` of a body, such that `JSON.stringify` writes its numbers as they were sent:
 * 12345678901234567890 and 1.10 come back unchanged.
 */
export function exactExtra(text: string): unknown {
  // Both are in every Node since 21 (V8 11.4), but not in the standard library's types yet.
  const json = JSON as unknown as RawJson;
  const body = json.parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? json.rawJSON(source) : value,
  );
  return (body as { extra?: unknown }).extra ?? null;
}
