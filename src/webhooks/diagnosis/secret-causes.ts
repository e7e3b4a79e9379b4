/** Whether the signature was made with another secret, or with the correct form of a malformed one. */
import { maskSecret, parseWebhookSecret, type ParsedSecret } from '../../settings/secret.ts';
import type { DiagnosisInput, ExplainedCause } from './model.ts';
import type { SignatureHeaders } from '../signature-headers.ts';
import { faultOfSecret, fixedSecrets, parsedOrUndefined } from './secret-variants.ts';

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
    explanation: 'The delivery is signed with a key pair (v1a) only, and a whsec_... secret cannot check that.',
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
    explanation: `The signature is right for another secret: that of ${owners}.`,
    evidence: { secret: maskSecret(first.text), secret_of: owners, in_use: secrets.map((one) => maskSecret(one.text)) },
  };
}

function* malformedSecretCauses(
  { secrets, apiKeys }: DiagnosisInput,
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
    for (const { secret, fault } of fixedSecrets(given)) {
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
