/** Whether the answers to test deliveries are those of a correct receiver. Pure. */
import { isAccepted, isRejection, type TestAnswer } from './test-answer.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';
import { truncate } from '../../lib/text/truncate.ts';
import { formatDuration } from '../../lib/text/numbers.ts';

/** Characters of the endpoint's own text in a line. */
const MOST = 200;

export interface Verdict {
  readonly passed: boolean;
  /** What came back: statuses and times, in one line. */
  readonly received: string;
  /** The start of the wrong answer's body, which often says why. */
  readonly excerpt?: string | undefined;
  readonly remark?: string | undefined;
  /** Where the expected answer depends on the options. */
  readonly expected?: string | undefined;
}

/** What senders and dashboards read as "the signature is not valid". */
const USUAL_REJECTIONS: ReadonlySet<number> = new Set([400, 401, 403]);

export const ACCEPTED = '2xx';
export const REJECTED = '4xx (400 or 401)';

export function expectAccepted(answers: readonly TestAnswer[]): Verdict {
  return verdictOf(answers, isAccepted);
}

export function expectRejected(answers: readonly TestAnswer[]): Verdict {
  const verdict = verdictOf(answers, isRejection);
  const unusual = answers.find((answer) => isRejection(answer) && !USUAL_REJECTIONS.has(answer.status ?? 0));
  return unusual === undefined
    ? verdict
    : { ...verdict, remark: `${unusual.status} rejects it, but 400 or 401 says why` };
}

/** Of all answers of the suite the slowest decides. */
export function expectInTime(answers: readonly TestAnswer[], timeoutMs: number): Verdict {
  const late = answers.filter(
    (answer) => answer.durationMs > timeoutMs && (answer.status !== undefined || answer.late),
  );
  const slowest = Math.max(0, ...answers.map(({ durationMs }) => durationMs));
  const count = late.length === 0 ? '' : `, ${late.length} of ${answers.length} late`;
  return {
    passed: late.length === 0,
    received: `slowest ${formatDuration(slowest)}${count}`,
    expected: `all within ${formatDuration(timeoutMs)}`,
  };
}

/** None of all answers of the suite may redirect. */
export function expectNoRedirect(answers: readonly TestAnswer[]): Verdict {
  const redirects = answers.filter(({ status }) => status !== undefined && status >= 300 && status <= 399);
  const [first] = redirects;
  if (first?.status === undefined) return { passed: true, received: 'no redirect' };
  const to = first.location === undefined ? '' : ` to ${truncate(maskUrl(first.location), MOST - 1, MOST)}`;
  return { passed: false, received: `${first.status}${to}, ${redirects.length} of ${answers.length} answers` };
}

function verdictOf(answers: readonly TestAnswer[], isExpected: (answer: TestAnswer) => boolean): Verdict {
  const wrong = answers.find((answer) => !isExpected(answer));
  const excerpt =
    wrong?.status === undefined ? '' : truncate(wrong.body.trim().replaceAll(/\s+/g, ' '), MOST - 1, MOST);
  return {
    passed: wrong === undefined,
    received: describe(answers),
    ...(excerpt === '' ? {} : { excerpt }),
  };
}

/** `204 in 3 ms`, `3 × 204 in 5 ms`, `204, 409, 409 in 5 ms` with the time of the slowest; or why there is no answer. */
function describe(answers: readonly TestAnswer[]): string {
  const unanswered = answers.find(({ status }) => status === undefined);
  if (unanswered?.error !== undefined) {
    return answers.length === 1 ? unanswered.error : `no answer to one: ${unanswered.error}`;
  }
  const statuses = answers.map(({ status }) => status);
  const same = statuses.length > 1 && new Set(statuses).size === 1;
  const summary = same ? `${statuses.length} × ${statuses[0]}` : statuses.join(', ');
  return `${summary} in ${formatDuration(Math.max(...answers.map(({ durationMs }) => durationMs)))}`;
}
