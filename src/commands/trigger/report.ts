/** Prints what an endpoint answered to test deliveries, and at the end a summary. */
import type { Context } from '../../context/context.ts';
import { redirectOf } from '../../lib/net/redirect.ts';
import type { TestAnswer } from '../../webhooks/testing/test-answer.ts';
import type { ErrorCode } from '../../error-codes.ts';
import { CliError } from '../../errors.ts';
import { renderTestAnswer, testAnswerJson } from '../../output/webhooks/test-answer.ts';
import { formatDuration } from '../../lib/text/numbers.ts';
import { noAnswer, type TestTarget } from '../../webhooks/testing/test-target.ts';
import type { Expectation } from './expectation.ts';

interface AnsweredDelivery {
  /** `svix-id`; `undefined` for a recorded request without one. */
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly requestId: string | undefined;
  /** The file it was read from. */
  readonly file?: string | undefined;
  readonly answer: TestAnswer;
}

/** Of an answer that is not as expected, by why that was expected. */
const CODES = {
  valid: 'not_accepted',
  invalid: 'not_rejected',
  'asked for': 'not_expected',
} as const satisfies Readonly<Record<string, ErrorCode>>;

export interface TriggerReportFacts {
  readonly target: TestTarget;
  /** What makes a correct receiver reject the deliveries: `with a bad signature`; `undefined` for valid ones. */
  readonly flaw: string | undefined;
  readonly expectation: Expectation;
  /** Whether there is one delivery only: its answer is printed at length. */
  readonly single: boolean;
  /** The hint when the signature is rejected. */
  readonly whenRejected: string;
}

export async function createTriggerReport(
  { output }: Context,
  { target, flaw, expectation, single, whenRejected }: TriggerReportFacts,
) {
  const style = await output.style();
  const { width } = output;
  const answers: TestAnswer[] = [];
  return {
    async answered({ id, event, requestId, file, answer }: AnsweredDelivery): Promise<void> {
      answers.push(answer);
      if (output.json) {
        await output.record({
          v: 1,
          type: 'result',
          ...(file === undefined ? {} : { file }),
          id: id ?? null,
          event: event ?? null,
          request_id: requestId ?? null,
          url: target.shown,
          ...testAnswerJson(answer),
        });
        return;
      }
      const names = [id, file].filter((name) => name !== undefined);
      const passed = expectation.holds(answer);
      const remark = answer.status === undefined ? undefined : remarkOn(passed);
      await output.lines(renderTestAnswer(answer, { names, passed, remark, long: single, width, style }));
    },
    /** Throws `CliError`: `failed` for an unexpected answer, else `unavailable` when there was none. */
    async end(): Promise<void> {
      const expected = answers.filter((answer) => expectation.holds(answer));
      if (!single) await output.note(`${answers.length} sent, ${expected.length} ${outcome()}${timesOf(answers)}`);
      const misplaced = answers.find(({ status }) => status === 404 || status === 405);
      if (expectation.because === 'invalid' && misplaced !== undefined) {
        await output.warn(
          `${misplaced.status} may also mean that no webhook is received at this path: what does not verify is rejected with 400 or 401`,
        );
      }
      const unexpected = answers.filter((answer) => answer.status !== undefined && !expectation.holds(answer));
      const unanswered = answers.filter(({ status }) => status === undefined);
      const [first] = unexpected.length > 0 ? unexpected : unanswered;
      if (first !== undefined) throw failureOf(first, unexpected.length + unanswered.length);
    },
  };

  function outcome(): string {
    if (expectation.because === 'asked for') return `answered ${expectation.status}`;
    return expectation.because === 'invalid' ? 'rejected' : 'accepted';
  }

  function remarkOn(passed: boolean): string | undefined {
    if (!passed) return `should be ${expectation.status}`;
    if (expectation.because === undefined) return undefined;
    return expectation.because === 'invalid' ? 'rejected, as it should be' : 'as expected';
  }

  function failureOf(first: TestAnswer, count: number): CliError {
    const summary = `${count} of ${answers.length} deliveries were not ${outcome()}`;
    if (first.status === undefined) {
      return noAnswer(target, single ? first.error : `${summary} (${first.error})`);
    }
    const hint = hintFor(first.status, first.location);
    const subject = flaw === undefined ? '' : ` to a delivery ${flaw}`;
    const expected = expectation.because === undefined ? '' : `${subject}, not ${expectation.status}`;
    return new CliError('failed', single ? `${target.shown} answered ${first.status}${expected}` : summary, {
      code: CODES[expectation.because ?? 'valid'],
      status: first.status,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  function hintFor(status: number, location: string | undefined): string | undefined {
    if (expectation.because === 'asked for') return undefined;
    if (status >= 300 && status <= 399) {
      const place = redirectOf({ location }, target.url)?.url.href;
      const fix = place === undefined ? 'give the address that answers itself' : `use --to ${place}`;
      return `Svix does not follow redirects: ${fix}`;
    }
    if (expectation.because === 'invalid') {
      return status < 300
        ? 'verify the signature and the timestamp before anything else, and reject with 400 or 401'
        : 'reject what does not verify with 400 or 401';
    }
    if (status === 404 || status === 405) return 'look at the path';
    if ([400, 401, 403].includes(status)) return whenRejected;
    return undefined;
  }
}

/** `; time 3 ms (median), 40 ms (longest)`; empty without answers. */
function timesOf(answers: readonly TestAnswer[]): string {
  const times = answers
    .filter(({ status }) => status !== undefined)
    .map(({ durationMs }) => durationMs)
    .sort((one, other) => one - other);
  const median = times[Math.floor(times.length / 2)];
  return median === undefined
    ? ''
    : `; time ${formatDuration(median)} (median), ${formatDuration(times.at(-1) ?? median)} (longest)`;
}
