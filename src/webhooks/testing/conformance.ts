/** Runs all conformance checks against an endpoint, one after the other. */
import type { ConformanceReport, ConformanceResult } from './conformance-report.ts';
import { createRequestId, type RandomBytes } from '../../ids.ts';
import type { TestAnswer } from './test-answer.ts';
import type { PayloadShape } from '../payload.ts';
import { CliError } from '../../errors.ts';
import { CONFORMANCE_CHECKS, type CheckTools, type ConformanceCheck } from './conformance-checks.ts';
import type { Verdict } from './conformance-verdict.ts';
import { attemptTest, type AttemptTools } from './test-attempt.ts';
import { oddPayloadOf, payloadOf } from './test-body.ts';
import type { MakeDelivery } from './test-delivery.ts';
import type { TestTarget } from './test-target.ts';

export interface ConformanceOptions extends AttemptTools {
  readonly target: TestTarget;
  readonly make: MakeDelivery;
  readonly randomBytes: RandomBytes;
  readonly payloadShape: PayloadShape;
  /** The type that rich payloads name. */
  readonly event: string;
  /** The request that all payloads name. Default: a new one for each, which does not exist. */
  readonly requestId?: string | undefined;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly stop: AbortSignal;
  /** Called before each check. */
  readonly onCheck?: ((title: string, number: number, of: number) => Promise<void>) | undefined;
}

/** How much longer a late answer is waited for, so that being late fails one check and not all of them. */
const EXTRA_WAIT_MS = 5000;

/**
 * Rejects with `CliError` `unavailable` when nothing listens at the address. Otherwise a missing answer fails its check.
 * When the very first delivery gets no answer in time, the others are not sent, as that would take minutes.
 */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceReport> {
  const { target, clock, randomBytes, make, event, payloadShape, timeoutMs, stop } = options;
  const allAnswers: TestAnswer[] = [];
  const requestId = (): string => options.requestId ?? createRequestId(clock.now(), randomBytes);
  const tools: CheckTools = {
    payload: (shape = payloadShape) => payloadOf(shape, event, requestId()),
    oddPayload: () => oddPayloadOf(payloadShape, event, requestId()),
    make,
    randomBase64: (bytes) => Buffer.from(randomBytes(bytes)).toString('base64'),
    async send(delivery) {
      const answer = await attemptTest(options, target, delivery, { timeoutMs: timeoutMs + EXTRA_WAIT_MS, stop });
      allAnswers.push(answer);
      return answer;
    },
  };

  const results: ConformanceResult[] = [];
  let hangs = false;
  for (const [index, check] of CONFORMANCE_CHECKS.entries()) {
    await options.onCheck?.(check.title, index + 1, CONFORMANCE_CHECKS.length);
    if (check.send === undefined) {
      results.push(resultOf(check, check.evaluate(allAnswers, timeoutMs), []));
      continue;
    }
    if (hangs) {
      results.push(resultOf(check, { passed: false, received: 'not tried: the first delivery got no answer' }, []));
      continue;
    }
    const answers = await check.send(tools);
    const [first] = answers;
    if (index === 0 && first?.status === undefined) {
      if (first?.reached !== true) throw noAnswer(target, first?.error ?? 'no answer');
      hangs = first.late;
    }
    results.push(resultOf(check, check.evaluate(answers), answers));
  }
  return { url: target.shown, timeoutMs, results };
}

function resultOf(
  { name, title, sent, why, ...check }: ConformanceCheck,
  { passed, received, excerpt, remark, expected = check.expected }: Verdict,
  answers: readonly TestAnswer[],
): ConformanceResult {
  return { name, title, passed, sent, expected, why, received, excerpt, remark, answers };
}

function noAnswer({ shown }: TestTarget, error: string): CliError {
  return new CliError('unavailable', `${shown} does not answer: ${error}`, {
    code: 'target_dead',
    hint: 'start the service, and look at port and path',
  });
}
