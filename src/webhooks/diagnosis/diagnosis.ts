/** Finds out why a delivery does not verify. A cause is named only when the signature itself proves it. */
import { capitalized } from '../../lib/text/capitalized.ts';
import { formatDuration } from '../../lib/text/numbers.ts';
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
    const summary = `the body ${decoded.detail}`;
    if (found.cause !== 'unknown') return { ...found, evidence, details: `${sentence(summary)} ${found.details}` };
    if (!isDamaged) return { ...found, evidence, summary };
    return {
      ...found,
      cause: 'body_changed',
      summary,
      evidence: { ...evidence, body: 'not_decodable' },
      fix: 'body_cut',
    };
  }
  const details = `${found.details} The body arrived as ${coding}, and was tried as it arrived and decoded.`;
  return { ...found, evidence, details };
}

/** The headers, with the values of a repeated one in one line; `undefined` when one is missing. */
function joinedHeaders({ headers }: DiagnosisInput): SignatureHeaders | undefined {
  const found = { ...headersUnder(headers, 'webhook'), ...headersUnder(headers, 'svix') };
  return isComplete(found) ? found : undefined;
}

function failed({ cause, summary, details, evidence, difference, fix = cause }: ExplainedCause): VerificationResult {
  const place = difference === undefined ? '' : ` First difference at byte ${difference.offset}.`;
  const explanation = `${sentence(summary)} ${details}${place}`;
  return { verified: false, cause, summary, details, explanation, evidence, difference, ...fixFor(fix) };
}

function sentence(text: string): string {
  // The name of a header stays as it is.
  if (text.startsWith('svix-')) return `${text}.`;
  return `${capitalized(text)}.`;
}

function missingHeaders({ all, plain: delivery }: Readings, matcher: SignatureMatcher): ExplainedCause {
  const { headers } = delivery;
  const renamed = renamedHeaders(headers);
  if (renamed !== undefined && all.some(({ body }) => matcher.match(renamed, body) !== undefined)) {
    return withTimestampNote(delivery, renamed, headerChanged(renamed.change, summaryOfRenaming(renamed.change)));
  }
  const missing = missingParts(headers).map((part) => `svix-${part}`);
  const lost = detectLostBody(headers, delivery.body);
  const details = [
    missing.length === 3
      ? 'The request was not signed, or a proxy dropped them.'
      : `A proxy may have dropped ${missing.length === 1 ? 'it' : 'them'}.`,
    renamed === undefined ? '' : `Headers of similar names do not verify either: ${renamed.change}.`,
    lost === undefined ? '' : `Besides, ${lost.summary}.`,
  ];
  return {
    cause: 'header_missing',
    summary:
      missing.length === 3
        ? 'the signature headers are missing'
        : `${listed(missing)} ${missing.length === 1 ? 'is' : 'are'} missing`,
    details: details.filter((part) => part !== '').join(' '),
    evidence: { missing },
  };
}

function summaryOfRenaming(change: string): string {
  return change.includes(', ') ? 'headers were renamed' : 'a header was renamed';
}

/** `svix-id and svix-signature` */
const listed = (words: readonly string[]): string => words.join(' and ');

const TRIED = [
  'the clock',
  'secrets of other profiles',
  'mistakes in the secret (quotes, line ends, prefix, base64, a lost character)',
  'the body as it arrived, decoded, and written in other ways (layout, key order, escapes, numbers, line ends, character sets, wrappings)',
  'headers renamed, merged, cut off or decoded',
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
      summary: 'several causes fit equally',
      details: `Either ${possible.map(({ summary }) => summary).join(', or ')}.`,
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
      summary: `the secret of ${worst.from} cannot be a webhook secret`,
      details: sentence(worst.fault),
      evidence: { secret_of: worst.from, fault: worst.fault },
    };
  }
  const together = secretAndBody(delivery, texts);
  if (together !== undefined) return together;
  const lost = detectLostBody(delivery.headers, delivery.body);
  if (lost?.certain === true) {
    return {
      cause: 'body_changed',
      summary: lost.summary,
      details: `${lost.details} What was signed is lost with it.`,
      evidence: { body: lost.code, received_bytes: delivery.body.byteLength },
      fix: lost.code === 'cut_off' ? 'body_cut' : 'body_lost',
    };
  }
  const impossible = impossibleHeader(texts);
  if (impossible !== undefined) return impossible;
  const noMatch = 'No signature matches, and no known cause explains it.';
  if (lost !== undefined) {
    return {
      cause: 'unknown',
      summary: lost.summary,
      details: `${lost.details} ${noMatch}`,
      evidence: { body: lost.code, tried: TRIED },
    };
  }
  return {
    cause: 'unknown',
    summary: 'no known cause explains it',
    details: 'The secret is one that this machine does not know, or the content was altered.',
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
    details: `${found.details} Besides, the timestamp is ${formatDuration(away * 1000)} away from the time of the check.`,
  };
}

/** A header that no sender makes and no receiver can verify: something changed it. */
function impossibleHeader({ timestamp, signature }: SignatureHeaders): ExplainedCause | undefined {
  const changes = [
    /^\d{1,14}$/.test(timestamp)
      ? undefined
      : `svix-timestamp is "${truncate(timestamp, 39, 40)}" and not a number of seconds`,
    /(?:^|\s)v\d+[a-z]?,[A-Za-z0-9+/=_-]+/.test(signature)
      ? undefined
      : 'svix-signature holds no signature such as "v1," and base64',
  ].filter((change) => change !== undefined);
  if (changes.length === 0) return undefined;
  const change = changes.join(', and ');
  return { ...headerChanged(change), details: `No receiver can verify this, because ${change}.` };
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
    summary: `two things are wrong, the secret and the body`,
    details: `The secret is another one or malformed, and ${cause.summary}. ${cause.details}`,
    difference: cause.difference,
    evidence: { fits: ['body_changed', others.length > 0 ? 'other_secret' : 'secret_malformed'], ...cause.evidence },
  };
}
