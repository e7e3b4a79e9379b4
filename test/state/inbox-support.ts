/** What the tests of the inbox share: deliveries to put into one. */
import type { Delivery } from '../../src/state/delivery.ts';
import type { Inbox, StepKey } from '../../src/state/inbox.ts';

export const SCOPE = 'https://optipick.api.optioryx.com';

/** 2026-01-01T00:00:00Z */
export const NOW = 1_767_225_600_000;

export function deliveryOf(changes: Partial<Delivery> = {}): Delivery {
  return {
    id: 'msg_1',
    receivedAt: NOW,
    headers: [
      ['svix-id', 'msg_1'],
      ['content-type', 'application/json'],
    ],
    body: new TextEncoder().encode('{"request_id":"67507ad05e593173d0313e0f"}'),
    verified: true,
    kind: undefined,
    event: undefined,
    requestId: '67507ad05e593173d0313e0f',
    ...changes,
  };
}

/** Names a step of a delivery by what people know it by. */
export async function keyOf(inbox: Inbox, id: string, step: string): Promise<StepKey> {
  const [entry] = await inbox.find(id);
  if (entry === undefined) throw new Error(`there is no delivery ${id}`);
  return { sequence: entry.sequence, id, step };
}
