/** The causes that fit a delivery whose signature does not match, each with its proof. */
import { bodyVariants } from './body-variants.ts';
import { type DeliveryInQuestion, type Fit, FULL_EFFORT } from './model.ts';
import { headerFits, timeFits } from './header-fits.ts';
import type { SignatureHeaders } from '../signature-headers.ts';
import { messageFits } from './message-fits.ts';
import { asymmetricFits, secretFits } from './secret-fits.ts';
import { createMatcher, type SignatureMatcher } from '../signature.ts';

/** The signature is right: is the time? */
export function latenessOf(
  { judgedAt, toleranceMs }: DeliveryInQuestion,
  { timestamp }: SignatureHeaders,
): Fit | undefined {
  const inMilliseconds = /^\d{12,14}$/.test(timestamp);
  if (!/^\d{1,11}$/.test(timestamp) && !inMilliseconds) {
    return {
      cause: 'header_changed',
      explanation: 'The signature is right, but the timestamp is not 1 to 11 digits, as receivers demand.',
      evidence: { timestamp },
    };
  }
  const seconds = inMilliseconds ? Math.floor(Number(timestamp) / 1000) : Number(timestamp);
  const skew = seconds - Math.floor(judgedAt / 1000);
  if (!inMilliseconds && Math.abs(skew) * 1000 <= toleranceMs) return undefined;
  const distance = `${Math.abs(skew)} s`;
  const way = skew < 0 ? `${distance} before` : `${distance} after`;
  const which = inMilliseconds
    ? 'the timestamp is in milliseconds, and receivers read seconds'
    : `the timestamp is ${way} the time it is judged at: the clock of one side is off, or the delivery is old`;
  const allowed = inMilliseconds ? '' : ` Allowed are ${toleranceMs / 1000} s.`;
  return {
    cause: 'clock',
    explanation: `The signature is right, but ${which}.${allowed}`,
    evidence: {
      timestamp: Number(timestamp),
      judged_at: new Date(judgedAt).toISOString(),
      skew_seconds: skew,
      tolerance_seconds: toleranceMs / 1000,
    },
  };
}

/** All that fit, in no order of likelihood: each is proved. */
export function* fitsOf(
  delivery: DeliveryInQuestion,
  texts: SignatureHeaders,
  matcher: SignatureMatcher,
): Generator<Fit, void> {
  const secrets = [
    ...secretFits(delivery, (secret) => createMatcher([secret]).match(texts, delivery.body) !== undefined),
  ];
  yield* secrets;
  // Where the public key is known, it is that one that was to be used.
  if (secrets.length === 0) yield* asymmetricFits(delivery, texts);
  const bodies = [...bodyFits(delivery, (body) => matcher.match(texts, body) !== undefined)];
  yield* bodies;
  yield* headerFits(delivery, texts, matcher);
  const messages = [...messageFits(delivery, texts, matcher, bodies.length > 0)];
  yield* messages;
  // The time of another attempt is near as well: where that attempt is known, it is what explains it.
  if (messages.length === 0) yield* timeFits(delivery, texts, matcher);
}

/** The body as it was signed, if one of the ways in which bodies are changed leads to it. */
export function* bodyFits(
  { body, effort = FULL_EFFORT }: Pick<DeliveryInQuestion, 'body' | 'effort'>,
  matches: (body: Uint8Array) => boolean,
): Generator<Fit, void> {
  for (const variant of bodyVariants(body, effort)) {
    if (!matches(variant.body)) continue;
    yield {
      cause: 'body_changed',
      explanation: `The body was changed on its way to the verification. What was signed has another form: ${variant.form}. That is ${variant.body.byteLength} bytes, and these are ${body.byteLength}.`,
      evidence: { signed_form: variant.form, signed_bytes: variant.body.byteLength, received_bytes: body.byteLength },
    };
    // Two bodies of one signature do not exist.
    return;
  }
}
