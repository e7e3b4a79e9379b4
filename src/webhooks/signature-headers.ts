/** The three headers of a signature, under the names of Svix and of Standard Webhooks. */
import { headerOf, type HttpHeaders } from '../lib/net/http.ts';

/** The header texts that a signature covers or carries. */
export interface SignatureHeaders {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
}

export type SignatureHeadersReading =
  | { readonly ok: true; readonly headers: SignatureHeaders }
  | { readonly ok: false; readonly reason: 'missing_header' | 'malformed_header'; readonly detail: string };

export const SIGNATURE_PARTS = ['id', 'timestamp', 'signature'] as const;
export type SignaturePart = (typeof SIGNATURE_PARTS)[number];

const SVIX = namesOf('svix');
const STANDARD = namesOf('webhook');

/** `svix-id`, `svix-timestamp`, `svix-signature`. */
export const SVIX_HEADERS: readonly string[] = Object.values(SVIX);

/** Under both prefixes. */
export const SIGNATURE_HEADERS: readonly string[] = [...SVIX_HEADERS, ...Object.values(STANDARD)];

/**
 * Finds the signature headers of a delivery: a complete `svix-*` set wins, else a complete `webhook-*` set (white-label
 * senders, Standard Webhooks), else each header from the set that has it, as the Svix library does. An empty header
 * counts as missing. Repeated signature headers are joined to one list; a repeated id or timestamp is malformed, as it is
 * not known which one was signed.
 *
 * @param headers names in lower case
 */
export function readSignatureHeaders(headers: HttpHeaders): SignatureHeadersReading {
  const svix = setOf(headers, SVIX);
  const chosen = isComplete(svix) ? svix : completed(svix, setOf(headers, STANDARD));
  if (!isComplete(chosen)) {
    const missing = SIGNATURE_PARTS.filter((part) => chosen[part] === undefined).map((part) => `svix-${part}`);
    return {
      ok: false,
      reason: 'missing_header',
      detail:
        missing.length === SIGNATURE_PARTS.length
          ? 'no svix-* or webhook-* headers: this request was not signed'
          : `missing header ${missing.join(' and ')}`,
    };
  }
  const [id, ...moreIds] = chosen.id;
  const [timestamp, ...moreTimestamps] = chosen.timestamp;
  if (id === undefined || moreIds.length > 0) return repeated('id');
  if (timestamp === undefined || moreTimestamps.length > 0) return repeated('timestamp');
  return { ok: true, headers: { id, timestamp, signature: chosen.signature.join(' ') } };
}

/** The id that a request claims; `undefined` without one. */
export function messageIdOf(headers: HttpHeaders): string | undefined {
  return headerOf(headers, 'svix-id') ?? headerOf(headers, 'webhook-id');
}

/** Whether a name is that of a signature header, or what a framework or gateway makes of one: `x-svix-id`. */
export function isLikeSignatureHeader(name: string): boolean {
  return signaturePartOf(name) !== undefined && /svix|webhook/i.test(name);
}

/** The part that a name stands for, also as frameworks and gateways rename it: `HTTP_SVIX_ID`, `x-svix-id`, `svixid`. */
export function signaturePartOf(name: string): SignaturePart | undefined {
  const bare = name
    .toLowerCase()
    .replace(/^(?:http[-_])?(?:x[-_])?(?:original[-_]|forwarded[-_]|amzn[-_]remapped[-_])?(?:svix|webhook)[-_]?/, '');
  return SIGNATURE_PARTS.find((part) => part === bare);
}

type HeaderSet = Readonly<Record<SignaturePart, readonly string[] | undefined>>;

function namesOf(prefix: 'svix' | 'webhook'): Readonly<Record<SignaturePart, string>> {
  return { id: `${prefix}-id`, timestamp: `${prefix}-timestamp`, signature: `${prefix}-signature` };
}

function setOf(headers: HttpHeaders, names: Readonly<Record<SignaturePart, string>>): HeaderSet {
  return {
    id: valuesOf(headers[names.id]),
    timestamp: valuesOf(headers[names.timestamp]),
    signature: valuesOf(headers[names.signature]),
  };
}

function valuesOf(value: string | readonly string[] | undefined): readonly string[] | undefined {
  if (typeof value === 'string') return value === '' ? undefined : [value];
  const values = value?.filter((text) => text !== '') ?? [];
  return values.length === 0 ? undefined : values;
}

function completed(svix: HeaderSet, standard: HeaderSet): HeaderSet {
  if (isComplete(standard)) return standard;
  return {
    id: svix.id ?? standard.id,
    timestamp: svix.timestamp ?? standard.timestamp,
    signature: svix.signature ?? standard.signature,
  };
}

function isComplete(set: HeaderSet): set is Record<SignaturePart, readonly string[]> {
  return set.id !== undefined && set.timestamp !== undefined && set.signature !== undefined;
}

function repeated(part: SignaturePart): SignatureHeadersReading {
  return { ok: false, reason: 'malformed_header', detail: `the ${part} header came several times` };
}
