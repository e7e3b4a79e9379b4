/** Which answers to test deliveries are the ones to expect. */
import { CliError } from '../../errors.ts';
import { isAccepted, isRejection, type TestAnswer } from '../../webhooks/testing/test-answer.ts';

export interface Expectation {
  /** `2xx`, `4xx`, `401` */
  readonly status: string;
  /** Why, where it is not because every valid delivery is to be accepted. */
  readonly because: 'asked for' | 'invalid' | undefined;
  holds(answer: TestAnswer): boolean;
}

/**
 * The status of `--expect`, else what a correct receiver answers: a rejection to a deliberately invalid delivery, else 2xx.
 * Throws `CliError` `usage` for what is no status.
 */
export function expectationOf(expect: string | undefined, isValid: boolean): Expectation {
  if (expect !== undefined) {
    const pattern = /^[1-5](?:\d\d|xx)$/i.test(expect) ? expect.toLowerCase() : undefined;
    if (pattern === undefined) {
      throw new CliError('usage', `--expect takes a status such as 401, or 4xx for a class of them, not "${expect}"`, {
        code: 'bad_status',
      });
    }
    const matching = new RegExp(`^${pattern.replace('xx', String.raw`\d\d`)}$`);
    return { status: pattern, because: 'asked for', holds: ({ status }) => matching.test(String(status)) };
  }
  return isValid
    ? { status: '2xx', because: undefined, holds: isAccepted }
    : { status: '4xx', because: 'invalid', holds: isRejection };
}
