import type { HttpHeaders } from '../domain/http.ts';

/** The three parts that a signature covers or carries, as header text. */
export interface SignatureHeaders {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
}

export type SignatureHeadersReading =
  | { readonly ok: true; readonly headers: SignatureHeaders }
  | { readonly ok: false; readonly reason: 'missing_header' | 'malformed_header'; readonly detail: string };

const PARTS = ['id', 'timestamp', 'signature'] as const;
type Part = (typeof PARTS)[number];

/** Their six names. */
export const SIGNATURE_HEADERS: readonly string[] = PARTS.flatMap((part) => [`svix-${part}`, `webhook-${part}`]);

/**
 * Finds the signature headers of a delivery: a complete `svix-*` set wins, else a complete `webhook-*` set (white-label
 * senders, Standard Webhooks), else each header from whichever set has it, as the Svix library does. An empty header
 * counts as missing. A signature header that came several times is one list; an id or timestamp that did is malformed,
 * as nobody can tell which of them was signed.
 *
 * @param headers names in lower case
 */
export function readSignatureHeaders(headers: HttpHeaders): SignatureHeadersReading {
  const svix = setOf(headers, 'svix');
  const standard = setOf(headers, 'webhook');
  const chosen = isComplete(svix) ? svix : isComplete(standard) ? standard : { ...standard, ...svix };
  if (!isComplete(chosen)) {
    const missing = PARTS.filter((part) => chosen[part] === undefined).map((part) => `svix-${part}`);
    return {
      ok: false,
      reason: 'missing_header',
      detail:
        missing.length === PARTS.length
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

type HeaderSet = Partial<Record<Part, readonly string[]>>;

function setOf(headers: HttpHeaders, prefix: 'svix' | 'webhook'): HeaderSet {
  const found: HeaderSet = {};
  for (const part of PARTS) {
    const value = headers[`${prefix}-${part}`];
    const values = (typeof value === 'string' ? [value] : (value ?? [])).filter((text) => text !== '');
    if (values.length > 0) found[part] = values;
  }
  return found;
}

function isComplete(set: HeaderSet): set is Record<Part, readonly string[]> {
  return PARTS.every((part) => set[part] !== undefined);
}

function repeated(part: Part): SignatureHeadersReading {
  return { ok: false, reason: 'malformed_header', detail: `the ${part} header came several times` };
}
