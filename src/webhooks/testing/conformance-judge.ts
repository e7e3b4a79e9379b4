/** What an answer to a test delivery is worth. Pure. */
import { isAccepted, type TestAnswer } from './test-answer.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';

export interface Verdict {
  readonly passed: boolean;
  /** What came back: statuses and times, in one line. */
  readonly received: string;
  /** The start of what the endpoint said where it should have answered otherwise: it often tells why. */
  readonly said?: string | undefined;
  readonly remark?: string | undefined;
  /** Where what should come back depends on the options. */
  readonly expected?: string | undefined;
}

/** Says nothing of the delivery, but that it should come again. */
const TEMPORARY: ReadonlySet<number> = new Set([408, 425, 429]);
/** What senders and dashboards take for "not signed as it must be". */
const USUAL_REFUSALS: ReadonlySet<number> = new Set([400, 401, 403]);

export const ACCEPTED = '2xx';
export const REFUSED = '4xx (400 or 401)';

export function judgeAccepted(answers: readonly TestAnswer[]): Verdict {
  return verdictOf(answers, isAccepted);
}

/** A refusal is a decision: 4xx. A 5xx tells of an accident, a 3xx of nothing. */
export function judgeRefused(answers: readonly TestAnswer[]): Verdict {
  const verdict = verdictOf(answers, isRefusal);
  const odd = answers.find((answer) => isRefusal(answer) && !USUAL_REFUSALS.has(answer.status ?? 0));
  return odd === undefined ? verdict : { ...verdict, remark: `${odd.status} is a refusal, but 400 or 401 says why` };
}

/** All answers of the suite: the slowest decides. */
export function judgeTime(answers: readonly TestAnswer[], timeoutMs: number): Verdict {
  const late = answers.filter(
    (answer) => answer.durationMs > timeoutMs && (answer.status !== undefined || answer.late),
  );
  const slowest = Math.max(0, ...answers.map(({ durationMs }) => durationMs));
  const words = late.length === 0 ? 'slowest' : `${late.length} of ${answers.length} late, the slowest`;
  return {
    passed: late.length === 0,
    received: `${words} ${timeInWords(slowest)}`,
    expected: `all within ${timeoutMs / 1000} s`,
  };
}

/** All answers of the suite. */
export function judgeRedirects(answers: readonly TestAnswer[]): Verdict {
  const redirects = answers.filter(({ status }) => status !== undefined && status >= 300 && status <= 399);
  const [first] = redirects;
  if (first?.status === undefined) return { passed: true, received: 'no redirect' };
  const to = first.location === undefined ? '' : ` to ${cut(maskUrl(first.location))}`;
  return { passed: false, received: `${redirects.length} of ${answers.length} answers redirect: ${first.status}${to}` };
}

function isRefusal({ status }: TestAnswer): boolean {
  return status !== undefined && status >= 400 && status <= 499 && !TEMPORARY.has(status);
}

function verdictOf(answers: readonly TestAnswer[], isWell: (answer: TestAnswer) => boolean): Verdict {
  const wrong = answers.find((answer) => !isWell(answer));
  const words = wrong?.status === undefined ? '' : cut(wrong.body.trim().replaceAll(/\s+/g, ' '));
  return {
    passed: wrong === undefined,
    received: inWords(answers),
    ...(words === '' ? {} : { said: words }),
  };
}

/** `204 in 3 ms`, `3 × 204 in 5 ms`, `204, 409, 409 in 5 ms`: the time of the slowest. Or why there is no answer. */
function inWords(answers: readonly TestAnswer[]): string {
  const dead = answers.find(({ status }) => status === undefined);
  if (dead?.error !== undefined) return answers.length === 1 ? dead.error : `no answer to one: ${dead.error}`;
  const statuses = answers.map(({ status }) => status);
  const alike = statuses.length > 1 && new Set(statuses).size === 1;
  const words = alike ? `${statuses.length} × ${statuses[0]}` : statuses.join(', ');
  return `${words} in ${timeInWords(Math.max(...answers.map(({ durationMs }) => durationMs)))}`;
}

/** As much as a line holds. */
function cut(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 199).trimEnd()}…`;
}

function timeInWords(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
