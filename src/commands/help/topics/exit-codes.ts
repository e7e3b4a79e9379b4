/** The topic `exit-codes`, and what an error code means. */
import { ERROR_CODES } from '../../../error-codes.ts';
import { EXIT_CODES, type Failure } from '../../../errors.ts';
import type { TopicPart } from './parts.ts';

const MEANINGS: Readonly<Record<Failure, string>> = {
  internal: 'a bug in optipick; nothing foreseen ends like this',
  usage: 'unknown flag or command, bad value, unreadable or invalid input',
  failed:
    'the optimization itself failed; an audit, a gate or a check of --suite did not pass; a replay was not accepted',
  auth: 'no API key or webhook secret, or the key was rejected (401, 402, 403)',
  refused: 'the API refused: 400, 404, 409, 422, other 4xx; or a web page arrived in place of its answers',
  unavailable:
    'network, TLS, 429 or 5xx after all retries: try again (not after answer_too_large: the same answer would be as large)',
  environment: 'port in use, config corrupt, file or state not writable',
  pending: 'not finished yet: --once, or --timeout passed: try again later',
  signature: 'a signature did not verify',
  interrupted: 'stopped by SIGINT (Ctrl-C), after cleaning up',
  terminated: 'stopped by SIGTERM, after cleaning up',
};

export function exitCodeTopic(): readonly TopicPart[] {
  return [
    {
      heads: ['Code', 'Name', 'Meaning'],
      rows: [
        ['0', 'ok', 'the result was delivered, or what was waited for arrived'],
        ...Object.entries(MEANINGS).map(([name, meaning]) => [String(EXIT_CODES[name as Failure]), name, meaning]),
      ],
    },
    `Only after 6 and 8 can the same command succeed with nothing changed. With several ids the worst decides, by
    1 > 7 > 4 > 2 > 5 > 3 > 6 > 8 > 0.`,
    `With --json an error has a "code" that is finer than the exit code, such as no_api_key. "optipick help no_api_key"
    says what it means and what to do.`,
  ];
}

/** What an error code means, by each exit code that it goes with; `undefined` when there is none of that name. */
export function errorCodeTopic(code: string): readonly TopicPart[] | undefined {
  const parts = Object.entries(ERROR_CODES).flatMap(([failure, codes]) => {
    const text = Object.entries(codes).find(([name]) => name === code)?.[1];
    return text === undefined ? [] : [{ heading: exitCodeInWords(failure) }, `${text.cause}. ${text.fix}.`];
  });
  return parts.length === 0 ? undefined : parts;
}

/** `Exit code 4, auth`. */
export function exitCodeInWords(failure: string): string {
  const number: number | undefined = EXIT_CODES[failure as Failure];
  return number === undefined ? 'The exit code of the worst failure' : `Exit code ${number}, ${failure}`;
}
