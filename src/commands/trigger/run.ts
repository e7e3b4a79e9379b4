/** The work of `optipick trigger`. */
import { mapBounded } from '../../lib/async/pool.ts';
import type { Context } from '../../app/context.ts';
import { createRequestId } from '../../ids.ts';
import { readPayload } from '../../webhooks/delivery.ts';
import { attemptTest } from '../../webhooks/testing/test-attempt.ts';
import { payloadOf } from '../../webhooks/testing/test-body.ts';
import {
  createDeliveryMaker,
  type DeliveryWish,
  type SignatureEntry,
  SKEW_SECONDS,
} from '../../webhooks/testing/test-delivery.ts';
import { readTestTarget, type TestTarget } from '../../webhooks/testing/test-target.ts';
import { bodyOfData } from './body.ts';
import { modeOf } from './modes.ts';
import { createTriggerReport } from './report.ts';
import { createEndpointRedaction, webhookSecrets } from '../shared/webhook-secrets.ts';
import type { TriggerFlags } from './command.ts';

const IS_IT_THE_SECRET = 'is the secret that of this endpoint? Try all it must do with: optipick trigger --suite';

/** Throws the failure that speaks for all, after what was answered is shown. */
export async function trigger(context: Context, event: string | undefined, flags: TriggerFlags): Promise<void> {
  const mode = modeOf(event, flags, context.output.json);
  const target = readTestTarget(flags.to, flags.yes ?? false);
  if (mode === 'suite') {
    const { runSuite } = await import('./suite.ts');
    await runSuite(context, target, event, flags);
  } else if (mode === 'replay') {
    const { replay } = await import('./replay.ts');
    await replay(context, target, flags.replay ?? '', flags);
  } else {
    await send(context, target, event ?? '', flags);
  }
}

async function send(context: Context, target: TestTarget, event: string, flags: TriggerFlags): Promise<void> {
  const { host, stop } = context;
  const randomBytes = (size: number): Uint8Array => host.randomBytes(size);
  const given = flags.data === undefined ? undefined : await bodyOfData(context, flags.data);
  const signatures = signaturesOf(flags);
  const signing = signatures.includes('own')
    ? await webhookSecrets(context, flags.secretFile, 'to sign with')
    : undefined;
  const secrets = signing?.secrets ?? [];
  const make = createDeliveryMaker({ secrets, clock: host.clock, randomBytes });
  const redact = await createEndpointRedaction(context, target, signing);
  const tools = { http: await host.http(), clock: host.clock, redact };
  const report = await createTriggerReport(context, {
    target,
    flaw: flawOf(flags),
    single: isSingle(flags),
    whenRefused: IS_IT_THE_SECRET,
  });

  const sendMessage = async (): Promise<void> => {
    const requestIdSent = flags.requestId ?? createRequestId(host.clock.now(), randomBytes);
    const body = given ?? payloadOf(flags.payloadShape ?? 'id', event, requestIdSent);
    const wish: DeliveryWish = {
      body,
      signatures,
      skewSeconds: flags.stale === true ? -SKEW_SECONDS : flags.future === true ? SKEW_SECONDS : 0,
      headerNames: flags.webhookHeaders === true ? 'webhook' : 'svix',
      altered: flags.alteredBody ?? false,
    };
    const delivery = await make(wish);
    const { requestId } = readPayload(delivery.body);
    const attempt = async (): Promise<void> => {
      const options = { timeoutMs: flags.timeout, slow: flags.slowBody ?? false, stop };
      const answer = await attemptTest(tools, target, delivery, options);
      await report.answered({ id: delivery.id, event, requestId, answer });
    };
    await Promise.all(flags.duplicate === true ? [attempt(), attempt()] : [attempt()]);
  };

  const messages = Array.from({ length: flags.repeat ?? 1 }, (_, index) => index);
  for await (const _ of mapBounded(messages, flags.concurrency ?? 1, sendMessage)) stop.throwIfAborted();
  await report.end();
}

function signaturesOf({ signature, badSignature, twoSignatures }: TriggerFlags): readonly SignatureEntry[] {
  if (!signature) return [];
  if (badSignature === true) return ['foreign'];
  return twoSignatures === true ? ['foreign', 'own'] : ['own'];
}

/** What is wrong with it on purpose, so that a correct receiver refuses it. */
function flawOf({ signature, badSignature, stale, future, alteredBody }: TriggerFlags): string | undefined {
  if (!signature) return 'without signature';
  if (badSignature === true) return 'with a bad signature';
  if (alteredBody === true) return 'with an altered body';
  if (stale === true) return 'ten minutes old';
  return future === true ? 'ten minutes in the future' : undefined;
}

function isSingle({ repeat = 1, duplicate = false }: TriggerFlags): boolean {
  return repeat === 1 && !duplicate;
}
