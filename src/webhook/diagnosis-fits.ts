/** The causes that fit a delivery whose signature does not match, each with its proof. */
import { maskSecret, parseWebhookSecret, type ParsedSecret } from '../domain/secret.ts';
import { bodyVariants } from './body-variants.ts';
import { type Cause, type DeliveryInQuestion, type Evidence, FULL_EFFORT } from './diagnosis-model.ts';
import { changedHeaders, headersUnder, isWhole, nearbyTimestamps, type HeaderTexts } from './header-variants.ts';
import { faultOfSecret, mendedSecrets, parsedOrUndefined } from './secret-variants.ts';
import { createMatcher, type SignatureMatcher } from './signature.ts';

/** A cause that fits, with its proof. */
export interface Fit {
  /** The timestamp that was signed, where it is not the one that came. */
  readonly signedTimestamp?: string;
  readonly cause: Cause;
  readonly explanation: string;
  readonly evidence: Evidence;
}

/** A timestamp costs one hash of the whole body: with larger ones the neighbourhood is left alone. */
const LARGEST_FOR_TIMES = 64 * 1024;

/** The signature is right: is the time? */
export function latenessOf({ judgedAt, toleranceMs }: DeliveryInQuestion, { timestamp }: HeaderTexts): Fit | undefined {
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
  texts: HeaderTexts,
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
  // Another copy of this very message is no other message: there it is the body that was changed.
  const messages = [...messageFits(delivery, texts, matcher, bodies.length === 0)];
  yield* messages;
  // The time of another attempt is near as well: where that attempt is known, it is what explains it.
  if (messages.length === 0) yield* timeFits(delivery, texts, matcher);
}

function* asymmetricFits({ secrets }: DeliveryInQuestion, { signature }: HeaderTexts): Generator<Fit, void> {
  const versions = new Set(signature.split(' ').map((entry) => entry.split(',')[0]));
  if (!versions.has('v1a') || versions.has('v1')) return;
  const usable = secrets.flatMap(({ text }) => parsedOrUndefined(text) ?? []);
  if (usable.some(({ scheme }) => scheme === 'v1a')) return;
  yield {
    cause: 'asymmetric_only',
    explanation: 'The delivery is signed with a key pair (v1a) only, and a whsec_... secret cannot check that.',
    evidence: { schemes: [...versions].filter((version) => version !== undefined) },
  };
}

function* secretFits(delivery: DeliveryInQuestion, matches: (secret: ParsedSecret) => boolean): Generator<Fit, void> {
  const malformed = [...malformedFits(delivery, matches)];
  yield* malformed;
  const { secrets, otherSecrets } = delivery;
  for (const { text, from, replaced = false } of otherSecrets) {
    // What is stored for this profile is what was meant by the one that was given wrongly: one cause, not two.
    if (replaced && malformed.length > 0) continue;
    const secret = parsedOrUndefined(text);
    if (secret === undefined || !matches(secret)) continue;
    yield {
      cause: 'other_secret',
      explanation: `The signature is right for another secret: that of ${from}.`,
      evidence: { secret: maskSecret(text), secret_of: from, in_use: secrets.map((one) => maskSecret(one.text)) },
    };
    // The same secret may be stored under several names.
    return;
  }
}

function* malformedFits(
  { secrets, apiKeys }: DeliveryInQuestion,
  matches: (secret: ParsedSecret) => boolean,
): Generator<Fit, void> {
  const [whole] = secrets;
  const joined = secrets.map(({ text }) => text).join('');
  if (
    whole !== undefined &&
    secrets.length > 1 &&
    faultOfSecret(joined) === undefined &&
    matches(parseWebhookSecret(joined))
  ) {
    const fault = 'it was broken by white space';
    const explanation = `The secret (${whole.from}) was meant, but ${fault}. Put together the signature is right.`;
    yield { cause: 'secret_malformed', explanation, evidence: { secret_of: whole.from, fault } };
  }
  for (const given of secrets) {
    if (apiKeys.some((key) => key.trim() === given.text.trim())) {
      yield {
        cause: 'secret_malformed',
        explanation: `The secret (${given.from}) is the API key: a webhook secret is another value, and begins with whsec_.`,
        evidence: { secret_of: given.from, fault: 'it is the API key' },
      };
      continue;
    }
    for (const { secret, fault } of mendedSecrets(given)) {
      if (!matches(secret)) continue;
      yield {
        cause: 'secret_malformed',
        explanation: `The secret (${given.from}) was meant, but ${fault}. Without that the signature is right.`,
        evidence: { secret_of: given.from, fault },
      };
      break;
    }
  }
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

function* headerFits(
  { headers, body }: DeliveryInQuestion,
  texts: HeaderTexts,
  matcher: SignatureMatcher,
): Generator<Fit, void> {
  const standard = headersUnder(headers, 'webhook');
  if (
    isWhole(standard) &&
    headersUnder(headers, 'svix').signature !== undefined &&
    matcher.match(standard, body) !== undefined
  ) {
    const change = 'the webhook-* headers are right, and the svix-* headers, which count first, are not';
    yield { cause: 'header_changed', explanation: `There are two sets of headers: ${change}.`, evidence: { change } };
    return;
  }
  for (const variant of changedHeaders(texts)) {
    if (matcher.match(variant, body) === undefined) continue;
    yield {
      cause: 'header_changed',
      explanation: `The signature is right, but ${variant.change}.`,
      evidence: { change: variant.change },
      signedTimestamp: variant.timestamp,
    };
    return;
  }
  const change = damageOf(texts.signature, matcher.expected(texts, body));
  if (change === undefined) return;
  yield {
    cause: 'header_changed',
    explanation: `The signature is right but for this: ${change}.`,
    evidence: { change },
  };
}

function* timeFits({ body }: DeliveryInQuestion, texts: HeaderTexts, matcher: SignatureMatcher): Generator<Fit, void> {
  if (body.byteLength > LARGEST_FOR_TIMES) return;
  for (const { variant, seconds } of nearbyTimestamps(texts)) {
    if (matcher.match(variant, body) === undefined) continue;
    const way = `${Math.abs(seconds)} s ${seconds > 0 ? 'later' : 'earlier'} than the one that was signed`;
    yield {
      cause: 'header_changed',
      explanation: `The signature is right, but ${variant.change}: it is ${way}.`,
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

/** More letters than this that differ are another signature. By chance not even a third of 44 are alike. */
const MOST_SLIPS = 4;

/** What was done to a signature that is still recognised, in words that do not hold it. */
function damageOf(signature: string, expected: readonly string[]): string | undefined {
  const entries = signature.split(/[\s,;|()[\]{}<>"'`]+/).filter((entry) => entry.length >= SHORTEST_PIECE);
  for (const whole of expected) {
    for (const entry of entries) {
      if (entry === whole) return 'svix-signature has signs around its entries that do not belong there';
      if (entry.length < whole.length && whole.startsWith(entry)) return 'svix-signature was cut off at its end';
      if (entry.length < whole.length && whole.endsWith(entry)) return 'svix-signature was cut off at its beginning';
      if (entry.toLowerCase() === whole.toLowerCase()) return 'svix-signature was written in other capitals';
      if (entry.toLowerCase() === Buffer.from(whole, 'base64').toString('hex')) {
        return 'svix-signature is written in hexadecimal digits';
      }
      if (Buffer.from(entry, 'base64').toString('latin1') === whole) {
        return 'svix-signature was encoded in base64 once more';
      }
      const slips = slipsBetween(entry, whole);
      if (slips <= MOST_SLIPS) return `${slips} of the ${whole.length} characters of svix-signature are other ones`;
    }
  }
  return undefined;
}

function slipsBetween(one: string, other: string): number {
  if (one.length !== other.length) return Infinity;
  let slips = 0;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) slips += 1;
  return slips;
}

function* messageFits(
  { body, otherMessages }: DeliveryInQuestion,
  texts: HeaderTexts,
  matcher: SignatureMatcher,
  sameIds: boolean,
): Generator<Fit, void> {
  const { signature } = texts;
  for (const { id, timestamp, body: otherBody, from } of otherMessages) {
    if (id === texts.id && timestamp === texts.timestamp) {
      if (!sameIds || matcher.match(texts, otherBody) === undefined) continue;
      yield {
        cause: 'other_message',
        explanation: `All headers are those of message ${id} as it is in ${from}; the body is that of another.`,
        evidence: { signed_id: id, received_id: texts.id, found_in: from },
      };
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
      explanation: `The signature belongs to another message, ${id} (${from}).`,
      evidence: { signed_id: id, received_id: texts.id, found_in: from },
    };
    return;
  }
  for (const id of idsIn(body)) {
    // That one is the header's own id, cut.
    if (id === `msg_${texts.id}`) continue;
    if (id === texts.id || matcher.match({ ...texts, id }, body) === undefined) continue;
    yield {
      cause: 'other_message',
      explanation: `The signature was made for the id ${id}, which the payload names, and svix-id is ${texts.id}.`,
      evidence: { signed_id: id, received_id: texts.id, found_in: 'payload' },
    };
    return;
  }
}

/** Texts of the payload that could be the id of a message. */
function idsIn(body: Uint8Array): ReadonlySet<string> {
  const text = Buffer.from(body.subarray(0, 65_536)).toString('utf8');
  return new Set(text.match(/\b(?:msg|evt|wh)_[\w-]{4,64}/g)?.slice(0, 50));
}
