/** Prints what an endpoint answered to test deliveries, and at the end a summary. */
import type { Context } from '../../context/context.ts';
import { redirectOf } from '../../lib/net/redirect.ts';
import { isAccepted, type TestAnswer } from '../../webhooks/testing/test-answer.ts';
import { CliError } from '../../errors.ts';
import { renderTestAnswer, testAnswerJson } from '../../output/webhooks/test-answer.ts';
import type { TestTarget } from '../../webhooks/testing/test-target.ts';
import { formatDuration } from '../../lib/text/numbers.ts';

interface AnsweredDelivery {
  /** `svix-id`; `undefined` for a recorded request without one. */
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly requestId: string | undefined;
  /** The file it was read from. */
  readonly file?: string | undefined;
  readonly answer: TestAnswer;
}

export interface TriggerReportFacts {
  readonly target: TestTarget;
  /** What makes a correct receiver reject the deliveries: `with a bad signature`; `undefined` for valid ones. */
  readonly flaw: string | undefined;
  /** Whether there is one delivery only: its answer is printed at length. */
  readonly single: boolean;
  /** The hint when the signature is rejected. */
  readonly whenRejected: string;
}

export async function createTriggerReport(
  { output }: Context,
  { target, flaw, single, whenRejected }: TriggerReportFacts,
) {
  const style = await output.style();
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
      await output.lines(renderTestAnswer(answer, { names, long: single, style }));
    },
    /** Throws `CliError`: `failed` when an answer was not 2xx, else `unavailable` when there was none. */
    async end(): Promise<void> {
      const accepted = answers.filter(isAccepted);
      if (!single) await output.note(`${answers.length} sent, ${accepted.length} accepted${timesOf(answers)}`);
      if (flaw !== undefined && accepted.length > 0) {
        await output.warn(`${target.shown} accepts a delivery ${flaw}: it does not check its webhooks as it must`);
      }
      const rejected = answers.filter((answer) => answer.status !== undefined && !isAccepted(answer));
      const unanswered = answers.filter(({ status }) => status === undefined);
      const [first] = rejected.length > 0 ? rejected : unanswered;
      if (first !== undefined) throw failureOf(first, rejected.length + unanswered.length);
    },
  };

  function failureOf(first: TestAnswer, count: number): CliError {
    const summary = `${count} of ${answers.length} deliveries were not accepted`;
    if (first.status === undefined) {
      return new CliError('unavailable', single ? `${target.shown}: ${first.error}` : `${summary}: ${first.error}`, {
        code: 'target_dead',
        hint: 'start the service, and look at port and path',
      });
    }
    const hint = hintFor(first.status, first.location);
    return new CliError('failed', single ? `${target.shown} answered ${first.status}` : summary, {
      code: 'not_accepted',
      status: first.status,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  function hintFor(status: number, location: string | undefined): string | undefined {
    if (status >= 400 && status <= 499 && flaw !== undefined) {
      return `so it should be: a correct receiver refuses a delivery ${flaw}`;
    }
    if (status >= 300 && status <= 399) {
      const place = redirectOf({ location }, target.url)?.url.href;
      const fix = place === undefined ? 'give the address that answers itself' : `use --to ${place}`;
      return `Svix does not follow redirects: ${fix}`;
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
