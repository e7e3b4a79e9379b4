/** What a webhook carries. */

/**
 * `id`: `{"request_id"}` alone. That is what the vendor's example reads, and a sister product's webhooks carry nothing else
 * than ids. `rich`: the event type beside it, as is customary among Svix senders.
 */
export const PAYLOAD_SHAPES = ['id', 'rich'] as const;
export type PayloadShape = (typeof PAYLOAD_SHAPES)[number];

/** The exact body of a webhook about a finished request. It reads the same when it is parsed and written again. */
export function payloadText(shape: PayloadShape, event: string, requestId: string): string {
  return JSON.stringify(shape === 'id' ? { request_id: requestId } : { type: event, request_id: requestId });
}
