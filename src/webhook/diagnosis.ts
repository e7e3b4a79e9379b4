/** Finds out why a delivery does not verify: a cause is named only when the signature itself proves it. */
import { maskSecret } from '../domain/secret.ts';
import { bodyFits, fitsOf, latenessOf, type Fit } from './diagnosis-fits.ts';
import type { DeliveryInQuestion, Examination } from './diagnosis-model.ts';
import { headersUnder, isWhole, missingParts, renamedHeaders } from './header-variants.ts';
import type { HeaderTexts } from './header-variants.ts';
import { fixFor } from './receiver-fixes.ts';
import { faultOfSecret, mendedSecrets, parsedOrUndefined } from './secret-variants.ts';
import { readSignatureHeaders } from './signature-headers.ts';
import { createMatcher, type SignatureMatcher } from './signature.ts';

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
  if (texts === undefined) return failed(withoutHeaders(delivery, matcher));

  const index = matcher.match(texts, delivery.body);
  if (reading.ok && index !== undefined) {
    const late = latenessOf(delivery, texts);
    if (late !== undefined) return failed(late);
    return { verified: true, id: texts.id, timestamp: texts.timestamp, secretFrom: given[index]?.from ?? '' };
  }
  return failed(judged(delivery, texts, fitsOf(delivery, texts, matcher)));
}

/** What is there when one header came twice: the values in one line. */
function textsOf({ headers }: DeliveryInQuestion): HeaderTexts | undefined {
  const found = { ...headersUnder(headers, 'webhook'), ...headersUnder(headers, 'svix') };
  return isWhole(found) ? found : undefined;
}

function failed({ cause, explanation, evidence }: Fit): Examination {
  return { verified: false, cause, explanation, evidence, fix: fixFor(cause) };
}

function withoutHeaders(delivery: DeliveryInQuestion, matcher: SignatureMatcher): Fit {
  const { headers, body } = delivery;
  const renamed = renamedHeaders(headers);
  if (renamed !== undefined && matcher.match(renamed, body) !== undefined) {
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
  'the body written in other ways (spaces, indents, key order, line ends, escapes, marks, character sets)',
  'headers renamed, merged, cut or decoded',
  'headers of other messages',
] as const;

function judged(delivery: DeliveryInQuestion, texts: HeaderTexts, fits: Iterable<Fit>): Fit {
  const found = [...fits];
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
  const impossible = impossibleHeader(texts);
  if (impossible !== undefined) return impossible;
  const lost = LOST[Buffer.from(delivery.body.subarray(0, 32)).toString('utf8').trim()];
  const hint = lost === undefined ? '' : ` Look at the body first: ${lost}.`;
  return {
    cause: 'unknown',
    explanation: `No signature matches, and none of the known causes explains it. Tried: ${TRIED.join('; ')}. What is left: a secret that is not known here, or a content that was altered.${hint}`,
    evidence: { tried: TRIED, in_use: delivery.secrets.map(({ text }) => maskSecret(text)) },
  };
}

/** The cause that stops it first is named; that the time is over, too, is worth a word. */
function alsoLate(delivery: DeliveryInQuestion, texts: HeaderTexts, fit: Fit): Fit {
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

/** Bodies that only a receiver's own code makes: no proof, as what was signed is lost, but worth a word. */
const LOST: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null), {
  '': 'it is empty, as when something has read the request before the verification does, or a proxy has dropped it',
  '[object Object]': 'it is "[object Object]": an object was turned into a text where the bytes were wanted',
  undefined: 'it is "undefined": the framework had not kept the body',
});

/** A header that no sender makes, and that no receiver could verify: something has changed it. */
function impossibleHeader({ timestamp, signature }: HeaderTexts): Fit | undefined {
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
function twoAtOnce(delivery: DeliveryInQuestion, texts: HeaderTexts): Fit | undefined {
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
