/** Finds out why a delivery does not verify. A cause is named only when the signature itself proves it. */
import { truncate } from '../../lib/text/truncate.ts';
import { maskSecret } from '../../settings/secret.ts';
import { decodeBody, type DecodedBody } from '../body-codings.ts';
import { bodyCauses, causesOf, timestampProblem } from './causes.ts';
import { type DiagnosisInput, type ExplainedCause, headerChanged, type VerificationResult } from './model.ts';
import { jsonTextOf } from '../read-payload.ts';
import { headersUnder, isComplete, missingParts, renamedHeaders } from './header-variants.ts';
import { detectLostBody } from './lost-body.ts';
import { fixFor } from './receiver-fixes.ts';
import { faultOfSecret, fixedSecrets, parsedOrUndefined } from './secret-variants.ts';
import { readSignatureHeaders, type SignatureHeaders } from '../signature-headers.ts';
import { createMatcher, type SignatureMatcher } from '../signature.ts';

/**
 * Verifies a delivery and, when that fails, tests the causes known from practice against the signature. When several
 * causes are possible, or none, the cause is `unknown`, with what was tried. Signatures: Standard Webhooks 1.0.0.
 */
export function diagnose(delivery: DiagnosisInput): VerificationResult {
  const given = delivery.secrets.flatMap(({ text, from }) => {
    const secret = parsedOrUndefined(text);
    return secret === undefined ? [] : [{ secret, from }];
  });
  const matcher = createMatcher(given.map(({ secret }) => secret));
  const reading = readSignatureHeaders(delivery.headers);
  const texts = reading.ok ? reading.headers : joinedHeaders(delivery);
  const readings = readingsOf(delivery);
  if (texts === undefined) return failed(missingHeaders(readings, matcher));

  for (const { body } of readings.all) {
    const index = matcher.match(texts, body);
    if (!reading.ok || index === undefined) continue;
    const late = timestampProblem(delivery, texts);
    if (late !== undefined) return failed(late);
    return { verified: true, id: texts.id, timestamp: texts.timestamp, secretFrom: given[index]?.from ?? '' };
  }
  const causes = readings.all.flatMap((each) => [...causesOf(each, texts, matcher)]);
  return failed(withCoding(readings, chooseCause(readings.plain, texts, causes)));
}

/** The delivery with its body as received and, when that has a content coding, with the decoded one. */
interface Readings {
  readonly all: readonly DiagnosisInput[];
  /** The one with the decoded body. */
  readonly plain: DiagnosisInput;
  readonly decoded: DecodedBody | undefined;
}

function readingsOf(delivery: DiagnosisInput): Readings {
  const decoded = decodeBody(delivery.headers, delivery.body, delivery.maxDecodedBytes);
  if (decoded?.ok !== true) return { all: [delivery], plain: delivery, decoded };
  const plain = { ...delivery, body: decoded.body };
  // Compressed bytes are not re-serialized: no other forms of them are tried.
  return { all: [{ ...delivery, searchBytes: 0 }, plain], plain, decoded };
}

/** Adds what the content coding contributes. */
function withCoding({ decoded, plain }: Readings, found: ExplainedCause): ExplainedCause {
  if (decoded === undefined) return found;
  const { coding } = decoded;
  const evidence = { ...found.evidence, content_coding: coding };
  if (!decoded.ok) {
    // A proxy may decode JSON and leave the header, which changes nothing that is signed.
    const isDamaged = decoded.reason === 'damaged' && jsonTextOf(plain.body) === undefined;
    const explanation = `The body ${decoded.detail}. ${found.explanation}`;
    if (!isDamaged || found.cause !== 'unknown') return { ...found, evidence, explanation };
    return { ...found, cause: 'body_changed', evidence: { ...evidence, body: 'not_decodable' }, explanation };
  }
  const explanation = `${found.explanation} The body came as ${coding}: it was tried as it came and decoded.`;
  return { ...found, evidence, explanation };
}

/** The headers, with the values of a repeated one in one line; `undefined` when one is missing. */
function joinedHeaders({ headers }: DiagnosisInput): SignatureHeaders | undefined {
  const found = { ...headersUnder(headers, 'webhook'), ...headersUnder(headers, 'svix') };
  return isComplete(found) ? found : undefined;
}

function failed({ cause, explanation, evidence }: ExplainedCause): VerificationResult {
  return { verified: false, cause, explanation, evidence, fix: fixFor(cause) };
}

function missingHeaders({ all, plain: delivery }: Readings, matcher: SignatureMatcher): ExplainedCause {
  const { headers } = delivery;
  const renamed = renamedHeaders(headers);
  if (renamed !== undefined && all.some(({ body }) => matcher.match(renamed, body) !== undefined)) {
    return withTimestampNote(delivery, renamed, headerChanged(renamed.change));
  }
  const missing = missingParts(headers).map((part) => `svix-${part}`);
  const renaming =
    renamed === undefined ? '' : ` There are headers of like names (${renamed.change}), which do not verify either.`;
  return {
    cause: 'header_missing',
    explanation: `The request lacks ${missing.join(', ')}${missing.length === 3 ? ': it was not signed, or a proxy has dropped them' : ''}.${renaming}`,
    evidence: { missing },
  };
}

const TRIED = [
  'the clock',
  'secrets of other profiles',
  'slips in the secret (quotes, line ends, prefix, base64)',
  'the body as it came, decoded, and written in other ways (spaces, indents, key order, line ends, escapes, marks, character sets)',
  'headers renamed, merged, cut or decoded',
  'headers of other messages',
] as const;

function chooseCause(
  delivery: DiagnosisInput,
  texts: SignatureHeaders,
  possible: readonly ExplainedCause[],
): ExplainedCause {
  const causes = new Set(possible.map(({ cause }) => cause));
  const [first] = possible;
  if (first !== undefined && causes.size === 1) return withTimestampNote(delivery, texts, first);
  if (causes.size > 1) {
    return {
      cause: 'unknown',
      explanation: `Several causes fit equally: ${possible.map(({ cause, explanation }) => `${cause} (${explanation.replace(/\.$/, '')})`).join('; ')}.`,
      evidence: { fits: [...causes] },
    };
  }
  const broken = delivery.secrets.flatMap(({ text, from }) => {
    const fault = faultOfSecret(text);
    return fault === undefined ? [] : [{ fault, from }];
  });
  const [worst] = broken;
  if (worst !== undefined && broken.length === delivery.secrets.length) {
    return {
      cause: 'secret_malformed',
      explanation: `The secret (${worst.from}) cannot be one: ${worst.fault}.`,
      evidence: { secret_of: worst.from, fault: worst.fault },
    };
  }
  const together = secretAndBody(delivery, texts);
  if (together !== undefined) return together;
  const lost = detectLostBody(delivery.headers, delivery.body);
  if (lost?.certain === true) {
    return {
      cause: 'body_changed',
      explanation: `${lost.explanation} What was signed is lost with it.`,
      evidence: { body: lost.code, received_bytes: delivery.body.byteLength },
    };
  }
  const impossible = impossibleHeader(texts);
  if (impossible !== undefined) return impossible;
  const tried = `Tried: ${TRIED.join('; ')}.`;
  if (lost !== undefined) {
    return {
      cause: 'unknown',
      explanation: `${lost.explanation} No signature matches, and none of the known causes explains it. ${tried}`,
      evidence: { body: lost.code, tried: TRIED },
    };
  }
  return {
    cause: 'unknown',
    explanation: `No signature matches, and none of the known causes explains it. ${tried} What is left: a secret that is not known here, or a content that was altered.`,
    evidence: { tried: TRIED, in_use: delivery.secrets.map(({ text }) => maskSecret(text)) },
  };
}

/** Adds that the timestamp is also outside of the tolerance. */
function withTimestampNote(delivery: DiagnosisInput, texts: SignatureHeaders, found: ExplainedCause): ExplainedCause {
  const { signedTimestamp: timestamp = texts.timestamp } = found;
  const late = timestampProblem(delivery, { ...texts, timestamp });
  if (late?.cause !== 'clock') return found;
  const away = Math.abs(Number(late.evidence['skew_seconds']));
  if (away * 1000 <= delivery.toleranceMs) return found;
  return {
    ...found,
    explanation: `${found.explanation} Beside that, the timestamp is ${away} s away from the time it is judged at.`,
  };
}

/** A header that no sender makes and no receiver can verify: something changed it. */
function impossibleHeader({ timestamp, signature }: SignatureHeaders): ExplainedCause | undefined {
  const changes = [
    /^\d{1,14}$/.test(timestamp)
      ? undefined
      : `svix-timestamp is "${truncate(timestamp, 39, 40)}", and no number of seconds`,
    /(?:^|\s)v\d+[a-z]?,[A-Za-z0-9+/=_-]+/.test(signature)
      ? undefined
      : 'svix-signature holds no signature: an entry is v1, a comma and base64',
  ].filter((change) => change !== undefined);
  if (changes.length === 0) return undefined;
  const change = changes.join('; ');
  return headerChanged(change, `No receiver can verify this: ${change}.`);
}

/** A wrong secret and a changed body together. */
function secretAndBody(delivery: DiagnosisInput, texts: SignatureHeaders): ExplainedCause | undefined {
  const others = delivery.otherSecrets.flatMap(({ text }) => parsedOrUndefined(text) ?? []);
  const fixed = delivery.secrets.flatMap((secret) => [...fixedSecrets(secret)].map((one) => one.secret));
  if (others.length + fixed.length === 0) return undefined;
  const matcher = createMatcher([...others, ...fixed]);
  const [cause] = bodyCauses(delivery, (body) => matcher.match(texts, body) !== undefined);
  if (cause === undefined) return undefined;
  return {
    cause: 'unknown',
    explanation: `Two things are wrong at once: the secret is another one or malformed, and the body was changed. ${cause.explanation}`,
    evidence: { fits: ['body_changed', others.length > 0 ? 'other_secret' : 'secret_malformed'], ...cause.evidence },
  };
}
