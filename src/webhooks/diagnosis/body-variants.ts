/**
 * What a body may have been before it was re-serialized or changed in other ways. Each way is one that a framework, a proxy
 * or an editor is known to take; the signature shows which one it was.
 */
import { Buffer } from 'node:buffer';
import type { BodyEdit } from './changes/edit.ts';
import { recompressed } from './body-compressions.ts';
import { envelopes } from './body-envelopes.ts';
import { type Candidate, otherEdges, unwrapped } from './body-wrappings.ts';
import { type JsonLiteral, mapLiterals, readLiterals } from '../../lib/json/literals.ts';
import { rewritings } from './json-rewritings.ts';

export interface BodyVariant {
  readonly body: Uint8Array;
  /** How what was signed differs from what was received: `compact JSON`. */
  readonly form: string;
  /** What it was made of by other layouts, edges and spellings alone: a comparison of both shows which. */
  readonly base: Uint8Array;
  /** What made the received body of that base. */
  readonly edits: readonly BodyEdit[];
}

/** What each variant costs beside its bytes. */
const LEAST_COST = 64;

/**
 * The likely variants first, as far as `budget` bytes allow: a large body has fewer. Some are repeated, as trying one
 * again costs less than remembering it.
 */
export function* bodyVariants(body: Uint8Array, budget: number): Generator<BodyVariant, void> {
  let left = budget;
  for (const { text, form, base, edits = [] } of candidates(body)) {
    const bytes = bytesOf(text);
    left -= bytes.byteLength + LEAST_COST;
    if (left < 0) return;
    yield { body: bytes, form, base: base ?? bytes, edits };
  }
}

const bytesOf = (text: string | Uint8Array): Uint8Array =>
  typeof text === 'string' ? Buffer.from(text, 'utf8') : text;

/** Without a base it is its own: nothing but its `edits` made the received body of it. */
type Based = Candidate & { readonly base?: Uint8Array };

function* candidates(body: Uint8Array): Generator<Based, void> {
  const text = Buffer.from(body).toString('utf8');
  for (const candidate of otherEdges(text)) yield { ...candidate, base: body };
  for (const candidate of normalized(text)) yield { ...candidate, base: body };
  const wrapped = [...unwrapped(body), ...envelopes(text)];
  yield* wrapped;
  yield* recompressed(body);
  for (const { text: inner, form, edits = [] } of [{ text: body, form: '' }, ...wrapped] satisfies Candidate[]) {
    const base = bytesOf(inner);
    const literals = readLiterals(base);
    if (literals === undefined) continue;
    const ending = form === '' ? '' : `, ${form}`;
    for (const rewriting of rewritings(literals)) yield { ...rewriting, form: rewriting.form + ending, base, edits };
    for (const { node, form: normal } of normalizedLiterals(literals)) {
      for (const rewriting of rewritings(node)) {
        yield { ...rewriting, form: `${rewriting.form}, ${normal}${ending}`, base, edits };
      }
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
