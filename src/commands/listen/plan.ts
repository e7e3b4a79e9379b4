/** What the flags of `listen` mean on this machine, checked before a port is opened. */
import type { Context } from '../../app/context.ts';
import { maskSecret } from '../../settings/secret.ts';
import { CliError } from '../../errors.ts';
import type { ServeOptions } from '../../platform/host.ts';
import type { NamedSecret } from '../../webhooks/diagnosis/model.ts';
import { createVerifier, type SignatureVerifier } from '../../webhooks/signature.ts';
import { createSourceCheck, type SourceCheck } from '../../webhooks/receiver/source-addresses.ts';
import { readInput } from '../../app/input-file.ts';
import { forwardTarget } from '../shared/forward-target.ts';
import type { ListenFlags } from './command.ts';
import { webhookSecrets } from '../shared/webhook-secrets.ts';

export interface ListenPlan {
  /** `undefined`: signatures are not checked. */
  readonly verifier: SignatureVerifier | undefined;
  /** The secrets in force as they may be shown, with where they came from. */
  readonly secrets: readonly string[];
  /** The same as they are: not to be shown. */
  readonly namedSecrets: readonly NamedSecret[];
  readonly sourceCheck: SourceCheck | undefined;
  readonly serve: ServeOptions;
  /** With a leading slash and without one at its end; the root is the empty text. */
  readonly path: string;
  readonly forwardTo: readonly string[];
}

/** Above this the server itself cuts a request off; below it the receiver can tell of it. */
const OVERSIZE_BYTES = 16 * 1024 * 1024;

/**
 * Throws `CliError`: `usage` for flags that cannot be worked with, `auth` without a webhook secret.
 */
export async function readPlan(context: Context, flags: ListenFlags): Promise<ListenPlan> {
  const path = pathOf(flags.path);
  const forwardTo = [...new Set(flags.forwardTo)].map(forwardTarget);
  const sourceCheck =
    flags.allowFrom === undefined && flags.trustProxy !== true
      ? undefined
      : createSourceCheck({ allowFrom: flags.allowFrom ?? [], trustProxy: flags.trustProxy ?? false });
  const tls = await tlsOf(context, flags);
  const settings = await context.settings();
  const { verifier, secrets, namedSecrets } = flags.verifySignature
    ? await verifierOf(context, flags)
    : { verifier: undefined, secrets: [], namedSecrets: [] };
  return {
    verifier,
    secrets,
    namedSecrets,
    sourceCheck,
    path,
    forwardTo,
    serve: {
      host: flags.host,
      port: flags.port ?? settings.port.value,
      maxBodyBytes: flags.maxBody + OVERSIZE_BYTES,
      ...(tls === undefined ? {} : { tls }),
    },
  };
}

async function verifierOf(
  context: Context,
  { secretFile, tolerance }: ListenFlags,
): Promise<Pick<ListenPlan, 'verifier' | 'secrets' | 'namedSecrets'>> {
  const { secrets, texts, from } = await webhookSecrets(context, secretFile, 'to check signatures with');
  return {
    verifier: createVerifier(secrets, { toleranceMs: tolerance }),
    secrets: texts.map((text) => `${maskSecret(text)} (${from})`),
    namedSecrets: texts.map((text) => ({ text, from })),
  };
}

async function tlsOf(context: Context, { tlsCert, tlsKey }: ListenFlags): Promise<ServeOptions['tls']> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new CliError('usage', '--tls-cert and --tls-key belong together', { code: 'conflicting_options' });
  }
  return { cert: (await readInput(context, tlsCert)).bytes, key: (await readInput(context, tlsKey)).bytes };
}

function pathOf(text: string): string {
  const path = `/${text.replace(/^\/+/, '')}`.replace(/\/+$/, '');
  if (/^[!-~]*$/.test(path) && !/[?#]/.test(path) && path !== '/healthz') return path;
  throw new CliError('usage', `--path: "${text}" cannot be the path of the webhook`, {
    code: 'bad_path',
    hint: 'write it as the URL has it, without a query: --path /webhook; /healthz is taken',
  });
}
