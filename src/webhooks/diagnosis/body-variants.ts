/**
 * What a body may have been before it was re-serialized or changed in other ways. Each way is one that a framework, a proxy
 * or an editor is known to take; the signature shows which one it was.
 */
import { Buffer } from 'node:buffer';
import { recompressed } from './body-compressions.ts';
import { envelopes } from './body-envelopes.ts';
import { type Candidate, otherEdges, unwrapped } from './body-wrappings.ts';
import { type JsonLiteral, mapLiterals, readLiterals } from '../../lib/json/literals.ts';
import { rewritings } from './json-rewritings.ts';

export interface BodyVariant {
  readonly body: Uint8Array;
  /** How what was signed differs from what was received: `compact JSON`. */
  readonly form: string;
}

/** What each variant costs beside its bytes. */
const LEAST_COST = 64;

/**
 * The likely variants first, as far as `budget` bytes allow: a large body has fewer. Some are repeated, as trying one
 * again costs less than remembering it.
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
  const text = Buffer.from(body).toString('utf8');
  yield* otherEdges(text);
  yield* normalized(text);
  const wrapped = [...unwrapped(body), ...envelopes(text)];
  yield* wrapped;
  yield* recompressed(body);
  for (const { text, form } of [{ text: body, form: '' }, ...wrapped]) {
    const literals = readLiterals(typeof text === 'string' ? Buffer.from(text, 'utf8') : text);
    if (literals === undefined) continue;
    const ending = form === '' ? '' : `, ${form}`;
    for (const rewriting of rewritings(literals)) yield { ...rewriting, form: rewriting.form + ending };
    for (const { node, form: normal } of normalizedLiterals(literals)) {
      for (const rewriting of rewritings(node)) yield { ...rewriting, form: `${rewriting.form}, ${normal}${ending}` };
    }
  }
}

/** Composed (`ü`) or decomposed (`u` and a mark), as file systems and form fields store texts. */
const NORMAL_FORMS = ['NFC', 'NFD'] as const;

function* normalized(text: string): Generator<Candidate, void> {
  for (const form of NORMAL_FORMS) {
    const normal = text.normalize(form);
    if (normal !== text) yield { text: normal, form: `its characters in Unicode's ${form}` };
  }
}

function* normalizedLiterals(
  document: JsonLiteral,
): Generator<{ readonly node: JsonLiteral; readonly form: string }, void> {
  for (const form of NORMAL_FORMS) {
    let isChanged = false;
    const node = mapLiterals(document, (literal) => {
      if (!literal.startsWith('"')) return literal;
      const text = JSON.parse(literal) as string;
      const normal = text.normalize(form);
      if (normal === text) return literal;
      isChanged = true;
      return JSON.stringify(normal);
    });
    if (isChanged) yield { node, form: `its characters in Unicode's ${form}` };
  }
}
