/** The work of `optipick trigger`. */
import { mapBounded } from '../../lib/async/pool.ts';
import type { Context } from '../../context/context.ts';
import { createRequestId, type RandomBytes } from '../../ids.ts';
import { readPayload } from '../../webhooks/read-payload.ts';
import { attemptTest } from '../../webhooks/testing/test-attempt.ts';
import { payloadOf } from '../../webhooks/testing/test-body.ts';
import { createDeliveryMaker } from '../../webhooks/testing/test-delivery.ts';
import { bodyOfData } from './body.ts';
import { parseTriggerFlags, type SendPlan, type TriggerFlags } from './flags.ts';
import { createTriggerReport } from './report.ts';
import { createEndpointRedaction, webhookSecrets } from '../shared/webhook-secrets.ts';

const IS_IT_THE_SECRET = 'is the secret that of this endpoint? Try all it must do with: optipick trigger --suite';

/** Prints each answer, and throws the `CliError` that stands for all failures at the end. */
export async function trigger(context: Context, event: string | undefined, flags: TriggerFlags): Promise<void> {
  const plan = parseTriggerFlags(event, flags, context.output.json);
  if (plan.mode === 'suite') {
    const { runSuite } = await import('./suite.ts');
    await runSuite(context, plan);
  } else if (plan.mode === 'replay') {
    const { replay } = await import('./replay.ts');
    await replay(context, plan);
  } else {
    await send(context, plan);
  }
}

async function send(context: Context, plan: SendPlan): Promise<void> {
  const { host, stop } = context;
  const { target, event, timeoutMs, slow } = plan;
  const randomBytes: RandomBytes = (size) => host.randomBytes(size);
  const data = plan.data === undefined ? undefined : await bodyOfData(context, plan.data);
  const signing = plan.delivery.signatures.includes('own')
    ? await webhookSecrets(context, plan.secretFile, 'to sign with')
    : undefined;
  const marked = plan.requestId === undefined;
  const make = createDeliveryMaker({ secrets: signing?.secrets ?? [], clock: host.clock, randomBytes, marked });
  const redact = await createEndpointRedaction(context, target, signing);
  const tools = { http: await host.http(), clock: host.clock, redact };
  const report = await createTriggerReport(context, {
    target,
    flaw: plan.flaw,
    expectation: plan.expectation,
    single: plan.messages * plan.copies === 1,
    whenRejected: IS_IT_THE_SECRET,
  });

  const sendMessage = async (): Promise<void> => {
    const newPayload = (): Uint8Array =>
      payloadOf(plan.payloadShape, event, plan.requestId ?? createRequestId(host.clock.now(), randomBytes));
    const delivery = await make({ ...plan.delivery, body: data ?? newPayload() });
    const { requestId } = readPayload(delivery.body);
    const attempt = async (): Promise<void> => {
      const answer = await attemptTest(tools, target, delivery, { timeoutMs, slow, stop });
      await report.answered({ id: delivery.id, event, requestId, answer });
    };
    await Promise.all(Array.from({ length: plan.copies }, attempt));
  };

  const messages = Array.from({ length: plan.messages }, (_, index) => index);
  for await (const _ of mapBounded(messages, plan.concurrency, sendMessage)) stop.throwIfAborted();
  await report.end();
}
