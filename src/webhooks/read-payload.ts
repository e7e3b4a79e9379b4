/** Reads what the payload of a delivery says. */
import { fieldOf, textOf } from '../lib/json/loose-fields.ts';
import { type Kind, KIND_NAMES, kindOfEvent, KINDS } from '../kinds.ts';

/** What a payload says about itself. */
export interface PayloadFacts {
  /** Whether the bytes are one JSON document. */
  readonly isJson: boolean;
  readonly event: string | undefined;
  readonly kind: Kind | undefined;
  readonly requestId: string | undefined;
}

/** Only an identifier can be put into the path of a request without changing its meaning. */
const REQUEST_ID = /^[\w-]{1,128}$/;

/** Skips a byte order mark, and throws for what is not UTF-8. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

const TYPE_FIELDS = ['type', 'event_type', 'eventType'] as const;

/**
 * Reads a payload. OptiPick's webhook example documents `request_id` alone; an event type and an envelope with `data` are
 * usual among Svix senders.
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

/** A body that is JSON (without a byte order mark) as text and parsed; else `undefined`. */
export function jsonOf(body: Uint8Array): { readonly text: string; readonly value: unknown } | undefined {
  try {
    const text = UTF8.decode(body);
    return { text, value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** `ROUTE`, `CLUSTER`: the value of `type` in answers. */
function kindOfWord(word: string): Kind | undefined {
  return KIND_NAMES.find((kind) => KINDS[kind].type === word.toUpperCase());
}
