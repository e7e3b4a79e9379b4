/** Whether headers and body belong to two messages, or a known copy shows the body as it was signed. */
import { differentBody } from './changes/body-change.ts';
import type { DiagnosisInput, ExplainedCause, KnownMessage } from './model.ts';
import type { SignatureHeaders } from '../signature-headers.ts';
import type { SignatureMatcher } from '../signature.ts';

/** @param bodyIsExplained whether a known way to change a body explains it, which says more than a copy does */
export function* messageCauses(
  { body, otherMessages }: DiagnosisInput,
  texts: SignatureHeaders,
  matcher: SignatureMatcher,
  bodyIsExplained: boolean,
): Generator<ExplainedCause, void> {
  const { signature } = texts;
  for (const { id, timestamp, body: otherBody, from } of otherMessages) {
    if (id === texts.id && matcher.match(texts, otherBody) !== undefined) {
      if (!bodyIsExplained) yield bodyOfMessage(body, otherBody, texts.id, from, otherMessages);
      return;
    }
    const whole = matcher.match({ id, timestamp, signature }, otherBody) !== undefined;
    const headersOnly = [
      { id, timestamp },
      { id, timestamp: texts.timestamp },
      { id: texts.id, timestamp },
    ].some((mixed) => matcher.match({ ...mixed, signature }, body) !== undefined);
    if (!whole && !headersOnly) continue;
    yield {
      cause: 'other_message',
      summary: 'the signature belongs to another message',
      details: `It is the signature of ${id} (${from}).`,
      evidence: { signed_id: id, received_id: texts.id, found_in: from },
    };
    return;
  }
  for (const id of idsIn(body)) {
    // A header that lost its prefix is another cause.
    if (id === `msg_${texts.id}`) continue;
    if (id === texts.id || matcher.match({ ...texts, id }, body) === undefined) continue;
    yield {
      cause: 'other_message',
      summary: 'the signature belongs to another message id',
      details: `The signature would match for the id ${id}, which the payload names, but svix-id is ${texts.id}.`,
      evidence: { signed_id: id, received_id: texts.id, found_in: 'payload' },
    };
    return;
  }
}

/** The cause when a known message has these headers, and the body that was signed. */
function bodyOfMessage(
  body: Uint8Array,
  signed: Uint8Array,
  id: string,
  from: string,
  otherMessages: readonly KnownMessage[],
): ExplainedCause {
  const other = otherMessages.find((message) => message.id !== id && isSame(message.body, body));
  if (other !== undefined) {
    return {
      cause: 'other_message',
      summary: 'the body belongs to another message',
      details: `The headers are those of ${id} (${from}), and the body is that of ${other.id} (${other.from}).`,
      evidence: { signed_id: id, received_id: id, found_in: from, body_of: other.id },
    };
  }
  const change = differentBody(signed, body);
  const at = change.difference?.offset ?? 0;
  return {
    ...change,
    details: `${change.details} The signed body is in ${from}.`,
    evidence: {
      ...change.evidence,
      found_in: from,
      differs_at_byte: at,
      signed_there: excerpt(signed, at),
      received_there: excerpt(body, at),
    },
  };
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

const EXCERPT_BYTES = 12;

/** As a JSON text. */
function excerpt(bytes: Uint8Array, at: number): string {
  return JSON.stringify(Buffer.from(bytes.subarray(at, at + EXCERPT_BYTES)).toString('utf8'));
}

/** Texts of the payload that could be the id of a message. */
function idsIn(body: Uint8Array): ReadonlySet<string> {
  const text = Buffer.from(body.subarray(0, 65_536)).toString('utf8');
  return new Set(text.match(/\b(?:msg|evt|wh)_[\w-]{4,64}/g)?.slice(0, 50));
}
