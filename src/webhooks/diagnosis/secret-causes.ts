/** Whether the signature was made with another secret, or with the correct form of a malformed one. */
import { maskSecret, parseWebhookSecret, type ParsedSecret } from '../../settings/secret.ts';
import { type DiagnosisInput, type ExplainedCause, type NamedSecret, wouldMatch } from './model.ts';
import type { SignatureHeaders } from '../signature-headers.ts';
import {
  faultOfSecret,
  fixedSecrets,
  incompleteSecrets,
  parsedOrUndefined,
  type SecretVariant,
} from './secret-variants.ts';

/** Each copy of a secret costs one hash of the whole body. */
const LARGEST_FOR_COPIES = 64 * 1024;

export function* asymmetricCauses(
  { secrets }: DiagnosisInput,
  { signature }: SignatureHeaders,
): Generator<ExplainedCause, void> {
  const versions = new Set(signature.split(' ').map((entry) => entry.split(',')[0]));
  if (!versions.has('v1a') || versions.has('v1')) return;
  const usable = secrets.flatMap(({ text }) => parsedOrUndefined(text) ?? []);
  if (usable.some(({ scheme }) => scheme === 'v1a')) return;
  yield {
    cause: 'asymmetric_only',
    summary: 'the delivery is signed with a key pair only',
    details: 'Its signature is of version v1a, which a whsec_... secret cannot check.',
    evidence: { schemes: [...versions].filter((version) => version !== undefined) },
  };
}

export function* secretCauses(
  delivery: DiagnosisInput,
  matches: (secret: ParsedSecret) => boolean,
): Generator<ExplainedCause, void> {
  const malformed = [...malformedSecretCauses(delivery, matches)];
  yield* malformed;
  const { secrets, otherSecrets } = delivery;
  const right = otherSecrets.filter(({ text, replaced = false }) => {
    // The secret of the active profile is the correct form of the malformed one: that is one cause, not two.
    if (replaced && malformed.length > 0) return false;
    const secret = parsedOrUndefined(text);
    return secret !== undefined && matches(secret);
  });
  const [first] = right;
  if (first === undefined) return;
  const owners = [...new Set(right.map(({ from }) => from))].join(' and ');
  yield {
    cause: 'other_secret',
    summary: `the delivery was signed with the secret of ${owners}`,
    details: wouldMatch('another secret is in use here'),
    evidence: { secret: maskSecret(first.text), secret_of: owners, in_use: secrets.map((one) => maskSecret(one.text)) },
  };
}

function* malformedSecretCauses(
  { secrets, apiKeys, body }: DiagnosisInput,
  matches: (secret: ParsedSecret) => boolean,
): Generator<ExplainedCause, void> {
  const [whole] = secrets;
  const joined = secrets.map(({ text }) => text).join('');
  if (
    whole !== undefined &&
    secrets.length > 1 &&
    faultOfSecret(joined) === undefined &&
    matches(parseWebhookSecret(joined))
  ) {
    yield malformed(whole, { fault: 'was broken in two by white space', fix: 'secret_white_space' });
  }
  for (const given of secrets) {
    if (apiKeys.some((key) => key.trim() === given.text.trim())) {
      yield {
        cause: 'secret_malformed',
        summary: 'the secret is the API key',
        details: `A webhook secret is another value and starts with whsec_ (${given.from}).`,
        evidence: { secret_of: given.from, fault: 'it is the API key' },
        fix: 'secret_api_key',
      };
      continue;
    }
    const possible = [
      fixedSecrets(given),
      ...(body.byteLength <= LARGEST_FOR_COPIES ? [incompleteSecrets(given)] : []),
    ];
    const fixed = possible.flatMap((variants) => variants.find(({ secret }) => matches(secret)) ?? []).at(0);
    if (fixed !== undefined) yield malformed(given, fixed);
  }
}

/** `fault` completes "the secret ...". */
function malformed({ from }: NamedSecret, { fault, fix }: Pick<SecretVariant, 'fault' | 'fix'>): ExplainedCause {
  return {
    cause: 'secret_malformed',
    summary: `the secret ${fault}`,
    details:
      fix === 'secret_as_text'
        ? 'The signature would match with the characters of the secret as the key, so whoever signed did not decode its base64.'
        : 'The signature would match with the corrected secret.',
    evidence: { secret_of: from, fault: `it ${fault}` },
    ...(fix === undefined ? {} : { fix }),
  };
}
