/** Endpoints, messages and attempts as the sandbox's own calls return them. */
import { KINDS } from '../../kinds.ts';
import type { Endpoint } from '../webhooks/endpoints.ts';
import type { Attempt, EndpointDelivery, Message } from '../webhooks/message.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';

export function endpointView({ id, url, events, createdAt, disabled }: Endpoint): object {
  return {
    id,
    url: maskUrl(url),
    events,
    disabled: disabled !== undefined,
    disabled_reason: disabled ?? null,
    created_at: new Date(createdAt).toISOString(),
  };
}

export function messageView({ id, kind, requestId, createdAt, deliveries }: Message): object {
  return {
    id,
    event_type: KINDS[kind].event,
    request_id: requestId,
    created_at: new Date(createdAt).toISOString(),
    deliveries: deliveries.map(deliveryView),
  };
}

function deliveryView({ endpointId, url, eventType, body, status, attempts, nextAttemptAt }: EndpointDelivery): object {
  return {
    endpoint_id: endpointId,
    url: maskUrl(url),
    event_type: eventType,
    payload: JSON.parse(body) as unknown,
    status,
    attempts: attempts.length,
    next_attempt_at: nextAttemptAt === undefined ? null : new Date(nextAttemptAt).toISOString(),
  };
}

/** The attempts of a message at all its endpoints, the oldest first. */
export function attemptViews(message: Message): object[] {
  return message.deliveries
    .flatMap((delivery) => delivery.attempts.map((attempt) => ({ delivery, attempt })))
    .sort((a, b) => a.attempt.at - b.attempt.at)
    .map(({ delivery, attempt }) => attemptView(message, delivery, attempt));
}

function attemptView(message: Message, delivery: EndpointDelivery, attempt: Attempt): object {
  return {
    id: attempt.id,
    message_id: message.id,
    endpoint_id: delivery.endpointId,
    url: maskUrl(delivery.url),
    timestamp: new Date(attempt.at).toISOString(),
    trigger: attempt.trigger,
    status: attempt.succeeded ? 'succeeded' : 'failed',
    response_status: attempt.status ?? null,
    response_body: attempt.answer,
    error: attempt.error ?? null,
    duration_ms: attempt.duration,
  };
}
