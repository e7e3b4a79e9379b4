/** Shows what an endpoint answered to test deliveries, and says in the end how it went. */
import type { Context } from '../../app/context.ts';
import { redirectOf } from '../../lib/net/redirect.ts';
import { isAccepted, type TestAnswer } from '../../webhooks/testing/test-answer.ts';
import { CliError } from '../../errors.ts';
import { renderTestAnswer, testAnswerJson } from '../../output/webhooks/test-answer.ts';
import type { TestTarget } from '../../webhooks/testing/test-target.ts';

export interface AnsweredDelivery {
  /** `svix-id`; `undefined` for a recorded request without one. */
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly requestId: string | undefined;
  /** The file it was read from. */
  readonly file?: string | undefined;
  readonly answer: TestAnswer;
}

export interface TriggerReport {
  answered(delivery: AnsweredDelivery): Promise<void>;
  /** Throws `CliError`: `failed` when an answer was not 2xx, else `unavailable` when there was none. */
  end(): Promise<void>;
}

export interface TriggerReportFacts {
  readonly target: TestTarget;
  /** What is wrong with the deliveries on purpose: `with a bad signature`. */
  readonly flaw: string | undefined;
  /** Only one delivery: its answer is shown at length. */
  readonly single: boolean;
  /** What to do when the signature is refused. */
  readonly whenRefused: string;
}

export async function createTriggerReport(
  { output }: Context,
  { target, flaw, single, whenRefused }: TriggerReportFacts,
): Promise<TriggerReport> {
  const style = await output.style();
  const seen: TestAnswer[] = [];
  return {
    async answered({ id, event, requestId, file, answer }) {
      seen.push(answer);
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
    async end() {
      const taken = seen.filter(isAccepted);
      if (!single) await output.note(`${seen.length} sent, ${taken.length} accepted${timesOf(seen)}`);
      if (flaw !== undefined && taken.length > 0) {
        await output.warn(`${target.shown} accepts a delivery ${flaw}: it does not check its webhooks as it must`);
      }
      const refused = seen.filter((answer) => answer.status !== undefined && !isAccepted(answer));
      const dead = seen.filter(({ status }) => status === undefined);
      const [first] = refused.length > 0 ? refused : dead;
      if (first !== undefined) throw failureOf(first, refused.length + dead.length);
    },
  };

  function failureOf(first: TestAnswer, count: number): CliError {
    const many = `${count} of ${seen.length} deliveries were not accepted`;
    if (first.status === undefined) {
      return new CliError('unavailable', single ? `${target.shown}: ${first.error}` : `${many}: ${first.error}`, {
        code: 'target_dead',
        hint: 'start the service, and look at port and path',
      });
    }
    const hint = hintFor(first.status, first.location);
    return new CliError('failed', single ? `${target.shown} answered ${first.status}` : many, {
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
      const remedy = place === undefined ? 'give the address that answers itself' : `use --to ${place}`;
      return `Svix does not follow redirects: ${remedy}`;
    }
    if (status === 404 || status === 405) return 'look at the path';
    if ([400, 401, 403].includes(status)) return whenRefused;
    return undefined;
  }
}

/** `, 3 ms in the middle, 40 ms at most` */
function timesOf(answers: readonly TestAnswer[]): string {
  const times = answers
    .filter(({ status }) => status !== undefined)
    .map(({ durationMs }) => durationMs)
    .sort((one, other) => one - other);
  const middle = times[Math.floor(times.length / 2)];
  return middle === undefined ? '' : `; time ${middle} ms (median), ${times.at(-1) ?? middle} ms (longest)`;
}
