/** Recorded deliveries as arguments of `events replay`: read, verified, and accepted into the inbox as a listener would. */
import type { Context } from '../../context/context.ts';
import { UNASSIGNED } from '../../state/delivery-steps.ts';
import { KIND_NAMES } from '../../kinds.ts';
import { quoted } from '../shared/job-errors.ts';
import { CliError } from '../../errors.ts';
import type { OpenedInbox } from '../../context/inbox-services.ts';
import { payloadOf } from '../../webhooks/body-codings.ts';
import { readPayload } from '../../webhooks/read-payload.ts';
import type { Delivery } from '../../state/delivery.ts';
import { endToEndHeaders } from '../../webhooks/forward-headers.ts';
import type { InboxEntry } from '../../state/inbox.ts';
import { parseRecordedDelivery } from '../../webhooks/receiver/read-deliveries.ts';
import type { RecordedDelivery } from '../../webhooks/receiver/recorded-delivery.ts';
import { readSignatureHeaders } from '../../webhooks/signature-headers.ts';
import { createVerifier, type SignatureVerifier } from '../../webhooks/signature.ts';
import { readSignedBody } from '../../webhooks/signed-body.ts';
import { readInput } from '../../context/input-file.ts';
import type { ReplayResult } from './replay-here.ts';
import { webhookSecrets } from '../shared/webhook-secrets.ts';

export interface RecordedFile {
  readonly name: string;
  readonly record: RecordedDelivery;
}

/** Whether an argument is a file: no id has a slash or ends in `.http`. */
export function isRecordName(word: string): boolean {
  return /[/\\]|\.http$/i.test(word);
}

/** Throws `CliError` `usage` for a file that cannot be read, is not a record, or holds no body. */
export async function readRecordedFile(context: Context, name: string): Promise<RecordedFile> {
  const { bytes } = await readInput(context, name);
  const record = parseRecordedDelivery(bytes, name);
  if (record.bodyKept) return { name, record };
  throw new CliError('usage', `${name} holds no body: the request was refused before it was read`, { code: 'no_body' });
}

/** The delivery of a record, as it was received. */
export function deliveryOf({ record }: RecordedFile, now: number): Delivery {
  const { headers, body, receivedAt = now, target } = record;
  const reading = readSignatureHeaders(headers);
  const { event, kind, requestId } = readPayload(payloadOf(headers, body));
  return {
    id: reading.ok ? reading.headers.id : 'unsigned',
    receivedAt,
    headers: endToEndHeaders(headers),
    body,
    verified: false,
    kind: kind ?? KIND_NAMES.find((name) => target.endsWith(`/${name}`)),
    event,
    requestId,
  };
}

/** `isNew`: `false` when the inbox held it already. */
export type AcceptedRecord =
  | { readonly entry: InboxEntry; readonly isNew: boolean }
  | { readonly rejected: ReplayResult };

/** The verifier of the secrets in force. Throws as `webhookSecrets` does. */
export async function recordVerifier(context: Context, secretFile: string | undefined): Promise<SignatureVerifier> {
  const { secrets } = await webhookSecrets(context, secretFile, 'to check signatures with');
  return createVerifier(secrets);
}

/**
 * Accepts a recorded delivery under its svix-id when it verifies by the time it was received. One that the inbox holds
 * already stays as it is; a file that claims the id of another message is rejected.
 */
export async function acceptRecorded(
  { host }: Context,
  { inbox, baseUrl }: OpenedInbox,
  file: RecordedFile,
  verifier: SignatureVerifier,
): Promise<AcceptedRecord> {
  const received = deliveryOf(file, host.clock.now());
  const reading = readSignatureHeaders(file.record.headers);
  const signed = readSignedBody(file.record.headers, received.body, (body) =>
    reading.ok ? verifier.verify({ ...reading.headers, body, nowMs: received.receivedAt }) : reading,
  );
  const { check } = signed;
  const delivery = { ...received, body: signed.body, headers: endToEndHeaders(signed.headers) };
  if (!check.ok) {
    const error = `${file.name} does not verify: ${check.detail}; why: optipick verify ${quoted(file.name)}`;
    return { rejected: { outcome: 'failed', error, failure: 'signature' } };
  }
  const isNew = (await inbox.accept({ ...delivery, verified: true }, [UNASSIGNED])) === 'new';
  const entry = (await inbox.find(delivery.id)).find(({ scope }) => scope === baseUrl);
  if (entry === undefined) throw new CliError('environment', `${delivery.id} is gone from the inbox`);
  if (Buffer.compare(Buffer.from(entry.body), Buffer.from(delivery.body)) === 0) return { entry, isNew };
  const error = `${file.name} has the id of a delivery with another body, which is in the inbox already`;
  return { rejected: { outcome: 'failed', error, failure: 'refused' } };
}
