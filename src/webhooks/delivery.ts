import { fieldOf, textOf } from '../lib/json/loose-fields.ts';
import { KIND_NAMES, KINDS, kindOfEvent } from '../kinds.ts';
import type { Kind } from '../kinds.ts';
import { SIGNATURE_HEADERS } from './signature-headers.ts';

/** A header as it came, name in lower case. In the order of arrival; a repeated header is there several times. */
export type HeaderLine = readonly [name: string, value: string];

/** One webhook delivery that was let in, with the bytes that were signed: as they came or, sometimes, decoded. */
export interface Delivery {
  /** `svix-id`: the same for every attempt at one message. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** End-to-end headers. They may hold credentials of the endpoint: show only {@link isPublicHeader} ones. */
  readonly headers: readonly HeaderLine[];
  readonly body: Uint8Array;
  /** `false` when signatures were not checked (`--no-verify-signature`). */
  readonly verified: boolean;
  /** From the payload's own type field, else from the path it was sent to. */
  readonly kind: Kind | undefined;
  /** The payload's event type, e.g. `cluster.optimized`. */
  readonly event: string | undefined;
  readonly requestId: string | undefined;
}

/** What a payload tells of itself. */
export interface PayloadFacts {
  /** Whether the bytes are one JSON document. */
  readonly isJson: boolean;
  readonly event: string | undefined;
  readonly kind: Kind | undefined;
  readonly requestId: string | undefined;
}

/** Only an identifier can be put into the path of a request without changing its meaning. */
const REQUEST_ID = /^[\w-]{1,128}$/;

/** Drops a byte order mark, and refuses what is not UTF-8. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

const TYPE_FIELDS = ['type', 'event_type', 'eventType'] as const;

/**
 * Reads a payload. Documented is `request_id` alone (OptiPick's webhook example); an event type and an envelope with
 * `data` are customary among Svix senders. A body that is not JSON has no facts.
 */
export function readPayload(body: Uint8Array): PayloadFacts {
  const payload = jsonOf(body);
  if (payload === undefined) return { isJson: false, event: undefined, kind: undefined, requestId: undefined };
  const types = TYPE_FIELDS.map((name) => textOf(fieldOf(payload.value, name))).filter((type) => type !== undefined);
  const event =
    types.find((type) => kindOfEvent(type) !== undefined) ?? types.find((type) => kindOfWord(type) === undefined);
  const kind = types.map((type) => kindOfEvent(type) ?? kindOfWord(type)).find((found) => found !== undefined);
  const requestId = [payload.value, fieldOf(payload.value, 'data')]
    .map((holder) => textOf(fieldOf(holder, 'request_id')))
    .find((id) => id !== undefined && REQUEST_ID.test(id));
  return { isJson: true, event, kind, requestId };
}

/** The text of a body that is JSON (without a byte order mark), else `undefined`. */
export function jsonTextOf(body: Uint8Array): string | undefined {
  return jsonOf(body)?.text;
}

/** By exact name: any other header that starts like these may hold a secret. */
const PUBLIC_HEADERS: ReadonlySet<string> = new Set([...SIGNATURE_HEADERS, 'content-type', 'user-agent']);

/** Whether a header may be shown: those of the signature, the type of the content, and the sender's name. */
export function isPublicHeader(name: string): boolean {
  return PUBLIC_HEADERS.has(name);
}

function jsonOf(body: Uint8Array): { readonly text: string; readonly value: unknown } | undefined {
  try {
    const text = UTF8.decode(body);
    return { text, value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** `ROUTE`, `CLUSTER`: the word that answers carry in their `type` field. */
function kindOfWord(word: string): Kind | undefined {
  return KIND_NAMES.find((kind) => KINDS[kind].type === word.toUpperCase());
}
