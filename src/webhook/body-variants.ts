/**
 * What a body may have been before somebody parsed it and wrote it again, or passed it on as another text. Each way is
 * one that a framework, a proxy or an editor is known to take; the signature tells which one it was.
 */
import { Buffer } from 'node:buffer';
import { type Candidate, edgesOf, unwrapped } from './body-wrappings.ts';
import { readLiterals } from './json-literals.ts';
import { rewritings } from './json-rewritings.ts';

export interface BodyVariant {
  readonly body: Uint8Array;
  /** How what was signed differs from what was received: `compact JSON`. */
  readonly form: string;
}

/** What even the shortest variant costs, in bytes of a longer one. */
const LEAST_COST = 64;

/**
 * The likely ones first. `budget` bounds the work: so many bytes are written at most, so that a large body has fewer
 * variants. Some come twice: to try one again costs less than to know it.
 */
export function* bodyVariants(body: Uint8Array, budget: number): Generator<BodyVariant, void> {
  let left = budget;
  for (const { text, form } of candidates(body)) {
    const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
    left -= bytes.byteLength + LEAST_COST;
    if (left < 0) return;
    yield { body: bytes, form };
  }
}

function* candidates(body: Uint8Array): Generator<Candidate, void> {
  yield* edgesOf(Buffer.from(body).toString('utf8'));
  const wrapped = [...unwrapped(body)];
  yield* wrapped;
  for (const { text, form } of [{ text: body, form: '' }, ...wrapped]) {
    const literals = readLiterals(typeof text === 'string' ? Buffer.from(text, 'utf8') : text);
    if (literals === undefined) continue;
    const ending = form === '' ? '' : `, ${form}`;
    for (const rewriting of rewritings(literals)) yield { ...rewriting, form: rewriting.form + ending };
  }
}
