/** What happened to a body of which the signed bytes are known: its name, and the first difference. */
import { isUtf8 } from 'node:buffer';
import { type BodyVariant, bodyVariants } from '../body-variants.ts';
import type { Evidence, ExplainedCause, FixName } from '../model.ts';
import type { BodyEdit } from './edit.ts';
import { editsOf } from './edits.ts';
import { differenceJson, firstDifference } from './first-difference.ts';
import { jsonForm } from './json-edits.ts';

interface BodyChange extends ExplainedCause {
  readonly evidence: Evidence & { readonly change: string };
}

/** The cause when `variant` of the received body is what was signed. */
export function rewrittenBody({ body, form, base, edits }: BodyVariant, received: Uint8Array): BodyChange {
  const all = [...(editsOf(body, base) ?? []), ...edits];
  return changedBody(body, received, all.length === 0 ? alteration(body, received) : all, { signed_form: form });
}

/** How many bytes are compared in search of what made one body of the other. */
const SEARCH_BYTES = 4 * 1024 * 1024;

/** The cause when the signed body is known from elsewhere, whatever was done to it. */
export function differentBody(signed: Uint8Array, received: Uint8Array): BodyChange {
  const edits = editsOf(signed, received);
  if (edits !== undefined) return changedBody(signed, received, edits);
  for (const variant of bodyVariants(received, SEARCH_BYTES)) {
    if (Buffer.compare(variant.body, signed) === 0) return rewrittenBody(variant, received);
  }
  return changedBody(signed, received, alteration(signed, received));
}

function changedBody(
  signed: Uint8Array,
  received: Uint8Array,
  edits: readonly BodyEdit[],
  evidence: Evidence = {},
): BodyChange {
  const difference = firstDifference(signed, received);
  const { form, noun } = kindOf(signed);
  const phrases = edits.map(({ phrase }) => phrase).join(', ');
  const isSame = edits.every(({ kind }) => kind !== 'alteration' && kind !== 'cut');
  return {
    cause: 'body_changed',
    summary: summaryOf(edits),
    details: `Signed: ${form}, ${size(signed)}. Received: ${isSame ? `the same ${noun} ` : ''}${phrases}, ${size(received)}.`,
    evidence: {
      ...evidence,
      change: edits.map(({ change }) => change).join(', '),
      signed_bytes: signed.byteLength,
      received_bytes: received.byteLength,
      ...(difference === undefined ? {} : { first_difference: differenceJson(difference) }),
    },
    fix: fixOf(edits),
    difference,
  };
}

const BODY_WAS = 'the body was ';

/** `the body was re-serialized and encoded in base64` */
function summaryOf(edits: readonly BodyEdit[]): string {
  const [first = '', ...others] = new Set(edits.map(({ summary }) => summary));
  const rest = others.map((one) =>
    first.startsWith(BODY_WAS) && one.startsWith(BODY_WAS) ? one.slice(BODY_WAS.length) : one,
  );
  const last = rest.pop();
  return last === undefined ? first : `${[first, ...rest].join(', ')} and ${last}`;
}

function fixOf(edits: readonly BodyEdit[]): FixName {
  const kinds = new Set(edits.map(({ kind }) => kind));
  if (kinds.has('cut')) return 'body_cut';
  if (kinds.has('alteration')) return 'body_altered';
  if (kinds.has('wrapping')) return 'body_wrapped';
  return kinds.size === 1 && kinds.has('edge') ? 'body_edges' : 'body_changed';
}

/** Other content: bytes that were cut off, added or replaced. */
function alteration(signed: Uint8Array, received: Uint8Array): readonly BodyEdit[] {
  const kind = 'alteration';
  const more = received.byteLength - signed.byteLength;
  const common = firstDifference(signed, received)?.offset;
  if (common === received.byteLength) {
    return [{ change: 'cut off', phrase: 'only its start', summary: 'the body was cut off', kind: 'cut' }];
  }
  if (common === signed.byteLength) {
    const change = `${more} ${more === 1 ? 'byte was' : 'bytes were'} added at the end`;
    const phrase = 'the same with more at the end';
    return [{ change, phrase, summary: `${change} of the body`, kind }];
  }
  return [{ change: 'altered', phrase: 'other content', summary: 'the content of the body was altered', kind }];
}

function kindOf(body: Uint8Array): { readonly form: string; readonly noun: string } {
  const form = jsonForm(body);
  if (form !== undefined) return { form, noun: 'JSON' };
  return isUtf8(body) ? { form: 'text', noun: 'text' } : { form: 'binary data', noun: 'data' };
}

function size({ byteLength }: Uint8Array): string {
  return byteLength === 1 ? '1 byte' : `${byteLength} bytes`;
}
