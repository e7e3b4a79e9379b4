/** Delivers messages to endpoints: each is tried until it is accepted, the schedule ends, or the endpoint is disabled. */
import type { SandboxEnvironment } from '../environment.ts';
import { withAnySignal } from '../../lib/async/any-signal.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';
import { createRandom } from '../../lib/seeded-random.ts';
import { createSvixId } from '../../ids.ts';
import { createWebhookSecret } from '../../settings/secret.ts';
import { signDelivery } from '../../webhooks/signature.ts';
import { type AttemptResult, attemptDelivery } from './delivery-attempt.ts';
import type { EndpointHealth } from './endpoint-health.ts';
import type { Endpoints } from './endpoints.ts';
import type { Attempt, EndpointDelivery, Trigger } from './message.ts';
import { createReorder } from './reorder.ts';
import { retryDelay } from './retry-schedule.ts';
import { parseEndpointSecret } from './secret.ts';

/** `disable` is called for an endpoint that asks for it. */
export function createDeliverer(
  environment: SandboxEnvironment,
  endpoints: Endpoints,
  health: EndpointHealth,
  disable: (endpointId: string, reason: string) => void,
) {
  const { clock, timeScale, injector, background, emit, randomBytes } = environment;
  const random = createRandom(environment.seed);
  const reorder = createReorder(environment);

  function headersFor({ messageId: id, endpointId, body }: EndpointDelivery, at: number): Record<string, string> {
    const timestamp = Math.floor(at / 1000);
    const secrets = injector.shouldInject('bad-signature')
      ? [createWebhookSecret(randomBytes)]
      : endpoints.secretsOf(endpointId);
    const unsigned = { id, timestamp, body: Buffer.from(body) };
    return {
      'svix-id': id,
      'svix-timestamp': String(timestamp),
      'svix-signature': secrets.map((secret) => signDelivery(parseEndpointSecret(secret), unsigned)).join(' '),
    };
  }

  /** One attempt, recorded, with all that follows from its result. */
  async function attempt(delivery: EndpointDelivery, trigger: Trigger): Promise<void> {
    const { messageId, endpointId, url, eventType, body, attempts } = delivery;
    const at = clock.now();
    const headers = headersFor(delivery, at);
    const result = await attemptDelivery(environment, { url, headers, body }, background.signal);
    const succeeded = result.outcome.error === undefined;
    const record: Attempt = {
      id: createSvixId('atmpt', randomBytes),
      at,
      trigger,
      headers,
      succeeded,
      ...result.outcome,
    };
    attempts.push(record);
    if (succeeded) {
      health.clear(endpointId);
      settleDelivery(delivery, 'succeeded');
    } else if (result.directive !== 'disable') {
      health.failed(endpointId);
    }
    if (trigger === 'scheduled' && delivery.status === 'pending') planNext(delivery, result);
    emit({
      type: 'attempt',
      messageId,
      endpointId,
      url: maskUrl(url),
      eventType,
      number: attempts.length,
      attempt: record,
      nextAttemptAt: delivery.nextAttemptAt,
    });
    if (result.directive === 'disable') disable(endpointId, 'the receiver asked for it');
  }

  /** Sets the time of the next attempt, or settles the delivery as failed. */
  function planNext(delivery: EndpointDelivery, { retryAfter, directive }: AttemptResult): void {
    const failures = delivery.attempts.filter(({ trigger }) => trigger === 'scheduled').length;
    const delay = retryDelay(failures, { random: random.next(), retryAfter });
    if (delay === undefined || directive !== undefined) settleDelivery(delivery, 'failed');
    else delivery.nextAttemptAt = clock.now() + timeScale.real(delay);
  }

  async function followSchedule(delivery: EndpointDelivery, signal: AbortSignal): Promise<void> {
    const tried = await unlessEnded(delivery, reorder(delivery.endpointId, signal));
    if (tried === undefined) return;
    if (injector.shouldInject('duplicate')) background.start(() => attempt(delivery, 'duplicate'));
    await attempt(delivery, 'scheduled');
    tried();
    while (delivery.status === 'pending') {
      await unlessEnded(delivery, clock.sleep(Math.max(0, (delivery.nextAttemptAt ?? 0) - clock.now()), signal));
      if (delivery.ended.signal.aborted) return;
      delivery.nextAttemptAt = undefined;
      await attempt(delivery, 'scheduled');
    }
  }

  return {
    /** Follows the schedule in the background. */
    start(delivery: EndpointDelivery) {
      const sources = [delivery.ended.signal, background.signal];
      background.start(() => withAnySignal(sources, (signal) => followSchedule(delivery, signal)));
    },
    /** Tries each once, one after the other, in the background. */
    tryOnce(deliveries: readonly EndpointDelivery[]) {
      background.start(async () => {
        for (const delivery of deliveries) await attempt(delivery, 'manual');
      });
    },
  };
}

/** No attempt of the schedule follows. */
export function settleDelivery(delivery: EndpointDelivery, status: 'succeeded' | 'failed'): void {
  delivery.status = status;
  delivery.nextAttemptAt = undefined;
  delivery.ended.abort();
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
