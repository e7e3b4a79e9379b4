/** How `listen` checks signatures. */
import type { Context } from '../../context/context.ts';
import { maskSecret } from '../../settings/secret.ts';
import type { NamedSecret } from '../../webhooks/diagnosis/model.ts';
import { createVerifier, type SignatureVerifier } from '../../webhooks/signature.ts';
import { webhookSecrets } from '../shared/webhook-secrets.ts';
import type { ListenPlan } from './flags.ts';

export interface Signatures {
  /** `undefined`: signatures are not checked. */
  readonly verifier: SignatureVerifier | undefined;
  readonly toleranceMs: number;
  /** In force; not to be shown. */
  readonly secrets: readonly NamedSecret[];
  /** The same as they may be shown, with where they came from. */
  readonly shownSecrets: readonly string[];
}

/** Throws `CliError`: `auth` without a webhook secret, `usage` for a malformed one. */
export async function readSignatures(
  context: Context,
  signature: ListenPlan['inbox']['signature'],
): Promise<Signatures> {
  if (signature === undefined) return { verifier: undefined, toleranceMs: 0, secrets: [], shownSecrets: [] };
  const { secretFile, toleranceMs } = signature;
  const { secrets, texts, from } = await webhookSecrets(context, secretFile, 'to check signatures with');
  return {
    verifier: createVerifier(secrets, { toleranceMs }),
    toleranceMs,
    secrets: texts.map((text) => ({ text, from })),
    shownSecrets: texts.map((text) => `${maskSecret(text)} (${from})`),
  };
}
