/** The address of an endpoint that is to be tried. */
import { isLoopback } from '../../lib/net/loopback.ts';
import { credentialsOf, maskUrl, secretsIn, withoutCredentials } from '../../lib/net/url-secrets.ts';
import { CliError } from '../../errors.ts';

export interface TestTarget {
  /** Without user and password: as it is called. */
  readonly url: string;
  /** With its secrets masked. */
  readonly shown: string;
  /** `127.0.0.1:3000` */
  readonly host: string;
  /** Basic authentication of the user and password in the address, which Svix sends so, too. */
  readonly authorization: string | undefined;
  /** What of the address must not be shown. */
  readonly secrets: readonly string[];
}

/**
 * Throws `CliError` `usage`: `bad_target_url`, or `remote_target` for an address that is not on this machine, unless
 * those are allowed: somebody else's endpoint must not be tried by a slip.
 */
export function readTestTarget(text: string, allowRemote: boolean): TestTarget {
  const url = URL.parse(text);
  const credentials = url === null ? undefined : credentialsIn(url);
  if (url === null || !/^https?:$/.test(url.protocol) || credentials === undefined) {
    throw new CliError('usage', '--to takes the whole http or https URL of an endpoint', {
      code: 'bad_target_url',
      hint: 'for example: --to http://127.0.0.1:3000/hooks',
    });
  }
  if (!allowRemote && !isLoopback(url.hostname)) {
    throw new CliError('usage', `${url.host} is not on this machine: nothing was sent`, {
      code: 'remote_target',
      hint: 'add --yes when the endpoint is yours and may get test webhooks',
    });
  }
  url.hash = '';
  const called = withoutCredentials(url.href);
  return {
    url: called,
    shown: maskUrl(called),
    host: url.host,
    authorization: credentials === '' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`,
    secrets: secretsIn(url),
  };
}

/** The empty text without any; `undefined` when they cannot be read. */
function credentialsIn(url: URL): string | undefined {
  try {
    return credentialsOf(url) ?? '';
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
