/** The address of an endpoint to test. */
import { completeLoopbackUrl, isLoopback } from '../../lib/net/loopback.ts';
import { callableUrl, credentialsOf, maskUrl, secretsIn, withoutCredentials } from '../../lib/net/url-secrets.ts';
import { CliError } from '../../errors.ts';

export interface TestTarget {
  /** The URL of the requests, without user and password. */
  readonly url: string;
  /** With its secrets masked. */
  readonly shown: string;
  /** `127.0.0.1:3000` */
  readonly host: string;
  /** Basic authentication with the user and password of the address, as Svix sends it. */
  readonly authorization: string | undefined;
  /** The parts of the address that must not be printed. */
  readonly secrets: readonly string[];
}

/**
 * Throws `CliError` `usage`: `bad_target_url`, or `remote_target` for an address on another machine unless that is allowed:
 * nobody must test somebody else's endpoint by mistake.
 */
export function readTestTarget(text: string, allowRemote: boolean): TestTarget {
  const url = callableUrl(completeLoopbackUrl(text));
  if (url === undefined) {
    throw new CliError('usage', '--to takes the http or https URL of an endpoint', {
      code: 'bad_target_url',
      hint: 'for example: --to localhost:3000/hooks, or the whole URL of one on another machine',
    });
  }
  if (!allowRemote && !isLoopback(url.hostname)) {
    throw new CliError('usage', `${url.host} is not on this machine: nothing was sent`, {
      code: 'remote_target',
      hint: 'add --yes when the endpoint is yours and may get test webhooks',
    });
  }
  url.hash = '';
  const credentials = credentialsOf(url);
  const called = withoutCredentials(url.href);
  return {
    url: called,
    shown: maskUrl(called),
    host: url.host,
    authorization: credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`,
    secrets: secretsIn(url),
  };
}

/** `error` names the address when nothing listens there. */
export function noAnswer({ shown, host }: TestTarget, error: string): CliError {
  return new CliError('unavailable', error.includes(host) ? error : `${shown}: ${error}`, {
    code: 'target_dead',
    hint: 'start the service, and look at port and path',
  });
}
