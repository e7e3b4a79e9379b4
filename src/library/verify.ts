/** `verifyDelivery`: whether a webhook was signed with a secret that both sides know, for a server of one's own. */
import type { Kind } from '../kinds.ts';
import { parseWebhookSecrets } from '../settings/secret.ts';
import { CliError } from '../errors.ts';
import { createClock } from '../platform/clock.ts';
import { jsonTextOf, readPayload } from '../webhooks/read-payload.ts';
import { readSignatureHeaders } from '../webhooks/signature-headers.ts';
import { createVerifier, type SignatureFault } from '../webhooks/signature.ts';
import { readSignedBody } from '../webhooks/signed-body.ts';
import { type HeadersLike, normalizeHeaders } from './headers.ts';

export type { SignatureFault };

export interface DeliveryFacts {
  /** The endpoint's signing secret (`whsec_...`). One of `secret` and `secrets` is needed. */
  readonly secret?: string | undefined;
  /** Several while one is rotated: any of them may match. */
  readonly secrets?: readonly string[] | undefined;
  /** `svix-*` or `webhook-*`. */
  readonly headers: HeadersLike;
  /** The body as it came, before any JSON parser, compressed or not: what is signed are its bytes. */
  readonly body: string | Uint8Array | ArrayBuffer;
  /** How far the timestamp may be from now, in milliseconds. Default 5 minutes. */
  readonly toleranceMs?: number | undefined;
  /** The time to judge the timestamp by; a number is milliseconds since 1970. Default: now. */
  readonly now?: Date | number | undefined;
}

export type Verification =
  | {
      readonly ok: true;
      /** The same for every attempt at one message: what was handled under it need not be handled again. */
      readonly id: string;
      readonly sentAt: Date;
      /** Which of the secrets matched, from 0. */
      readonly secretIndex: number;
      /** The body, parsed; `undefined` when it is not JSON. */
      readonly payload: unknown;
      /** The event type in the payload, such as `cluster.optimized`. */
      readonly event: string | undefined;
      readonly kind: Kind | undefined;
      /** Fetch the result by it. */
      readonly requestId: string | undefined;
    }
  | {
      readonly ok: false;
      readonly reason: SignatureFault;
      /** Why, for a person; never holds a secret or a signature. */
      readonly detail: string;
      /** How far the timestamp is from now, negative in the past; only for `too_old` and `too_new`. */
      readonly skewSeconds?: number;
    };

/**
 * Checks the signature of a delivery as Svix and Standard Webhooks define it. A delivery that does not verify is an
 * answer, not an error: throws `CliError` only for what is wrong on this side, `usage` for a malformed secret or a body
 * that was parsed already, `auth` without any secret.
 */
export function verifyDelivery(facts: DeliveryFacts): Verification {
  const { secret, secrets = [], toleranceMs, now = createClock().now() } = facts;
  const texts = secret === undefined ? secrets : [secret, ...secrets];
  const parsed = texts.length === 0 ? [] : parseWebhookSecrets(texts).secrets;
  const verifier = createVerifier(parsed, { toleranceMs });
  const body = bytesOf(facts.body);
  const headers = normalizeHeaders(facts.headers);
  const reading = readSignatureHeaders(headers);
  if (!reading.ok) return { ok: false, reason: reading.reason, detail: reading.detail };
  const { id, timestamp } = reading.headers;
  const signed = readSignedBody(headers, body, (bytes) =>
    verifier.verify({ ...reading.headers, body: bytes, nowMs: Number(now) }),
  );
  const { check } = signed;
  if (!check.ok) return check;
  const { event, kind, requestId } = readPayload(signed.payload);
  const text = jsonTextOf(signed.payload);
  const payload: unknown = text === undefined ? undefined : JSON.parse(text);
  const sentAt = new Date(Number(timestamp) * 1000);
  return { ok: true, id, sentAt, secretIndex: check.secretIndex, payload, event, kind, requestId };
}

function bytesOf(body: unknown): Uint8Array {
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  throw new CliError('usage', 'the body of the delivery must be its raw text or bytes, not a parsed value', {
    code: 'parsed_body',
    hint: 'read the body before a JSON parser does, for example with express.raw({ type: "application/json" })',
  });
}
