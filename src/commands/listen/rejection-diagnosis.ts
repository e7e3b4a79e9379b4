/** Why a delivery was rejected, diagnosed beside the listener's work and never at its expense. */
import type { Context } from '../../context/context.ts';
import type { Diagnosis } from '../../webhooks/diagnosis/model.ts';
import { headersOf } from '../../webhooks/forward-headers.ts';
import type { Inbox } from '../../state/inbox.ts';
import type { Rejection } from '../../webhooks/receiver/receiver.ts';
import { quickSources } from '../shared/diagnosis-sources.ts';
import { isNotVerified } from './messages.ts';
import type { Signatures } from './signatures.ts';

/** Larger bodies are not diagnosed: the payload of OptiPick is a few dozen bytes. */
const MOST_BYTES = 8 * 1024;

/** Whoever floods the port with forgeries must not keep it busy. */
const MOST_PER_SECOND = 5;

/** `undefined` when the delivery was rejected for another reason, and when it is not diagnosed. */
export type DiagnoseRejection = (refusal: Rejection) => Promise<Diagnosis | undefined>;

interface RejectionFacts {
  readonly signatures: Pick<Signatures, 'secrets' | 'toleranceMs'>;
  /** Holds the messages that the headers may belong to. */
  readonly inbox: Inbox;
}

export function createRejectionDiagnosis(
  context: Context,
  { signatures: { secrets, toleranceMs }, inbox }: RejectionFacts,
): DiagnoseRejection {
  const { clock } = context.host;
  let second = 0;
  let count = 0;
  return async ({ reason, body, headers, receivedAt }) => {
    if (secrets.length === 0 || !isNotVerified(reason) || body === undefined || body.byteLength > MOST_BYTES)
      return undefined;
    const now = Math.floor(clock.monotonic() / 1000);
    if (now !== second) count = 0;
    second = now;
    count += 1;
    if (count > MOST_PER_SECOND) return undefined;
    const { diagnose } = await import('../../webhooks/diagnosis/diagnosis.ts');
    // The sender is answered first.
    await clock.sleep(0);
    const result = diagnose({
      headers: headersOf(headers),
      body,
      referenceTime: receivedAt,
      toleranceMs,
      secrets,
      maxDecodedBytes: MOST_BYTES,
      ...(await quickSources(context, inbox, secrets)),
    });
    return result.verified ? undefined : result;
  };
}
