/** Signed webhooks on their way: each is tried until it is taken, the schedule ends, or the endpoint is disabled. */
import { underSignals } from '../../lib/async/any-signal.ts';
import type { Http } from '../../lib/net/http.ts';
import type { Kind } from '../../kinds.ts';
import type { Clock } from '../../platform/host.ts';
import type { Background } from '../jobs/background.ts';
import { type AttemptResult, attemptDelivery } from './delivery-attempt.ts';
import { createEndpointHealth } from './endpoint-health.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { eventTypeFor } from './event-pattern.ts';
import type { FaultInjector } from '../faults.ts';
import { createSvixId, type RandomBytes } from '../../ids.ts';
import type { Attempt, EndpointDelivery, Message, Trigger } from './message.ts';
import type { OnSandboxEvent } from '../events.ts';
import type { Random } from '../../lib/seeded-random.ts';
import type { TimeScale } from './time-scale.ts';
import { createReorder } from './reorder.ts';
import { retryDelay } from './retry-schedule.ts';
import { createSecret } from './secret.ts';
import { signatureOf } from './sign.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';
import { type PayloadShape, payloadText } from '../../webhooks/payload.ts';

/** The oldest messages that are settled are forgotten beyond so many. */
const KEPT_MESSAGES = 10_000;

export interface Outbox {
  /** Sends the event of a finished job to every endpoint that takes it. */
  publish(job: { readonly kind: Kind; readonly siteName: string; readonly requestId: string }): Message;
  /** The oldest first. */
  messages(): readonly Message[];
  find(messageId: string): Message | undefined;
  /**
   * Tries once more, under the same id, at each endpoint of the message, disabled or not (or at the one
   * named). Returns how many that are. Not retried when it fails.
   */
  resend(message: Message, endpointId?: string): number;
  /** Sends once more all that the endpoint did not get and that was created at `since` or later; returns how many. */
  recover(endpointId: string, since: number): number;
  /** Nothing is sent to the endpoint any more. */
  disable(endpointId: string, reason: string): void;
  enable(endpointId: string): void;
}

export interface OutboxFacts {
  readonly clock: Clock;
  readonly http: Http;
  readonly randomBytes: RandomBytes;
  readonly random: Random;
  readonly timeScale: TimeScale;
  readonly injector: FaultInjector;
  readonly endpoints: Endpoints;
  readonly payloadShape: PayloadShape;
  readonly background: Background;
  readonly emit: OnSandboxEvent;
}

export function createOutbox(facts: OutboxFacts): Outbox {
  const { clock, timeScale, injector, endpoints, background, emit, randomBytes } = facts;
  const messages = new Map<string, Message>();
  const reorder = createReorder(timeScale, injector);
  const health = createEndpointHealth(facts, (endpointId) => disable(endpointId, 'failed for five days'));

  function disable(endpointId: string, reason: string): void {
    const endpoint = endpoints.find(endpointId);
    if (endpoint === undefined || endpoint.disabled !== undefined) return;
    endpoints.setDisabled(endpointId, reason);
    health.clear(endpointId);
    for (const delivery of deliveriesTo(endpointId)) if (delivery.status === 'pending') settle(delivery, 'failed');
    emit({ type: 'endpoint-disabled', endpointId, url: maskUrl(endpoint.url), reason });
  }

  function* deliveriesTo(endpointId: string): Generator<EndpointDelivery> {
    for (const message of messages.values()) {
      for (const delivery of message.deliveries) if (delivery.endpointId === endpointId) yield delivery;
    }
  }

  /** One attempt, recorded. What follows from it is for the caller, but for the wish to be disabled. */
  async function attempt(delivery: EndpointDelivery, trigger: Trigger): Promise<AttemptResult> {
    const at = clock.now();
    const signable = { id: delivery.messageId, timestamp: Math.floor(at / 1000), body: delivery.body };
    const secrets = injector.shouldInject('bad-signature')
      ? [createSecret(randomBytes)]
      : endpoints.secretsOf(delivery.endpointId);
    const headers = {
      'svix-id': signable.id,
      'svix-timestamp': String(signable.timestamp),
      'svix-signature': signatureOf(signable, secrets),
    };
    const webhook = { url: delivery.url, headers, body: delivery.body };
    const result = await attemptDelivery(facts, webhook, background.signal);
    const succeeded = result.error === undefined;
    const { status, error, answer, duration } = result;
    const id = createSvixId('atmpt', randomBytes);
    const record: Attempt = { id, at, trigger, succeeded, status, error, answer, duration };
    delivery.attempts.push(record);
    if (succeeded) {
      health.clear(delivery.endpointId);
      settle(delivery, 'succeeded');
    } else if (result.wish !== 'disable') {
      health.failed(delivery.endpointId);
    }
    if (trigger === 'scheduled' && delivery.status === 'pending') plan(delivery, result);
    emit({
      type: 'attempt',
      messageId: delivery.messageId,
      endpointId: delivery.endpointId,
      url: maskUrl(delivery.url),
      eventType: delivery.eventType,
      number: delivery.attempts.length,
      attempt: record,
      nextAttemptAt: delivery.nextAttemptAt,
    });
    if (result.wish === 'disable') disable(delivery.endpointId, 'the receiver asked for it');
    return result;
  }

  /** Sets the time of the next attempt, or settles the delivery as failed. */
  function plan(delivery: EndpointDelivery, result: AttemptResult): void {
    const failures = delivery.attempts.filter(({ trigger }) => trigger === 'scheduled').length;
    const delay = retryDelay(failures, { random: facts.random.next(), retryAfter: result.retryAfter });
    if (delay === undefined || result.wish !== undefined) settle(delivery, 'failed');
    else delivery.nextAttemptAt = clock.now() + timeScale.real(delay);
  }

  /** The whole life of a delivery. */
  function follow(delivery: EndpointDelivery): Promise<void> {
    return underSignals([delivery.ended.signal, background.signal], (signal) => followUntil(delivery, signal));
  }

  async function followUntil(delivery: EndpointDelivery, signal: AbortSignal): Promise<void> {
    const tried = await unlessEnded(delivery, reorder.turn(delivery.endpointId, signal));
    if (tried === undefined) return;
    if (injector.shouldInject('duplicate')) {
      background.start(async () => {
        await attempt(delivery, 'duplicate');
      });
    }
    await attempt(delivery, 'scheduled');
    tried();
    while (delivery.status === 'pending') {
      await unlessEnded(delivery, clock.sleep(Math.max(0, (delivery.nextAttemptAt ?? 0) - clock.now()), signal));
      if (delivery.ended.signal.aborted) return;
      delivery.nextAttemptAt = undefined;
      await attempt(delivery, 'scheduled');
    }
  }

  function once(deliveries: readonly EndpointDelivery[]): number {
    background.start(async () => {
      for (const delivery of deliveries) await attempt(delivery, 'manual');
    });
    return deliveries.length;
  }

  return {
    publish({ kind, siteName, requestId }) {
      const id = createSvixId('msg', randomBytes);
      const deliveries = endpoints.list().flatMap((endpoint) => {
        const eventType = eventTypeFor(endpoint.events, kind, siteName);
        if (eventType === undefined) return [];
        return [createDelivery(id, endpoint, eventType, payloadText(facts.payloadShape, eventType, requestId))];
      });
      const message: Message = { id, kind, siteName, requestId, createdAt: clock.now(), deliveries };
      messages.set(id, message);
      forgetOldest(messages);
      for (const delivery of deliveries) if (delivery.status === 'pending') background.start(() => follow(delivery));
      return message;
    },
    messages: () => [...messages.values()],
    find: (messageId) => messages.get(messageId),
    resend: ({ deliveries }, endpointId) =>
      once(deliveries.filter((delivery) => endpointId === undefined || endpointId === delivery.endpointId)),
    recover(endpointId, since) {
      const missed = [...messages.values()].filter(({ createdAt }) => createdAt >= since);
      return once(
        missed.flatMap(({ deliveries }) =>
          deliveries.filter((delivery) => delivery.endpointId === endpointId && delivery.status !== 'succeeded'),
        ),
      );
    },
    disable,
    enable(endpointId) {
      health.clear(endpointId);
      endpoints.setDisabled(endpointId, undefined);
    },
  };
}

/** `undefined` when the delivery was settled meanwhile, by a resend or because its endpoint was disabled. */
async function unlessEnded<Value>({ ended }: EndpointDelivery, wait: Promise<Value>): Promise<Value | undefined> {
  try {
    return await wait;
  } catch (error) {
    if (!ended.signal.aborted) throw error;
    return undefined;
  }
}

function settle(delivery: EndpointDelivery, status: 'succeeded' | 'failed'): void {
  delivery.status = status;
  delivery.nextAttemptAt = undefined;
  delivery.ended.abort();
}

/** A message of the time when its endpoint was disabled can be had by recovering. */
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
    if (messages.size <= KEPT_MESSAGES) return;
    if (deliveries.every(({ status }) => status !== 'pending')) messages.delete(id);
  }
}
