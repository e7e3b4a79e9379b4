/** Finds out why a delivery does not verify: a cause is named only when the signature itself proves it. */
import { maskSecret } from '../../settings/secret.ts';
import { decodeBody, type DecodedBody } from '../body-codings.ts';
import { bodyFits, fitsOf, latenessOf } from './fits.ts';
import type { DeliveryInQuestion, Examination, Fit } from './model.ts';
import { jsonTextOf } from '../delivery.ts';
import { headersUnder, isWhole, missingParts, renamedHeaders } from './header-variants.ts';
import type { SignatureHeaders } from '../signature-headers.ts';
import { remarkOnBody } from './lost-body.ts';
import { fixFor } from './receiver-fixes.ts';
import { faultOfSecret, mendedSecrets, parsedOrUndefined } from './secret-variants.ts';
import { readSignatureHeaders } from '../signature-headers.ts';
import { createMatcher, type SignatureMatcher } from '../signature.ts';

/**
 * Verifies a delivery and, when that fails, tries the causes known from practice against the signature. Two causes that
 * fit equally, or none: `unknown`, with what was tried. Signatures: Standard Webhooks 1.0.0; what goes wrong with them:
 * the pitfalls of the Svix libraries.
 */
export function examine(delivery: DeliveryInQuestion): Examination {
  const given = delivery.secrets.flatMap(({ text, from }) => {
    const secret = parsedOrUndefined(text);
    return secret === undefined ? [] : [{ secret, from }];
  });
  const matcher = createMatcher(given.map(({ secret }) => secret));
  const reading = readSignatureHeaders(delivery.headers);
  const texts = reading.ok ? reading.headers : textsOf(delivery);
  const readings = readingsOf(delivery);
  if (texts === undefined) return failed(withoutHeaders(readings, matcher));

  for (const { body } of readings.all) {
    const index = matcher.match(texts, body);
    if (!reading.ok || index === undefined) continue;
    const late = latenessOf(delivery, texts);
    if (late !== undefined) return failed(late);
    return { verified: true, id: texts.id, timestamp: texts.timestamp, secretFrom: given[index]?.from ?? '' };
  }
  const fits = readings.all.flatMap((each) => [...fitsOf(each, texts, matcher)]);
  return failed(withCoding(readings, judged(readings.plain, texts, fits)));
}

/** The delivery with its body as it came and, where that is coded, with the decoded one. */
interface Readings {
  readonly all: readonly DeliveryInQuestion[];
  /** Of those the one whose body can be read. */
  readonly plain: DeliveryInQuestion;
  readonly decoded: DecodedBody | undefined;
}

function readingsOf(delivery: DeliveryInQuestion): Readings {
  const decoded = decodeBody(delivery.headers, delivery.body, delivery.decodedBytes);
  if (decoded?.ok !== true) return { all: [delivery], plain: delivery, decoded };
  const plain = { ...delivery, body: decoded.body };
  // Coded bytes cannot be written in other ways.
  return { all: [{ ...delivery, effort: 0 }, plain], plain, decoded };
}

/** What its content coding has to do with it. */
function withCoding({ decoded, plain }: Readings, fit: Fit): Fit {
  if (decoded === undefined) return fit;
  const { coding } = decoded;
  const evidence = { ...fit.evidence, content_coding: coding };
  if (!decoded.ok) {
    // JSON under such a header was decoded by a proxy that left it there: that alone changes nothing that is signed.
    const isDamaged = decoded.reason === 'damaged' && jsonTextOf(plain.body) === undefined;
    const explanation = `The body ${decoded.detail}. ${fit.explanation}`;
    if (!isDamaged || fit.cause !== 'unknown') return { ...fit, evidence, explanation };
    return { ...fit, cause: 'body_changed', evidence: { ...evidence, body: 'not_decodable' }, explanation };
  }
  const explanation = `${fit.explanation} The body came as ${coding}: it was tried as it came and decoded.`;
  return { ...fit, evidence, explanation };
}

/** What is there when one header came twice: the values in one line. */
function textsOf({ headers }: DeliveryInQuestion): SignatureHeaders | undefined {
  const found = { ...headersUnder(headers, 'webhook'), ...headersUnder(headers, 'svix') };
  return isWhole(found) ? found : undefined;
}

function failed({ cause, explanation, evidence }: Fit): Examination {
  return { verified: false, cause, explanation, evidence, fix: fixFor(cause) };
}

function withoutHeaders({ all, plain: delivery }: Readings, matcher: SignatureMatcher): Fit {
  const { headers } = delivery;
  const renamed = renamedHeaders(headers);
  if (renamed !== undefined && all.some(({ body }) => matcher.match(renamed, body) !== undefined)) {
    return alsoLate(delivery, renamed, {
      cause: 'header_changed',
      explanation: `The signature is right, but ${renamed.change}.`,
      evidence: { change: renamed.change },
    });
  }
  const missing = missingParts(headers).map((part) => `svix-${part}`);
  const like =
    renamed === undefined ? '' : ` There are headers of like names (${renamed.change}), which do not verify either.`;
  return {
    cause: 'header_missing',
    explanation: `The request lacks ${missing.join(', ')}${missing.length === 3 ? ': it was not signed, or a proxy has dropped them' : ''}.${like}`,
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

function judged(delivery: DeliveryInQuestion, texts: SignatureHeaders, found: readonly Fit[]): Fit {
  const causes = new Set(found.map(({ cause }) => cause));
  const [first] = found;
  if (first !== undefined && causes.size === 1) return alsoLate(delivery, texts, first);
  if (causes.size > 1) {
    return {
      cause: 'unknown',
      explanation: `Several causes fit equally: ${found.map(({ cause, explanation }) => `${cause} (${explanation.replace(/\.$/, '')})`).join('; ')}.`,
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
  const together = twoAtOnce(delivery, texts);
  if (together !== undefined) return together;
  const remark = remarkOnBody(delivery.headers, delivery.body);
  if (remark?.certain === true) {
    return {
      cause: 'body_changed',
      explanation: `${remark.sentence} What was signed is lost with it.`,
      evidence: { body: remark.what, received_bytes: delivery.body.byteLength },
    };
  }
  const impossible = impossibleHeader(texts);
  if (impossible !== undefined) return impossible;
  const tried = `Tried: ${TRIED.join('; ')}.`;
  if (remark !== undefined) {
    return {
      cause: 'unknown',
      explanation: `${remark.sentence} No signature matches, and none of the known causes explains it. ${tried}`,
      evidence: { body: remark.what, tried: TRIED },
    };
  }
  return {
    cause: 'unknown',
    explanation: `No signature matches, and none of the known causes explains it. ${tried} What is left: a secret that is not known here, or a content that was altered.`,
    evidence: { tried: TRIED, in_use: delivery.secrets.map(({ text }) => maskSecret(text)) },
  };
}

/** The cause that stops it first is named; that the time is over, too, is worth a word. */
function alsoLate(delivery: DeliveryInQuestion, texts: SignatureHeaders, fit: Fit): Fit {
  const { signedTimestamp: timestamp = texts.timestamp } = fit;
  const late = latenessOf(delivery, { ...texts, timestamp });
  if (late?.cause !== 'clock') return fit;
  const away = Math.abs(Number(late.evidence['skew_seconds']));
  if (away * 1000 <= delivery.toleranceMs) return fit;
  return {
    ...fit,
    explanation: `${fit.explanation} Beside that, the timestamp is ${away} s away from the time it is judged at.`,
  };
}

/** A header that no sender makes, and that no receiver could verify: something has changed it. */
function impossibleHeader({ timestamp, signature }: SignatureHeaders): Fit | undefined {
  const changes = [
    /^\d{1,14}$/.test(timestamp) ? undefined : `svix-timestamp is ${quoted(timestamp)}, and no number of seconds`,
    /(?:^|\s)v\d+[a-z]?,[A-Za-z0-9+/=_-]+/.test(signature)
      ? undefined
      : 'svix-signature holds no signature: an entry is v1, a comma and base64',
  ].filter((change) => change !== undefined);
  if (changes.length === 0) return undefined;
  const change = changes.join('; ');
  return {
    cause: 'header_changed',
    explanation: `No receiver can verify this: ${change}.`,
    evidence: { change },
  };
}

/** As much of a text as helps to recognise it. */
function quoted(text: string): string {
  return `"${text.length <= 40 ? text : `${text.slice(0, 39)}…`}"`;
}

/** A wrong secret and a body that was changed: neither is the cause alone. */
function twoAtOnce(delivery: DeliveryInQuestion, texts: SignatureHeaders): Fit | undefined {
  const others = delivery.otherSecrets.flatMap(({ text }) => parsedOrUndefined(text) ?? []);
  const mended = delivery.secrets.flatMap((secret) => [...mendedSecrets(secret)].map((one) => one.secret));
  if (others.length + mended.length === 0) return undefined;
  const matcher = createMatcher([...others, ...mended]);
  const [fit] = bodyFits(delivery, (body) => matcher.match(texts, body) !== undefined);
  if (fit === undefined) return undefined;
  return {
    cause: 'unknown',
    explanation: `Two things are wrong at once: the secret is another one or malformed, and the body was changed. ${fit.explanation}`,
    evidence: { fits: ['body_changed', others.length > 0 ? 'other_secret' : 'secret_malformed'], ...fit.evidence },
  };
}
