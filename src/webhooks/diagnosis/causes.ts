/** The possible causes for a delivery whose signature does not match, each proved by the signature. */
import { formatDuration } from '../../lib/text/numbers.ts';
import { bodyVariants } from './body-variants.ts';
import { rewrittenBody } from './changes/body-change.ts';
import { type DiagnosisInput, type ExplainedCause, FULL_SEARCH_BYTES, headerChanged } from './model.ts';
import { headerCauses, timestampCauses } from './header-causes.ts';
import type { SignatureHeaders } from '../signature-headers.ts';
import { messageCauses } from './message-causes.ts';
import { asymmetricCauses, secretCauses } from './secret-causes.ts';
import { createMatcher, type SignatureMatcher } from '../signature.ts';

/** What is wrong with the timestamp of a delivery whose signature is right. */
export function timestampProblem(
  { referenceTime, toleranceMs }: DiagnosisInput,
  { timestamp }: SignatureHeaders,
): ExplainedCause | undefined {
  const inMilliseconds = /^\d{12,14}$/.test(timestamp);
  if (!/^\d{1,11}$/.test(timestamp) && !inMilliseconds) {
    return { ...headerChanged('svix-timestamp is not 1 to 11 digits, as receivers demand'), evidence: { timestamp } };
  }
  const seconds = inMilliseconds ? Math.floor(Number(timestamp) / 1000) : Number(timestamp);
  const skew = seconds - Math.floor(referenceTime / 1000);
  if (!inMilliseconds && Math.abs(skew) * 1000 <= toleranceMs) return undefined;
  const evidence = {
    timestamp: Number(timestamp),
    judged_at: new Date(referenceTime).toISOString(),
    skew_seconds: skew,
    tolerance_seconds: toleranceMs / 1000,
  };
  if (inMilliseconds) {
    const summary = 'the timestamp is in milliseconds';
    const details = 'The signature would match, but receivers read svix-timestamp as seconds.';
    return { cause: 'clock', summary, details, evidence, fix: 'clock_in_milliseconds' };
  }
  const distance = formatDuration(Math.abs(skew) * 1000);
  const allowed = formatDuration(toleranceMs);
  const why = skew < 0 ? 'the delivery is old, or one of the two clocks is wrong' : 'one of the two clocks is wrong';
  return {
    cause: 'clock',
    summary: `the timestamp is ${distance} ${skew < 0 ? 'old' : 'in the future'}`,
    details: `The signature would match, but only ${allowed} ${skew < 0 ? 'before' : 'after'} the time of the check are allowed: ${why}.`,
    evidence,
  };
}

/** All causes that the signature proves, in no order of likelihood. */
export function* causesOf(
  delivery: DiagnosisInput,
  texts: SignatureHeaders,
  matcher: SignatureMatcher,
): Generator<ExplainedCause, void> {
  const secrets = [
    ...secretCauses(delivery, (secret) => createMatcher([secret]).match(texts, delivery.body) !== undefined),
  ];
  yield* secrets;
  // A known public key that matches is the more exact cause.
  if (secrets.length === 0) yield* asymmetricCauses(delivery, texts);
  const bodies = [...bodyCauses(delivery, (body) => matcher.match(texts, body) !== undefined)];
  yield* bodies;
  yield* headerCauses(delivery, texts, matcher);
  const messages = [...messageCauses(delivery, texts, matcher, bodies.length > 0)];
  yield* messages;
  // Another attempt at the message has a similar timestamp: when that attempt is known, it is the cause.
  if (messages.length === 0) yield* timestampCauses(delivery, texts, matcher);
}

/** Whether one of the known ways to change a body explains it. */
export function* bodyCauses(
  { body, searchBytes = FULL_SEARCH_BYTES }: Pick<DiagnosisInput, 'body' | 'searchBytes'>,
  matches: (body: Uint8Array) => boolean,
): Generator<ExplainedCause, void> {
  for (const variant of bodyVariants(body, searchBytes)) {
    if (!matches(variant.body)) continue;
    yield rewrittenBody(variant, body);
    // Only one body has this signature.
    return;
  }
}
