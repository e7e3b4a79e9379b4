import type { Kind } from '../../kinds.ts';
import { payloadOf } from '../body-codings.ts';
import { jsonTextOf } from '../read-payload.ts';
import type { Delivery } from '../../state/delivery.ts';
import { headersOf } from '../forward-headers.ts';

/**
 * The `event` line of `listen --json`, and the standard input of `--exec`: one JSON object without a line break.
 * It holds payload and result as they were sent, with numbers beyond 2^53 and all keys; only line breaks between tokens
 * become spaces. A compressed payload is decoded. One that is not JSON is `null`, with its bytes in `payload_base64`.
 *
 * @param kind `undefined` when it is not known
 * @param result the exact bytes of the API's answer; `undefined` when it was not fetched
 */
export function renderEventLine(delivery: Delivery, kind: Kind | undefined, result: Uint8Array | undefined): string {
  const bytes = payloadOf(headersOf(delivery.headers), delivery.body);
  const payload = jsonTextOf(bytes);
  const fields: [name: string, json: string][] = [
    ['v', '1'],
    ['type', '"event"'],
    ['id', JSON.stringify(delivery.id)],
    ['kind', JSON.stringify(kind ?? null)],
    ['event', JSON.stringify(delivery.event ?? null)],
    ['request_id', JSON.stringify(delivery.requestId ?? null)],
    ['received_at', JSON.stringify(new Date(delivery.receivedAt).toISOString())],
    ['payload', payload === undefined ? 'null' : onOneLine(payload)],
  ];
  if (payload === undefined) {
    fields.push(['payload_base64', JSON.stringify(Buffer.from(bytes).toString('base64'))]);
  }
  fields.push(['result', result === undefined ? 'null' : onOneLine(new TextDecoder().decode(result))]);
  return `{${fields.map(([name, json]) => `"${name}":${json}`).join(',')}}`;
}

/** A JSON string has its line breaks escaped, so every line break is between tokens. */
function onOneLine(json: string): string {
  return json.replace(/[\r\n]+/g, ' ').trim();
}
