/** The body of a request as JSON, refused as FastAPI refuses what it cannot read. */
import { createJsonScanner } from '../domain/json-scanner.ts';
import { Refusal } from './refusal.ts';

export interface JsonBody {
  readonly value: unknown;
  /** As it was sent. */
  readonly text: string;
}

/** Parses a JSON body. Throws {@link Refusal} 422 when there is none, or it is no JSON. */
export function parseJsonBody(text: string): JsonBody {
  if (text.trim() === '') throw new Refusal(422, [{ loc: ['body'], msg: 'Field required', type: 'missing' }]);
  try {
    return { value: JSON.parse(text) as unknown, text };
  } catch {
    throw new Refusal(422, [{ loc: ['body', placeOfFault(text)], msg: 'JSON decode error', type: 'json_invalid' }]);
  }
}

/** The first character that cannot be part of a JSON document, counted from 0; the length of one that is cut off. */
function placeOfFault(text: string): number {
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
