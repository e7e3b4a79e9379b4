/** Whether the signature is right for headers that were changed on their way. */
import { formatDuration } from '../../lib/text/numbers.ts';
import { type DiagnosisInput, type ExplainedCause, headerChanged } from './model.ts';
import { changedHeaders, headersUnder, isComplete, nearbyTimestamps } from './header-variants.ts';
import type { SignatureHeaders } from '../signature-headers.ts';
import type { SignatureMatcher } from '../signature.ts';

/** Each timestamp costs one hash of the whole body, so for larger bodies none are tried. */
const LARGEST_FOR_TIMES = 64 * 1024;

export function* headerCauses(
  { headers, body }: DiagnosisInput,
  texts: SignatureHeaders,
  matcher: SignatureMatcher,
): Generator<ExplainedCause, void> {
  const standard = headersUnder(headers, 'webhook');
  if (
    isComplete(standard) &&
    headersUnder(headers, 'svix').signature !== undefined &&
    matcher.match(standard, body) !== undefined
  ) {
    const change = 'the svix-* headers, which count first, are wrong, and the webhook-* headers are right';
    yield headerChanged(change, 'the request has two sets of headers');
    return;
  }
  for (const variant of changedHeaders(texts)) {
    if (matcher.match(variant, body) === undefined) continue;
    yield { ...headerChanged(variant.change), signedTimestamp: variant.timestamp };
    return;
  }
  const change = signatureDamage(texts.signature, matcher.expected(texts, body));
  if (change !== undefined) yield headerChanged(change);
}

export function* timestampCauses(
  { body }: DiagnosisInput,
  texts: SignatureHeaders,
  matcher: SignatureMatcher,
): Generator<ExplainedCause, void> {
  if (body.byteLength > LARGEST_FOR_TIMES) return;
  for (const { variant, seconds } of nearbyTimestamps(texts)) {
    if (matcher.match(variant, body) === undefined) continue;
    const way = `${formatDuration(Math.abs(seconds) * 1000)} ${seconds > 0 ? 'later' : 'earlier'} than the one that was signed`;
    yield {
      ...headerChanged(`svix-timestamp was replaced by a time ${way}`),
      evidence: {
        change: variant.change,
        signed_timestamp: Number(variant.timestamp),
        received_timestamp: Number(texts.timestamp),
      },
      signedTimestamp: variant.timestamp,
    };
    return;
  }
}

/** Shorter pieces of a signature prove nothing. */
const SHORTEST_PIECE = 16;

/** With more differing letters it is another signature: by chance fewer than a third of 44 are alike. */
const MOST_DIFFERENCES = 4;

/** How a signature that can still be recognized was changed, in words that do not hold it. */
function signatureDamage(signature: string, expected: readonly string[]): string | undefined {
  const entries = signature.split(/[\s,;|()[\]{}<>"'`]+/).filter((entry) => entry.length >= SHORTEST_PIECE);
  for (const whole of expected) {
    for (const entry of entries) {
      if (entry === whole) return 'svix-signature has characters around its entries that do not belong there';
      if (entry.length < whole.length && whole.startsWith(entry)) return 'svix-signature was cut off at its end';
      if (entry.length < whole.length && whole.endsWith(entry)) return 'svix-signature was cut off at its start';
      if (entry.toLowerCase() === whole.toLowerCase())
        return 'the letters of svix-signature were changed to upper or lower case';
      if (entry.toLowerCase() === Buffer.from(whole, 'base64').toString('hex')) {
        return 'svix-signature is in hexadecimal digits instead of base64';
      }
      if (Buffer.from(entry, 'base64').toString('latin1') === whole) {
        return 'svix-signature was encoded in base64 twice';
      }
      const differences = differencesBetween(entry, whole);
      if (differences <= MOST_DIFFERENCES)
        return `${differences} of the ${whole.length} characters of svix-signature were changed`;
    }
  }
  return undefined;
}

function differencesBetween(one: string, other: string): number {
  if (one.length !== other.length) return Infinity;
  let differences = 0;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) differences += 1;
  return differences;
}
