import type { Kind } from '../../kinds.ts';
import { payloadOf } from '../body-codings.ts';
import { jsonTextOf } from '../read-payload.ts';
import type { Delivery } from '../../state/delivery.ts';
import { headersOf } from '../forward-headers.ts';

/**
 * The `event` line of `listen --json`, and the standard input of `--exec`: one JSON object without a line break.
 * Payload and result stand in it as they were sent (numbers beyond 2^53 and all keys unharmed); only line breaks between
 * their tokens become spaces. A payload that came compressed stands in it decoded. One that is not JSON is `null`, and its bytes are in `payload_base64`.
 *
 * @param kind as found by all means, `undefined` when nothing tells
 * @param result the API's answer in its own bytes; `undefined` when it was not fetched
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

/** Inside a JSON string a line break is always escaped, so every real one stands between tokens. */
function onOneLine(json: string): string {
  return json.replace(/[\r\n]+/g, ' ').trim();
}
