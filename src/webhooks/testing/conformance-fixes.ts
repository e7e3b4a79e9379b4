/** What to change in a receiver for each check that it fails: the one place where these texts are. Pure. */
import { maskUrl } from '../../lib/net/url-secrets.ts';
import { isAccepted, isRejection, type TestAnswer } from './test-answer.ts';

/** For deliveries that must be accepted. */
const ACCEPTING = {
  valid: 'use the signing secret of this endpoint on both sides, and verify the raw bytes of the body',
  'id-alone': 'read request_id alone, and find out by fetching whether it is of a route or a cluster',
  'exact-body': 'verify the raw bytes of the body, before a JSON parser sees them',
  duplicate: 'answer 2xx to a svix-id that is stored already, and skip its work',
  'concurrent-duplicate': 'store the svix-id first (INSERT ... ON CONFLICT DO NOTHING), and answer 2xx either way',
  'two-signatures': 'split svix-signature at its blanks, and accept when any of the v1 entries matches',
  'unknown-versions': 'skip the entries of svix-signature that do not start with "v1,"',
  'webhook-headers': 'read webhook-id, webhook-timestamp and webhook-signature where svix-* is absent',
} as const;

/** For deliveries that must be rejected. */
const REJECTING = {
  forged: 'compare the whole signature with the one that the secret gives',
  'altered-body': 'compute the signature over <svix-id>.<svix-timestamp>.<body>, with the body that arrived',
  stale: 'reject a svix-timestamp that is more than 5 minutes old',
  future: 'reject a svix-timestamp that is more than 5 minutes ahead',
  unsigned: 'reject a request without svix-id, svix-timestamp and svix-signature',
  'missing-signature': 'reject a request that lacks one of svix-id, svix-timestamp and svix-signature',
  'malformed-signature': 'compare only signatures of the right length, and reject all others',
} as const;

/** For all answers together. */
const OVERALL = {
  'in-time': 'store the delivery, answer 204, and do the work afterwards',
  'no-redirect':
    'exempt it from redirects (to a login, a slash at the end, https), or give the address that answers itself',
} as const;

const FIXES = { ...ACCEPTING, ...REJECTING, ...OVERALL };

export type ConformanceName = keyof typeof FIXES;

export interface CheckAnswers {
  readonly name: ConformanceName;
  /** Empty for a check that evaluates the answers of all others, and for one that was not tried. */
  readonly answers: readonly TestAnswer[];
}

/** Is right once the bytes that arrived are verified as the signature demands, whatever else the receiver does. */
const CURED_BY_CODE: ReadonlySet<ConformanceName> = new Set([
  'exact-body',
  'two-signatures',
  'unknown-versions',
  ...(Object.keys(REJECTING) as (keyof typeof REJECTING)[]),
]);

const VERIFY = 'verify the signature of every request before anything else';
const CATCH = 'catch the error of the verification, and answer 400 or 401';
const WORK_LATER = FIXES['in-time'];

/** One line for a check that failed. `failed`: all that did, as several may fail for the same reason. */
export function fixFor({ name, answers }: CheckAnswers, failed: readonly CheckAnswers[]): string {
  if (name in OVERALL) return name === 'no-redirect' ? redirectFix(failed) : FIXES[name];
  const isRejecting = name in REJECTING;
  const isExpected = isRejecting ? isRejection : isAccepted;
  const answersOf = (other: ConformanceName) => failed.find((each) => each.name === other)?.answers ?? [];
  const [plain] = answersOf('valid');
  // What was not tried fails for what the first delivery failed for.
  const wrong = answers.find((answer) => !isExpected(answer)) ?? plain;
  if (wrong === undefined) return FIXES[name];
  if (wrong.status === undefined) {
    return wrong.late ? WORK_LATER : 'read the log of the receiver: it closed the connection without an answer';
  }
  const { status } = wrong;
  if (status === 404 || status === 405) return 'give the path at which webhooks are received';
  if (isRedirect(wrong)) return redirectFix(failed);
  if (!isRejecting) {
    if (status !== plain?.status) return FIXES[name];
    return status >= 500 ? 'read the log of the receiver: an error was not handled' : FIXES.valid;
  }
  if (status >= 500) return CATCH;
  const isAnybody = (['forged', 'unsigned'] as const).every((other) => answersOf(other).some(isAccepted));
  return isAnybody && name !== 'stale' && name !== 'future' ? VERIFY : FIXES[name];
}

/** Whether a receiver that verifies the bytes as they arrived is the cure: `fix` is what {@link fixFor} gave. */
export function isCuredByCode({ name }: CheckAnswers, fix: string): boolean {
  if (fix === VERIFY || fix === CATCH) return true;
  return fix === FIXES[name] && CURED_BY_CODE.has(name);
}

function isRedirect({ status }: TestAnswer): boolean {
  return status !== undefined && status >= 300 && status <= 399;
}

function redirectFix(failed: readonly CheckAnswers[]): string {
  const redirect = failed.flatMap(({ answers }) => answers).find(isRedirect);
  if (redirect?.status === undefined || redirect.location === undefined) return FIXES['no-redirect'];
  return `exempt it from the redirect to ${maskUrl(redirect.location)}, or give the address that answers itself`;
}
