/** The messages of the sandbox: publishes one for each finished job, and sends old ones again. */
import type { SandboxEnvironment } from '../environment.ts';
import { createSvixId } from '../../ids.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';
import { type PayloadShape, payloadText } from '../../webhooks/payload.ts';
import { createDeliverer, settleDelivery } from './deliverer.ts';
import { createEndpointHealth } from './endpoint-health.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { eventTypeFor } from './event-pattern.ts';
import type { EndpointDelivery, Message } from './message.ts';

/** Beyond this many the oldest settled messages are forgotten. */
const MAX_MESSAGES = 10_000;

export function createOutbox(environment: SandboxEnvironment, endpoints: Endpoints, payloadShape: PayloadShape) {
  const { clock, emit, randomBytes } = environment;
  const messages = new Map<string, Message>();
  const health = createEndpointHealth(environment, (endpointId) => disable(endpointId, 'failed for five days'));
  const deliverer = createDeliverer(environment, endpoints, health, disable);

  /** Stops sending to the endpoint. */
  function disable(endpointId: string, reason: string): void {
    const endpoint = endpoints.find(endpointId);
    if (endpoint === undefined || endpoint.disabled !== undefined) return;
    endpoints.setDisabled(endpointId, reason);
    health.clear(endpointId);
    for (const delivery of deliveriesTo(endpointId)) {
      if (delivery.status === 'pending') settleDelivery(delivery, 'failed');
    }
    emit({ type: 'endpoint-disabled', endpointId, url: maskUrl(endpoint.url), reason });
  }

  function deliveriesTo(endpointId: string, since = 0): readonly EndpointDelivery[] {
    return [...messages.values()]
      .filter(({ createdAt }) => createdAt >= since)
      .flatMap(({ deliveries }) => deliveries.filter((delivery) => delivery.endpointId === endpointId));
  }

  return {
    /** Sends the event of a finished job, or of one that does not exist, to every endpoint that subscribes to it. */
    publish(
      { kind, siteName, requestId }: Pick<Message, 'kind' | 'siteName' | 'requestId'>,
      id = createSvixId('msg', randomBytes),
    ): Message {
      const deliveries = endpoints.list().flatMap((endpoint) => {
        const eventType = eventTypeFor(endpoint.events, kind, siteName);
        if (eventType === undefined) return [];
        return [createDelivery(id, endpoint, eventType, payloadText(payloadShape, eventType, requestId))];
      });
      const message: Message = { id, kind, siteName, requestId, createdAt: clock.now(), deliveries };
      messages.set(id, message);
      forgetOldest(messages);
      for (const delivery of deliveries) if (delivery.status === 'pending') deliverer.start(delivery);
      return message;
    },
    /** The oldest first. */
    messages: (): readonly Message[] => [...messages.values()],
    find: (messageId: string) => messages.get(messageId),
    /**
     * Tries once more, under the same id, at each endpoint of the message, disabled or not, or only at the given
     * one. Returns the number of endpoints. There are no retries.
     */
    resend({ deliveries }: Message, endpointId?: string) {
      const chosen = deliveries.filter((delivery) => endpointId === undefined || endpointId === delivery.endpointId);
      deliverer.tryOnce(chosen);
      return chosen.length;
    },
    /** Sends the endpoint once more all that it missed and that was created at `since` or later; returns how many. */
    recover(endpointId: string, since: number) {
      const missed = deliveriesTo(endpointId, since).filter(({ status }) => status !== 'succeeded');
      deliverer.tryOnce(missed);
      return missed.length;
    },
    /** Forgets all; nothing of it is sent any more. */
    reset() {
      for (const { deliveries } of messages.values()) {
        for (const delivery of deliveries) if (delivery.status === 'pending') settleDelivery(delivery, 'failed');
      }
      messages.clear();
    },
    disable,
    enable(endpointId: string) {
      health.clear(endpointId);
      endpoints.setDisabled(endpointId, undefined);
    },
  };
}

export type Outbox = ReturnType<typeof createOutbox>;

/** What an endpoint misses while it is disabled can be recovered later. */
function createDelivery(messageId: string, endpoint: Endpoint, eventType: string, body: string): EndpointDelivery {
  return {
    messageId,
    endpointId: endpoint.id,
    url: endpoint.url,
    eventType,
    body,
    status: endpoint.disabled === undefined ? 'pending' : 'failed',
    attempts: [],
    nextAttemptAt: undefined,
    ended: new AbortController(),
  };
}

function forgetOldest(messages: Map<string, Message>): void {
  for (const [id, { deliveries }] of messages) {
    if (messages.size <= MAX_MESSAGES) return;
    if (deliveries.every(({ status }) => status !== 'pending')) messages.delete(id);
  }
}
