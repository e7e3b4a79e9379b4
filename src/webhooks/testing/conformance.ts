/** Runs all conformance checks against an endpoint, one after the other. */
import type { ConformanceReport, ConformanceResult } from './conformance-report.ts';
import { createRequestId, type RandomBytes } from '../../ids.ts';
import type { TestAnswer } from './test-answer.ts';
import type { PayloadShape } from '../payload.ts';
import { CHECK_NAMES, VALID, type CheckTools, type ConformanceCheck } from './conformance-checks.ts';
import type { Verdict } from './conformance-verdict.ts';
import { attemptTest, type AttemptTools } from './test-attempt.ts';
import { oddPayloadOf, payloadOf } from './test-body.ts';
import type { MakeDelivery } from './test-delivery.ts';
import { noAnswer, type TestTarget } from './test-target.ts';

export interface ConformanceOptions extends AttemptTools {
  readonly target: TestTarget;
  /** In the order of {@link CONFORMANCE_CHECKS}; the others are skipped. */
  readonly checks: readonly ConformanceCheck[];
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
  const attempt = async (send: (tools: CheckTools) => Promise<readonly TestAnswer[]>) => {
    const isFirst = allAnswers.length === 0;
    const answers = await send(tools);
    const [first] = answers;
    if (isFirst && first?.status === undefined) {
      if (first?.reached !== true) throw noAnswer(target, first?.error ?? 'no answer');
      hangs = first.late;
    }
    return answers;
  };

  for (const [index, check] of options.checks.entries()) {
    await options.onCheck?.(check.title, index + 1, options.checks.length);
    if (check.send === undefined) {
      // Where only such checks are asked for, there is one delivery to evaluate.
      if (allAnswers.length === 0) await attempt(VALID.send);
      results.push(resultOf(check, check.evaluate(allAnswers, timeoutMs), []));
      continue;
    }
    if (hangs) {
      results.push(resultOf(check, { passed: false, received: 'not tried: the first delivery got no answer' }, []));
      continue;
    }
    const answers = await attempt(check.send);
    results.push(resultOf(check, check.evaluate(answers), answers));
  }
  const skipped = CHECK_NAMES.filter((name) => !results.some((result) => result.name === name));
  return { url: target.shown, timeoutMs, results, skipped };
}

function resultOf(
  { name, title, sent, why, required, ...check }: ConformanceCheck,
  { passed, received, excerpt, remark, expected = check.expected }: Verdict,
  answers: readonly TestAnswer[],
): ConformanceResult {
  return { name, title, required, passed, sent, expected, why, received, excerpt, remark, answers };
}
